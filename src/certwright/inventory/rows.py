"""What the inventory writes down beside credentials: intents, deliveries, revocation lists, events."""

from datetime import UTC, datetime
from typing import Literal

from certwright.value import field, value

Outcome = Literal["", "issued", "refused", "abandoned"]


@value
class Intent:
    """A serial that was spoken for before anything was signed. `outcome` is empty while nobody knows."""

    serial: int
    authority: str
    place: str
    request: bytes = field(repr=False)  # the SubjectPublicKeyInfo to be certified, DER
    recorded: datetime
    outcome: Outcome = ""


@value
class Delivery:
    """A file we mean to write, or wrote. `done` says which. `recipe` is what it was made from."""

    path: str
    sha256: str
    recipe: str
    place: str
    done: bool = False


@value
class SealedPassword:
    """A set's password. `rule` is the one it was last found to satisfy, in words of whoever wrote it down."""

    set_id: str
    version: int
    rule: str
    sealed: bytes = field(repr=False)


@value
class Crl:
    """A revocation list. Numbers of one scope only rise (RFC 5280 5.2.3); its octets are asked for by its scope.

    `scope` is the authority's place, with the shard behind it if the list is not complete, and `points` the addresses
    that certificates know a shard by. It is in force from `this_update`, and was made from the first `known`
    revocations, with the key whose identifier is `signer`, in hexadecimal.
    """

    scope: str
    number: int
    this_update: datetime
    next_publish: datetime
    next_update: datetime
    known: int = 0
    points: tuple[str, ...] = ()
    signer: str = ""
    sha256: str = ""


@value
class Revocation:
    """A certificate that must not be trusted any more. `reason` is RFC 5280's word (keyCompromise), or "".

    `not_after` is the certificate's own end, None while nobody knows it; of what was held it is found out.
    """

    serial: int
    authority: str
    place: str
    reason: str
    at: datetime
    not_after: datetime | None = None


@value
class Event:
    """One line of the log. `kind` is one word: issued, abandoned, delivered, removed, closed, password, crl, revoked,
    listed, unlisted, purged, generation, forced, unlock; for requests to others requested, answered, refused, declined,
    withdrawn.
    """

    kind: str
    place: str
    text: str
    at: datetime
    number: int = 0


def crl_number(number: int) -> str:
    """How numbers of lists are stored: words of one length, which stand in the order of their numbers; 20 octets."""
    return f"{number:040x}"


def seconds(moment: datetime) -> int:
    """How moments are stored: whole seconds since 1970, UTC."""
    return int(moment.timestamp())


def moment(stored: int) -> datetime:
    """The inverse of `seconds`."""
    return datetime.fromtimestamp(stored, UTC)
