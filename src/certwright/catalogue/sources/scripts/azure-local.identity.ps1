<#
.SYNOPSIS
Updates the identity provider trust of a running appliance (build 2606 or later) with the delivered chains.
.DESCRIPTION
Run as administrator where the operations module is installed, from the folder this script was delivered in. Afterwards sign in
to the portal with a user of the identity provider.
#>
[CmdletBinding()]
param(
    [string] $BasePath = 'C:\AzureLocalDisconnectedOperations',
    [string] $ClientCertificatePath = ''
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$managementEndpoint = %%management_endpoint%%
$contextCmdlets = %%context_cmdlets%%

function Read-Chain {
    param([string] $Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return }
    $text = [IO.File]::ReadAllText($Path)
    $pattern = '-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----'
    foreach ($match in [regex]::Matches($text, $pattern)) {
        $bytes = [Convert]::FromBase64String($match.Groups[1].Value)
        New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList @(, $bytes)
    }
}

$folder = Join-Path -Path $PSScriptRoot -ChildPath 'identity'
$chains = @{}
$oidc = @(Read-Chain -Path (Join-Path -Path $folder -ChildPath 'OidcCertChainInfo.pem'))
$ldaps = @(Read-Chain -Path (Join-Path -Path $folder -ChildPath 'LdapsCertChainInfo.pem'))
if ($oidc.Count -gt 0) { $chains['OidcCertChainInfo'] = $oidc }
if ($ldaps.Count -gt 0) { $chains['LdapsCertChainInfo'] = $ldaps }
if ($chains.Count -eq 0) { throw ("No chain in '{0}'." -f $folder) }

if (-not $ClientCertificatePath) {
    $ClientCertificatePath = Join-Path -Path $PSScriptRoot -ChildPath 'ManagementEndpointCerts\ManagementEndpointClientAuth.pfx'
}
$clientPassword = Read-Host -AsSecureString -Prompt 'Password of the management client PFX file in use'

Import-Module -Name (Join-Path -Path $BasePath -ChildPath 'OperationsModule\Azure.Local.DisconnectedOperations.psd1') -Force

$contextCommand = $contextCmdlets | ForEach-Object -Process { Get-Command -Name $_ -ErrorAction SilentlyContinue } | Select-Object -First 1
if ($null -eq $contextCommand) {
    throw ("The operations module knows none of: {0}." -f ($contextCmdlets -join ', '))
}
$connection = @{
    ManagementEndpointClientCertificatePath     = $ClientCertificatePath
    ManagementEndpointClientCertificatePassword = $clientPassword
}
if ($contextCommand.Parameters.ContainsKey('ManagementEndpointIpAddress')) {
    $connection['ManagementEndpointIpAddress'] = $managementEndpoint
}
else {
    $connection['ManagementEndpoint'] = $managementEndpoint
}
& $contextCommand @connection | Out-Null

$configuration = New-AppliancePartialExternalIdentityConfiguration @chains
Update-ApplianceExternalIdentityConfiguration -Config $configuration
