<#
.SYNOPSIS
Runs the vendor's readiness checker over the delivered validation tree.
.DESCRIPTION
Windows PowerShell 5.1, elevated, with the module Microsoft.AzureStack.ReadinessChecker installed, on an English Windows: in other
languages its test HTTP CRL fails although the address is there. The checker has no cmdlet for Container Registry.
#>
[CmdletBinding()]
param(
    [string] $OutputPath = '',
    [switch] $CleanReport
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$region = %%region%%
$domain = %%fqdn%%
$identitySystem = %%identity_folder%%
$services = %%services%%

if ((Get-UICulture).Name -ne 'en-US') {
    Write-Warning -Message ("Windows speaks {0}; the test HTTP CRL may fail for that reason alone." -f (Get-UICulture).Name)
}
Import-Module -Name 'Microsoft.AzureStack.ReadinessChecker'

$tree = Join-Path -Path $PSScriptRoot -ChildPath 'validation'
$common = @{
    RegionName = $region
    FQDN       = $domain
}
if ($OutputPath) { $common['OutputPath'] = $OutputPath }

# The core endpoints first; a report is begun anew only once.
$password = Read-Host -AsSecureString -Prompt 'Password of the core PFX files'
$core = @{
    CertificatePath = Join-Path -Path $tree -ChildPath 'Deployment'
    pfxPassword     = $password
    IdentitySystem  = $identitySystem
}
if ($CleanReport) { $core['CleanReport'] = $true }
Invoke-AzsHubDeploymentCertificateValidation @core @common

$providers = [ordered] @{
    'app-service' = @{ Folder = 'AppServices'; Command = 'Invoke-AzsHubAppServicesCertificateValidation' }
    'sql-mysql'   = @{ Folder = 'DBAdapter'; Command = 'Invoke-AzsHubDBAdapterCertificateValidation' }
    'event-hubs'  = @{ Folder = 'EventHubs'; Command = 'Invoke-AzsHubEventHubsCertificateValidation' }
    'iot-hub'     = @{ Folder = 'IoTHub'; Command = 'Invoke-AzsHubIoTHubCertificateValidation' }
}
foreach ($service in $providers.Keys) {
    if ($service -notin $services) { continue }
    $provider = $providers[$service]
    $validation = @{
        CertificatePath = Join-Path -Path $tree -ChildPath $provider.Folder
        pfxPassword     = Read-Host -AsSecureString -Prompt ("Password of the PFX files in {0}" -f $provider.Folder)
    }
    & $provider.Command @validation @common
}
if ('container-registry' -in $services) {
    Write-Warning -Message 'The readiness checker has no cmdlet for the folder Container Registry; certwright check judges it.'
}
