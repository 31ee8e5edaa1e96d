"""Whether one certificate was signed by another: the arithmetic, never the names alone. What was found is remembered in
a dictionary the caller keeps, so that two hundred leaves of one authority cost two hundred signatures and not more.
"""

import threading
import warnings
from collections.abc import MutableMapping
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from certwright.speech import tr
from certwright.x509.alike import folded
from certwright.x509.facts import CertificateFacts

# Kept by the caller across calls; an empty dict will do. What the keys mean is this room's business.
Memo: TypeAlias = MutableMapping[tuple[object, ...], Any]

MOST_REMEMBERED = 4096

# What lazy access to a hostile certificate was seen to raise.
HOSTILE = (
    ValueError,
    TypeError,
    KeyError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)

# Hashes `verify_directly_issued_by` no longer accepts. That they are weak is said elsewhere; here it is who signed.
_OLD = {"md5": hashes.MD5(), "sha1": hashes.SHA1()}  # noqa: S303


class _Unwarned(threading.local):
    """Keeps back what the library warns of: it is among the defects already. Within itself it costs nothing."""

    depth = 0

    def __enter__(self) -> None:
        if self.depth == 0:
            self.kept = warnings.catch_warnings()
            self.kept.__enter__()
            warnings.simplefilter("ignore")
        self.depth += 1

    def __exit__(self, *_: object) -> None:
        self.depth -= 1
        if self.depth == 0:
            self.kept.__exit__(None, None, None)


UNWARNED = _Unwarned()


class Unloadable(Exception):  # noqa: N818 - it describes the certificate
    """The strict reader refuses this certificate."""


def load(facts: CertificateFacts, memo: Memo) -> x509.Certificate:
    """The certificate as the library has it, authorities remembered. Raises Unloadable with the library's reason."""
    key = ("certificate", facts.fingerprint)
    loaded = memo.get(key)
    if loaded is None:
        try:
            with UNWARNED:
                loaded = x509.load_der_x509_certificate(facts.der)
        except HOSTILE as reason:
            raise Unloadable(
                tr("{subject!r} is refused by the strict reader: {reason}", subject=facts.subject, reason=reason)
            ) from reason
        if facts.authority:
            remember(memo, key, loaded)
    return loaded


def remember(memo: Memo, key: tuple[object, ...], value: object) -> None:
    """Puts it into the memo, unless that has grown so large that something is trying to fill it."""
    if len(memo) < MOST_REMEMBERED:
        memo[key] = value


def signature_fault(child: CertificateFacts, issuer: CertificateFacts, memo: Memo) -> str:
    """Why `child` cannot have been signed with the key of `issuer`; "" when it was."""
    key = ("signature", child.fingerprint, issuer.fingerprint)
    fault: str | None = memo.get(key)
    if fault is None:
        fault = _fault(child, issuer, memo)
        if child.authority:
            remember(memo, key, fault)
    return fault


def _fault(child: CertificateFacts, issuer: CertificateFacts, memo: Memo) -> str:
    try:
        below, above = load(child, memo), load(issuer, memo)
        if child.signature_hash in _OLD:
            _verify_old(below, above, _OLD[child.signature_hash])
        elif child.issuer_der != issuer.subject_der and folded(child.issuer_der) == folded(issuer.subject_der):
            _verify_renamed(below, above)
        else:
            below.verify_directly_issued_by(above)
    except Unloadable as reason:
        return str(reason)
    except InvalidSignature:
        return tr("the signature does not verify")
    except HOSTILE as reason:
        return tr("the signature cannot be verified: {reason}", reason=reason)
    return ""


def _verify_renamed(child: x509.Certificate, issuer: x509.Certificate) -> None:
    """For names that RFC 5280 7.1 takes for one; the library compares bytes before it looks at the signature."""
    key, used = issuer.public_key(), child.signature_algorithm_parameters
    signed = child.signature, child.tbs_certificate_bytes
    if isinstance(key, rsa.RSAPublicKey) and isinstance(used, padding.PKCS1v15 | padding.PSS):
        assert child.signature_hash_algorithm is not None, "what has a padding has a hash"
        key.verify(*signed, used, child.signature_hash_algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(used, ec.ECDSA):
        key.verify(*signed, used)
    elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey) and used is None:
        key.verify(*signed)
    else:
        raise UnsupportedAlgorithm(tr("{digest} with a key of this kind", digest=child.signature_algorithm_oid))


def _verify_old(child: x509.Certificate, issuer: x509.Certificate, digest: hashes.HashAlgorithm) -> None:
    key = issuer.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(child.signature, child.tbs_certificate_bytes, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(child.signature, child.tbs_certificate_bytes, ec.ECDSA(digest))
    else:
        raise UnsupportedAlgorithm(tr("{digest} with a key of this kind", digest=digest.name))
