"""What a revocation list says about one certificate (RFC 5280 6.3): whose it is, whom it covers, who is on it.

Complete lists of the issuer's own key only. Delta and indirect lists are told apart and not relied on.
"""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from certwright.errors import Unreadable
from certwright.speech import tr
from certwright.value import value
from certwright.x509 import der
from certwright.x509.crl import MOST_OCTETS
from certwright.x509.crl_sign import MOST_NUMBER
from certwright.x509.facts import CertificateFacts, Revoked
from certwright.x509.name import read_name
from certwright.x509.pem import is_pem, split_pem
from certwright.x509.signature import HOSTILE

_SIGNERS = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
_NUMBER, _KEY, _POINT, _DELTA, _FRESHEST = "2.5.29.20", "2.5.29.35", "2.5.29.28", "2.5.29.27", "2.5.29.46"
FEW = 16  # look-ups before a list is indexed
_KNOWN = frozenset((_NUMBER, _KEY, _POINT, _DELTA, _FRESHEST))

# fetched: from its address; beside: a file; failed: asked, and no list came; not-asked: it was not allowed, or not http
Answer = Literal["fetched", "beside", "failed", "not-asked"]


@value
class Listing:
    """What one list, or the lack of it, says about one certificate. Times are aware UTC.

    `address` is a URL or a path. `trouble` is why no list came. `unproved` is why it is not the issuer's ("" when it
    is), `uncovered` why its silence about the certificate proves nothing. `revoked` is set by proved lists only; a list
    is `provable` when the certificate of its issuer is at hand.
    """

    address: str
    answer: Answer
    trouble: str = ""
    unproved: str = ""
    uncovered: str = ""
    this_update: datetime | None = None
    next_update: datetime | None = None
    number: int | None = None
    revoked: Revoked | None = None
    provable: bool = True

    @property
    def asked(self) -> bool:
        """Whether somebody was asked for it over the network."""
        return self.answer in ("fetched", "failed")

    @property
    def is_list(self) -> bool:
        """Whether there is a list at all."""
        return self.this_update is not None


@value
class Standing:
    """A certificate below a root, and everything that lists say of it."""

    certificate: CertificateFacts
    listings: tuple[Listing, ...] = ()


class RevocationList:
    """A list that was read. What it costs to prove it or to look somebody up is paid once, whoever asks how often."""

    def __init__(self, loaded: x509.CertificateRevocationList) -> None:
        self.loaded = loaded
        self.issuer_der = loaded.issuer.public_bytes()
        self.issuer = read_name(self.issuer_der)[0] or "?"
        self.extensions = {one.oid.dotted_string: one for one in loaded.extensions}
        self.signers: dict[str, bool] = {}
        self.lookups = 0
        self.serials: frozenset[int] | None = None

    @property
    def number(self) -> int | None:
        """Its number, if it has one that can be read, of no more than 20 octets."""
        number = self._number()
        return number if number is not None and number <= MOST_NUMBER else None

    @property
    def is_last(self) -> bool:
        """Whether none can follow it: no number of 20 octets is above its own."""
        return (self._number() or 0) >= MOST_NUMBER

    @property
    def octets_of_number(self) -> int:
        """How long its number is; 0 when it has none."""
        number = self._number()
        return 0 if number is None else number.bit_length() // 8 + 1

    def _number(self) -> int | None:
        found = self.extensions.get(_NUMBER)
        return found.value.crl_number if found and isinstance(found.value, x509.CRLNumber) else None

    def lines(self) -> Iterator[tuple[int, datetime, str]]:
        """Serial, moment and reason of everything on it."""
        for one in self.loaded:
            if (said := _revoked(one)) is not None:
                yield said.serial, said.when, said.reason

    def is_signed_by(self, issuer: CertificateFacts) -> bool:
        """Whether the key of that certificate signed it."""
        if issuer.fingerprint not in self.signers:
            key = load_der_public_key(issuer.key.spki)
            self.signers[issuer.fingerprint] = isinstance(key, _SIGNERS) and self.loaded.is_signature_valid(key)
        return self.signers[issuer.fingerprint]

    def entry(self, serial: int) -> x509.RevokedCertificate | None:
        """The line about that serial. A long list is searched from end to end, so from some point on it is indexed."""
        self.lookups += 1
        if self.serials is None and self.lookups > FEW:
            self.serials = frozenset(one.serial_number for one in self.loaded)
        if self.serials is not None and serial not in self.serials:
            return None
        return self.loaded.get_revoked_certificate_by_serial_number(serial)


def read_list(content: bytes) -> RevocationList:
    """A list in DER or PEM. Raises Unreadable for anything else, and for more than MOST_OCTETS."""
    if len(content) > MOST_OCTETS:
        raise Unreadable(tr("it has {count} octets, more than {most}", count=len(content), most=MOST_OCTETS))
    if is_pem(content):
        content = next((held for label, held in split_pem(content) if label == "X509 CRL"), b"")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return RevocationList(x509.load_der_x509_crl(content))
    except (der.Malformed, *HOSTILE) as reason:
        raise Unreadable(tr("it holds no revocation list"), hint=tr("expected one X.509 CRL, DER or PEM")) from reason


def standing(
    certificate: CertificateFacts, issuer: CertificateFacts | None, found: RevocationList, blank: Listing
) -> Listing:
    """`blank` (an address and how it answered), with what that list says. `issuer` is None when it is not at hand."""
    loaded, extensions = found.loaded, found.extensions
    try:
        unproved = _unproved(certificate, issuer, found)
        doubt = "" if unproved else _foreign(certificate, extensions)
        partial = "" if unproved or doubt else _partial(extensions)
        entry = None if unproved or doubt else found.entry(certificate.serial)
        return replace(
            blank,
            unproved=unproved,
            provable=issuer is not None,
            uncovered=doubt or partial,
            this_update=loaded.last_update_utc,
            next_update=loaded.next_update_utc,
            number=found.number,
            revoked=_revoked(entry) if entry else None,
        )
    except HOSTILE as reason:
        return replace(blank, answer="failed", trouble=tr("the list cannot be read ({reason})", reason=_clean(reason)))


def _clean(reason: Exception) -> str:
    return "".join(char if char.isprintable() else "?" for char in str(reason))[:200] or type(reason).__name__


# ── whose ─────────────────────────────────────────────────────────────────────────────────────────


def _unproved(certificate: CertificateFacts, issuer: CertificateFacts | None, found: RevocationList) -> str:
    if found.issuer_der != certificate.issuer_der:
        return tr("it is the list of {issuer}, and {wanted} issued the certificate",
                  issuer=found.issuer, wanted=certificate.issuer or "?")  # fmt: skip
    if issuer is None:
        return tr("the certificate of {issuer} is not at hand to prove it with", issuer=found.issuer)
    if issuer.key_usage is not None and "cRLSign" not in issuer.key_usage:
        return tr("{issuer} may not sign revocation lists (its key usage lacks cRLSign)", issuer=found.issuer)
    if found.is_signed_by(issuer):
        return ""
    return tr("it is not signed with the key of {issuer} that signed the certificate", issuer=found.issuer)


# ── whom ──────────────────────────────────────────────────────────────────────────────────────────


def _foreign(certificate: CertificateFacts, extensions: dict[str, x509.Extension[x509.ExtensionType]]) -> str:
    """Why the list is about others, so that not even an entry counts."""
    strange = [dotted for dotted, one in extensions.items() if one.critical and dotted not in _KNOWN]
    if strange:
        return tr("it has the critical extension {oid}, which nobody here knows (RFC 5280 5.2)", oid=strange[0])
    point = extensions.get(_POINT)
    if point is None:
        return ""
    if not isinstance(point.value, x509.IssuingDistributionPoint):
        return tr("its issuing distribution point cannot be read")
    return next(_scoped(certificate, point.value), "")


def _scoped(certificate: CertificateFacts, point: x509.IssuingDistributionPoint) -> Iterator[str]:
    """RFC 5280 6.3.3 b 2."""
    if point.indirect_crl:
        yield tr("it is an indirect list, which is not relied on")
    if point.only_contains_attribute_certs:
        yield tr("it covers attribute certificates only")
    if point.only_contains_user_certs and certificate.authority:
        yield tr("it covers end-entity certificates only")
    if point.only_contains_ca_certs and not certificate.authority:
        yield tr("it covers certificates of authorities only")
    if point.relative_name is not None:
        yield tr("it names its distribution point by a relative name, which is not relied on")
    own = [str(name.value) for name in point.full_name or () if isinstance(name, x509.UniformResourceIdentifier)]
    if point.full_name is not None and not set(own) & set(certificate.crl_distribution_points or ()):
        yield tr("it covers certificates that name {point}", point=", ".join(own) or "?")


def _partial(extensions: dict[str, x509.Extension[x509.ExtensionType]]) -> str:
    """Why an entry counts, and the lack of one proves nothing."""
    if _DELTA in extensions:
        return tr("it is a delta list, and lists only what changed")
    point = extensions.get(_POINT)
    reasons = (
        point.value.only_some_reasons if point and isinstance(point.value, x509.IssuingDistributionPoint) else None
    )
    if reasons:
        told = ", ".join(sorted(one.value for one in reasons))
        return tr("it covers only some reasons for a revocation: {reasons}", reasons=told)
    return ""


# ── who is on it ──────────────────────────────────────────────────────────────────────────────────


def _revoked(entry: x509.RevokedCertificate) -> Revoked | None:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value
    except (x509.ExtensionNotFound, *HOSTILE):
        reason = ""  # revoked it is all the same
    if reason == x509.ReasonFlags.remove_from_crl.value:
        return None
    return Revoked(entry.serial_number, entry.revocation_date_utc, reason)
