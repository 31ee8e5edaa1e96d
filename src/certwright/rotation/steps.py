"""Words of the decision: a step from one state to the next, what opens it, and what holds it back, as data."""

from datetime import date
from typing import Literal

from certwright.generations import State
from certwright.value import value

UNTOLD = "untold step"  # observations of that kind: the `key` of a step whose run has not ended yet, so nobody heard it
FORCED = "forced step"  # observations of that kind: a step's `key` → the reason why its gate need not open by itself

Obstacle = Literal["place", "day", "nobody", "unseen", "untrusting", "presenting", "credential"]


@value
class Block:
    """One thing that keeps a gate closed. `subject` is a place or a consumer; `until` the day, if one is known.

    place: ours to make and deliver, and not done yet. day: it has not come. nobody: no consumer is declared.
    unseen: a consumer nobody has looked at since. untrusting: it was seen without the new certificate. presenting: it
    was seen to present what the old generation signed. credential: what the old one signed for a place that is no
    longer planned is still valid.
    """

    kind: Obstacle
    subject: str = ""
    until: date | None = None

    @property
    def ours(self) -> bool:
        """Whether `apply` itself is to remove it: no force helps."""
        return self.kind == "place"


@value
class Step:
    """A generation of an issuer on its way to its next state."""

    issuer: str
    number: int
    to: State

    @property
    def key(self) -> str:
        """What permissions are written down under: `contoso/2/signing`."""
        return f"{self.issuer}/{self.number}/{self.to}"


@value
class Gate:
    """A step with everything that keeps it from being taken. With `forced`, a reason, only what is ours counts."""

    step: Step
    blocks: tuple[Block, ...] = ()
    forced: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the step may be taken now."""
        return not any(block.ours or not self.forced for block in self.blocks)
