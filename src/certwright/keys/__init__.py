"""The promise `Keys`: makes private keys and opens the ones we hold. Strangers to issuers, targets and inventory.

A key leaves this room only as an object to sign with or as the PKCS#8 a package needs; at rest it is always sealed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from certwright.model import KeySpec
from certwright.value import field, value

PrivateKey: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey


@value
class NewKey:
    """A key for a new certificate of a place. `sealed` is what may be written down under `name`; `pkcs8` and `private`
    never are. An authority that is renewed keeps its key: `sealed` is empty, because it is written down already.
    """

    place: str
    name: str
    spec: KeySpec
    private: PrivateKey = field(repr=False)
    pkcs8: bytes = field(repr=False)
    spki: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


class Keys(Protocol):
    """Who makes keys and can use them again."""

    def make(self, wishes: Mapping[str, KeySpec]) -> Iterator[Sequence[NewKey]]:
        """One new key for every place of `wishes`, in batches of those that finish first."""
        ...

    def open(self, name: str, sealed: bytes) -> tuple[PrivateKey, bytes]:
        """The key written down as `sealed` under `name`, and its PKCS#8. Locked or Unreadable when it will not open."""
        ...
