"""A serialized Windows certificate store (.sst) → its certificates, revocation lists and what Windows noted about them.

The layout is that of [MS-OSHARED] 2.3.2.5 and, for the key provider, of [MS-GPEF] 2.2.1.2. It holds no private keys.
One element of it, without start and end marker, is what the registry keeps of a certificate; it is written, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha1
from struct import Struct, error

from certwright.errors import Unreadable
from certwright.speech import tr
from certwright.value import field, value

START = b"\0\0\0\0CERT"  # version 0, then the type of the file
MOST_OCTETS = 64 << 20
MOST_ELEMENTS = 400_000

CERTIFICATE, CRL, CTL, END = 0x20, 0x21, 0x22, 0
_PROVIDER, _SHA1, _FRIENDLY_NAME, _DESCRIPTION, _ARCHIVED, _KEY_ID = (
    2,
    3,
    11,
    13,
    19,
    20,
)  # CERT_…_PROP_ID of wincrypt.h
_ELEMENT = Struct("<III")  # what it is, its encoding (1: ASN.1), its length
_KEY_PROVIDER = Struct("<IIIIIII")  # offsets of container and provider, type, flags, count, offset, key specification
_MACHINE = 0x20  # CRYPT_MACHINE_KEYSET
MOST_TEXT = 2048  # octets of a name that are read


@value
class Stored:
    """A certificate, DER, and its properties. `properties` are the numbers of those it has, in the order of the file.

    `container`, `provider` and `local_machine` say where Windows keeps its private key; empty when nothing says so.
    """

    der: bytes = field(repr=False)
    friendly_name: str = ""
    description: str = ""
    container: str = ""
    provider: str = ""
    local_machine: bool = False
    archived: bool = False
    properties: tuple[int, ...] = ()


@value
class StoreFacts:
    """What a store holds, in its order. `trust_lists` counts its CTLs; `defects` say what is wrong with the file."""

    certificates: tuple[Stored, ...] = ()
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    trust_lists: int = 0
    defects: tuple[str, ...] = ()


def read_store(content: bytes) -> StoreFacts:
    """Everything in a store. Unreadable when it is none, or when not even one element is whole."""
    if not content.startswith(START):
        raise Unreadable(tr("not a serialized certificate store of version 0"))
    if len(content) > MOST_OCTETS:
        raise Unreadable(tr("it has {size} bytes, more than {most}", size=len(content), most=MOST_OCTETS))
    found = _Found()
    try:
        for kind, octets in _elements(content, len(START)):
            found.take(kind, octets)
    except Unreadable as problem:
        if not (found.certificates or found.crls or found.trust_lists):
            raise
        found.defects.append(problem.what)
    return StoreFacts(tuple(found.certificates), tuple(found.crls), found.trust_lists, tuple(found.defects))


def read_blob(content: bytes) -> Stored:
    """The one certificate that is the value `Blob` below a thumbprint in the registry. Unreadable when it is none."""
    found = _Found()
    for kind, octets in _elements(content + bytes(_ELEMENT.size), 0):
        found.take(kind, octets)
    if len(found.certificates) != 1 or found.crls or found.trust_lists:
        raise Unreadable(tr("not one certificate as the registry keeps it"))
    return found.certificates[0]


def write_blob(der: bytes, key_identifier: bytes = b"") -> bytes:
    """A certificate, DER, as the registry keeps it: its SHA-1, its key identifier if there is one, and itself.

    Windows works out every other property when it needs it.
    """
    properties = {_SHA1: sha1(der, usedforsecurity=False).digest(), _KEY_ID: key_identifier}
    parts = [*((kind, octets) for kind, octets in properties.items() if octets), (CERTIFICATE, der)]
    return b"".join(_ELEMENT.pack(kind, 1, len(octets)) + octets for kind, octets in parts)


def _elements(content: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Every element up to the end marker."""
    for _ in range(MOST_ELEMENTS):
        try:
            kind, _encoding, length = _ELEMENT.unpack_from(content, at)
        except error:
            raise Unreadable(tr("the store has no end marker; it may be cut off")) from None
        if kind == END:
            return
        at += _ELEMENT.size
        if length > len(content) - at:
            raise Unreadable(
                tr("element {kind} at byte {at} runs over the end; the store is cut off", kind=kind, at=at)
            )
        yield kind, content[at : at + length]
        at += length
    raise Unreadable(tr("the store has more than {count} elements", count=MOST_ELEMENTS))


class _Found:
    """What was read so far. Properties come before the thing they belong to."""

    def __init__(self) -> None:
        self.certificates: list[Stored] = []
        self.crls: list[bytes] = []
        self.trust_lists = 0
        self.defects: list[str] = []
        self.properties: dict[int, bytes] = {}

    def take(self, kind: int, octets: bytes) -> None:
        if kind not in (CERTIFICATE, CRL, CTL):
            self.properties[kind] = octets
            return
        if kind == CERTIFICATE:
            self.certificates.append(_stored(octets, self.properties))
        elif kind == CRL:
            self.crls.append(octets)
        else:
            self.trust_lists += 1
        self.properties = {}


def _stored(der: bytes, properties: Mapping[int, bytes]) -> Stored:
    one = Stored(
        der,
        _text(properties.get(_FRIENDLY_NAME, b"")),
        _text(properties.get(_DESCRIPTION, b"")),
        archived=_ARCHIVED in properties,
        properties=tuple(properties),
    )
    return _with_provider(one, properties.get(_PROVIDER, b""))


def _with_provider(one: Stored, octets: bytes) -> Stored:
    """Offsets count from the beginning of the property. What does not fit tells nothing."""
    try:
        container, provider, _kind, flags, *_ = _KEY_PROVIDER.unpack_from(octets)
    except error:
        return one
    return replace(
        one,
        container=_text(octets[container:]) if container >= _KEY_PROVIDER.size else "",
        provider=_text(octets[provider:]) if provider >= _KEY_PROVIDER.size else "",
        local_machine=bool(flags & _MACHINE),
    )


def _text(octets: bytes) -> str:
    """UTF-16, little endian, up to its first NUL."""
    return octets[:MOST_TEXT].decode("utf-16-le", "replace").partition("\0")[0]
