<#
.SYNOPSIS
Copies the core certificates to the deployment machine.
.DESCRIPTION
Run on the deployment machine, from the folder this script was delivered in. The folders there are made by the deployment; this
script refuses a tree that has others, or that holds files of another set.
#>
[CmdletBinding()]
param(
    [string] $CertificatesPath = 'C:\CloudDeployment\Setup\Certificates'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$identityFolder = %%identity_folder%%
$source = Join-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath 'deployment\Certificates') -ChildPath $identityFolder
$destination = Join-Path -Path $CertificatesPath -ChildPath $identityFolder

if (-not (Test-Path -LiteralPath $destination -PathType Container)) {
    throw ("The folder '{0}' does not exist. Is this the deployment machine?" -f $destination)
}
$folders = @(Get-ChildItem -LiteralPath $source -Directory | ForEach-Object -Process { $_.Name })
$present = @(Get-ChildItem -LiteralPath $destination -Directory | ForEach-Object -Process { $_.Name })
$missing = @($folders | Where-Object -FilterScript { $_ -notin $present })
$extra = @($present | Where-Object -FilterScript { $_ -notin $folders })
if ($missing.Count -gt 0 -or $extra.Count -gt 0) {
    throw ("The folders in '{0}' do not fit. Missing: {1}. Not expected: {2}." -f $destination, ($missing -join ', '), ($extra -join ', '))
}

$password = Read-Host -AsSecureString -Prompt 'Password of the core PFX files'
foreach ($folder in $folders) {
    $files = @(Get-ChildItem -LiteralPath (Join-Path -Path $source -ChildPath $folder) -Filter '*.pfx' -File)
    if ($files.Count -ne 1) { throw ("'{0}' must hold one PFX file and holds {1}." -f $folder, $files.Count) }
    Get-PfxData -FilePath $files[0].FullName -Password $password | Out-Null
    $strangers = @(Get-ChildItem -LiteralPath (Join-Path -Path $destination -ChildPath $folder) -File | Where-Object -FilterScript { $_.Name -ne $files[0].Name })
    if ($strangers.Count -gt 0) {
        throw ("'{0}' on this machine holds another file: {1}. Move it away first." -f $folder, $strangers[0].Name)
    }
}
foreach ($folder in $folders) {
    $file = @(Get-ChildItem -LiteralPath (Join-Path -Path $source -ChildPath $folder) -Filter '*.pfx' -File)[0]
    Copy-Item -LiteralPath $file.FullName -Destination (Join-Path -Path $destination -ChildPath $folder) -Force
    Write-Output -InputObject ("{0}\{1}" -f $folder, $file.Name)
}
