"""A small DER writer (X.690 section 10): only what a PFX is made of."""

from certwright.pfx.ber import CONSTRUCTED, CONTEXT, INTEGER, OCTET_STRING, OID, SEQUENCE, SET, tlv

NULL = b"\x05\x00"


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE of the parts, in this order."""
    return tlv(SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """SET OF: the parts sorted by their encoding (X.690 11.6), as strict readers demand."""
    return tlv(SET, b"".join(sorted(parts)))


def explicit(number: int, part: bytes) -> bytes:
    """[number] EXPLICIT around one element."""
    return tlv(CONTEXT | CONSTRUCTED | number, part)


def implicit_octets(number: int, value: bytes) -> bytes:
    """[number] IMPLICIT OCTET STRING."""
    return tlv(CONTEXT | number, value)


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(OCTET_STRING, value)


def integer(value: int) -> bytes:
    """INTEGER, not negative."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def bmp_string(text: str) -> bytes:
    """BMPString: big-endian, two bytes a character (pairs beyond U+FFFF, as Windows and OpenSSL write them)."""
    return tlv(0x1E, text.encode("utf-16-be"))


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER from dotted text."""
    top, second, *arcs = map(int, dotted.split("."))
    return tlv(OID, b"".join(map(_base128, (40 * top + second, *arcs))))


def _base128(arc: int) -> bytes:
    septets = [arc & 0x7F]
    while arc := arc >> 7:
        septets.append(arc & 0x7F | 0x80)
    return bytes(reversed(septets))
