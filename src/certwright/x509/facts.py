"""DER → facts: everything a certificate says, read once, in one place, and never raising on a hostile one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from certwright.model import GeneralName
from certwright.speech import noted, tr
from certwright.value import field, value


@value
class PublicKeyFacts:
    """A public key. `spki` is the DER SubjectPublicKeyInfo, `bits` the modulus length or curve size (0 unknown)."""

    algorithm: str  # "rsa", "ec", "ed25519", "dsa", … or the dotted OID when nothing knows it
    bits: int
    curve: str
    spki: bytes = field(repr=False)
    modulus: int = field(default=0, repr=False)
    exponent: int = 0


PARTS = (  # of a certificate or a list, beside extensions
    noted("certificate"), noted("version"), noted("serial"), noted("issuer"), noted("subject"), noted("validity"),
    noted("not before"), noted("not after"), noted("key"), noted("extensions"), noted("extension"), noted("signature"),
    noted("revoked"),
)  # fmt: skip


@value
class Defect:
    """A part of a certificate that could not be read, and why. `part` is the field or the extension's dotted OID."""

    part: str
    reason: str

    @property
    def title(self) -> str:
        """What people call the part."""
        return tr(self.part)

    def __str__(self) -> str:
        return f"{self.title}: {self.reason}"


@value
class Subtree:
    """A part of a name space (RFC 5280 4.2.1.10): `form` as there ("dNSName"), `base` as encoded, `text` for people.

    `plain`: it counts from its base and has no maximum; RFC 5280 knows no other, and nobody applies one.
    """

    form: str
    base: bytes = field(repr=False)
    text: str
    plain: bool = True


@value
class NameConstraints:
    """Where the names of everything below an authority must lie, and where they must not."""

    permitted: tuple[Subtree, ...] = ()
    excluded: tuple[Subtree, ...] = ()


@value
class CertificateFacts:
    """What a certificate says. Absent extensions are None, empty ones are empty. Times are aware UTC.

    `thumbprint` is SHA-1 in upper-case hex, as Windows shows it; `fingerprint` is SHA-256 in lower-case hex.
    `extended_key_usage`, `policies` and `signature_algorithm` are dotted OIDs; `signature_hash` is "sha256", "sha1", …
    or "".
    """

    der: bytes = field(repr=False)
    thumbprint: str
    fingerprint: str
    version: int
    serial: int
    subject: str
    subject_der: bytes = field(repr=False)
    issuer: str
    issuer_der: bytes = field(repr=False)
    common_names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    signature_algorithm: str
    signature_hash: str
    key: PublicKeyFacts
    names: tuple[GeneralName, ...] = ()
    has_names: bool = False
    key_usage: frozenset[str] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    authority: bool | None = None
    path_length: int | None = None
    subject_key_identifier: bytes | None = None
    authority_key_identifier: bytes | None = None
    crl_distribution_points: tuple[str, ...] | None = None
    authority_information_access: tuple[str, ...] | None = None
    policies: tuple[str, ...] | None = None
    name_constraints: NameConstraints | None = None
    critical: frozenset[str] = frozenset()
    defects: tuple[Defect, ...] = ()

    @property
    def self_issued(self) -> bool:
        """Subject and issuer are the same name, byte for byte."""
        return self.subject_der == self.issuer_der

    @property
    def masked_thumbprint(self) -> str:
        """Six characters, 28 asterisks, six characters: the form the vendor's checker prints."""
        return f"{self.thumbprint[:6]}{'*' * 28}{self.thumbprint[-6:]}"


@value
class Revoked:
    """One line of a CRL. `when` is aware UTC; `reason` is RFC 5280's word ("keyCompromise") or "" for none."""

    serial: int
    when: datetime
    reason: str = ""


@value
class CrlFacts:
    """What a CRL says. `revoked` is by serial. `number` is None and `next_update` is None when the CRL has none.

    `points` are the addresses that certificates must name for the list to speak of them (RFC 5280 5.2.5), None for a
    list that speaks of all; `only` says whose certificates it speaks of. `next_publish` is when Windows asks again.
    """

    der: bytes = field(repr=False)
    issuer: str
    issuer_der: bytes = field(repr=False)
    this_update: datetime
    next_update: datetime | None
    number: int | None
    signature_algorithm: str
    signature_hash: str
    authority_key_identifier: bytes | None
    revoked: Mapping[int, Revoked] = field(repr=False)
    defects: tuple[Defect, ...] = ()
    points: tuple[str, ...] | None = None
    only: Literal["", "users", "authorities", "attributes"] = ""
    next_publish: datetime | None = None


@value
class ChainFacts:
    """How a leaf stands among the certificates beside it. See `certwright.x509.path.diagnose`.

    `path` is leaf first, root last if one was found. `complete`: it ends in a self-issued root whose own signature
    verifies. `trusted`: that end is one of the anchors (True when no anchors were given). `in_order`: the certificates
    as packed follow the path, upwards or, as Windows writes them, downwards. `extras`: not on the path, or there twice.
    `faults`: our own diagnosis, a sentence each. `verdict`: "" when `cryptography.x509.verification` accepts the path
    too, else its sentence; the two are kept apart on purpose. `notes`: what is worth knowing, and no fault.
    """

    path: tuple[CertificateFacts, ...]
    complete: bool
    trusted: bool
    in_order: bool
    extras: tuple[CertificateFacts, ...] = ()
    faults: tuple[str, ...] = ()
    verdict: str = ""
    notes: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be told whatever else is said: that the opinions differ, and the notes."""
        return (self.disagreement, *self.notes) if (self.faults or self.verdict) and self.disagreement else self.notes

    @property
    def disagreement(self) -> str:
        """That the two opinions differ, in words; "" when both accept the path or both refuse it."""
        if self.faults and not self.verdict:
            return tr(
                "the two judges differ: the cryptography library accepts the path, certwright's own diagnosis does not;"
                " other programs may take either side"
            )
        if self.verdict and not self.faults:
            return tr(
                "the two judges differ: the cryptography library refuses the path, and certwright's own diagnosis finds"
                " no fault with it; other programs may take either side"
            )
        return ""


def named(facts: CertificateFacts) -> str:
    """A certificate in a sentence: its subject and enough of its thumbprint."""
    subject = facts.subject or tr("(no subject)")
    return f"{subject} [{facts.masked_thumbprint}]"
