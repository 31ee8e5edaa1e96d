<#
.SYNOPSIS
Imports the ingress certificates through the management endpoint (builds up to 2505).
.DESCRIPTION
Run on the seed node as administrator, from the folder this script was delivered in.
#>
[CmdletBinding()]
param(
    [string] $BasePath = 'C:\AzureLocalDisconnectedOperations',
    [string] $ManagementAddress = '',
    [int] $ManagementPrefixLength = 24
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$expectedFiles = %%files%%
$plannedAddress = %%management_address%%
if (-not $ManagementAddress) { $ManagementAddress = $plannedAddress }
$parsed = $null
if (-not [Net.IPAddress]::TryParse($ManagementAddress, [ref] $parsed)) {
    $ManagementAddress = [Net.Dns]::GetHostAddresses($ManagementAddress)[0].IPAddressToString
}

$ingressPath = Join-Path -Path $PSScriptRoot -ChildPath 'IngressEndpointsCerts'
$managementPath = Join-Path -Path $PSScriptRoot -ChildPath 'ManagementEndpointCerts'
$expectedNames = @($expectedFiles | ForEach-Object -Process { Split-Path -Path $_ -Leaf } | Sort-Object)
$foundNames = @(Get-ChildItem -LiteralPath $ingressPath -File | ForEach-Object -Process { $_.Name } | Sort-Object)
$difference = @(Compare-Object -ReferenceObject $expectedNames -DifferenceObject $foundNames)
if ($difference.Count -gt 0) {
    throw ("The folder '{0}' is not the planned set: {1}" -f $ingressPath, (($difference | ForEach-Object -Process { $_.InputObject }) -join ', '))
}

$ingressPassword = Read-Host -AsSecureString -Prompt 'Password of the ingress PFX files'
$managementPassword = Read-Host -AsSecureString -Prompt 'Password of the management PFX files'
foreach ($name in $expectedNames) {
    Get-PfxData -FilePath (Join-Path -Path $ingressPath -ChildPath $name) -Password $ingressPassword | Out-Null
}

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
$context = $managementConfiguration.ToDisconnectedOperationsClientContext()

# The parameters were renamed between builds; the installed module decides.
$parameters = (Get-Command -Name 'Set-ApplianceExternalEndpointCertificates').Parameters
$import = @{ DisconnectedOperationsClientContext = $context }
if ($parameters.ContainsKey('CertificatesFolder')) {
    $import['CertificatesFolder'] = $ingressPath
    $import['CertificatePassword'] = $ingressPassword
}
else {
    $import['IngressEndpointCerts'] = $ingressPath
    $import['IngressEndpointPassword'] = $ingressPassword
}
Set-ApplianceExternalEndpointCertificates @import
