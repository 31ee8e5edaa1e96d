"""The keeper of `Keys` that needs nothing but a database: every key sealed with AES-256-GCM under its own name."""

from collections.abc import Iterator, Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from certwright.errors import Unreadable
from certwright.keys import NewKey, PrivateKey
from certwright.keys.foundry import Foundry
from certwright.keys.seal import Box, Random
from certwright.model import KeySpec
from certwright.speech import tr
from certwright.x509.write import spki


class SealedKeys:
    """Makes keys with a foundry and seals them in a box."""

    def __init__(self, foundry: Foundry, box: Box, random: Random) -> None:
        self._foundry = foundry
        self._box = box
        self._random = random

    def make(self, wishes: Mapping[str, KeySpec]) -> Iterator[Sequence[NewKey]]:
        """One new key for every place of `wishes`, in batches of those that finish first."""
        for batch in self._foundry.take(wishes):
            yield [self._sealed(place, wishes[place], private) for place, private in batch]

    def open(self, name: str, sealed: bytes) -> tuple[PrivateKey, bytes]:
        """The key written down as `sealed` under `name`, and its PKCS#8. Unreadable when it will not open."""
        pkcs8 = self._box.open(key_address(name), sealed)
        # The seal vouches for the numbers; testing the primes again would cost 29 ms a key.
        private = load_der_private_key(pkcs8, password=None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey):
            raise Unreadable(tr("neither an RSA nor an EC key"), where=name)
        return private, pkcs8

    def _sealed(self, place: str, spec: KeySpec, private: PrivateKey) -> NewKey:
        name = f"{place}.{self._random(6).hex()}"
        pkcs8 = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return NewKey(
            place=place,
            name=name,
            spec=spec,
            private=private,
            pkcs8=pkcs8,
            spki=spki(private.public_key()),
            sealed=self._box.seal(key_address(name), pkcs8),
        )


def place_of(name: str) -> str:
    """The place that the key of that name was made for."""
    return name.rpartition(".")[0]


def key_address(name: str) -> str:
    """What is authenticated with a sealed key, so that no password can be passed off as one."""
    return f"key:{name}"
