"""PEM and its relatives → DER, tolerantly: byte order marks, UTF-16, CRLF, text around and between, P7B, bare Base64.

Sizes are bounded and every search is linear; contents are recognised by their bytes, never by a file's name or a label.
"""

import binascii
import warnings
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from certwright.errors import Unreadable
from certwright.speech import noted, tr
from certwright.x509 import der

MOST_OCTETS = 64 << 20
MOST_CERTIFICATES = 20_000

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_MOST_SHARED = 8192  # octets of a block worth remembering
_BLANKS = b" \t\n\r\f\v"
# RFC 7468 sections 5 and 8, and OpenSSL's own
CERTIFICATE_LABELS = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE", "PKCS7", "CMS")
_HINT = noted("expected certificates as PEM, DER, Base64 or P7B")


def split_pem(content: bytes) -> tuple[tuple[str, bytes], ...]:
    """Every PEM block (RFC 7468) of a text as (label, DER), in order; whatever stands around the blocks is ignored.

    A key block encrypted the old way ("Proc-Type: 4,ENCRYPTED") is no DER: its label comes as "ENCRYPTED <label>", with
    the whole block as text, because its headers say how to open it.
    Raises Unreadable, naming the block, for one without an end, for bad Base64, and for more than 64 MiB.
    """
    text = plain_text(content)
    blocks: list[tuple[str, bytes]] = []
    at = text.find(b"-----BEGIN ")
    while at >= 0:
        label_end = text.find(b"-----", at + 11, at + 11 + 64)
        if label_end < 0:
            raise Unreadable(tr("its first line does not end in -----"), _place(blocks))
        label = text[at + 11 : label_end].decode("latin-1")
        end = text.find(b"-----END ", label_end)
        if end < 0:
            raise Unreadable(tr("{label!r} has no END line; the file may be cut off", label=label), _place(blocks))
        blocks.append(_block(label, text[label_end + 5 : end], blocks))
        at = text.find(b"-----BEGIN ", end + 9)
    return tuple(blocks)


def _place(before: Sequence[tuple[str, bytes]]) -> str:
    return tr("PEM block {number}", number=len(before) + 1)


def _block(label: str, body: bytes, before: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    if b":" in body:  # RFC 1421 headers, up to an empty line
        headers, _, body = body.replace(b"\r\n", b"\n").partition(b"\n\n")
    else:
        headers = b""
    shared = label == "CERTIFICATE" and len(body) <= _MOST_SHARED
    decoded = _decoded(body) if shared else decode_base64(body)
    if not decoded:
        raise Unreadable(tr("{label!r} holds no Base64 text", label=label), _place(before))
    if b"ENCRYPTED" in headers:
        text = b"-----BEGIN %b-----%b\n\n%b-----END %b-----\n"
        name = label.encode("latin-1")
        return f"ENCRYPTED {label}", text % (name, headers, body.lstrip(b"\n"), name)
    return label, decoded


def is_old_key(label: str) -> bool:
    """Whether a block of that label is a key encrypted the old way."""
    return label.startswith("ENCRYPTED ") and label != "ENCRYPTED PRIVATE KEY"


def is_pem(content: bytes) -> bool:
    """Whether there is a PEM block in it, or the beginning of one. (UTF-16 has a NUL beside every letter.)

    What begins as DER is none, whatever a comment in it quotes.
    """
    if content[:1] == b"\x30" and content[1:2] >= b"\x80":
        return False
    return b"-----BEGIN" in content or (b"B\0E\0G" in content and b"-----BEGIN" in content.replace(b"\0", b""))


def certificates_in(content: bytes) -> tuple[bytes, ...]:
    """The DER of every certificate of a file, in its order: PEM blocks, DER, bare Base64, P7B as PEM or DER.

    Keys and other blocks among them are left out. Raises Unreadable when there is no certificate in it, or when a part
    that says it is one is not.
    """
    if len(content) <= MOST_OCTETS and (outline := _outline(content)):
        return _bounded(_following(content, outline))
    blocks = [block for block in split_pem(content) if block[0] in CERTIFICATE_LABELS]
    if blocks:
        found = (_opened(block, place) for place, (_, block) in enumerate(blocks, 1))
        return _bounded([one for block in found for one in block])
    bare = decode_base64(plain_text(content))
    return _bounded(_following(bare, outline) if (outline := _outline(bare)) else [])


def plain_text(content: bytes) -> bytes:
    """The text in an encoding whose ASCII is ASCII. Windows tools write UTF-16 when output is redirected."""
    if len(content) > MOST_OCTETS:
        raise Unreadable(tr("it has {count} octets, more than {most}", count=len(content), most=MOST_OCTETS))
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[2:].decode(codec, "replace").encode("utf-8")
    if content[:2] and content[1:2] == b"\0" and content[3:4] == b"\0":
        return content.decode("utf-16-le", "replace").encode("utf-8")
    if content[:1] == b"\0" and content[2:3] == b"\0":
        return content.decode("utf-16-be", "replace").encode("utf-8")
    return content


def decode_base64(text: bytes) -> bytes:
    """Base64 with any blanks in it; b"" when it is something else."""
    packed = text.removeprefix(b"\xef\xbb\xbf").translate(None, _BLANKS)
    if packed.endswith(b"==="):  # which the strict mode lets pass
        return b""
    try:
        return binascii.a2b_base64(packed, strict_mode=True)
    except binascii.Error:
        return b""


# An authority comes back in every file of a fleet. What is no certificate may be secret, and is not remembered.
_decoded = lru_cache(maxsize=64)(decode_base64)


def _outline(content: bytes, at: int = 0) -> tuple[int, int] | None:
    """Start and stop of what begins there with the outline of a certificate, or of a P7B (alone in its file it may be
    BER: then both are 0). Looks at the first parts only: a hostile file could have millions.
    """
    if not at and content[:3] == b"\x30\x80\x06":
        return 0, 0
    if content[at : at + 1] != b"\x30":  # text, mostly
        return None
    try:
        start, stop = inside = der.expect(content, at, len(content), der.SEQUENCE)
        if start < stop and content[start] == der.OID:
            return inside
        for tag in (der.SEQUENCE, der.SEQUENCE, der.BIT_STRING):
            _, start = der.expect(content, start, stop, tag)
    except der.Malformed:
        return None
    return inside


def _opened(content: bytes, number: int) -> list[bytes]:
    """One or several certificates after another, or a P7B. What follows (OpenSSL's trust settings) is not looked at."""
    outline = _outline(content)
    if outline is None:
        raise _no(tr("it is neither a certificate nor a P7B, or it is cut off"), number)
    return _following(content, outline, number)


def _no(what: str, number: int) -> Unreadable:
    """What is wrong with that certificate of a file; 0 is the file itself."""
    return Unreadable(what, tr("certificate {number}", number=number) if number else "", tr(_HINT))


def _following(content: bytes, outline: tuple[int, int] | None, number: int = 0) -> list[bytes]:
    if outline == (0, 0):
        return _indefinite(content, number)
    found: list[bytes] = []
    at = 0
    while outline and len(found) <= MOST_CERTIFICATES:
        start, stop = outline
        if content[start] == der.OID:
            found += _signed_data(content, start, stop, number)
        else:
            found.append(bytes(content[at:stop]))
        at = stop
        outline = _outline(content, at) if at < len(content) else None
    return found


def _signed_data(content: bytes, start: int, stop: int, number: int) -> list[bytes]:
    """The certificates of a P7B (RFC 2315 9.1) in the order they have there: writers rarely sort the set."""
    try:
        if content[start : start + len(_SIGNED_DATA)] != _SIGNED_DATA:
            raise der.Malformed(tr("holds something else than signed data"))
        first, last = der.expect(content, start + len(_SIGNED_DATA), stop, 0xA0)
        first, last = der.expect(content, first, last, der.SEQUENCE)
        for tag, _, inner, after in der.children(content, first, last):
            if tag == 0xA0:
                return [
                    content[begin:end] for kind, begin, _, end in der.children(content, inner, after) if kind == 0x30
                ]
    except der.Malformed as reason:
        raise _no(tr("no P7B: it {reason}", reason=reason), number) from reason
    return []


def _indefinite(content: bytes, number: int) -> list[bytes]:
    """A P7B in BER with indefinite lengths: `cryptography` reads it, and warns that it would rather not."""
    from cryptography.hazmat.primitives.serialization import pkcs7  # noqa: PLC0415 - 15 ms, for a rare file

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [one.public_bytes(Encoding.DER) for one in pkcs7.load_der_pkcs7_certificates(content)]
    except (ValueError, UnsupportedAlgorithm) as reason:
        raise _no(tr("no P7B: {reason}", reason=reason), number) from reason


def _bounded(found: list[bytes]) -> tuple[bytes, ...]:
    if not found:
        raise Unreadable(tr("there is no certificate in it"), hint=tr(_HINT))
    if len(found) > MOST_CERTIFICATES:
        raise Unreadable(tr("it holds more than {most} certificates", most=MOST_CERTIFICATES))
    return tuple(found)
