<#
.SYNOPSIS
Creates the AD CS certificate templates that the requests beside this script need, and publishes them at the CA.
.DESCRIPTION
Run it as somebody who may write the Public Key Services of the forest (Enterprise Admins) on a computer of the domain.
A template that is there already is compared with what is needed and never changed; run it as often as you like, and
with -WhatIf first. Where a certificate of a template can be used to sign in, or is one of a CA, every request waits for
a certificate manager: whoever writes its subject could be anybody otherwise.
.PARAMETER Group
The group whose members may enrol: domain\name.
.PARAMETER Config
The CA as certutil -dump shows it: host\name of the CA.
.PARAMETER WithoutApproval
Creates those templates without a certificate manager, too. Then only people whom you trust with everything may enrol.
.EXAMPLE
powershell.exe -NoProfile -ExecutionPolicy Bypass -File .\templates.ps1 -Group "CONTOSO\Certificate requesters" -WhatIf
#>
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true)]
    [ValidateNotNullOrEmpty()]
    [string] $Group,
    [string] $Config = '',
    [switch] $WithoutApproval
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$plannedConfig = %%ca%%
$templates = %%templates%%

if (-not $Config) { $Config = $plannedConfig }
$enrol = [guid] '0e10c968-78fb-11d2-90d4-00c04f79dc55'
$member = (New-Object -TypeName 'System.Security.Principal.NTAccount' -ArgumentList $Group).Translate([System.Security.Principal.SecurityIdentifier])
$root = New-Object -TypeName 'System.DirectoryServices.DirectoryEntry' -ArgumentList 'LDAP://RootDSE'
$server = [string] $root.Properties['dnsHostName'].Value
$services = 'CN=Public Key Services,CN=Services,' + [string] $root.Properties['configurationNamingContext'].Value
$script:shortcomings = 0

function Get-Entry {
    param([string] $Name)
    $path = 'LDAP://{0}/CN={1},{2}' -f $server, $Name, $services
    return New-Object -TypeName 'System.DirectoryServices.DirectoryEntry' -ArgumentList $path
}

function Find-Child {
    param($Container, [string] $Name)
    foreach ($child in $Container.psbase.Children) {
        if ([string] $child.Properties['cn'].Value -eq $Name) { return $child }
    }
    return $null
}

function Write-Shortcoming {
    param([string] $Message)
    $script:shortcomings += 1
    Write-Warning -Message $Message
}

function Get-RelativeName {
    param([string] $Name)
    return 'CN=' + ($Name -replace '([,+"\\<>;=#/])', '\$1')
}

function New-TemplateOid {
    param([string] $Title)
    $container = Get-Entry -Name 'OID'
    $arc = [string] $container.Properties['msPKI-Cert-Template-OID'].Value
    if (-not $arc) { throw 'The forest has no arc for the OIDs of templates: open certtmpl.msc once as Enterprise Admin.' }
    $last = Get-Random -Minimum 1000000 -Maximum 99999999
    $oid = '{0}.{1}.{2}' -f $arc, (Get-Random -Minimum 1000000 -Maximum 99999999), $last
    $entry = $container.psbase.Children.Add(('CN={0}.{1}' -f $last, [guid]::NewGuid().ToString('N').ToUpperInvariant()), 'msPKI-Enterprise-Oid')
    $entry.Properties['flags'].Value = 1
    $entry.Properties['displayName'].Value = $Title
    $entry.Properties['msPKI-Cert-Template-OID'].Value = $oid
    $entry.psbase.CommitChanges()
    return [pscustomobject] @{ Oid = $oid; Entry = $entry }
}

function Set-TemplateAttribute {
    param($Entry, $Template, [string] $Oid)
    foreach ($name in $Template.attributes.Keys) {
        $wanted = $Template.attributes[$name]
        if ($name -eq 'msPKI-Enrollment-Flag' -and $WithoutApproval) { $wanted = 0 }
        if ($wanted -is [array]) { $Entry.Properties[$name].Value = [object[]] $wanted }
        else { $Entry.Properties[$name].Value = $wanted }
    }
    foreach ($name in $Template.octets.Keys) {
        $Entry.Properties[$name].Value = [byte[]] $Template.octets[$name]
    }
    $Entry.Properties['msPKI-Cert-Template-OID'].Value = $Oid
}

function New-Template {
    param($Container, $Template)
    $made = New-TemplateOid -Title $Template.attributes['displayName']
    try {
        $entry = $Container.psbase.Children.Add((Get-RelativeName -Name $Template.name), 'pKICertificateTemplate')
        Set-TemplateAttribute -Entry $entry -Template $Template -Oid $made.Oid
        $entry.psbase.CommitChanges()
        $entry.psbase.RefreshCache()
    }
    catch {
        $made.Entry.psbase.DeleteTree()
        throw
    }
    return $entry
}

function Add-EnrolPermission {
    param($Entry, [string] $Name)
    $Entry.psbase.Options.SecurityMasks = [System.DirectoryServices.SecurityMasks]::Dacl
    $security = $Entry.psbase.ObjectSecurity
    $rules = $security.GetAccessRules($true, $true, [System.Security.Principal.SecurityIdentifier])
    $granted = @($rules | Where-Object -FilterScript {
            $_.IdentityReference -eq $member -and $_.ObjectType -eq $enrol -and $_.AccessControlType -eq 'Allow'
        })
    if ($granted.Count -gt 0) { return }
    if (-not $PSCmdlet.ShouldProcess($Name, ('allow {0} to enrol' -f $Group))) { return }
    $type = 'System.DirectoryServices.ActiveDirectoryAccessRule'
    $security.AddAccessRule((New-Object -TypeName $type -ArgumentList $member, 'GenericRead', 'Allow'))
    $security.AddAccessRule((New-Object -TypeName $type -ArgumentList $member, 'ExtendedRight', 'Allow', $enrol))
    $Entry.psbase.CommitChanges()
}

function Get-Days {
    param([byte[]] $Period)
    return [int] ([BitConverter]::ToInt64($Period, 0) / -864000000000)
}

function Compare-Template {
    param($Entry, $Template)
    $name = $Template.name
    $period = $Entry.Properties['pKIExpirationPeriod'].Value
    if ($null -eq $period -or (Get-Days -Period $period) -lt $Template.days) {
        Write-Shortcoming -Message ('{0} is there and valid for less than {1} days.' -f $name, $Template.days)
    }
    $usage = [byte[]] $Entry.Properties['pKIKeyUsage'].Value
    if ($null -eq $usage -or ($usage[0] -band $Template.octets['pKIKeyUsage'][0]) -ne $Template.octets['pKIKeyUsage'][0]) {
        Write-Shortcoming -Message ('{0} is there and lacks a key usage.' -f $name)
    }
    $purposes = @($Entry.Properties['pKIExtendedKeyUsage'])
    $missing = @($Template.purposes | Where-Object -FilterScript { $_ -notin $purposes })
    if ($missing.Count -gt 0) {
        Write-Shortcoming -Message ('{0} is there and lacks the usage {1}.' -f $name, ($missing -join ', '))
    }
    if (([int] $Entry.Properties['msPKI-Certificate-Name-Flag'].Value -band 1) -eq 0) {
        Write-Shortcoming -Message ('{0} is there and does not take the subject from the request.' -f $name)
    }
    if ([int] $Entry.Properties['msPKI-Minimal-Key-Size'].Value -gt $Template.bits) {
        Write-Shortcoming -Message ('{0} is there and wants keys longer than {1} bits.' -f $name, $Template.bits)
    }
    if ($Template.exportable -and ([int] $Entry.Properties['msPKI-Private-Key-Flag'].Value -band 16) -eq 0) {
        Write-Shortcoming -Message ('{0} is there and does not let keys be exported.' -f $name)
    }
}

function Invoke-CertUtil {
    param([string[]] $ArgumentList)
    $output = & (Join-Path -Path ([Environment]::SystemDirectory) -ChildPath 'certutil.exe') @ArgumentList
    return [pscustomobject] @{ ExitCode = $LASTEXITCODE; Output = ($output -join [Environment]::NewLine) }
}

function Get-CaRegistryValue {
    param([string] $Name)
    $run = Invoke-CertUtil -ArgumentList @('-config', $Config, '-getreg', ('CA\' + $Name))
    $found = [regex]::Match($run.Output, ('(?m)^\s*{0}\s+REG_\w+\s*=\s*(\S+)' -f $Name))
    if ($run.ExitCode -ne 0 -or -not $found.Success) {
        Write-Shortcoming -Message ('CA\{0} of {1} cannot be read: {2}' -f $Name, $Config, $run.Output)
        return ''
    }
    return $found.Groups[1].Value
}

function Test-CaLimit {
    param([int] $Days)
    $units = Get-CaRegistryValue -Name 'ValidityPeriodUnits'
    $period = Get-CaRegistryValue -Name 'ValidityPeriod'
    $length = @{ 'Hours' = 1 / 24; 'Days' = 1; 'Weeks' = 7; 'Months' = 30; 'Years' = 365 }
    if ($units -and $length.ContainsKey($period)) {
        $most = [Convert]::ToInt32(($units -replace '^0x', ''), 16) * $length[$period]
        Write-Output -InputObject ('{0} issues for {1:n0} days at most (ValidityPeriodUnits {2}, ValidityPeriod {3}); {4} are needed.' -f $Config, $most, $units, $period, $Days)
        if ($most -lt $Days) {
            $years = [Math]::Ceiling($Days / 365)
            Write-Shortcoming -Message ('The CA cuts what is longer. On the CA: certutil -setreg CA\ValidityPeriod Years; certutil -setreg CA\ValidityPeriodUnits {0}; Restart-Service -Name CertSvc' -f $years)
        }
    }
    $path = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath ('{0}.cer' -f [guid]::NewGuid())
    try {
        $run = Invoke-CertUtil -ArgumentList @('-config', $Config, '-ca.cert', $path)
        if ($run.ExitCode -ne 0) {
            Write-Shortcoming -Message ('The certificate of {0} cannot be read: {1}' -f $Config, $run.Output)
            return
        }
        $certificate = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList $path
        if ($certificate.NotAfter -lt (Get-Date).AddDays($Days)) {
            Write-Shortcoming -Message ('The CA itself ends on {0:yyyy-MM-dd} and cuts everything at that day: renew it first.' -f $certificate.NotAfter)
        }
    }
    finally {
        if (Test-Path -LiteralPath $path) { Remove-Item -LiteralPath $path -WhatIf:$false }
    }
}

$container = Get-Entry -Name 'Certificate Templates'
foreach ($template in $templates) {
    $entry = Find-Child -Container $container -Name $template.name
    if ($null -ne $entry) {
        Compare-Template -Entry $entry -Template $template
    }
    elseif ($PSCmdlet.ShouldProcess($template.name, 'create the certificate template')) {
        $entry = New-Template -Container $container -Template $template
        Write-Output -InputObject ('{0} was created.' -f $template.name)
    }
    if ($null -ne $entry) { Add-EnrolPermission -Entry $entry -Name $template.name }
    if ($PSCmdlet.ShouldProcess($Config, ('publish {0}' -f $template.name))) {
        $run = Invoke-CertUtil -ArgumentList @('-config', $Config, '-SetCATemplates', ('+' + $template.name))
        if ($run.ExitCode -ne 0) {
            Write-Shortcoming -Message ('{0} was not published, perhaps because the directory has yet to replicate: {1}' -f $template.name, $run.Output)
        }
    }
}
$longest = @($templates | ForEach-Object -Process { $_.days } | Sort-Object -Descending)[0]
Test-CaLimit -Days $longest
if ($script:shortcomings -gt 0) { exit 1 }
exit 0
