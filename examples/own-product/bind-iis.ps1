<#
    Imports the certificate of this IIS node into the Personal store of the computer and binds it. Run it on the node.
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding()]
param([string]$Node = $env:COMPUTERNAME)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$nodes = %%iis_nodes%%
$entry = $nodes | Where-Object -FilterScript { $_['name'] -eq $Node } | Select-Object -First 1
if ($null -eq $entry) {
    throw "The deployment file names no IIS node '$Node'. Say which with -Node."
}
$file = Join-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath 'iis') -ChildPath "$($entry['name']).pfx"
$password = Read-Host -Prompt ('Password of the set {0}/iis' -f %%name%%) -AsSecureString
$certificate = Import-PfxCertificate -FilePath $file -CertStoreLocation 'Cert:\LocalMachine\My' -Password $password |
    Where-Object -FilterScript { $_.HasPrivateKey }

Import-Module -Name 'WebAdministration'
$binding = Get-WebBinding -Name $entry['site'] -Protocol 'https' -Port 443
if ($null -eq $binding) {
    throw "The IIS site '$($entry['site'])' has no https binding on port 443."
}
$binding.AddSslCertificate($certificate.Thumbprint, 'My')
Write-Output -InputObject "Bound $($certificate.Thumbprint) to '$($entry['site'])'."
