<#
    Uploads the server certificate of each cloud management gateway, and the authorities its clients' certificates come
    from. A gateway that does not exist yet is made in the console, with the same files. Run it where the Configuration
    Manager console is installed.
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

$gateways = %%cloud_gateways%%
$withRoots = %%gateway_roots%%
$root = Join-Path -Path $PSScriptRoot -ChildPath %%set_folder%%

$password = Read-Host -Prompt ('Password of the set {0}/cloud' -f %%name%%) -AsSecureString
foreach ($gateway in $gateways) {
    $null = Get-PfxData -FilePath (Join-Path -Path $root -ChildPath "$($gateway['name']).pfx") -Password $password
}

Import-Module -Name (Join-Path -Path (Split-Path -Path $env:SMS_ADMIN_UI_PATH -Parent) -ChildPath 'ConfigurationManager.psd1')

$authorities = @{}
if ($withRoots -eq 'yes') {
    $files = Get-ChildItem -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath 'trust') -Filter '*.cer' -File -Recurse
    foreach ($file in $files) {
        $certificate = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList $file.FullName
        $kind = if ($certificate.Subject -eq $certificate.Issuer) { 'RootCA' } else { 'IntermediateCA' }
        $authorities[$file.FullName] = [Microsoft.ConfigurationManagement.AdminConsole.AzureServices.CertificateStore]$kind
    }
    if ($authorities.Count -eq 0) {
        throw "There is no certificate in the folder 'trust', but clients authenticate with certificates."
    }
}

Push-Location -LiteralPath "${SiteCode}:\"
try {
    foreach ($gateway in $gateways) {
        $name = $gateway['name']
        if ($null -eq (Get-CMCloudManagementGateway -Name $name)) {
            throw "The site has no gateway '$name'. Make it in the console first, with '$name.pfx'."
        }
        $pfx = Join-Path -Path $root -ChildPath "$name.pfx"
        Set-CMCloudManagementGateway -Name $name -ServiceCertPath $pfx -ServiceCertPassword $password -Force
        if ($authorities.Count -gt 0) {
            Set-CMCloudManagementGateway -Name $name -CARootCert $authorities -Force
        }
        Write-Output -InputObject "Uploaded '$pfx' and $($authorities.Count) authorities to gateway $name."
    }
}
finally {
    Pop-Location
}
