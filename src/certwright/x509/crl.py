"""Certificate revocation lists (RFC 5280 5): serials → CRL, CRL → facts, and whether its signature is the issuer's."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from certwright.errors import Refused, Unreadable
from certwright.speech import tr
from certwright.x509.facts import CertificateFacts, CrlFacts, Defect, Revoked
from certwright.x509.name import read_name
from certwright.x509.signature import HOSTILE
from certwright.x509.write import SigningKey, spki

__all__ = ["MOST_OCTETS", "CrlFacts", "Revoked", "read_crl", "signed_by", "write_crl"]

MOST_OCTETS = 256 << 20

_SIGNERS = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey


# ── writing ───────────────────────────────────────────────────────────────────────────────────────


def write_crl(
    issuer: CertificateFacts,
    key: SigningKey,
    number: int,
    revoked: Sequence[Revoked],
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """A DER CRL of that issuer, with its number and the issuer's key identifier (RFC 5280 5.2). Times are aware.

    Raises Refused for a key that is not the issuer's, an issuer without cRLSign, times in the wrong order, a serial
    that appears twice and a reason RFC 5280 5.3.1 does not know.
    """
    _refuse(issuer, key, number, revoked, this_update, next_update)
    builder = x509.CertificateRevocationListBuilder(
        x509.load_der_x509_certificate(issuer.der).subject,
        _naive(this_update),
        _naive(next_update),
        revoked_certificates=[_line(one) for one in revoked],  # at once: the fluent way copies the list for every line
    ).add_extension(x509.CRLNumber(number), critical=False)
    if issuer.subject_key_identifier is not None:
        parent = x509.AuthorityKeyIdentifier(issuer.subject_key_identifier, None, None)
        builder = builder.add_extension(parent, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def _naive(moment: datetime) -> datetime:
    """The constructor keeps times as it gets them, and the encoder wants them naive, in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _line(one: Revoked) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder(one.serial, _naive(one.when))
    if one.reason and one.reason != "unspecified":  # RFC 5280 5.3.1: absent rather than unspecified
        builder = builder.add_extension(x509.CRLReason(x509.ReasonFlags(one.reason)), critical=False)
    return builder.build()


def _refuse(
    issuer: CertificateFacts,
    key: SigningKey,
    number: int,
    revoked: Sequence[Revoked],
    this_update: datetime,
    next_update: datetime,
) -> None:
    wrong = next(_faults(issuer, key, number, revoked, this_update, next_update), "")
    if wrong:
        raise Refused(tr("the CRL of {issuer!r}: {wrong}", issuer=issuer.subject, wrong=wrong))
    known = {flag.value for flag in x509.ReasonFlags}
    for line in revoked:
        if line.reason and line.reason not in known:
            told = tr("the CRL of {issuer!r}: no such reason: {reason!r}", issuer=issuer.subject, reason=line.reason)
            raise Refused(told, tr("use one of {known}", known=", ".join(sorted(known))))


def _faults(
    issuer: CertificateFacts,
    key: SigningKey,
    number: int,
    revoked: Sequence[Revoked],
    this_update: datetime,
    next_update: datetime,
) -> Iterator[str]:
    if spki(key.public_key()) != issuer.key.spki:
        yield tr("this is not the issuer's key")
    if issuer.key_usage is not None and "cRLSign" not in issuer.key_usage:
        yield tr("its certificate may not sign CRLs (no cRLSign among its key usages)")
    if not 0 <= number < 1 << 159:
        yield tr("its number must be from 0 and fit in 20 octets (RFC 5280 5.2.3)")
    if any(one.tzinfo is None for one in (this_update, next_update, *(line.when for line in revoked))):
        yield tr("times without a time zone")
    if next_update <= this_update:
        yield tr("its next update ({next}) is not after this one ({this})", next=next_update, this=this_update)
    if len({line.serial for line in revoked}) != len(revoked):
        yield tr("a serial appears twice")
    for line in revoked:
        if line.serial <= 0:
            yield tr("{serial} is no serial", serial=line.serial)


# ── reading ───────────────────────────────────────────────────────────────────────────────────────


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
    authority = find and get("2.5.29.35", lambda: find(x509.AuthorityKeyIdentifier).value.key_identifier)
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
        revoked=get("revoked", lambda: {one.serial_number: _revoked(one, get) for one in loaded}, {}),
        defects=tuple(defects),
    )


def _revoked(one: x509.RevokedCertificate, get: Callable[..., Any]) -> Revoked:
    reason = get("2.5.29.21", lambda: one.extensions.get_extension_for_class(x509.CRLReason).value.reason.value, "")
    return Revoked(one.serial_number, one.revocation_date_utc, reason)


def signed_by(crl: CrlFacts, issuer: CertificateFacts) -> bool:
    """Whether the CRL is that issuer's: the same name, octet for octet, and a signature its key verifies."""
    if crl.issuer_der != issuer.subject_der:
        return False
    try:
        key = load_der_public_key(issuer.key.spki)
        return isinstance(key, _SIGNERS) and x509.load_der_x509_crl(crl.der).is_signature_valid(key)
    except HOSTILE:
        return False
