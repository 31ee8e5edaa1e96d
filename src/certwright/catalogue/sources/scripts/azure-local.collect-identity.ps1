<#
.SYNOPSIS
Collects the certificate chains of the identity provider, for the deployment and for the facts oidc_chain and ldaps_chain.
.DESCRIPTION
Run where the operations module is installed and the identity provider answers. Look at the printed subjects and thumbprints and
compare them with what the owner of the identity provider tells you: whatever answers now will be trusted.
#>
[CmdletBinding()]
param(
    [string] $BasePath = 'C:\AzureLocalDisconnectedOperations',
    [string] $OutputFolder = ''
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

if (-not $OutputFolder) { $OutputFolder = $PSScriptRoot }
$endpoints = [ordered] @{
    'oidc-chain.pem'  = %%oidc_uri%%
    'ldaps-chain.pem' = %%ldaps_uri%%
}

Import-Module -Name (Join-Path -Path $BasePath -ChildPath 'OperationsModule\Azure.Local.DisconnectedOperations.psd1') -Force
if ($null -eq (Get-Command -Name 'Get-CertificateChainFromEndpoint' -ErrorAction SilentlyContinue)) {
    throw 'This module does not export Get-CertificateChainFromEndpoint (a known issue of build 2506). Use a newer module.'
}

foreach ($file in $endpoints.Keys) {
    if (-not $endpoints[$file]) { continue }
    $lines = @()
    foreach ($entry in @(Get-CertificateChainFromEndpoint -requestUri $endpoints[$file])) {
        # Older builds return Base64 text instead of certificates.
        if ($entry -is [string]) {
            $certificate = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList @(, [Convert]::FromBase64String($entry))
        }
        else {
            $certificate = $entry
        }
        Write-Output -InputObject ("{0}: {1} ({2})" -f $file, $certificate.Subject, $certificate.Thumbprint)
        $lines += '-----BEGIN CERTIFICATE-----'
        $lines += [Convert]::ToBase64String($certificate.RawData, [Base64FormattingOptions]::InsertLineBreaks)
        $lines += '-----END CERTIFICATE-----'
    }
    if ($lines.Count -eq 0) { throw ("'{0}' showed no certificate." -f $endpoints[$file]) }
    Set-Content -LiteralPath (Join-Path -Path $OutputFolder -ChildPath $file) -Value $lines -Encoding Ascii
}
