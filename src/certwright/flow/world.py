"""What `flow` works with: the keepers of every promise, the time, and somebody to tell how far it is."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol

from certwright.errors import Refused
from certwright.inventory import Inventory
from certwright.issuers import Correspondent
from certwright.keys import Keys
from certwright.model import Plan
from certwright.speech import tr
from certwright.targets import Target
from certwright.value import value

# What is signed begins a little before it is made, for machines whose clocks are behind; Kerberos tolerates as much.
CLOCK_SKEW = timedelta(minutes=5)


class Box(Protocol):
    """Seals bytes under a name and opens them again."""

    def seal(self, name: str, content: bytes) -> bytes: ...

    def open(self, name: str, sealed: bytes) -> bytes: ...


@value
class Vault:
    """What the unlock secret opens."""

    keys: Keys
    box: Box


def unheard(point: str) -> None:
    """Nobody wants to know where we are."""


def untold(done: int, total: int, what: str) -> None:
    """Nobody wants to know how far we are."""


def unreachable(issuer: str) -> Correspondent:
    """Nobody is there to be asked."""
    raise Refused(tr("nobody can ask the issuer {issuer} here", issuer=issuer))


def unshown(folder: str) -> Target:
    """No folder is shown to anybody."""
    raise Refused(tr("nothing can be published in {folder} here", folder=folder))


@value
class World:
    """Everything `apply` needs beside the plan. `unlock` is called only when a secret is needed; it may raise Locked.

    `correspondent` gives whoever asks an issuer of somebody else, by its name. `replace` allows overwriting files that
    certwright did not write. `shown` gives the folders in which lists are published. `at` is called with the name of
    every point at which a kill would be interesting.
    """

    inventory: Inventory
    target: Target
    unlock: Callable[[], Vault]
    random: Callable[[int], bytes]
    now: datetime
    replace: bool = False
    progress: Callable[[int, int, str], None] = untold
    at: Callable[[str], None] = unheard
    correspondent: Callable[[str], Correspondent] = unreachable
    shown: Callable[[str], Target] = unshown


@value
class Applied:
    """What a run did: places that got a certificate, paths that were written (in order), and what comes next.

    `waiting` are places that are due and wait for somebody else, each with the reason. `plan` is the one that was
    carried out in the end, if an authority rotates. `shown` are the lists that were put where others fetch them,
    `unshown` the authorities whose lists could not be, each with the reason.
    """

    made: tuple[str, ...]
    delivered: tuple[str, ...]
    next_due: tuple[date, str] | None
    messages: tuple[str, ...] = ()
    waiting: tuple[tuple[str, str], ...] = ()
    plan: Plan | None = None
    shown: tuple[str, ...] = ()
    unshown: tuple[tuple[str, str], ...] = ()
