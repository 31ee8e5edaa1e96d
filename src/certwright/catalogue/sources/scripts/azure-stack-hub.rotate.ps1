<#
.SYNOPSIS
Rotates the external certificates of a running stamp through the privileged endpoint.
.DESCRIPTION
Needs a maintenance window (about an hour, endpoints are away for minutes), a backup of the stamp, a backup of the certificates in
use, CloudAdmin at the privileged endpoint, and a share which CloudAdmin reads and writes. After a failure follow the message,
see that the files are on the share, and run this script with -ReRun. Resource providers are rotated by themselves.
#>
[CmdletBinding()]
param(
    [string] $PrivilegedEndpoint = '',
    [string] $SharePath = '',
    [switch] $ReRun
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$plannedEndpoint = %%endpoint_session%%
$plannedShare = %%share_path%%
$identityFolder = %%identity_folder%%

if (-not $PrivilegedEndpoint) { $PrivilegedEndpoint = $plannedEndpoint }
if (-not $PrivilegedEndpoint) { $PrivilegedEndpoint = Read-Host -Prompt 'Address or name of an ERCS machine' }
if (-not $SharePath) { $SharePath = $plannedShare }
if (-not $SharePath) { $SharePath = Read-Host -Prompt 'Path of the share, ending in \Certificates' }
$SharePath = $SharePath.TrimEnd('\')
if ((Split-Path -Path $SharePath -Leaf) -cne 'Certificates') {
    throw ("The path '{0}' must end in \Certificates; the stamp tells it only when it runs." -f $SharePath)
}

$shareCredential = Get-Credential -Message 'Account that reads and writes the share (CloudAdmin)'
$endpointCredential = Get-Credential -Message 'CloudAdmin at the privileged endpoint'
$password = Read-Host -AsSecureString -Prompt 'Password of the new PFX files'

# The share holds Certificates\AAD or Certificates\ADFS, and nothing beside it.
$source = Join-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath 'rotation\Certificates') -ChildPath $identityFolder
$destination = Join-Path -Path $SharePath -ChildPath $identityFolder
New-PSDrive -Name 'RotationShare' -PSProvider FileSystem -Root (Split-Path -Path $SharePath -Parent) -Credential $shareCredential | Out-Null
try {
    $beside = @(Get-ChildItem -LiteralPath (Split-Path -Path $SharePath -Parent) | Where-Object -FilterScript { $_.Name -ne 'Certificates' })
    if ($beside.Count -gt 0) { throw ("The share holds more than the folder Certificates: {0}." -f $beside[0].Name) }
    if (Test-Path -LiteralPath $SharePath) {
        $others = @(Get-ChildItem -LiteralPath $SharePath | Where-Object -FilterScript { $_.Name -ne $identityFolder })
        if ($others.Count -gt 0) { throw ("'{0}' holds more than {1}: {2}." -f $SharePath, $identityFolder, $others[0].Name) }
    }
    $folders = @(Get-ChildItem -LiteralPath $source -Directory)
    if (Test-Path -LiteralPath $destination) {
        $names = @($folders | ForEach-Object -Process { $_.Name })
        $others = @(Get-ChildItem -LiteralPath $destination | Where-Object -FilterScript { $_.Name -notin $names })
        if ($others.Count -gt 0) { throw ("'{0}' holds a folder that does not belong there: {1}." -f $destination, $others[0].Name) }
    }
    foreach ($folder in $folders) {
        $files = @(Get-ChildItem -LiteralPath $folder.FullName -Filter '*.pfx' -File)
        if ($files.Count -ne 1) { throw ("'{0}' must hold one PFX file and holds {1}." -f $folder.Name, $files.Count) }
        Get-PfxData -FilePath $files[0].FullName -Password $password | Out-Null
        $place = Join-Path -Path $destination -ChildPath $folder.Name
        New-Item -Path $place -ItemType Directory -Force | Out-Null
        Get-ChildItem -LiteralPath $place -File | Remove-Item -Force
        Copy-Item -LiteralPath $files[0].FullName -Destination $place -Force
    }
}
finally {
    Remove-PSDrive -Name 'RotationShare' -Force
}

$trusted = (Get-Item -Path 'WSMan:\localhost\Client\TrustedHosts').Value
if (($trusted -split ',') -notcontains $PrivilegedEndpoint) {
    Set-Item -Path 'WSMan:\localhost\Client\TrustedHosts' -Value $PrivilegedEndpoint -Concatenate -Force
}
$option = New-PSSessionOption -Culture 'en-US' -UICulture 'en-US'
$session = New-PSSession -ComputerName $PrivilegedEndpoint -ConfigurationName 'PrivilegedEndpoint' -Credential $endpointCredential -SessionOption $option
try {
    Invoke-Command -Session $session -ScriptBlock { Test-AzureStack -Group SecretRotationReadiness }
    $answer = Read-Host -Prompt 'Are all results above good? Type yes to rotate'
    if ($answer -ne 'yes') { throw 'Nothing was rotated. Repair what failed, then run this script again.' }
    if ($ReRun) {
        Invoke-Command -Session $session -ScriptBlock { Start-SecretRotation -ReRun }
    }
    else {
        Invoke-Command -Session $session -ScriptBlock {
            Start-SecretRotation -PfxFilesPath $using:SharePath -PathAccessCredential $using:shareCredential -CertificatePassword $using:password
        }
    }
    Invoke-Command -Session $session -ScriptBlock { Test-AzureStack -Include AzsExternalCertificates -DetailedResults }
}
finally {
    Remove-PSSession -Session $session
}
Write-Output -InputObject 'The action plan above must have finished with the status Completed.'
Write-Output -InputObject ("Then take the files off '{0}' and keep them in a safe place." -f $SharePath)
