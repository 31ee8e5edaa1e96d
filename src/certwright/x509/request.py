"""Certificate requests (PKCS#10, RFC 2986): DER → what is asked for, and whether whoever asks holds the key."""

from typing import Any

from cryptography import x509

from certwright.errors import Unreadable
from certwright.model import GeneralName
from certwright.speech import tr
from certwright.value import field, value
from certwright.x509 import algorithms, der
from certwright.x509.extensions import read_extensions
from certwright.x509.facts import Defect, PublicKeyFacts
from certwright.x509.name import read_name
from certwright.x509.signature import HOSTILE

MOST_OCTETS = 1 << 20
_EXTENSION_REQUESTS = ("1.2.840.113549.1.9.14", "1.3.6.1.4.1.311.2.1.14")  # RFC 2985 5.4.2, and Microsoft's own


@value
class RequestFacts:
    """What a request asks for; the fields mean what they mean in CertificateFacts. `signed`: with its own key."""

    der: bytes = field(repr=False)
    subject: str
    key: PublicKeyFacts
    signature_hash: str
    signed: bool
    names: tuple[GeneralName, ...] = ()
    key_usage: frozenset[str] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    authority: bool | None = None
    defects: tuple[Defect, ...] = ()


def read_request(encoded: bytes) -> RequestFacts:
    """Everything a DER request says. Unreadable when it is none; a bad extension is a Defect."""
    try:
        return _read(encoded)
    except der.Malformed as reason:
        raise Unreadable(
            tr("no certificate request: it {reason}", reason=reason), hint=tr("expected PKCS#10 in DER")
        ) from reason


def _read(encoded: bytes) -> RequestFacts:
    if len(encoded) > MOST_OCTETS:
        raise der.Malformed(tr("has {count} octets, more than {most}", count=len(encoded), most=MOST_OCTETS))
    start, stop = der.expect(encoded, 0, len(encoded), der.SEQUENCE)
    body, after = der.expect(encoded, start, stop, der.SEQUENCE)
    outer, outer_end = der.expect(encoded, after, stop, der.SEQUENCE)
    parts = der.children(encoded, body, after)
    if [tag for tag, *_ in parts[:3]] != [der.INTEGER, der.SEQUENCE, der.SEQUENCE]:
        raise der.Malformed(tr("has no version, subject and key in their order"))
    subject, key = (encoded[begin:end] for _, begin, _, end in parts[1:3])
    defects: list[Defect] = []
    found: dict[str, Any] = {}
    for tag, _, first, last in parts[3:]:
        if tag == 0xA0:
            found = _attributes(encoded, first, last, defects)
    wanted = ("names", "key_usage", "extended_key_usage", "authority")
    return RequestFacts(
        der=encoded[:stop],
        subject=read_name(subject)[0],
        key=algorithms.read_public_key(key),
        signature_hash=algorithms.signature_hash(*algorithms.identifier(encoded[outer:outer_end])),
        signed=_signed(encoded[:stop]),
        defects=tuple(defects),
        **{name: found[name] for name in wanted if name in found},
    )


def _attributes(data: bytes, start: int, stop: int, defects: list[Defect]) -> dict[str, Any]:
    """The fields that a request for extensions fills; other attributes (a challenge password) are not told."""
    for tag, _, first, last in der.children(data, start, stop):
        if tag != der.SEQUENCE:
            raise der.Malformed(tr("has an attribute that is no sequence"))
        begin, end = der.expect(data, first, last, der.OID)
        if der.oid(data[begin:end]) in _EXTENSION_REQUESTS:
            begin, end = der.expect(data, end, last, der.SET)
            return read_extensions(data, *der.expect(data, begin, end, der.SEQUENCE), defects)
    return {}


def _signed(encoded: bytes) -> bool:
    try:
        return x509.load_der_x509_csr(encoded).is_signature_valid
    except HOSTILE:
        return False
