"""The outer shell of a PFX (RFC 7292 section 4), read without a password: the MAC's parameters and the safes."""

from certwright.errors import Unreadable
from certwright.pfx import oids
from certwright.pfx.ber import CONTEXT, INTEGER, OID, SEQUENCE, Decoder, Element
from certwright.pfx.mac import MacData, read_mac
from certwright.pfx.pbe import Scheme, read_scheme
from certwright.speech import noted, tr
from certwright.value import field, value

_INSTEAD = {
    INTEGER: noted("a private key or another version"),
    OID: noted("PKCS#7 (a P7B file)"),
    SEQUENCE: noted("a certificate"),
}


@value
class Safe:
    """One ContentInfo. `scheme` None means it lies open; `content` is SafeContents, perhaps encrypted."""

    where: str
    scheme: Scheme | None
    content: bytes = field(repr=False)


@value
class Shell:
    """What a PFX is before any password. `authenticated` are the bytes the MAC is over."""

    mac: MacData | None
    authenticated: bytes = field(repr=False)
    safes: tuple[Safe, ...]
    defects: tuple[str, ...]


def read_shell(content: bytes, decoder: Decoder) -> Shell:
    """The shell. Unreadable when the bytes are no PFX, with what they are instead where that is easy to tell."""
    _refuse_other_files(content)
    pfx = decoder.first(content, noted("the file"))
    version, auth_safe, *mac = pfx.fields(noted("a PFX"), 2)
    if version.tag != INTEGER or version.integer(noted("the PFX version")) != 3:
        raise version.wrong(
            tr(
                "expected a PFX of version 3, found {found}",
                found=tr(_INSTEAD.get(version.tag, noted("something else"))),
            )
        )
    authenticated = _data(auth_safe)
    defects = (
        [tr("{count} bytes follow the end of the PFX", count=len(content) - pfx.end)] if pfx.end < len(content) else []
    )
    safes = []
    infos = decoder.decode(authenticated, noted("the authenticated safe")).fields(noted("the authenticated safe"))
    for number, info in enumerate(infos, 1):
        try:
            safes.append(_safe(info, f"safe {number}"))
        except Unreadable as problem:
            defects.append(f"safe {number}: {problem}")
    return Shell(read_mac(mac[0]) if mac else None, authenticated, tuple(safes), tuple(defects))


def _refuse_other_files(content: bytes) -> None:
    if not content:
        raise Unreadable(tr("the file is empty"))
    if content.lstrip()[:5] == b"-----":
        raise Unreadable(tr("this is PEM text, not a PFX"), hint=tr("openssl pkcs12 -export makes a PFX of PEM files"))
    if content.lstrip()[:2] == b"MI":
        raise Unreadable(tr("this is Base64 text, not yet a PFX"), hint=tr("decode it first: base64 -d"))
    if content[0] != 0x30:
        raise Unreadable(
            tr("a PFX begins with byte 30, this with {found:02x}", found=content[0]), where=tr("the file, byte 0")
        )


def _data(info: Element) -> bytes:
    kind, *content = info.fields(noted("a content"), 1)
    name = kind.oid(noted("a content type"))
    if name == oids.DATA and not content:
        raise kind.wrong(tr("the content is missing"))
    if name != oids.DATA:
        raise kind.wrong(
            tr("the content is {kind}; only password-protected PFX files can be read", kind=oids.named(name))
        )
    return content[0].explicit(0, noted("data")).octets(noted("data"))


def _safe(info: Element, where: str) -> Safe:
    kind, *content = info.fields(noted("a safe"), 1)
    if kind.oid(noted("a safe's type")) != oids.ENCRYPTED_DATA or not content:
        return Safe(where, None, _data(info))
    encrypted = content[0].explicit(0, noted("encrypted data")).fields(noted("encrypted data"), 2)[1]
    _, algorithm, *ciphertext = encrypted.fields(noted("encrypted content"), 2)
    if not ciphertext:
        raise encrypted.wrong(tr("the encrypted content is missing"))
    return Safe(where, read_scheme(algorithm), ciphertext[0].octets(noted("encrypted content"), CONTEXT))
