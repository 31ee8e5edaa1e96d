<#
.SYNOPSIS
Makes a node or a client trust the root of the appliance: Windows, the Arc files and the Azure CLI.
.DESCRIPTION
Run as administrator on every node, and on every client that uses the Azure CLI. It may be run again: what is already there
stays. Run it again after an update of the Azure CLI, which replaces the CLI bundle. For a management certificate with another
root, run it once more with -RootFile.
#>
[CmdletBinding()]
param(
    [string] $RootFile = '',
    [string] $BasePath = 'C:\AzureLocalDisconnectedOperations',
    [string] $CliPath = 'C:\Program Files\Microsoft SDKs\Azure\CLI2'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$site = %%name%%
$isOtherRoot = [bool] $RootFile
if (-not $RootFile) { $RootFile = Join-Path -Path $PSScriptRoot -ChildPath 'applianceRoot.cer' }

$root = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList $RootFile
if ($root.Subject -ne $root.Issuer) {
    throw ("'{0}' holds '{1}', an intermediate. The explicit root is needed." -f $RootFile, $root.Subject)
}

if (-not $isOtherRoot) {
    New-Item -Path $BasePath -ItemType Directory -Force | Out-Null
    $applianceRoot = Join-Path -Path $BasePath -ChildPath 'applianceRoot.cer'
    if ((Resolve-Path -LiteralPath $RootFile).Path -ne $applianceRoot) {
        Copy-Item -LiteralPath $RootFile -Destination $applianceRoot -Force
    }
    $arcPath = Join-Path -Path $env:APPDATA -ChildPath 'AzureLocal'
    New-Item -Path $arcPath -ItemType Directory -Force | Out-Null
    Copy-Item -LiteralPath $RootFile -Destination (Join-Path -Path $arcPath -ChildPath 'AzureLocalRootCert.cer') -Force
}

$stored = @(Get-ChildItem -Path 'Cert:\LocalMachine\Root' | Where-Object -FilterScript { $_.Thumbprint -eq $root.Thumbprint })
if ($stored.Count -eq 0) {
    Import-Certificate -FilePath $RootFile -CertStoreLocation 'Cert:\LocalMachine\Root' -Confirm:$false | Out-Null
}

# The Azure CLI has a bundle of its own.
$bundles = @()
if (Test-Path -LiteralPath $CliPath -PathType Container) {
    $bundles = @(Get-ChildItem -LiteralPath $CliPath -Filter 'cacert.pem' -Recurse -File | Where-Object -FilterScript { $_.DirectoryName -like '*certifi*' })
}
if ($bundles.Count -eq 0) {
    Write-Warning -Message ("No Azure CLI bundle below '{0}'. Install the CLI, then run this script again, or give -CliPath." -f $CliPath)
}
$carriage = [string] [char] 13
$body = [Convert]::ToBase64String($root.RawData, [Base64FormattingOptions]::InsertLineBreaks).Replace($carriage, '')
$lines = @('', ('# {0} ({1})' -f $root.Subject, $site), '-----BEGIN CERTIFICATE-----', $body, '-----END CERTIFICATE-----', '')
$armoured = $lines -join [string] [char] 10
foreach ($bundle in $bundles) {
    $text = [IO.File]::ReadAllText($bundle.FullName).Replace($carriage, '')
    # A bundle breaks its lines where it likes, so the comparison is without breaks.
    $newline = [string] [char] 10
    if (-not $text.Replace($newline, '').Contains($body.Replace($newline, ''))) {
        [IO.File]::AppendAllText($bundle.FullName, $armoured)
    }
}

Write-Output -InputObject ("{0} trusts '{1}' ({2})." -f $env:COMPUTERNAME, $root.Subject, $root.Thumbprint)
