"""DER → CertificateFacts, everything once. A hostile certificate yields Defects, never somebody's exception.

Own reading, because `cryptography` reads lazily, drops all extensions when one is bad, and warns on standard error.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from certwright.errors import Unreadable
from certwright.speech import tr
from certwright.x509 import algorithms, der
from certwright.x509.extensions import read_extensions
from certwright.x509.facts import CertificateFacts, Defect, PublicKeyFacts
from certwright.x509.name import read_issuer, read_name

MOST_OCTETS = 1 << 20  # a certificate of a megabyte is no certificate of this trade

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_BODY = [der.INTEGER, *[der.SEQUENCE] * 5]

Part: TypeAlias = tuple[int, int, int, int]  # an element as `der.children` gives it


def read_certificate(encoded: bytes) -> CertificateFacts:
    """Everything a DER certificate says (RFC 5280 4.1). What follows its end is not part of it, and is a Defect.

    Raises Unreadable only when the bytes are no certificate at all: the outer structure is not there. Every other
    trouble becomes a Defect; a time that cannot be read is given as 1970-01-01, so that nobody takes it for valid.
    """
    try:
        return _read(encoded)
    except der.Malformed as reason:
        raise Unreadable(
            tr("no certificate: it {reason}", reason=reason), hint=tr("expected one X.509 certificate in DER")
        ) from reason


def _read(encoded: bytes) -> CertificateFacts:
    if len(encoded) > MOST_OCTETS:
        raise der.Malformed(tr("has {count} octets, more than {most}", count=len(encoded), most=MOST_OCTETS))
    start, stop = der.expect(encoded, 0, len(encoded), der.SEQUENCE)
    defects: list[Defect] = []
    if stop != len(encoded):
        defects.append(Defect("certificate", tr("{count} octets follow its end", count=len(encoded) - stop)))
    data = bytes(encoded[:stop])
    body, after = der.expect(data, start, stop, der.SEQUENCE)
    outer, outer_end = der.expect(data, after, stop, der.SEQUENCE)
    der.expect(data, outer_end, stop, der.BIT_STRING)
    return _body(data, body, after, data[outer:outer_end], defects)


def _body(data: bytes, start: int, stop: int, outer_algorithm: bytes, defects: list[Defect]) -> CertificateFacts:
    """The fields of a TBSCertificate. Malformed when one of the seven that must be there is not."""
    parts = der.children(data, start, stop)
    version = 1
    if parts and parts[0][0] == 0xA0:
        version = _version(data, parts.pop(0), defects)
    if [part[0] for part in parts[:6]] != _BODY:
        raise der.Malformed(tr("has no serial, algorithm, issuer, validity, subject and key in their order"))
    serial, algorithm, issuer, validity, subject, key = parts[:6]
    issuer_der, subject_der = data[issuer[1] : issuer[3]], data[subject[1] : subject[3]]
    issuer_text, _ = _name("issuer", read_issuer, issuer_der, defects)
    subject_text, common_names = _name("subject", read_name, subject_der, defects)
    not_before, not_after = _validity(data, validity, defects)
    found: dict[str, Any] = {}
    for tag, _, inner, after in parts[6:]:
        if tag == 0xA3:
            found = _extensions(data, inner, after, defects)
    signature_algorithm, signature_hash = _signature(data, algorithm, outer_algorithm, defects)
    return CertificateFacts(
        der=data,
        thumbprint=hashlib.sha1(data, usedforsecurity=False).hexdigest().upper(),
        fingerprint=hashlib.sha256(data).hexdigest(),
        version=version,
        serial=_serial(data[serial[2] : serial[3]], defects),
        subject=subject_text,
        subject_der=subject_der,
        issuer=issuer_text,
        issuer_der=issuer_der,
        common_names=common_names,
        not_before=not_before,
        not_after=not_after,
        signature_algorithm=signature_algorithm,
        signature_hash=signature_hash,
        key=_key(data[key[1] : key[3]], defects),
        **found,
        defects=tuple(defects),
    )


def _version(data: bytes, part: Part, defects: list[Defect]) -> int:
    if data[part[2] : part[3]] == b"\x02\x01\x02":  # nearly all
        return 3
    try:
        first, last = der.expect(data, part[2], part[3], der.INTEGER)
        version = der.integer(data[first:last]) + 1
    except der.Malformed as reason:
        defects.append(Defect("version", str(reason)))
        return 0
    if version not in (2, 3):
        defects.append(Defect("version", tr("says {version}; expected 1 by default, 2 or 3", version=version)))
    return version


def _serial(body: bytes, defects: list[Defect]) -> int:
    """RFC 5280 4.1.2.2: positive, at most 20 octets."""
    if not 1 <= len(body) <= 64:
        defects.append(Defect("serial", tr("has {count} octets; given as 0", count=len(body))))
        return 0
    serial = der.integer(body)
    if serial <= 0:
        defects.append(Defect("serial", tr("is not positive (RFC 5280 4.1.2.2)")))
    if len(body) > 20:
        defects.append(Defect("serial", tr("has {count} octets, more than 20 (RFC 5280 4.1.2.2)", count=len(body))))
    return serial


def _name(
    part: str, read: Callable[[bytes], tuple[str, tuple[str, ...]]], encoded: bytes, defects: list[Defect]
) -> tuple[str, tuple[str, ...]]:
    try:
        return read(encoded)
    except der.Malformed as reason:
        defects.append(Defect(part, str(reason)))
        return f"#{encoded.hex()}", ()


def _validity(data: bytes, part: Part, defects: list[Defect]) -> tuple[datetime, datetime]:
    try:
        start, end = der.children(data, part[2], part[3])
    except ValueError:  # Malformed is one, too
        defects.append(Defect("validity", tr("does not hold two times")))
        return _NO_TIME, _NO_TIME
    return _moment(data, start, "not before", defects), _moment(data, end, "not after", defects)


def _moment(data: bytes, part: Part, name: str, defects: list[Defect]) -> datetime:
    try:
        return der.moment(part[0], data[part[2] : part[3]])
    except der.Malformed as reason:
        defects.append(Defect(name, str(reason)))
        return _NO_TIME


def _signature(data: bytes, part: Part, outer_algorithm: bytes, defects: list[Defect]) -> tuple[str, str]:
    if data[part[2] : part[3]] != outer_algorithm:
        defects.append(Defect("signature", tr("its algorithms inside and outside differ (RFC 5280 4.1.1.2)")))
    try:
        dotted, parameters = algorithms.identifier(outer_algorithm)
    except der.Malformed as reason:
        defects.append(Defect("signature", tr("its algorithm {reason}", reason=reason)))
        return "", ""
    try:
        return dotted, algorithms.signature_hash(dotted, parameters)
    except der.Malformed as reason:
        defects.append(Defect("signature", tr("its parameters: {reason}", reason=reason)))
    return dotted, ""


def _key(spki: bytes, defects: list[Defect]) -> PublicKeyFacts:
    try:
        return algorithms.read_public_key(spki)
    except der.Malformed as reason:
        defects.append(Defect("key", str(reason)))
        return PublicKeyFacts("unreadable", 0, "", spki)


def _extensions(data: bytes, start: int, stop: int, defects: list[Defect]) -> dict[str, Any]:
    try:
        first, last = der.expect(data, start, stop, der.SEQUENCE)
        return read_extensions(data, first, last, defects)
    except der.Malformed as reason:
        defects.append(Defect("extensions", str(reason)))
        return {}
