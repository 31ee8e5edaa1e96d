<#
    Adds the roots to the list of trusted root certification authorities of the site, and lets clients use PKI
    certificates. Run it where the Configuration Manager console is installed. The list takes roots only.
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

$files = @(Get-ChildItem -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath %%set_folder%%) -Filter '*.cer' -File -Recurse)
$roots = @(foreach ($file in $files) {
        $certificate = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Certificate2' -ArgumentList $file.FullName
        if ($certificate.Subject -eq $certificate.Issuer) { $file.FullName }
    })
if ($roots.Count -eq 0) {
    throw 'There is no root among the .cer files in the folder of trusted authorities.'
}

Import-Module -Name (Join-Path -Path (Split-Path -Path $env:SMS_ADMIN_UI_PATH -Parent) -ChildPath 'ConfigurationManager.psd1')
Push-Location -LiteralPath "${SiteCode}:\"
try {
    Set-CMSite -SiteCode $SiteCode -AddCertificateByPath $roots -UsePkiClientCertificate $true
    Write-Output -InputObject "Added to the list of site ${SiteCode}: $($roots -join ', ')."
}
finally {
    Pop-Location
}
