<#
    Imports a Windows client's certificate into the Personal store of the computer. Run it on the client, with the
    client's own file beside it or in the folder clients.
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding()]
param(
    [string]$Path = (Join-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath %%set_folder%%) -ChildPath "$env:COMPUTERNAME.pfx")
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if (-not (Test-Path -LiteralPath $Path)) {
    throw "There is no file '$Path'. Say where it is with -Path."
}
$password = Read-Host -Prompt "Password of '$Path'" -AsSecureString
$imported = @(Import-PfxCertificate -FilePath $Path -CertStoreLocation 'Cert:\LocalMachine\My' -Password $password |
        Where-Object -FilterScript { $_.HasPrivateKey })
if ($imported.Count -ne 1) {
    throw "'$Path' gave $($imported.Count) certificates with a private key, expected one."
}
Write-Output -InputObject "Imported $($imported[0].Thumbprint), valid until $($imported[0].NotAfter.ToUniversalTime().ToString('u'))."
