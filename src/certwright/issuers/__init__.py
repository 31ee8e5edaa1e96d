"""The promise `Issuer`: certifies public keys. Strangers to keys, targets and inventory.

No serial is used before it is written down, and nothing is signed that was not accepted first.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from certwright.model import Draft
from certwright.value import field, value


@value
class Order:
    """One certificate asked for. `spki` is the DER SubjectPublicKeyInfo of `public_key`; times are aware UTC."""

    place: str
    draft: Draft
    public_key: RSAPublicKey | EllipticCurvePublicKey = field(repr=False)
    spki: bytes = field(repr=False)
    not_before: datetime
    not_after: datetime


@value
class Issued:
    """A signed certificate, DER, with its chain: issuer first, root last. A root has no chain."""

    order: Order
    serial: int
    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)


class Issuer(Protocol):
    """Who certifies keys."""

    def issue(self, orders: Sequence[Order]) -> Iterator[Issued]:
        """A certificate for every order, in their order. Refused, with every mismatch, when one would not do."""
        ...
