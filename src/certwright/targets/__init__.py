"""The promise `Target`: where artifacts go. Strangers to keys, issuers and inventory.

A target writes all of a file or nothing of it, and says what it holds by SHA-256.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from certwright.model import Artifact


class Target(Protocol):
    """Who takes artifacts. Paths are relative, with forward slashes."""

    def observe(self, paths: Iterable[str]) -> Mapping[str, str]:
        """The SHA-256, in lower-case hexadecimal, of each of these that is there."""
        ...

    def read(self, path: str) -> bytes | None:
        """What lies there; None when there is nothing. Broken when it cannot be read."""
        ...

    def deliver(self, artifacts: Sequence[Artifact]) -> None:
        """Put these there, replacing what was. Refused for a path that leads elsewhere, Broken when it fails."""
        ...

    def remove(self, paths: Iterable[str]) -> None:
        """Take these away, if they are there. Refused for a path that leads elsewhere, Broken when it fails."""
        ...

    def opened(self, paths: Iterable[str]) -> Mapping[str, int]:
        """The mode of each of these that others than its owner can get at; nothing where there are no modes."""
        ...

    def close(self, paths: Iterable[str]) -> None:
        """Leave these to their owner alone. Broken when it fails."""
        ...

    def sweep(self, paths: Iterable[str]) -> None:
        """Take away what a delivery of these left behind when it was interrupted."""
        ...
