"""The promises `Issuer`, who certifies public keys at once, and `Correspondent`, who answers later.

Strangers to keys, targets and inventory. What an issuer of ours signs was accepted first; what comes from outside is
nothing but an answer until it is accepted.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from certwright.model import Draft, GeneralName
from certwright.value import field, value
from certwright.x509.facts import CertificateFacts


@value
class Order:
    """One certificate asked for. `spki` is the DER SubjectPublicKeyInfo of `public_key`; times are aware UTC.

    `subject` is given for a bridge: the certificate of an authority, which gets another one for its name and key.
    """

    place: str
    draft: Draft
    public_key: RSAPublicKey | EllipticCurvePublicKey = field(repr=False)
    spki: bytes = field(repr=False)
    not_before: datetime
    not_after: datetime
    subject: CertificateFacts | None = None


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


# ── somebody else ─────────────────────────────────────────────────────────────────────────────────

# What a correspondent needs to go on after a kill; JSON can hold it.
Ticket: TypeAlias = Mapping[str, object]


@value
class Request:
    """One certificate asked of somebody else. `csr` is PKCS#10 (RFC 2986), DER; `spki` its public key.

    `template` is the one to ask an AD CS for, or ""; `replaces` the certificate it renews, DER, or b"".
    """

    place: str
    csr: bytes = field(repr=False)
    spki: bytes = field(repr=False)
    names: tuple[GeneralName, ...]
    draft: Draft
    title: str
    site: str = ""
    template: str = ""
    replaces: bytes = field(default=b"", repr=False)


@value
class Answer:
    """A certificate from outside, DER, and whatever came with it, in any order. Nobody has judged it yet.

    `source` says where it came from, for people; `more` are other certificates for the same key, in the order in which
    they are worth looking at.
    """

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    source: str = ""
    more: tuple["Answer", ...] = field(default=(), repr=False)


@value
class Waiting:
    """No answer yet: why, and when it is worth asking again, if anybody knows."""

    reason: str
    until: datetime | None = None
    hint: str = ""


@value
class Declined:
    """The issuer will not answer this request any more: why, and what to do. The next run asks anew."""

    reason: str
    hint: str = ""


class Correspondent(Protocol):
    """An issuer who answers later. Broken or Unreadable: not now, with the reason; Refused: not with these settings.

    Whatever is raised is told as the reason why that place waits, and keeps nobody else from being served.
    """

    def submit(self, request: Request, ticket: Ticket | None) -> Ticket:
        """Hand the request over, unless the ticket says that it was. Called again in every run, and after a kill.

        A ticket of another request or another issuer, or of one that was declined, counts as none.
        """
        ...

    def collect(self, request: Request, ticket: Ticket) -> tuple[Ticket, Answer | Waiting | Declined]:
        """What has become of it. All requests of a run are submitted before the first is collected."""
        ...
