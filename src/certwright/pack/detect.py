"""What a file's bytes are: the form is told by the content alone, never by a name. Pure, linear, bounded.

Detecting is not reading: the form's reader still has the last word on whether the file is whole.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

from certwright.errors import Unreadable
from certwright.speech import noted, tr
from certwright.x509 import der, store
from certwright.x509.pem import decode_base64, plain_text

Form = Literal[
    "pfx",
    "certificate",
    "p7b",
    "request",
    "crl",
    "key",
    "locked-key",
    "public-key",
    "pem",
    "base64",
    "objects",
    "sst",
    "zip",
    "tls",
]
FORMS: Mapping[Form, str] = {
    "pfx": "PFX (PKCS#12)",
    "certificate": noted("certificate, DER"),
    "p7b": "P7B (PKCS#7), DER",
    "request": noted("certificate request (PKCS#10), DER"),
    "crl": noted("revocation list, DER"),
    "key": noted("private key, DER"),
    "locked-key": noted("encrypted private key, DER"),
    "public-key": noted("public key, DER"),
    "pem": noted("PEM text"),
    "base64": noted("Base64 text without PEM lines"),
    "objects": noted("Kubernetes objects"),
    "sst": noted("serialized Windows certificate store (SST)"),
    "zip": noted("zip archive"),
    "tls": noted("chain as a server sent it"),
}
MOST_BYTES = 64 << 20
_ENDINGS = ".pfx .p12 .cer .crt .cert .pem .der .p7b .p7c .spc .key .p8 .csr .req .p10 .crl .jks .jceks .keystore .sst"
TRADE = frozenset(_ENDINGS.split())  # whoever ends like this claims to be of this trade

# FILE is replaced by the name of the file, where that is known.
_EXPORT = "keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12"
_FOREIGN = (
    (b"\xfe\xed\xfe\xed", noted("a Java keystore in the old JKS form"), _EXPORT),
    (b"\xce\xce\xce\xce", noted("a Java keystore in the old JCEKS form"), _EXPORT),
    (b"\x1f\x8b", noted("compressed with gzip"), noted("unpack it first")),
    (b"MSCF", noted("a Windows cabinet"), noted("unpack it first")),
    (b"7z\xbc\xaf", noted("a 7z archive"), noted("unpack it first")),
)
_YAML = re.compile(rb"^[\"']?(?:apiVersion|kind)[\"']?[ \t]*:", re.MULTILINE)
_JSON = re.compile(rb"\"kind\"\s*:")
_SEEN = noted("expected PFX, PEM, DER, Base64, P7B, a request, a revocation list, a key, Kubernetes objects, or a zip")


def detect(content: bytes) -> Form:
    """The form of a content. Unreadable when it is none of FORMS, saying what it is where that is easy to tell."""
    if not content:
        raise Unreadable(tr("the file is empty"))
    if len(content) > MOST_BYTES:
        raise Unreadable(tr("it has {size} bytes, more than {most}", size=len(content), most=MOST_BYTES))
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    if content.startswith(store.START):
        return "sst"
    for start, what, hint in _FOREIGN:
        if content.startswith(start):
            raise Unreadable(tr("this is {what}", what=tr(what)), hint=tr(hint))
    if content[0] != der.SEQUENCE:
        return _text(plain_text(content))
    try:
        return _binary(content)
    except Unreadable as problem:  # a text may begin with the digit 0, which is the octet of a sequence
        with suppress(Unreadable):
            return _text(plain_text(content))
        raise problem


def is_pfx(content: bytes) -> bool:
    """Whether it begins as a PFX does."""
    return content[:1] == b"\x30" and content[_body(content) :].startswith(b"\x02\x01\x03")


def _text(text: bytes) -> Form:
    if _describes_objects(text):  # before PEM: a ConfigMap shows its PEM in the open
        return "objects"
    if b"-----BEGIN " in text:
        return "pem"
    decoded = decode_base64(text)
    if decoded[:1] == b"\x30" and len(decoded) > 32:
        _binary(decoded)
        return "base64"
    raise Unreadable(tr("it holds no certificate, key, request or revocation list"), hint=tr(_SEEN))


def _describes_objects(text: bytes) -> bool:
    """Whether a mapping of it says its kind: on a line's first column in YAML, anywhere in JSON."""
    start = text.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return bool(_YAML.search(text) or (start in (b"{", b"[") and _JSON.search(text)))


def _binary(content: bytes) -> Form:
    """By the outline of the outermost sequence. Its own length is not believed yet: PFX and P7B may be BER."""
    body = _body(content)
    opening = content[body : body + 4]
    if opening[:3] == b"\x02\x01\x03":
        return "pfx"  # RFC 7292 4: version 3
    if opening[:1] == b"\x06":
        return "p7b"  # RFC 5652 3: a content type
    if opening[:3] in (b"\x02\x01\x00", b"\x02\x01\x01") and opening[3:] in (b"\x30", b"\x02", b"\x04"):
        return "key"  # PKCS#8, PKCS#1, RFC 5915
    try:
        start, stop = der.expect(content, 0, len(content), der.SEQUENCE)
        outline = _tags(content, start, stop)
        if outline[:3] == [der.SEQUENCE, der.SEQUENCE, der.BIT_STRING]:
            return _signed(content, start, stop)
    except der.Malformed as reason:
        raise Unreadable(tr("it looks like DER, but it {reason}", reason=reason), hint=tr(_SEEN)) from reason
    forms: Mapping[int, Form] = {der.OCTET_STRING: "locked-key", der.BIT_STRING: "public-key"}
    if len(outline) == 2 and outline[0] == der.SEQUENCE and outline[1] in forms:
        return forms[outline[1]]
    raise Unreadable(tr("it is DER, but nothing of this trade"), hint=tr(_SEEN))


def _body(content: bytes) -> int:
    length = content[1] if len(content) > 1 else 0
    return 2 + (length & 0x7F if 0x80 < length <= 0x84 else 0)


def _signed(content: bytes, start: int, stop: int) -> Form:
    """A certificate (RFC 5280 4.1), a revocation list (5.1) or a request (RFC 2986 4), by what is signed."""
    first, last = der.expect(content, start, stop, der.SEQUENCE)
    tags = _tags(content, first, last)
    after = tags[1:] if tags[:1] == [der.INTEGER] else tags
    if after[:2] == [der.SEQUENCE, der.SEQUENCE]:
        if after[2:3] in ([der.UTC_TIME], [der.GENERALIZED_TIME]):
            return "crl"
        if after is not tags and after[2:3] in ([], [0xA0]):
            return "request"
    return "certificate"


def _tags(content: bytes, start: int, stop: int, most: int = 5) -> list[int]:
    """The tags of the first few elements; a hostile file may have millions."""
    tags: list[int] = []
    while start < stop and len(tags) < most:
        tag, _, start = der.header(content, start, stop)
        tags.append(tag)
    return tags
