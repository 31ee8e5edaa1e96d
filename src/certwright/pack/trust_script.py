"""The one-line script with which a consumer reports what it trusts: OpenSSL and a POSIX shell, or PowerShell.

It reads, prints and needs nothing installed. Lines of the report fit in 80 columns, at which Windows may break them.
"""

from typing import Literal

from certwright.errors import Refused
from certwright.generations import Consumer
from certwright.looks import Object, read_look
from certwright.pack.trust_report import CONSUMER, FIRST, VERSION
from certwright.speech import tr

Shell = Literal["sh", "powershell"]

# Of a POSIX shell, and without a single quote: it stands between two of them.
_SH = (
    r'r=$(printf "\r"); n=$(printf "\n."); n=${n%.}; t=0; m=trusts; x=0',
    # $c is one certificate as PEM: its fingerprint, and when it is presented, who signed it (1.1.1 writes keyid:)
    'one() { s=$(printf %s\\\\n "$c" | openssl x509 -outform DER | openssl dgst -sha256 -r) || return'
    '; t=$((t + 1)); f=$((f + 1)); echo "$m ${s%% *}"; [ $m = trusts ] || signer; }',
    'signer() { k=$(printf %s\\\\n "$c" | openssl x509 -noout -text | while read -r l; do case $l in'
    ' "X509v3 Authority Key Identifier:"*) read -r l; printf %s "${l#keyid:}";; esac; done)'
    '; case $k in "" | *[!0-9A-Fa-f:]*) k=-;; esac; echo "signed-by $k"; }',
    # every PEM certificate of the input, whatever stands between them; of what is presented, the first
    'every() { p=; while read -r l || [ -n "$l" ]; do l=${l%"$r"}; case $l in'
    " *-----BEGIN\\ *CERTIFICATE-----*) p=-----BEGIN${l#*-----BEGIN};;"
    ' *-----END\\ *CERTIFICATE-----*) [ -z "$p" ] || [ $m$f = shows1 ]'
    ' || if c=$(printf %s\\\\n "$p$n$l" | openssl x509); then one'
    '; else echo "one certificate in $a cannot be read" >&2; fi; p=;;'
    ' *) [ -z "$p" ] || p=$p$n$l;; esac; done; }',
    "FIRST",
    'for a; do case $a in --) m=shows; x=1; echo "looked-at leaves"; continue;; esac'
    '; [ $x = 1 ] || echo "looked-at trust"; x=1; f=0; if [ "$a" = - ]; then every; else every <"$a"; [ $f != 0 ]'
    ' || if c=$(openssl x509 -inform DER -in "$a" 2>/dev/null); then one; fi; fi'
    '; [ $f != 0 ] || { echo "no certificate in $a" >&2; exit 1; }; done',
    '[ $x = 1 ] || { echo "name the trust lists, then -- and the certificates shown" >&2; exit 2; }; echo "end $t"',
)

_POWERSHELL = r"""
& { $ErrorActionPreference = 'Stop'
$sha = [Security.Cryptography.SHA256]::Create()
$hex = { param([byte[]] $b) [BitConverter]::ToString($b).Replace('-', '').ToLowerInvariant() }
$utc = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
'FIRST'
'consumer CONSUMER'
'at ' + $utc
'looked-at trust'
if ($args.Count) { $pem = '-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----'
$known = @(foreach ($file in $args) { $text = [IO.File]::ReadAllText((Resolve-Path -LiteralPath $file).ProviderPath)
foreach ($one in [regex]::Matches($text, $pem)) { $der = [Convert]::FromBase64String($one.Groups[1].Value)
& $hex ($sha.ComputeHash($der)) } })
if (-not $known.Count) { throw 'no certificate in these files' }
$known | ForEach-Object { 'trusts ' + $_ }
'end ' + $known.Count; return }
$never = @(Get-ChildItem Cert:\LocalMachine\Disallowed | ForEach-Object { $_.Thumbprint })
$known = @(Get-ChildItem Cert:\LocalMachine\Root)
$known += @(Get-ChildItem Cert:\LocalMachine\CA | Where-Object { $_.Subject -ne $_.Issuer })
$known = @($known | Where-Object { $never -notcontains $_.Thumbprint } | Sort-Object Thumbprint -Unique)
$known | ForEach-Object { 'trusts ' + (& $hex ($sha.ComputeHash($_.RawData))) }
'looked-at leaves'
$mine = @(Get-ChildItem Cert:\LocalMachine\My | Where-Object { $_.NotAfter -gt (Get-Date) })
$mine = @($mine | Sort-Object Thumbprint -Unique)
foreach ($one in $mine) { 'shows ' + (& $hex ($sha.ComputeHash($one.RawData)))
$key = '-'
$found = $one.Extensions['2.5.29.35']
if ($found) { $d = $found.RawData
$at = 2
if ($d[1] -gt 128) { $at += $d[1] - 128 }
if ($d[$at] -eq 128 -and $d[$at + 1]) { $key = & $hex ($d[($at + 2)..($at + 1 + $d[$at + 1])]) } }
'signed-by ' + $key }
'end ' + ($known.Count + $mine.Count) }
"""


def trust_script(consumer: Consumer, shell: Shell) -> str:
    """The script as one line with its end; what stands behind it are the files to be read.

    In a shell: bundles (`-` for the standard input), then `--` and certificates that are presented. In PowerShell: PEM
    bundles, or without any, the machine's stores. A cluster's object is asked for with kubectl. Refused for a consumer
    whose name has letters that a script would have to quote.
    """
    if not CONSUMER.fullmatch(consumer.id):
        hint = tr("declare it under consumers: with a name of lower-case letters, digits and hyphens")
        raise Refused(tr("the name {name} cannot stand in a script", name=consumer.id), hint)
    if shell == "powershell":
        return _powershell(consumer)
    first = f'echo "{FIRST} {VERSION}"; echo "consumer {consumer.id}"; echo "at $(date -u +%Y-%m-%dT%H:%M:%SZ)"'
    body = "; ".join(_SH).replace("FIRST", first)
    look = read_look(consumer.look)
    if isinstance(look, Object):
        return f"{_kubectl(look)} | sh -c '{body}' certwright -\n"
    return f"sh -c '{body}' certwright \"$@\"\n"


def _powershell(consumer: Consumer) -> str:
    """One line: what stands between braces is divided by semicolons."""
    lines = _POWERSHELL.replace("FIRST", f"{FIRST} {VERSION}").replace("CONSUMER", consumer.id).split("\n")
    return "; ".join(filter(None, lines)) + " @args\n"


def _kubectl(look: Object) -> str:
    """What prints the certificates of that object: without a tool for JSON, by kubectl's own templates."""
    decoded = " | base64decode" if look.kind == "secret" else ""
    template = f'{{{{index .data "{look.key}"{decoded}}}}}'
    if look.key == "*":
        template = f'{{{{range .data}}}}{{{{.{decoded}}}}}{{{{"\\n"}}}}{{{{end}}}}'
    return f"kubectl get {look.kind} {look.name} -n {look.namespace} -o 'go-template={template}'"
