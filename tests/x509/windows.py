"""Serialized Windows certificate stores, made by hand: no Windows and no other tool here writes them.

They follow [MS-OSHARED] 2.3.2.5 (elements, end marker) and [MS-GPEF] 2.2.1.2 (the key provider's property).
"""

from collections.abc import Mapping
from struct import pack

CERTIFICATE, CRL, CTL = 0x20, 0x21, 0x22
PROVIDER, SHA1, FRIENDLY_NAME, DESCRIPTION, ARCHIVED = 2, 3, 11, 13, 19


def element(kind: int, value: bytes) -> bytes:
    """An element: what it is, its encoding (1: ASN.1), its length, its value."""
    return pack("<III", kind, 1, len(value)) + value


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def provider(container: str, name: str, *, machine: bool) -> bytes:
    """CRYPT_KEY_PROV_INFO with offsets in the place of pointers; type 1 (RSA_FULL), key specification 1."""
    head, first = 28, wide(container)
    return pack("<7I", head, head + len(first), 1, 0x20 if machine else 0, 0, 0, 1) + first + wide(name)


def store(*elements: tuple[int, bytes, Mapping[int, bytes]], end: bytes = bytes(12)) -> bytes:
    """A store: version 0, CERT, the elements with their properties before them, twelve zeros."""
    told = (
        b"".join(element(one, octets) for one, octets in properties.items()) + element(kind, value)
        for kind, value, properties in elements
    )
    return b"\0\0\0\0CERT" + b"".join(told) + end
