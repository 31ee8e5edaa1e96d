"""A PowerShell script that carries authorities within it and puts them into the stores of a Windows computer.

One file, so that nothing has to lie beside it on a machine that no policy reaches.
"""

import re
from base64 import b64decode, b64encode

from certwright.errors import Unreadable
from certwright.model import Artifact, Facts, Package
from certwright.pack.credential import Credential, Packers, Random, artifact
from certwright.pack.registry import Policy, policy
from certwright.pack.script import render
from certwright.speech import tr
from certwright.x509.read import read_certificate

_CERTIFICATE = re.compile(r"'store' = '(Root|CA)'; .*'certificate' = '([A-Za-z0-9+/]+={0,2})'")
_GONE = re.compile(r"'store' = '(Root|CA)'; 'thumbprint' = '([0-9A-F]{40})'; 'subject' = '[^']*(?:''[^']*)*' }")

TEMPLATE = r"""<#
.SYNOPSIS
Makes this computer trust the authorities of the site, and no longer those that were retired.
.DESCRIPTION
Run it as administrator on every node, server and client that no Group Policy reaches. Roots go to Trusted Root
Certification Authorities, other authorities to Intermediate Certification Authorities of the computer. It may be run
again: what is there stays. With -KeepRetired nothing is removed. With -WhatIf it only tells what it would do.
#>
#Requires -Version 5.1
#Requires -RunAsAdministrator
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [switch] $KeepRetired
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$trusted = %%trusted%%
$retired = %%retired%%

$changes = 0
foreach ($one in $trusted) {
    $store = Join-Path -Path 'Cert:\LocalMachine' -ChildPath $one.store
    $told = '{0} ({1})' -f $one.subject, $one.thumbprint
    if (Test-Path -LiteralPath (Join-Path -Path $store -ChildPath $one.thumbprint)) {
        Write-Output -InputObject ('{0} is in {1} already.' -f $told, $store)
        continue
    }
    if (-not $PSCmdlet.ShouldProcess($store, ('Add {0}' -f $told))) { continue }
    $file = Join-Path -Path ([IO.Path]::GetTempPath()) -ChildPath ('{0}.cer' -f $one.thumbprint)
    try {
        [IO.File]::WriteAllBytes($file, [Convert]::FromBase64String($one.certificate))
        $null = Import-Certificate -FilePath $file -CertStoreLocation $store -Confirm:$false
    } finally {
        Remove-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue
    }
    $changes++
    Write-Output -InputObject ('{0} was added to {1}.' -f $told, $store)
}

foreach ($one in $retired) {
    $store = Join-Path -Path 'Cert:\LocalMachine' -ChildPath $one.store
    $path = Join-Path -Path $store -ChildPath $one.thumbprint
    $told = '{0} ({1})' -f $one.subject, $one.thumbprint
    if (-not (Test-Path -LiteralPath $path)) {
        Write-Output -InputObject ('{0} is not in {1}.' -f $told, $store)
        continue
    }
    if ($KeepRetired) {
        Write-Warning -Message ('{0} is retired and still in {1}.' -f $told, $store)
        continue
    }
    if (-not $PSCmdlet.ShouldProcess($store, ('Remove {0}' -f $told))) { continue }
    Remove-Item -LiteralPath $path
    $changes++
    Write-Output -InputObject ('{0} was removed from {1}.' -f $told, $store)
}
Write-Output -InputObject ('{0}: {1} changes.' -f $env:COMPUTERNAME, $changes)
"""


def windows_script(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The script, with a byte order mark and CRLF, as Windows PowerShell 5.1 wants it."""
    wanted = policy(credential, package)
    retired = {read_certificate(der).thumbprint: read_certificate(der).subject for der in credential.retired}
    values: Facts = {
        "trusted": tuple(_record(store, der) for store, der in wanted.kept),
        "retired": tuple(
            {"store": store, "thumbprint": thumbprint, "subject": retired[thumbprint]}
            for store, thumbprint in wanted.gone
        ),
    }
    text = render(TEMPLATE, values, "powershell", source=package.id)
    return artifact(package, credential, text.replace("\n", "\r\n").encode("utf-8-sig"), secret=False)


def _record(store: str, der: bytes) -> Facts:
    facts = read_certificate(der)
    return {
        "store": store,
        "thumbprint": facts.thumbprint,
        "subject": facts.subject,
        "certificate": b64encode(der).decode("ascii"),
    }


def read_script(content: bytes) -> Policy:
    """What such a script would do. Unreadable when it is not one of ours, but for what it carries."""
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    kept = tuple((store, b64decode(coded)) for store, coded in _CERTIFICATE.findall(text))
    gone = tuple((store, thumbprint) for store, thumbprint in _GONE.findall(text))
    around = TEMPLATE.partition("$trusted")[0], TEMPLATE.partition("%%retired%%")[2]
    if not (text.startswith(around[0]) and text.endswith(around[1]) and kept):
        raise Unreadable(tr("not the script that was written: it does something else, or carries nothing"))
    return Policy(kept, gone)


PACKERS: Packers = {"windows-roots": windows_script}
