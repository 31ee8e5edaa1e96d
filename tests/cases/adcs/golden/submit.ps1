<#
.SYNOPSIS
Hands the certificate requests beside this script to an AD CS certification authority and collects what it issues.
.DESCRIPTION
Run it as somebody who may enrol with the templates, on any Windows computer that reaches the CA: no administrator, no
console of the CA. First every file beside it is compared with manifest.json. Requests that wait for a certificate
manager are remembered in result.json and fetched when the script is run again. What it collects lies in the folder
answers: carry that folder back.
Exit code: 0 when everything is issued, 2 when requests wait, 1 when something failed.
.PARAMETER Config
The CA as certutil -dump shows it: host\name of the CA.
.PARAMETER Answers
The folder to collect into. Without it, the folder answers beside this script.
.PARAMETER SignedBy
The SHA-256 fingerprint of the signer, as you were told it. The script stops when somebody else signed.
.PARAMETER Again
Submits requests once more that were denied or failed, as new requests.
.EXAMPLE
powershell.exe -NoProfile -ExecutionPolicy Bypass -File .\submit.ps1
#>
#Requires -Version 5.1
[CmdletBinding()]
param(
    [string] $Config = '',
    [string] $Answers = '',
    [string] $SignedBy = '',
    [int] $TimeoutSeconds = 300,
    [switch] $Again
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$plannedConfig = 'ca01.contoso.com\Contoso Issuing CA'
$requests = @(
    @{ 'name' = 'plant1_blob'; 'file' = 'csr\plant1_blob.csr'; 'sha256' = '0EBDFC4FA4C5FF51D856BEB211339BB63730729B7DC84D3F50D6CF0021996419'; 'template' = 'CertwrightWebServer-930d'; 'key' = '7AA6ED3D112AD97698069354C291C66003AE25F66ED0006DA758FD1E734F091D'; 'purposes' = @('1.3.6.1.5.5.7.3.1'); 'named' = $true; 'days' = 913; 'good_until' = '2029-01-18' }
    @{ 'name' = 'plant1_management-server'; 'file' = 'csr\plant1_management-server.csr'; 'sha256' = '35B0B5234F3712F9BA492DB9BC276E3A5866AE5032DB14F20AD8A246546ADC10'; 'template' = 'CertwrightWebServer-930d'; 'key' = '7AA6ED3D112AD97698069354C291C66003AE25F66ED0006DA758FD1E734F091D'; 'purposes' = @('1.3.6.1.5.5.7.3.1'); 'named' = $true; 'days' = 913; 'good_until' = '2029-01-18' }
    @{ 'name' = 'plant1_management-client'; 'file' = 'csr\plant1_management-client.csr'; 'sha256' = '7B5CADE8BA559DFF082295F5955717E19B0B9E1F485382356B2318F686B53E7C'; 'template' = 'CertwrightClient-930d'; 'key' = '7AA6ED3D112AD97698069354C291C66003AE25F66ED0006DA758FD1E734F091D'; 'purposes' = @('1.3.6.1.5.5.7.3.2'); 'named' = $true; 'days' = 913; 'good_until' = '2029-01-18' }
)

if (-not $Config) { $Config = $plannedConfig }
if (-not $Answers) { $Answers = Join-Path -Path $PSScriptRoot -ChildPath 'answers' }
$Answers = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Answers)
$resultPath = Join-Path -Path $Answers -ChildPath 'result.json'

function Get-Sha256 {
    param([byte[]] $Content)
    $hash = [System.Security.Cryptography.SHA256]::Create()
    try {
        return ([BitConverter]::ToString($hash.ComputeHash($Content)) -replace '-', '')
    }
    finally {
        $hash.Dispose()
    }
}

function Assert-Manifest {
    $manifestPath = Join-Path -Path $PSScriptRoot -ChildPath 'manifest.json'
    $content = [System.IO.File]::ReadAllBytes($manifestPath)
    $manifest = [System.Text.Encoding]::UTF8.GetString($content) | ConvertFrom-Json
    $wrong = New-Object -TypeName 'System.Collections.Generic.List[string]'
    foreach ($file in $manifest.files) {
        $path = Join-Path -Path $PSScriptRoot -ChildPath $file.path
        if (-not (Test-Path -LiteralPath $path -PathType Leaf)) {
            $wrong.Add(('{0} is missing' -f $file.path))
        }
        elseif ((Get-Sha256 -Content ([System.IO.File]::ReadAllBytes($path))) -ne $file.sha256) {
            $wrong.Add(('{0} was changed' -f $file.path))
        }
    }
    if ($wrong.Count -gt 0) {
        throw ('The files are not those that were handed over: {0}. Ask for them again.' -f ($wrong -join ', '))
    }
    return , $content
}

function Assert-Signature {
    param([byte[]] $Content)
    $path = Join-Path -Path $PSScriptRoot -ChildPath 'manifest.json.p7s'
    if (-not (Test-Path -LiteralPath $path -PathType Leaf)) {
        if ($SignedBy) { throw ('There is no signature {0}.' -f $path) }
        Write-Warning -Message 'The manifest is not signed: nobody vouches for these requests.'
        return
    }
    $assembly = if ($PSVersionTable.PSVersion.Major -ge 6) { 'System.Security.Cryptography.Pkcs' } else { 'System.Security' }
    Add-Type -AssemblyName $assembly
    $told = New-Object -TypeName 'System.Security.Cryptography.Pkcs.ContentInfo' -ArgumentList (, $Content)
    $signed = New-Object -TypeName 'System.Security.Cryptography.Pkcs.SignedCms' -ArgumentList $told, $true
    $signed.Decode([System.IO.File]::ReadAllBytes($path))
    $signed.CheckSignature($true)
    $found = Get-Sha256 -Content $signed.SignerInfos[0].Certificate.RawData
    $expected = $SignedBy -replace '[^0-9A-Fa-f]', ''
    if ($expected -and $expected -ne $found) {
        throw ('The manifest was signed by {0}, not by {1}. Do not submit these requests.' -f $found, $expected)
    }
    Write-Output -InputObject ('Signed by {0}.' -f ($found -replace '(..)(?=.)', '$1:'))
    if (-not $expected) {
        Write-Output -InputObject 'Compare this fingerprint with the one you were told by another way than these files.'
    }
}

function ConvertTo-Argument {
    param([string] $Value)
    if ($Value.Contains('"')) { throw ('A quotation mark cannot be handed to certreq: {0}' -f $Value) }
    return '"' + $Value + [regex]::Match($Value, '\\*$').Value + '"'
}

function Invoke-CertReq {
    param([string[]] $ArgumentList)
    $start = New-Object -TypeName 'System.Diagnostics.ProcessStartInfo'
    $start.FileName = Join-Path -Path ([Environment]::SystemDirectory) -ChildPath 'certreq.exe'
    $start.Arguments = @($ArgumentList | ForEach-Object -Process { ConvertTo-Argument -Value $_ }) -join ' '
    $start.WorkingDirectory = [Environment]::SystemDirectory
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    $output = $process.StandardOutput.ReadToEndAsync()
    $errors = $process.StandardError.ReadToEndAsync()
    if (-not $process.WaitForExit($TimeoutSeconds * 1000)) {
        $process.Kill()
        $process.WaitForExit()
        return [pscustomobject] @{ ExitCode = -1; Output = ('no answer after {0} seconds' -f $TimeoutSeconds) }
    }
    $process.WaitForExit()
    $text = ($output.Result + [Environment]::NewLine + $errors.Result).Trim()
    return [pscustomobject] @{ ExitCode = $process.ExitCode; Output = $text }
}

function Read-Certificate {
    param([string] $Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return $null }
    $type = 'System.Security.Cryptography.X509Certificates.X509Certificate2'
    try {
        return New-Object -TypeName $type -ArgumentList (, [System.IO.File]::ReadAllBytes($Path))
    }
    catch {
        Write-Warning -Message ('{0} is no certificate: {1}' -f $Path, $_.Exception.Message)
        return $null
    }
}

function Get-Complaint {
    param($Certificate, $Request)
    $days = ($Certificate.NotAfter - $Certificate.NotBefore).TotalDays
    if ($Request.good_until) {
        $until = [datetime]::ParseExact($Request.good_until, 'yyyy-MM-dd', [cultureinfo]::InvariantCulture)
        if ($Certificate.NotAfter -lt $until) {
            'it ends on {0:yyyy-MM-dd}, before {1:yyyy-MM-dd}: the template, or ValidityPeriodUnits of the CA, is too short' -f $Certificate.NotAfter, $until
        }
    }
    elseif ($days -lt $Request.days - 1) {
        'it is valid for {0:n0} days of {1} that were asked for' -f $days, $Request.days
    }
    $purposes = @($Certificate.Extensions | Where-Object -FilterScript { $_.Oid.Value -eq '2.5.29.37' } |
            ForEach-Object -Process { $_.EnhancedKeyUsages } | ForEach-Object -Process { $_.Value })
    $missing = @($Request.purposes | Where-Object -FilterScript { $_ -notin $purposes })
    if ($missing.Count -gt 0) { 'the template left out the usage {0}' -f ($missing -join ', ') }
    $names = @($Certificate.Extensions | Where-Object -FilterScript { $_.Oid.Value -eq '2.5.29.17' })
    if ($Request.named -and $names.Count -eq 0) {
        'the names are gone: the template must take the subject from the request'
    }
}

function Get-Outcome {
    param($Run, $Request, [string] $CertificatePath, [string] $Id)
    $said = @($Run.Output -split '\r?\n' | Where-Object -FilterScript { $_.Trim() }) | Select-Object -Last 1
    $certificate = Read-Certificate -Path $CertificatePath
    if ($Run.ExitCode -eq 0 -and $null -ne $certificate) {
        if ((Get-Sha256 -Content $certificate.GetPublicKey()) -ne $Request.key) {
            Remove-Item -LiteralPath $CertificatePath
            return [pscustomobject] @{ State = 'failed'; Message = 'the CA certified another key'; Certificate = $null }
        }
        $complaints = @(Get-Complaint -Certificate $certificate -Request $Request)
        return [pscustomobject] @{ State = 'issued'; Message = ($complaints -join '; '); Certificate = $certificate }
    }
    $code = [regex]::Match($Run.Output, '0x8[0-9a-fA-F]{7}').Value
    $denied = $code -like '0x80094*' -or $Run.Output -match '\((Denied|Verweigert|Abgelehnt)\)'
    $state = if ($Id -and $denied) { 'denied' } elseif ($Id -and -not $code -and $Run.ExitCode -ge 0) { 'pending' } else { 'failed' }
    $message = '{0} (exit code {1})' -f $said, $Run.ExitCode
    return [pscustomobject] @{ State = $state; Message = $message; Certificate = $null }
}

function Read-Result {
    $known = @{}
    if (Test-Path -LiteralPath $resultPath -PathType Leaf) {
        $read = [System.IO.File]::ReadAllText($resultPath) | ConvertFrom-Json
        foreach ($one in $read.requests) {
            if ($one.config -eq $Config) { $known[$one.request] = $one }
        }
    }
    return $known
}

function Write-Result {
    param([hashtable] $Known)
    $kept = @($requests | Where-Object -FilterScript { $Known.ContainsKey($_.sha256) } | ForEach-Object -Process { $Known[$_.sha256] })
    $text = ConvertTo-Json -Depth 5 -InputObject ([pscustomobject] @{ format = 'certwright-adcs-result'; version = 1; requests = $kept })
    $next = $resultPath + '.new'
    [System.IO.File]::WriteAllText($next, $text)
    if (Test-Path -LiteralPath $resultPath -PathType Leaf) {
        [System.IO.File]::Replace($next, $resultPath, [NullString]::Value)
    }
    else {
        [System.IO.File]::Move($next, $resultPath)
    }
}

function Get-RequestId {
    param([string] $Output)
    $found = [regex]::Match($Output, '(?m)^[^:\r\n]+:\s*"?(\d{1,10})"?\s*$')
    return $found.Groups[1].Value
}

function Submit-Request {
    param($Request, $Before)
    $certificatePath = Join-Path -Path $Answers -ChildPath ($Request.name + '.cer')
    $chainPath = Join-Path -Path $Answers -ChildPath ($Request.name + '.p7b')
    $id = ''
    if ($null -ne $Before -and $Before.id) { $id = [string] $Before.id }
    foreach ($path in @($certificatePath, $chainPath)) {
        if (Test-Path -LiteralPath $path -PathType Leaf) { Remove-Item -LiteralPath $path }
    }
    if ($id) {
        $run = Invoke-CertReq -ArgumentList @('-retrieve', '-q', '-f', '-config', $Config, $id, $certificatePath, $chainPath)
    }
    else {
        $requestPath = Join-Path -Path $PSScriptRoot -ChildPath $Request.file
        $attributes = 'CertificateTemplate:' + $Request.template
        $run = Invoke-CertReq -ArgumentList @('-submit', '-q', '-f', '-attrib', $attributes, '-config', $Config, $requestPath, $certificatePath, $chainPath)
        $id = Get-RequestId -Output $run.Output
    }
    $outcome = Get-Outcome -Run $run -Request $Request -CertificatePath $certificatePath -Id $id
    $thumbprint = ''
    $until = ''
    if ($null -ne $outcome.Certificate) {
        $thumbprint = $outcome.Certificate.Thumbprint
        $until = $outcome.Certificate.NotAfter.ToUniversalTime().ToString('u', [cultureinfo]::InvariantCulture)
    }
    return [pscustomobject] @{
        name       = $Request.name
        request    = $Request.sha256
        template   = $Request.template
        config     = $Config
        id         = $id
        state      = $outcome.State
        thumbprint = $thumbprint
        until      = $until
        message    = $outcome.Message
    }
}

function Test-Issued {
    param($Request, $Before)
    if ($null -eq $Before -or $Before.state -ne 'issued') { return $false }
    $certificate = Read-Certificate -Path (Join-Path -Path $Answers -ChildPath ($Request.name + '.cer'))
    return $null -ne $certificate -and $certificate.Thumbprint -eq $Before.thumbprint
}

$manifestContent = Assert-Manifest
Assert-Signature -Content $manifestContent
[void] [System.IO.Directory]::CreateDirectory($Answers)
$known = Read-Result
foreach ($request in $requests) {
    $before = $known[$request.sha256]
    if (Test-Issued -Request $request -Before $before) { continue }
    if ($null -ne $before -and $before.state -in @('denied', 'failed')) {
        if ($Again) { $before = $null }
        elseif ($before.state -eq 'denied') { continue }
    }
    $known[$request.sha256] = Submit-Request -Request $request -Before $before
    Write-Result -Known $known
}

$results = @($requests | ForEach-Object -Process { $known[$_.sha256] })
foreach ($result in $results) {
    Write-Output -InputObject ('{0,-8} {1} {2} {3}' -f $result.state, $result.name, $result.thumbprint, $result.message).TrimEnd()
}
$waiting = @($results | Where-Object -FilterScript { $_.state -eq 'pending' })
$failed = @($results | Where-Object -FilterScript { $_.state -in @('denied', 'failed') })
Write-Output -InputObject ('{0} issued, {1} pending, {2} denied or failed. Answers: {3}' -f ($results.Count - $waiting.Count - $failed.Count), $waiting.Count, $failed.Count, $Answers)
if ($failed.Count -gt 0) { exit 1 }
if ($waiting.Count -gt 0) { exit 2 }
exit 0
