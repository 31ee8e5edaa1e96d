<#
.SYNOPSIS
Checks the delivered folders and makes the certificate configuration for Install-Appliance.
.DESCRIPTION
Run on the seed node as administrator, from the folder this script was delivered in. Every PFX is opened with its password
first: the installation itself would notice a wrong one only after hours. The script returns the two configuration objects;
given -Installation, a table of the remaining parameters of Install-Appliance, it also starts the installation.
.EXAMPLE
$configuration = .\install.ps1 -ManagementPrefixLength 24
#>
[CmdletBinding()]
param(
    [string] $BasePath = 'C:\AzureLocalDisconnectedOperations',
    [string] $ManagementAddress = '',
    [int] $ManagementPrefixLength = 24,
    [hashtable] $Installation
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$expectedFiles = %%files%%
$plannedAddress = %%management_address%%
$connectivity = %%connectivity%%
$deployOn = [datetime]::ParseExact(%%deploy_on%%, 'yyyy-MM-dd', [cultureinfo]::InvariantCulture)

if (-not $ManagementAddress) { $ManagementAddress = $plannedAddress }
$parsed = $null
if (-not [Net.IPAddress]::TryParse($ManagementAddress, [ref] $parsed)) {
    $ManagementAddress = [Net.Dns]::GetHostAddresses($ManagementAddress)[0].IPAddressToString
}

# What must lie beside this script.
$ingressSource = Join-Path -Path $PSScriptRoot -ChildPath 'IngressEndpointsCerts'
$managementSource = Join-Path -Path $PSScriptRoot -ChildPath 'ManagementEndpointCerts'
$rootSource = Join-Path -Path $PSScriptRoot -ChildPath 'applianceRoot.cer'
$expectedNames = @($expectedFiles | ForEach-Object -Process { Split-Path -Path $_ -Leaf } | Sort-Object)
$foundNames = @(Get-ChildItem -LiteralPath $ingressSource -File | ForEach-Object -Process { $_.Name } | Sort-Object)
$difference = @(Compare-Object -ReferenceObject $expectedNames -DifferenceObject $foundNames)
if ($difference.Count -gt 0) {
    $lines = $difference | ForEach-Object -Process {
        if ($_.SideIndicator -eq '<=') { 'missing: ' + $_.InputObject } else { 'not expected: ' + $_.InputObject }
    }
    throw ("The folder '{0}' is not the planned set. {1}" -f $ingressSource, ($lines -join '; '))
}
$managementNames = @('ManagementEndpointSsl.pfx', 'ManagementEndpointClientAuth.pfx')
foreach ($name in $managementNames) {
    if (-not (Test-Path -LiteralPath (Join-Path -Path $managementSource -ChildPath $name) -PathType Leaf)) {
        throw ("The file '{0}' is missing in '{1}'." -f $name, $managementSource)
    }
}

# The root must be a root: its own issuer.
$root = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList $rootSource
if ($root.Subject -ne $root.Issuer) {
    throw ("'{0}' holds '{1}', an intermediate. The explicit root is needed." -f $rootSource, $root.Subject)
}

$ingressPassword = Read-Host -AsSecureString -Prompt 'Password of the ingress PFX files'
$managementPassword = Read-Host -AsSecureString -Prompt 'Password of the management PFX files'

function Test-Pfx {
    param([string] $Path, [securestring] $Password, [datetime] $GoodUntil)
    $data = Get-PfxData -FilePath $Path -Password $Password
    $certificate = $data.EndEntityCertificates | Select-Object -First 1
    if ($null -eq $certificate) { throw ("'{0}' holds no certificate with a key." -f $Path) }
    if ($certificate.NotAfter -lt $GoodUntil) {
        throw ("'{0}' ends on {1:yyyy-MM-dd}, before {2:yyyy-MM-dd}." -f $Path, $certificate.NotAfter, $GoodUntil)
    }
    Write-Verbose -Message ("{0}: {1}, until {2:yyyy-MM-dd}" -f $Path, $certificate.Subject, $certificate.NotAfter)
}

$goodUntil = $deployOn.AddYears(2)
foreach ($name in $expectedNames) {
    Test-Pfx -Path (Join-Path -Path $ingressSource -ChildPath $name) -Password $ingressPassword -GoodUntil $goodUntil
}
foreach ($name in $managementNames) {
    Test-Pfx -Path (Join-Path -Path $managementSource -ChildPath $name) -Password $managementPassword -GoodUntil $goodUntil
}

# Copy to where the installation expects them.
$certificatesPath = Join-Path -Path $BasePath -ChildPath 'certs'
$ingressPath = Join-Path -Path $certificatesPath -ChildPath 'IngressEndpointsCerts'
$managementPath = Join-Path -Path $certificatesPath -ChildPath 'ManagementEndpointCerts'
foreach ($folder in @($ingressPath, $managementPath)) {
    New-Item -Path $folder -ItemType Directory -Force | Out-Null
    $strangers = @(Get-ChildItem -LiteralPath $folder -File | Where-Object -FilterScript { $_.Name -notin ($expectedNames + $managementNames) })
    if ($strangers.Count -gt 0) {
        throw ("'{0}' holds files of another set: {1}. Move them away first." -f $folder, (($strangers | ForEach-Object -Process { $_.Name }) -join ', '))
    }
}
foreach ($name in $expectedNames) {
    Copy-Item -LiteralPath (Join-Path -Path $ingressSource -ChildPath $name) -Destination $ingressPath -Force
}
foreach ($name in $managementNames) {
    Copy-Item -LiteralPath (Join-Path -Path $managementSource -ChildPath $name) -Destination $managementPath -Force
}
Copy-Item -LiteralPath $rootSource -Destination (Join-Path -Path $BasePath -ChildPath 'applianceRoot.cer') -Force

Import-Module -Name (Join-Path -Path $BasePath -ChildPath 'OperationsModule\Azure.Local.DisconnectedOperations.psd1') -Force

$management = @{
    ManagementIpAddress        = $ManagementAddress
    ManagementIpv4PrefixLength = $ManagementPrefixLength
    TlsCertificatePath         = Join-Path -Path $managementPath -ChildPath 'ManagementEndpointSsl.pfx'
    TlsCertificatePassword     = $managementPassword
    ClientCertificatePath      = Join-Path -Path $managementPath -ChildPath 'ManagementEndpointClientAuth.pfx'
    ClientCertificatePassword  = $managementPassword
}
$managementConfiguration = New-ApplianceManagementNetworkConfiguration @management

$certificates = @{
    certificatesFolder  = $ingressPath
    certificatePassword = $ingressPassword
}
$certificatesConfiguration = New-ApplianceCertificatesConfiguration @certificates

if ($Installation) {
    $Installation['ManagementNetworkConfiguration'] = $managementConfiguration
    $Installation['CertificatesConfiguration'] = $certificatesConfiguration
    if ($connectivity -eq 'disconnected') {
        Install-Appliance @Installation -disconnectMachineDeploy -Verbose
    }
    else {
        Install-Appliance @Installation -Verbose
    }
}

[pscustomobject] @{
    ExternalDomainSuffix           = %%fqdn%%
    ManagementNetworkConfiguration = $managementConfiguration
    CertificatesConfiguration      = $certificatesConfiguration
}
