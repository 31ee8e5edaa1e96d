<#
    Imports the certificate of a SQL Server instance, lets the service read its key, and names it to the instance.
    For a failover cluster instance run it on every node, with the same file. The service must be restarted afterwards.
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding()]
param(
    # The name of the server, or of the cluster, in the deployment file: the folder of its file.
    [Parameter(Mandatory)]
    [string]$Name,

    [string]$Instance = 'MSSQLSERVER'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$folder = Join-Path -Path (Join-Path -Path $PSScriptRoot -ChildPath %%pfx_folder%%) -ChildPath $Name
$file = Join-Path -Path $folder -ChildPath %%pfx_name%%
if (-not (Test-Path -LiteralPath $file)) {
    throw "There is no file '$file'."
}

$serviceName = if ($Instance -eq 'MSSQLSERVER') { $Instance } else { 'MSSQL$' + $Instance }
$service = Get-CimInstance -ClassName 'Win32_Service' -Filter "Name='$serviceName'"
if ($null -eq $service) {
    throw "This computer has no service '$serviceName'. Say which instance with -Instance."
}

$password = Read-Host -Prompt "Password of '$file'" -AsSecureString
$imported = @(Import-PfxCertificate -FilePath $file -CertStoreLocation 'Cert:\LocalMachine\My' -Password $password |
        Where-Object -FilterScript { $_.HasPrivateKey })
if ($imported.Count -ne 1) {
    throw "'$file' gave $($imported.Count) certificates with a private key, expected one."
}
$certificate = $imported[0]

# The key is a file of the computer; the account of the service must be able to read it.
$key = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($certificate)
$container = if ($key -is [System.Security.Cryptography.RSACng]) { $key.Key.UniqueName } else { $key.CspKeyContainerInfo.UniqueKeyContainerName }
$keyFile = 'Microsoft\Crypto\RSA\MachineKeys', 'Microsoft\Crypto\Keys' |
    ForEach-Object -Process { Join-Path -Path (Join-Path -Path $env:ProgramData -ChildPath $_) -ChildPath $container } |
    Where-Object -FilterScript { Test-Path -LiteralPath $_ } |
    Select-Object -First 1
if ($null -eq $keyFile) {
    throw "The key of $($certificate.Thumbprint) is not where Windows keeps the keys of the computer."
}
$rule = New-Object -TypeName 'System.Security.AccessControl.FileSystemAccessRule' -ArgumentList $service.StartName, 'Read', 'Allow'
$access = Get-Acl -LiteralPath $keyFile
$access.AddAccessRule($rule)
Set-Acl -LiteralPath $keyFile -AclObject $access

$instances = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL'
$settings = "HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server\$($instances.$Instance)\MSSQLServer\SuperSocketNetLib"
# SQL Server compares the thumbprint in lower case.
Set-ItemProperty -LiteralPath $settings -Name 'Certificate' -Value $certificate.Thumbprint.ToLowerInvariant()

Write-Output -InputObject "Instance $Instance will use $($certificate.Thumbprint) after a restart of '$serviceName'."
$clusters = %%sql_clusters%%
$cluster = $clusters | Where-Object -FilterScript { $_['name'] -eq $Name } | Select-Object -First 1
if ($null -ne $cluster) {
    Write-Output -InputObject "Do the same on every node: $($cluster['nodes'] -join ', ')."
}
