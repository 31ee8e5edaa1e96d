<#
    Gives each distribution point its client certificate, from a PFX file and its password. Run it where the
    Configuration Manager console is installed. The same files and password go into the wizards for task sequence media.
#>
#Requires -Version 5.1
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [ValidatePattern('^[A-Za-z0-9]{3}$')]
    [string]$SiteCode
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$servers = %%servers%%
$sharing = %%distribution_point_certificates%%
$root = Join-Path -Path $PSScriptRoot -ChildPath %%set_folder%%
$points = @($servers | Where-Object -FilterScript { $_['roles'] -contains 'distribution-point' })

$work = foreach ($point in $points) {
    $file = Join-Path -Path $root -ChildPath 'shared.pfx'
    if ($sharing -ne 'shared') {
        $file = Join-Path -Path (Join-Path -Path $root -ChildPath 'distribution-points') -ChildPath "$($point['name']).pfx"
    }
    if (-not (Test-Path -LiteralPath $file)) {
        throw "There is no file '$file' for distribution point '$($point['name'])'."
    }
    [pscustomobject]@{ Server = $point['intranet_fqdn']; File = $file }
}

$password = Read-Host -Prompt ('Password of the set {0}/os-deployment' -f %%name%%) -AsSecureString
foreach ($item in $work) {
    $null = Get-PfxData -FilePath $item.File -Password $password
}

Import-Module -Name (Join-Path -Path (Split-Path -Path $env:SMS_ADMIN_UI_PATH -Parent) -ChildPath 'ConfigurationManager.psd1')
Push-Location -LiteralPath "${SiteCode}:\"
try {
    foreach ($item in $work) {
        Set-CMDistributionPoint -SiteSystemServerName $item.Server -SiteCode $SiteCode -ClientCommunicationType 'Https' -CertificatePath $item.File -CertificatePassword $password
        Write-Output -InputObject "Imported '$($item.File)' into distribution point $($item.Server)."
    }
}
finally {
    Pop-Location
}

$media = Join-Path -Path $root -ChildPath 'media'
if (Test-Path -LiteralPath $media) {
    Write-Output -InputObject "Task sequence media: choose the files in '$media' on the Security page of the media wizard, and create the media again."
}
