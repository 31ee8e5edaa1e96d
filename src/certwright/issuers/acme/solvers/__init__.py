"""The promise `Solver`: puts up answers to challenges, and takes them away. Strangers to each other.

Putting up what stands already and taking away what does not are no errors: a killed run leaves either behind.
"""

from collections.abc import Sequence
from typing import Protocol

from certwright.acme.documents import Identifier
from certwright.value import value


@value
class Proof:
    """What has to stand for one identifier: `authorization` is the key authorization of that token."""

    identifier: Identifier
    token: str
    authorization: str


class Solver(Protocol):
    """Who answers challenges of one kind (of `certwright.acme.proof`). `lasting`: its answers outlive this process."""

    @property
    def kind(self) -> str: ...

    @property
    def lasting(self) -> bool: ...

    def put_up(self, proofs: Sequence[Proof]) -> None:
        """When this returns a CA may look. Broken when it cannot be; then some may stand."""
        ...

    def take_away(self, proofs: Sequence[Proof]) -> None:
        """Leave nothing of these. Broken when something had to stay."""
        ...
