<#
.SYNOPSIS
Sets the backup configuration of the appliance with the delivered public certificate.
.DESCRIPTION
Run as administrator, signed in with the Azure CLI as an operator. The private key in backup\offline is not needed here: move it
and its password to a safe place outside of this site before the first backup.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $SharePath,
    [Parameter(Mandatory = $true)] [string] $UserName,
    [string] $BasePath = 'C:\AzureLocalDisconnectedOperations'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$domainSuffix = %%fqdn%%
$certificatePath = Join-Path -Path $PSScriptRoot -ChildPath 'backup\BackupEncryption.cer'
$certificate = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList $certificatePath
$sharePassword = Read-Host -AsSecureString -Prompt ("Password of {0} for the share" -f $UserName)

Import-Module -Name (Join-Path -Path $BasePath -ChildPath 'OperationsModule\Azure.Local.Backup.psm1') -Force

$backup = @{
    Path                     = $SharePath
    UserName                 = $UserName
    Password                 = $sharePassword
    EncryptionCertBase64     = [Convert]::ToBase64String($certificate.RawData)
    EncryptionCertThumbprint = $certificate.Thumbprint
    ExternalDomainSuffix     = $domainSuffix
}
Set-ApplianceBackupConfiguration @backup
