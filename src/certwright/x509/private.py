"""What a private key says about itself: its public half, and whether its numbers belong together.

Arithmetic proves consistency; primality is not asked, because a wrong prime cannot arise by accident and costs 30 ms.
"""

import warnings

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from certwright.errors import Unreadable
from certwright.speech import noted, tr
from certwright.value import field, value
from certwright.x509.algorithms import read_public_key


@value
class PrivateKeyFacts:
    """A private key without its secret. `spki` is the DER SubjectPublicKeyInfo of its public half.

    `algorithm` and `bits` are as in PublicKeyFacts. When not `consistent`, `reason` says which numbers disagree.
    """

    algorithm: str
    bits: int
    spki: bytes = field(repr=False)
    consistent: bool = True
    reason: str = ""


def read_private_key(pkcs8: bytes) -> PrivateKeyFacts:
    """The facts of an unencrypted PKCS#8 PrivateKeyInfo (RFC 5958), DER. Raises Unreadable when it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is old is a finding, if anything, and no line on standard error
            key = load_der_private_key(pkcs8, None, unsafe_skip_rsa_key_validation=True)
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        public = read_public_key(spki)
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        reason = str(problem).partition(". ")[0]  # what follows is advice to programmers
        hint = tr("openssl pkey -in FILE -out NEW writes a key anew, if anything can read it")
        raise Unreadable(tr("not a private key that can be read: {reason}", reason=reason), "PKCS#8", hint) from problem
    reason = _disagreement(key.private_numbers()) if isinstance(key, rsa.RSAPrivateKey) else ""
    return PrivateKeyFacts(public.algorithm, public.bits, spki, not reason, reason)


def _disagreement(key: rsa.RSAPrivateNumbers) -> str:
    """Which of the equations of RFC 8017 3.2 fails; empty when all hold."""
    p, q, n, e = key.p, key.q, key.public_numbers.n, key.public_numbers.e
    if min(p, q) < 3:
        return tr("a prime is missing")
    equations = {
        noted("the modulus is not the product of the primes"): p * q == n,
        noted("the private exponent does not undo the public one"): e * key.d % (p - 1) == e * key.d % (q - 1) == 1,
        noted("the first CRT exponent is wrong"): e * key.dmp1 % (p - 1) == 1,
        noted("the second CRT exponent is wrong"): e * key.dmq1 % (q - 1) == 1,
        noted("the CRT coefficient is wrong"): key.iqmp * q % p == 1,
    }
    return next((tr(reason) for reason, holds in equations.items() if not holds), "")
