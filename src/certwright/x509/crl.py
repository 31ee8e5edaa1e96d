"""Certificate revocation lists (RFC 5280 5): CRL → facts, and whether its signature is the issuer's."""

import warnings
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from cryptography.x509.oid import ExtensionOID

from certwright.errors import Unreadable
from certwright.speech import tr
from certwright.x509 import der
from certwright.x509.crl_entries import Entries, read_line
from certwright.x509.crl_sign import MOST_NUMBER, write_crl
from certwright.x509.facts import CertificateFacts, CrlFacts, Defect, Revoked
from certwright.x509.name import read_name
from certwright.x509.signature import HOSTILE

__all__ = ["MOST_OCTETS", "CrlFacts", "Revoked", "read_crl", "signed_by", "write_crl"]

MOST_OCTETS = 256 << 20  # of a list; one that names a million has some 50 << 20
MOST_DEFECTS = 20  # of its lines, that are told
NEXT_PUBLISH = x509.ObjectIdentifier("1.3.6.1.4.1.311.21.4")  # szOID_CRL_NEXT_PUBLISH
KNOWN = frozenset(  # of the extensions that may be critical
    (ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.ISSUING_DISTRIBUTION_POINT,
     ExtensionOID.DELTA_CRL_INDICATOR, ExtensionOID.FRESHEST_CRL)
)  # fmt: skip
Only: TypeAlias = Literal["", "users", "authorities", "attributes"]

_SIGNERS = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey


def read_crl(encoded: bytes) -> CrlFacts:
    """What a DER CRL says. Raises Unreadable when it is none; every other trouble becomes a Defect."""
    if len(encoded) > MOST_OCTETS:
        raise Unreadable(tr("it has {count} octets, more than {most}", count=len(encoded), most=MOST_OCTETS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its complaints become defects here, not lines on standard error
        try:
            loaded = x509.load_der_x509_crl(encoded)
        except HOSTILE as reason:
            raise Unreadable(
                tr("no CRL: {reason}", reason=reason), hint=tr("expected one X.509 CRL in DER")
            ) from reason
        return _facts(encoded, loaded)


def _facts(encoded: bytes, loaded: x509.CertificateRevocationList) -> CrlFacts:
    defects: list[Defect] = []

    def get(part: str, read: Callable[[], Any], otherwise: Any = None) -> Any:
        try:
            return read()
        except x509.ExtensionNotFound:
            return otherwise
        except HOSTILE as reason:
            defects.append(Defect(part, str(reason) or type(reason).__name__))
            return otherwise

    find = (
        loaded.extensions.get_extension_for_class if get("extensions", lambda: loaded.extensions) is not None else None
    )
    number = find and get("2.5.29.20", lambda: find(x509.CRLNumber).value.crl_number)
    if number is not None and number > MOST_NUMBER:
        count = number.bit_length() // 8 + 1
        defects.append(
            Defect("2.5.29.20", tr("it has {count} octets, and 20 are allowed (RFC 5280 5.2.3)", count=count))
        )
        number = None
    authority = find and get("2.5.29.35", lambda: find(x509.AuthorityKeyIdentifier).value.key_identifier)
    for extension in loaded.extensions if find else ():
        if extension.critical and extension.oid not in KNOWN:
            defects.append(Defect(extension.oid.dotted_string, tr("critical, and nobody here knows it (RFC 5280 5.2)")))
    point = find and get("2.5.29.28", lambda: find(x509.IssuingDistributionPoint).value)
    issuer_der = get("issuer", lambda: loaded.issuer.public_bytes(), b"")
    digest = get("signature", lambda: loaded.signature_hash_algorithm)
    return CrlFacts(
        der=encoded,
        issuer=get("issuer", lambda: read_name(issuer_der)[0], ""),
        issuer_der=issuer_der,
        this_update=loaded.last_update_utc,
        next_update=loaded.next_update_utc,
        number=number,
        signature_algorithm=loaded.signature_algorithm_oid.dotted_string,
        signature_hash=digest.name if digest else "",
        authority_key_identifier=authority,
        revoked=get("revoked", lambda: _entries(loaded, defects), Entries(loaded, 0)),
        defects=tuple(defects),
        points=_points(point) if point else None,
        only=_only(point) if point else "",
        next_publish=get(NEXT_PUBLISH.dotted_string, lambda: _next_publish(loaded.extensions)) if find else None,
    )


def _points(point: x509.IssuingDistributionPoint) -> tuple[str, ...] | None:
    if point.full_name is None:
        return None if point.relative_name is None else ()
    return tuple(str(name.value) for name in point.full_name if isinstance(name, x509.UniformResourceIdentifier))


def _only(point: x509.IssuingDistributionPoint) -> Only:
    if point.only_contains_user_certs:
        return "users"
    if point.only_contains_ca_certs:
        return "authorities"
    return "attributes" if point.only_contains_attribute_certs else ""


def _next_publish(extensions: x509.Extensions) -> datetime:
    found: Any = extensions.get_extension_for_oid(NEXT_PUBLISH).value
    content: bytes = found.value
    tag, start, stop = der.header(content, 0, len(content))
    return der.moment(tag, content[start:stop])


def _entries(loaded: x509.CertificateRevocationList, defects: list[Defect]) -> Entries:
    """What it names, after every line was read once: what cannot be read is found here, and nowhere later."""
    count, wrong = 0, 0
    for one in loaded:
        count += 1
        if trouble := read_line(one)[1]:
            wrong += 1
            if wrong <= MOST_DEFECTS:
                defects.append(Defect("2.5.29.21", trouble))
    return Entries(loaded, count)


def signed_by(crl: CrlFacts, issuer: CertificateFacts) -> bool:
    """Whether the CRL is that issuer's: the same name, octet for octet, and a signature its key verifies."""
    if crl.issuer_der != issuer.subject_der:
        return False
    try:
        key = load_der_public_key(issuer.key.spki)
        return isinstance(key, _SIGNERS) and x509.load_der_x509_crl(crl.der).is_signature_valid(key)
    except HOSTILE:
        return False
