"""A draft and a signer → certificate, in two steps: a twin is judged before the real key signs, and the token it earns
works once. A draft and its key → request (PKCS#10). Serial numbers and times are arguments.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certwright.errors import Broken, Refused
from certwright.model import Draft, Mismatch
from certwright.speech import tr
from certwright.x509 import der
from certwright.x509.body import Profile, PublicKey, body, wishes
from certwright.x509.facts import CertificateFacts
from certwright.x509.name import parse_name
from certwright.x509.read import read_certificate

__all__ = ["Digest", "Judge", "Profile", "PublicKey", "SigningKey", "Token", "prepare", "request", "spki"]

SigningKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Digest: TypeAlias = hashes.SHA256 | hashes.SHA384 | hashes.SHA512
Judge: TypeAlias = Callable[[CertificateFacts], Sequence[Mismatch]]

_HASHES: Mapping[str, Digest] = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


class Token:
    """The right to sign one body once. Only `prepare` makes it, and only when the twin was accepted."""

    __slots__ = ("_digest", "_issuer_spki", "_shots", "twin")

    def __init__(self, builder: x509.CertificateBuilder, profile: Profile, twin: CertificateFacts) -> None:
        self.twin = twin
        self._digest = _digest(profile.draft)
        self._issuer_spki = profile.issuer.key.spki if profile.issuer else spki(profile.public_key)
        self._shots = [builder]  # a list, because pop is atomic: two threads cannot both get it

    def sign(self, key: SigningKey) -> bytes:
        """The DER certificate, signed with the issuer's key; its body is byte for byte the twin's.

        Raises Refused when the token was used before or the key is not the issuer's, and Broken when what came out of
        the key (an HSM's, perhaps) is not what was asked for. The token is spent in every case but the wrong key.
        """
        if spki(key.public_key()) != self._issuer_spki:
            raise Refused(
                tr(
                    "this key is not the one that signs {subject!r}: {issuer!r} has another",
                    subject=self.twin.subject,
                    issuer=self.twin.issuer,
                )
            )
        try:
            builder = self._shots.pop()
        except IndexError:
            raise Refused(
                tr("the token for {subject!r} was used before", subject=self.twin.subject),
                tr("prepare the certificate again, with a new serial"),
            ) from None
        made = builder.sign(key, self._digest)
        encoded = made.public_bytes(Encoding.DER)
        if _body(encoded) != _body(self.twin.der):
            raise Broken(
                tr(
                    "the signed body of {subject!r} is not the body that was judged; it is thrown away",
                    subject=self.twin.subject,
                )
            )
        _verify(made, key.public_key(), self.twin.subject)
        return encoded


def prepare(profile: Profile, throwaway: SigningKey, judge: Judge) -> Token:
    """A token for the profile, after its twin, signed with a throwaway key, was accepted by `judge`.

    The throwaway key is of the kind of the issuer's (RSA or EC), so that both bodies name the same signature algorithm.
    Raises Refused for what must not be asked (a child that outlives its parent, a serial out of range, an issuer that
    is no authority) and, listing every mismatch, for a twin that is not accepted.
    """
    _refuse(profile)
    builder = body(profile)
    twin = read_certificate(builder.sign(throwaway, _digest(profile.draft)).public_bytes(Encoding.DER))
    mismatches = [*_own_mismatches(profile, twin), *judge(twin)]
    if mismatches:
        told = [tr("expected {expected}, found {found}", expected=one.expected, found=one.found) for one in mismatches]
        first = tr("{subject!r} would not be accepted, so it is not signed:", subject=twin.subject)
        raise Refused("\n  ".join([first, *told]))
    return Token(builder, profile, twin)


def request(draft: Draft, key: SigningKey) -> bytes:
    """A DER certification request (PKCS#10, RFC 2986) for the draft, with the extensions it wishes for.

    Raises Refused for names and usages that cannot be written.
    """
    builder = x509.CertificateSigningRequestBuilder(parse_name(draft.subject))
    for extension, critical in wishes(draft):
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, _digest(draft)).public_bytes(Encoding.DER)


def spki(key: PublicKey) -> bytes:
    """The DER SubjectPublicKeyInfo of a public key, as CertificateFacts.key.spki has it."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _digest(draft: Draft) -> Digest:
    digest = _HASHES.get(draft.signature_hash)
    if digest is None:
        raise Refused(
            tr("cannot sign with {signature_hash!r}", signature_hash=draft.signature_hash),
            tr("use one of {known}", known=", ".join(_HASHES)),
        )
    return digest


# ── what must not be ──────────────────────────────────────────────────────────────────────────────


def _refuse(profile: Profile) -> None:
    """Raises Refused with the first reason why this certificate must not exist, whoever judges it."""
    draft = profile.draft
    told = repr(draft.subject or ", ".join(map(str, draft.names)))
    if profile.not_before.tzinfo is None or profile.not_after.tzinfo is None:
        raise Refused(tr("{certificate}: times without a time zone", certificate=told))
    if profile.not_after <= profile.not_before:
        raise Refused(
            tr(
                "{certificate} would end ({end}) before it begins ({beginning})",
                certificate=told,
                end=profile.not_after,
                beginning=profile.not_before,
            )
        )
    if profile.not_before.year < 1950:
        raise Refused(tr("{certificate}: times before 1950 cannot be written (RFC 5280 4.1.2.5)", certificate=told))
    if not 0 < profile.serial < 1 << 159:
        raise Refused(
            tr("{certificate}: the serial must be positive and fit in 20 octets (RFC 5280 4.1.2.2)", certificate=told)
        )
    if not draft.subject.strip() and (draft.authority or not draft.names):
        raise Refused(tr("a certificate needs a subject, or names if it is no authority (RFC 5280 4.1.2.6)"))
    if profile.issuer:
        _refuse_parent(told, profile, profile.issuer)
    if profile.subject:
        _refuse_bridge(told, profile, profile.subject)


def _refuse_bridge(told: str, profile: Profile, subject: CertificateFacts) -> None:
    """A second certificate for an authority: it must be one, have that key, and leave room for those below it."""
    if subject.authority is not True or spki(profile.public_key) != subject.key.spki:
        raise Refused(
            tr(
                "{certificate}: {subject!r} is no authority with this key, so there is nothing to bridge",
                certificate=told,
                subject=subject.subject,
            )
        )
    above = profile.issuer.path_length if profile.issuer else None
    below = profile.draft.path_length
    if above is not None and (below is None or below >= above):
        raise Refused(
            tr(
                "{certificate}: its path length must be less than {count}, that of {issuer!r}",
                certificate=told,
                count=above,
                issuer=profile.issuer.subject if profile.issuer else "",
            ),
            tr("do without the bridge (bridge: false): machines then need the new root itself"),
        )


def _refuse_parent(told: str, profile: Profile, issuer: CertificateFacts) -> None:
    if issuer.authority is not True or (issuer.key_usage is not None and "keyCertSign" not in issuer.key_usage):
        raise Refused(
            tr(
                "{certificate}: {issuer!r} is not a certification authority and cannot sign it",
                certificate=told,
                issuer=issuer.subject,
            )
        )
    if profile.draft.authority and issuer.path_length == 0:
        raise Refused(
            tr(
                "{certificate}: {issuer!r} may not sign another authority (its path length is 0)",
                certificate=told,
                issuer=issuer.subject,
            )
        )
    if profile.not_after.replace(microsecond=0) > issuer.not_after:  # a certificate has whole seconds
        raise Refused(
            tr(
                "{certificate} would live until {end:%Y-%m-%d %H:%M:%S} UTC, longer than its issuer"
                " {issuer!r}, which ends on {last:%Y-%m-%d %H:%M:%S} UTC",
                certificate=told,
                end=profile.not_after.astimezone(UTC),
                issuer=issuer.subject,
                last=issuer.not_after,
            ),
            tr("renew the issuer first, or ask for a shorter life"),
        )
    if issuer.subject_key_identifier is None:
        raise Refused(
            tr(
                "{certificate}: {issuer!r} has no subject key identifier to refer to (RFC 5280 4.2.1.1)",
                certificate=told,
                issuer=issuer.subject,
            )
        )


def _own_mismatches(profile: Profile, twin: CertificateFacts) -> list[Mismatch]:
    """What must hold whatever is demanded: the body reads well, and names its issuer as the issuer names itself."""
    found = [Mismatch(tr("a certificate without defects"), f"{one.title} {one.reason}") for one in twin.defects]
    issuer_der = profile.issuer.subject_der if profile.issuer else twin.subject_der
    if twin.issuer_der != issuer_der:
        found.append(Mismatch(tr("the issuer's name byte for byte"), tr("the same name encoded differently")))
    if profile.subject and twin.subject_der != profile.subject.subject_der:
        found.append(Mismatch(tr("the authority's name byte for byte"), tr("the same name encoded differently")))
    return found


# ── after signing ─────────────────────────────────────────────────────────────────────────────────


def _body(encoded: bytes) -> bytes:
    """The octets of the TBSCertificate: everything that a signature covers."""
    start, stop = der.expect(encoded, 0, len(encoded), der.SEQUENCE)
    _, end = der.expect(encoded, start, stop, der.SEQUENCE)
    return encoded[start:end]


def _verify(made: x509.Certificate, key: PublicKey, subject: str) -> None:
    """Raises Broken when the signature does not verify: a faulty signature can give an RSA key away."""
    digest = made.signature_hash_algorithm
    assert digest is not None
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(made.signature, made.tbs_certificate_bytes, padding.PKCS1v15(), digest)
        else:
            key.verify(made.signature, made.tbs_certificate_bytes, ec.ECDSA(digest))
    except (InvalidSignature, UnsupportedAlgorithm) as reason:
        raise Broken(
            tr("the signature made for {subject!r} does not verify; it is thrown away", subject=subject)
        ) from reason
