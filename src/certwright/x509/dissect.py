"""A certificate's extensions as bytes: one of them by its OID, and the certificate with some left out or changed.

For what is rare: everything common is read once, by `read_certificate`.
"""

from collections.abc import Mapping

from certwright.x509 import der

MOST_ADDRESSES, MOST_LETTERS = 5, 300
_ACCESS, _ISSUERS = bytes.fromhex("06082b06010505070101"), bytes.fromhex("06082b06010505073002")


def extension(certificate: bytes, oid: bytes) -> bytes | None:
    """The value of the first extension of that OID (as encoded, with its tag), None without one.

    Raises Malformed for a certificate that was read with a defect there.
    """
    for begin, end in _extensions(certificate):
        if certificate[begin : begin + len(oid)] == oid:
            _, _, value, until = der.children(certificate, begin, end)[-1]
            return certificate[value:until]
    return None


def _extensions(certificate: bytes) -> list[tuple[int, int]]:
    """Where the content of each extension lies."""
    start, stop = der.expect(certificate, 0, len(certificate), der.SEQUENCE)
    first, last = der.expect(certificate, start, stop, der.SEQUENCE)
    for tag, _, inner, after in der.children(certificate, first, last):
        if tag == 0xA3:
            one, other = der.expect(certificate, inner, after, der.SEQUENCE)
            return [(begin, end) for _, _, begin, end in der.children(certificate, one, other)]
    return []


def issuers_at(certificate: bytes) -> tuple[str, ...]:
    """Where a certificate says that its issuer's lie (RFC 5280 4.2.2.1), the first few; none if that is damaged."""
    try:
        body = der.content(extension(certificate, _ACCESS) or b"\x30\x00", der.SEQUENCE)
        found = []
        for _, _, first, last in der.children(body, 0, len(body)):
            if body[first : first + len(_ISSUERS)] == _ISSUERS:
                tag, start, stop = der.header(body, first + len(_ISSUERS), last)
                found += [der.text(0x16, body[start:stop])] if tag == 0x86 else []
    except der.Malformed:
        return ()
    return tuple([one[:MOST_LETTERS] for one in found if one.isprintable()][:MOST_ADDRESSES])


def changed(certificate: bytes, values: Mapping[bytes, bytes | None]) -> bytes:
    """The certificate with other values for the extensions of those OIDs (encoded), without those that are None.

    Its signature stays as it was and is none any more. Raises Malformed as above.
    """
    start, stop = der.expect(certificate, 0, len(certificate), der.SEQUENCE)
    first, last = der.expect(certificate, start, stop, der.SEQUENCE)
    parts = [
        _changed(certificate, inner, after, values) if tag == 0xA3 else certificate[begin:after]
        for tag, begin, inner, after in der.children(certificate, first, last)
    ]
    return der.element(der.SEQUENCE, der.element(der.SEQUENCE, b"".join(parts)) + certificate[last:stop])


def _changed(data: bytes, start: int, stop: int, values: Mapping[bytes, bytes | None]) -> bytes:
    first, last = der.expect(data, start, stop, der.SEQUENCE)
    kept = []
    for _, begin, inner, after in der.children(data, first, last):
        oid = data[inner : inner + 2 + data[inner + 1]]
        value = values.get(oid, b"")
        if value:
            at = der.children(data, inner, after)[-1][1]
            kept.append(der.element(der.SEQUENCE, data[inner:at] + der.element(der.OCTET_STRING, value)))
        elif value is not None:
            kept.append(data[begin:after])
    return der.element(0xA3, der.element(der.SEQUENCE, b"".join(kept))) if kept else b""
