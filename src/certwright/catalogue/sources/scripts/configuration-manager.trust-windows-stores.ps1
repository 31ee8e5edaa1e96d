<#
    Puts roots into the Trusted Root store and intermediates into the Intermediate store of this computer. Run it on every
    site system, and on management points above all: they reject clients whose authority their Windows does not trust.
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$files = @(Get-ChildItem -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath %%set_folder%%) -Filter '*.cer' -File -Recurse)
if ($files.Count -eq 0) {
    throw 'There is no .cer file in the folder of trusted authorities.'
}
foreach ($file in $files) {
    $certificate = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList $file.FullName
    $store = if ($certificate.Subject -eq $certificate.Issuer) { 'Cert:\LocalMachine\Root' } else { 'Cert:\LocalMachine\CA' }
    $null = Import-Certificate -FilePath $file.FullName -CertStoreLocation $store
    Write-Output -InputObject "Imported $($certificate.Thumbprint) ($($certificate.Subject)) into $store."
}
