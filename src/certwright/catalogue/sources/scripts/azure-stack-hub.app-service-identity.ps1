<#
.SYNOPSIS
Gives the App Service identity application of AD FS its new certificate, through the privileged endpoint.
.DESCRIPTION
Run after the SSO certificate was rotated in App Service, from the folder this script was delivered in. The object id of the
application stands in the administrator portal: Default Provider Subscription, Access control, AzureStack-AppService-….
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $ApplicationObjectId,
    [string] $PrivilegedEndpoint = ''
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$plannedEndpoint = %%endpoint_session%%
if (-not $PrivilegedEndpoint) { $PrivilegedEndpoint = $plannedEndpoint }
if (-not $PrivilegedEndpoint) { $PrivilegedEndpoint = Read-Host -Prompt 'Address or name of an ERCS machine' }

$path = Join-Path -Path $PSScriptRoot -ChildPath 'AppServices\Identity.cer'
$certificate = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList $path
$credential = Get-Credential -Message 'CloudAdmin at the privileged endpoint'
$option = New-PSSessionOption -Culture 'en-US' -UICulture 'en-US'
$session = New-PSSession -ComputerName $PrivilegedEndpoint -ConfigurationName 'PrivilegedEndpoint' -Credential $credential -SessionOption $option
try {
    $application = Invoke-Command -Session $session -ScriptBlock {
        Set-GraphApplication -ApplicationIdentifier $using:ApplicationObjectId -ClientCertificates $using:certificate
    }
}
finally {
    Remove-PSSession -Session $session
}
if (@($application.Thumbprint) -notcontains $certificate.Thumbprint) {
    throw ("The application does not show the thumbprint {0}." -f $certificate.Thumbprint)
}
$application
