"""Private keys that stay in a PKCS#11 token, in the shape `cryptography` signs certificates and requests with.

They sign, and nothing else: nobody ever sees their numbers.
"""

import hashlib
from typing import Any, NoReturn, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from pkcs11 import Mechanism
from pkcs11.util.ec import encode_ecdsa_signature

from certwright.errors import Refused
from certwright.speech import tr

Data: TypeAlias = bytes | bytearray | memoryview
RSA_MECHANISMS = {
    "sha256": Mechanism.SHA256_RSA_PKCS,
    "sha384": Mechanism.SHA384_RSA_PKCS,
    "sha512": Mechanism.SHA512_RSA_PKCS,
}
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # of SHA-256 (RFC 8017 9.2, note 1)


def _is_prehashed(algorithm: object) -> bool:
    """Whether it says that the data is a SHA-256 already, as long lists are signed."""
    return isinstance(algorithm, Prehashed) and algorithm.digest_size == SHA256.digest_size


def _refuse() -> NoReturn:
    raise Refused(
        tr("this key was made in a PKCS#11 token and cannot leave it"),
        tr("use keys: only for authorities, or leave the key of this certificate in the inventory"),
    )


class TokenRsaKey(rsa.RSAPrivateKey):
    """An RSA key in a token. `inside` is its handle there."""

    def __init__(self, inside: Any, public: rsa.RSAPublicKey) -> None:
        self._inside, self._public = inside, public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public

    def sign(self, data: Data, padding_: Any, algorithm: Any) -> bytes:
        """PKCS#1 v1.5 over the data, or over its SHA-256 (RFC 8017 8.2). UnsupportedAlgorithm for anything else."""
        if isinstance(padding_, padding.PKCS1v15) and _is_prehashed(algorithm):
            return bytes(self._inside.sign(DIGEST_INFO + bytes(data), mechanism=Mechanism.RSA_PKCS))
        mechanism = RSA_MECHANISMS.get(getattr(algorithm, "name", ""))
        if not isinstance(padding_, padding.PKCS1v15) or mechanism is None or isinstance(algorithm, Prehashed):
            raise UnsupportedAlgorithm("a token key signs with PKCS#1 v1.5 and SHA-2 only")
        return bytes(self._inside.sign(bytes(data), mechanism=mechanism))

    def decrypt(self, ciphertext: bytes, padding_: Any) -> bytes:
        _refuse()

    def private_numbers(self) -> rsa.RSAPrivateNumbers:
        _refuse()

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> bytes:  # noqa: A002
        _refuse()

    def __copy__(self) -> "TokenRsaKey":
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> "TokenRsaKey":
        return self


class TokenEcKey(ec.EllipticCurvePrivateKey):
    """An EC key in a token. `inside` is its handle there."""

    def __init__(self, inside: Any, public: ec.EllipticCurvePublicKey) -> None:
        self._inside, self._public = inside, public

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    def sign(self, data: Data, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """ECDSA over the data or over its SHA-256, DER (RFC 3279 2.2.3). UnsupportedAlgorithm for anything else."""
        algorithm = signature_algorithm.algorithm
        if isinstance(signature_algorithm, ec.ECDSA) and isinstance(algorithm, HashAlgorithm):
            # Tokens without a combined mechanism are common, so the hash is ours and the signature theirs.
            digest = hashlib.new(algorithm.name, data).digest()
        elif isinstance(signature_algorithm, ec.ECDSA) and _is_prehashed(algorithm):
            digest = bytes(data)
        else:
            raise UnsupportedAlgorithm("a token key signs with ECDSA over the data or its SHA-256 only")
        return bytes(encode_ecdsa_signature(self._inside.sign(digest, mechanism=Mechanism.ECDSA)))

    def exchange(self, algorithm: Any, peer_public_key: Any) -> bytes:
        _refuse()

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        _refuse()

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> bytes:  # noqa: A002
        _refuse()

    def __copy__(self) -> "TokenEcKey":
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> "TokenEcKey":
        return self
