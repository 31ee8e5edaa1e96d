"""A draft → the facts a certificate made from it would show, so that plans meet the predicate of acceptance."""

from datetime import UTC, datetime

from certwright.model import Draft
from certwright.terms.usage import purpose_oids
from certwright.terms.validity import later, midnight
from certwright.x509.facts import CertificateFacts, PublicKeyFacts
from certwright.x509.name import spelled


def preview(draft: Draft, now: datetime) -> CertificateFacts:
    """The facts of a certificate issued now: no DER, no key, and an issuer that is somebody else.

    Raises Refused when the subject is no RFC 4514 text, or an extended key usage is unknown.
    """
    subject_der, subject, common_names = spelled(draft.subject)
    start, end = lifespan(draft, now)
    return CertificateFacts(
        der=b"",
        thumbprint="",
        fingerprint="",
        version=3,
        serial=0,
        subject=subject,
        subject_der=subject_der,
        issuer="the issuer",
        issuer_der=b"the issuer",  # no Name in DER, so that it equals no subject
        common_names=common_names,
        not_before=start,
        not_after=end,
        signature_algorithm="",
        signature_hash=draft.signature_hash,
        key=PublicKeyFacts(draft.key.algorithm, draft.key.bits, "", b""),
        names=draft.names,
        has_names=bool(draft.names),
        key_usage=draft.key_usage or None,
        extended_key_usage=purpose_oids(draft.extended_key_usage) or None,
        authority=draft.authority,
        path_length=draft.path_length if draft.authority else None,
        crl_distribution_points=draft.crl_distribution_points or None,
    )


def lifespan(draft: Draft, now: datetime) -> tuple[datetime, datetime]:
    """First and last moment of a certificate issued now: its lifetime, or longer where it must outlive a day."""
    start = now.astimezone(UTC).replace(microsecond=0)
    end = start + draft.lifetime
    if draft.good_until is not None:
        end = max(end, midnight(later(draft.good_until, years=0, days=1)))
    return start, end
