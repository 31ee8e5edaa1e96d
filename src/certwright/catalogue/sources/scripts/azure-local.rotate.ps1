<#
.SYNOPSIS
Rotates the ingress certificates of a running appliance (build 2606 or later), and tests the endpoints afterwards.
.DESCRIPTION
Run as administrator where the operations module is installed, from the folder this script was delivered in. Choose a
maintenance window. The certificates in use now are not deleted here: keep their PFX files until the test below is good.
#>
[CmdletBinding()]
param(
    [string] $BasePath = 'C:\AzureLocalDisconnectedOperations',
    [string] $ClientCertificatePath = '',
    [switch] $SkipEndpointTest
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$expectedFiles = %%files%%
$managementEndpoint = %%management_endpoint%%
$contextCmdlets = %%context_cmdlets%%
$domainSuffix = %%fqdn%%
$wildcardLabels = %%wildcard_labels%%

$ingressPath = Join-Path -Path $PSScriptRoot -ChildPath 'IngressEndpointsCerts'
$expectedNames = @($expectedFiles | ForEach-Object -Process { Split-Path -Path $_ -Leaf } | Sort-Object)
$foundNames = @(Get-ChildItem -LiteralPath $ingressPath -File | ForEach-Object -Process { $_.Name } | Sort-Object)
$difference = @(Compare-Object -ReferenceObject $expectedNames -DifferenceObject $foundNames)
if ($difference.Count -gt 0) {
    throw ("The folder '{0}' is not the planned set: {1}" -f $ingressPath, (($difference | ForEach-Object -Process { $_.InputObject }) -join ', '))
}
if (-not $ClientCertificatePath) {
    $ClientCertificatePath = Join-Path -Path $PSScriptRoot -ChildPath 'ManagementEndpointCerts\ManagementEndpointClientAuth.pfx'
}

$ingressPassword = Read-Host -AsSecureString -Prompt 'Password of the new ingress PFX files'
$clientPassword = Read-Host -AsSecureString -Prompt 'Password of the management client PFX file in use'
foreach ($name in $expectedNames) {
    Get-PfxData -FilePath (Join-Path -Path $ingressPath -ChildPath $name) -Password $ingressPassword | Out-Null
}

Import-Module -Name (Join-Path -Path $BasePath -ChildPath 'OperationsModule\Azure.Local.DisconnectedOperations.psd1') -Force

# The cmdlet that makes the client context has several names; the first one the module knows is used.
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
$context = & $contextCommand @connection

$rotation = @{
    CertificatesFolder  = $ingressPath
    CertificatePassword = $ingressPassword
}
if ($null -ne $context) { $rotation['DisconnectedOperationsClientContext'] = $context }
Set-ApplianceExternalEndpointCertificates @rotation

if ($SkipEndpointTest) { return }
# A client that trusts the root must be able to shake hands with every plain name; a wildcard has no host of its own.
$wildcards = @($wildcardLabels | ForEach-Object -Process { '{0}.{1}' -f $_, $domainSuffix })
$failed = @()
foreach ($name in $expectedNames) {
    $hostName = $name -replace '\.pfx$', ''
    if ($hostName -in $wildcards) { continue }
    $client = New-Object -TypeName 'System.Net.Sockets.TcpClient'
    try {
        $client.Connect($hostName, 443)
        $stream = New-Object -TypeName 'System.Net.Security.SslStream' -ArgumentList $client.GetStream()
        $stream.AuthenticateAsClient($hostName)
        Write-Output -InputObject ("{0}: {1}" -f $hostName, $stream.RemoteCertificate.GetExpirationDateString())
    }
    catch {
        $failed += ("{0}: {1}" -f $hostName, $_.Exception.Message)
    }
    finally {
        $client.Dispose()
    }
}
if ($failed.Count -gt 0) {
    throw ("Endpoints below {0} that do not answer with a trusted certificate: {1}" -f $domainSuffix, ($failed -join '; '))
}
