<#
    Imports the certificates of one site system server into the Personal store of the computer and binds the web server
    certificate in IIS. Run it on each server, from the folder of the site as certwright wrote it, after
    trust-windows-stores.ps1. It stops at the first thing that is wrong and says what it was.
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding()]
param(
    # The name of the server in the deployment file; the name of this computer when it is not given.
    [string]$Server = $env:COMPUTERNAME
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$servers = %%servers%%
$entry = $servers | Where-Object -FilterScript { $_['name'] -eq $Server } | Select-Object -First 1
if ($null -eq $entry) {
    throw "The deployment file names no server '$Server'. Say which with -Server."
}

$folder = Join-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath %%set_folder%%) -ChildPath $entry['name']
# SQL Server's own file is for import-sql-server.ps1, which also gives the service access to the key.
$files = @(Get-ChildItem -LiteralPath $folder -Filter '*.pfx' -File | Where-Object -FilterScript { $_.Name -ne 'sql-server.pfx' })
if ($files.Count -eq 0) {
    throw "There is no PFX file in '$folder'."
}

$password = Read-Host -Prompt ('Password of the set {0}/site-systems' -f %%name%%) -AsSecureString
# Open every file before anything is imported: a wrong password must not leave half a server behind.
foreach ($file in $files) {
    $null = Get-PfxData -FilePath $file.FullName -Password $password
}

function Import-MachineCertificate {
    param([string]$Path, [securestring]$Password)

    $imported = @(Import-PfxCertificate -FilePath $Path -CertStoreLocation 'Cert:\LocalMachine\My' -Password $Password |
            Where-Object -FilterScript { $_.HasPrivateKey })
    if ($imported.Count -ne 1) {
        throw "'$Path' gave $($imported.Count) certificates with a private key, expected one."
    }
    $chain = New-Object -TypeName 'System.Security.Cryptography.X509Certificates.X509Chain'
    # Revocation is for IIS and the clients to check; here only the path to a trusted root is asked for.
    $chain.ChainPolicy.RevocationMode = [System.Security.Cryptography.X509Certificates.X509RevocationMode]::NoCheck
    if (-not $chain.Build($imported[0])) {
        $reasons = ($chain.ChainStatus | ForEach-Object -Process { $_.StatusInformation.Trim() }) -join ' '
        throw "Windows does not trust '$Path': $reasons Run trust-windows-stores.ps1 first."
    }
    $imported[0]
}

function Set-HttpsBinding {
    param([string]$Site, [int]$Port, [string]$Thumbprint)

    $binding = Get-WebBinding -Name $Site -Protocol 'https' -Port $Port
    if ($null -eq $binding) {
        New-WebBinding -Name $Site -Protocol 'https' -Port $Port
        $binding = Get-WebBinding -Name $Site -Protocol 'https' -Port $Port
    }
    $binding.AddSslCertificate($Thumbprint, 'My')
    Write-Output -InputObject "Bound $Thumbprint to '$Site', port $Port."
}

foreach ($file in $files) {
    $certificate = Import-MachineCertificate -Path $file.FullName -Password $password
    Write-Output -InputObject "Imported $($file.Name): $($certificate.Thumbprint), valid until $($certificate.NotAfter.ToUniversalTime().ToString('u'))."
    if ($file.Name -eq 'web-server.pfx') {
        Import-Module -Name 'WebAdministration'
        Set-HttpsBinding -Site 'Default Web Site' -Port 443 -Thumbprint $certificate.Thumbprint
        if ($entry['roles'] -contains 'software-update-point') {
            Set-HttpsBinding -Site 'WSUS Administration' -Port 8531 -Thumbprint $certificate.Thumbprint
            Write-Output -InputObject "Next, in the WSUS Tools folder: WsusUtil.exe configuressl $($entry['intranet_fqdn'])"
        }
    }
}
