"""How a rotation stands, as a value that a report can draw: generations, consumers beside them, the one next step."""

from datetime import datetime
from typing import Literal

from certwright.generations import Consumer, Generation, Scope
from certwright.rotation.steps import Gate
from certwright.value import value

Trust = Literal["yes", "no", "unseen"]


@value
class Reach:
    """One consumer beside one generation: whether it trusts it, and which certificates of it it presents (SHA-256)."""

    number: int
    trusts: Trust
    presents: tuple[str, ...] = ()


@value
class Row:
    """One consumer: when and how it was last seen (None: never), and a `Reach` for each generation, in their order."""

    consumer: Consumer
    reaches: tuple[Reach, ...]
    seen: datetime | None = None
    how: str = ""


@value
class Next:
    """The one next step in words; `command` is what to type, "" where there is nothing but to wait."""

    told: str
    command: str = ""


@value
class Progress:
    """One issuer: its generations in order, the rows of its consumers, the gate that is closed (None: nothing is under
    way), and the one next step.

    `scope` and `reason` are those of the newest generation; "root" and "" for an issuer that was never rotated.
    """

    issuer: str
    generations: tuple[Generation, ...]
    rows: tuple[Row, ...]
    next: Next
    gate: Gate | None = None
    scope: Scope = "root"
    reason: str = ""
    compromised: bool = False

    @property
    def unreached(self) -> tuple[str, ...]:
        """The consumers that keep the gate closed, by address."""
        kinds = ("unseen", "untrusting", "presenting")
        return tuple(block.subject for block in self.gate.blocks if block.kind in kinds) if self.gate else ()
