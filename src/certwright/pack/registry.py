"""Trusted certificates for the registry of Windows: a policy file (Registry.pol, [MS-GPREG] 2.2.1) and a .reg file.

Both write below the policies, where Group Policy keeps what it distributes: roots under Root, other authorities under
CA. What is retired is removed by its thumbprint. The readers take nothing but what is written here.
"""

import codecs
import re
from collections.abc import Iterator
from struct import Struct, error

from certwright.errors import Unreadable
from certwright.model import Artifact, Package
from certwright.pack.credential import Credential, Packers, Random, artifact
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate
from certwright.x509.store import read_blob, write_blob

STORES = r"Software\Policies\Microsoft\SystemCertificates"
MOST_OCTETS = 16 << 20

_HEAD = b"PReg\x01\0\0\0"
_TEXT, _BINARY = 1, 3  # REG_SZ, REG_BINARY
_DELETE = "**DeleteKeys"  # [MS-GPREG] 3.2.5.1: the data names keys below this one, with semicolons between them
_NUMBER = Struct("<I")
_REG_HEAD = "Windows Registry Editor Version 5.00"
_HEX = re.compile(r'"Blob"=hex:([0-9a-f]{2}(?:,[0-9a-f]{2})*)')
_KEY = re.compile(re.escape(STORES) + r"\\(Root|CA)\\Certificates(?:\\([0-9A-F]{40}))?")
_SECTION = re.compile(r"\[(-?)HKEY_LOCAL_MACHINE\\(.+)\\(Root|CA)\\Certificates\\([0-9A-F]{40})\]")


@value
class Policy:
    """What a file asks for: certificates to trust (DER) by store, "Root" or "CA"; and thumbprints that are to go."""

    kept: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    gone: tuple[tuple[str, str], ...] = ()


def policy(credential: Credential, package: Package) -> Policy:
    """The anchors of a place, roots to Root and other authorities to CA; and those it has retired."""
    kept = map(read_certificate, credential.trusted(package))
    gone = map(read_certificate, credential.retired)
    return Policy(tuple((_store(one), one.der) for one in kept), tuple((_store(one), one.thumbprint) for one in gone))


def _store(facts: CertificateFacts) -> str:
    return "Root" if facts.self_issued else "CA"


# ── Registry.pol ──────────────────────────────────────────────────────────────────────────────────


def registry_pol(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The machine's part of a Group Policy object: what `LGPO.exe /m` imports, and Machine\\Registry.pol holds."""
    return artifact(package, credential, write_policy(policy(credential, package)), secret=False)


def write_policy(wanted: Policy) -> bytes:
    """A policy file. Removals come first, so that a certificate that is kept, too, stays."""
    parts = [_HEAD]
    for store in ("Root", "CA"):
        if names := [thumbprint for where, thumbprint in wanted.gone if where == store]:
            parts.append(_instruction(rf"{STORES}\{store}\Certificates", _DELETE, _TEXT, _wide(";".join(names))))
    for store, der in wanted.kept:
        facts = read_certificate(der)
        blob = write_blob(der, facts.subject_key_identifier or b"")
        parts.append(_instruction(rf"{STORES}\{store}\Certificates\{facts.thumbprint}", "Blob", _BINARY, blob))
    return b"".join(parts)


def _instruction(key: str, name: str, kind: int, data: bytes) -> bytes:
    """`[key;value;type;size;data]`: brackets, semicolons and texts are UTF-16, texts end with NUL."""
    fields = (_wide(key), _wide(name), _NUMBER.pack(kind), _NUMBER.pack(len(data)), data)
    return "[".encode("utf-16-le") + ";".encode("utf-16-le").join(fields) + "]".encode("utf-16-le")


def _wide(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")


def read_policy(content: bytes) -> Policy:
    """What a policy file asks for. Unreadable when it is none, or asks for anything but trust."""
    if not content.startswith(_HEAD) or len(content) > MOST_OCTETS:
        raise Unreadable(tr("not a registry policy file of version 1"))
    kept: list[tuple[str, bytes]] = []
    gone: list[tuple[str, str]] = []
    for key, name, kind, data in _instructions(content):
        found = _KEY.fullmatch(key)
        if found is None:
            raise Unreadable(tr("the policy writes below {key}, which is no store of authorities", key=key))
        store, thumbprint = found.groups()
        if (name, kind) == (_DELETE, _TEXT) and not thumbprint:
            gone += ((store, one) for one in data.decode("utf-16-le", "replace").rstrip("\0").split(";"))
        elif (name, kind) == ("Blob", _BINARY) and thumbprint:
            kept.append((store, _named(thumbprint, data)))
        else:
            raise Unreadable(tr("the policy sets {name}, which is no certificate", name=name))
    return Policy(tuple(kept), tuple(gone))


def _named(thumbprint: str, blob: bytes) -> bytes:
    """The certificate of a blob. Windows finds it by the name of its key, so that has to be its own thumbprint."""
    der = read_blob(blob).der
    if read_certificate(der).thumbprint != thumbprint.upper():
        raise Unreadable(tr("the certificate below {thumbprint} has another thumbprint", thumbprint=thumbprint))
    return der


def _instructions(content: bytes) -> Iterator[tuple[str, str, int, bytes]]:
    at = len(_HEAD)
    while at < len(content):
        at = _expect(content, at, "[")
        key, at = _text(content, at)
        at = _expect(content, at, ";")
        name, at = _text(content, at)
        kind, at = _number(content, _expect(content, at, ";"))
        size, at = _number(content, _expect(content, at, ";"))
        at = _expect(content, at, ";")
        yield key, name, kind, content[at : at + size]
        at = _expect(content, at + size, "]")


def _expect(content: bytes, at: int, sign: str) -> int:
    if content[at : at + 2] != sign.encode("utf-16-le"):
        raise Unreadable(tr("the policy file is not as it should be at byte {at}", at=at))
    return at + 2


def _number(content: bytes, at: int) -> tuple[int, int]:
    try:
        return _NUMBER.unpack_from(content, at)[0], at + _NUMBER.size
    except error:
        raise Unreadable(tr("the policy file is cut off")) from None


def _text(content: bytes, at: int) -> tuple[str, int]:
    end = at
    while content[end : end + 2] not in (b"\0\0", b"", content[end : end + 1]):
        end += 2
    return content[at:end].decode("utf-16-le", "replace"), end + 2


# ── .reg ──────────────────────────────────────────────────────────────────────────────────────────


def registry_reg(package: Package, credential: Credential, _: str | None, _random: Random) -> tuple[Artifact, ...]:
    """The same for one machine without Group Policy: `reg import`, as administrator. UTF-16 with a mark, CRLF."""
    lines = [_REG_HEAD, "", *_reg_lines(policy(credential, package))]
    return artifact(package, credential, codecs.BOM_UTF16_LE + "\r\n".join(lines).encode("utf-16-le"), secret=False)


def _reg_lines(wanted: Policy) -> Iterator[str]:
    for store, thumbprint in wanted.gone:
        yield from (f"[-{_path(store, thumbprint)}]", "")
    for store, der in wanted.kept:
        facts = read_certificate(der)
        blob = write_blob(der, facts.subject_key_identifier or b"").hex(",")
        yield f"[{_path(store, facts.thumbprint)}]"
        head, *rest = re.findall(r".{1,75}(?:,|$)", f'"Blob"=hex:{blob}')
        yield "\\\r\n  ".join([head, *rest])
        yield ""


def _path(store: str, thumbprint: str) -> str:
    return rf"HKEY_LOCAL_MACHINE\{STORES}\{store}\Certificates\{thumbprint}"


def read_reg(content: bytes) -> Policy:
    """What a .reg file asks for. Unreadable when it is none, or asks for anything but trust."""
    try:
        head, *lines = content.decode("utf-16").replace("\\\r\n  ", "").split("\r\n")
    except UnicodeDecodeError:
        head, lines = "", []
    if head != _REG_HEAD or len(content) > MOST_OCTETS:
        raise Unreadable(tr("not a .reg file of version 5"))
    kept: list[tuple[str, bytes]] = []
    gone: list[tuple[str, str]] = []
    below: tuple[str, str] | None = None
    for line in filter(None, lines):
        if section := _SECTION.fullmatch(line):
            away, stores, store, thumbprint = section.groups()
            below = (store, thumbprint) if stores == STORES and not away else None
            gone += [(store, thumbprint)] * bool(away)
        elif (found := _HEX.fullmatch(line)) and below:
            kept.append((below[0], _named(below[1], bytes.fromhex(found[1].replace(",", "")))))
        else:
            raise Unreadable(tr("the .reg file holds a line that is about no authority: {line}", line=line[:80]))
    return Policy(tuple(kept), tuple(gone))


PACKERS: Packers = {"registry-pol": registry_pol, "registry-reg": registry_reg}
