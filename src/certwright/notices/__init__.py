"""The promise `Notifier`: somebody who is told what falls due, fails, or waits. Strangers to the other rooms of *do*.

A notice is told or Broken is raised; whoever tells several goes on with the next, because none depends on another.
"""

from typing import Protocol

from certwright.report.notice import Notice

SECONDS = 20.0  # how long anybody is waited for


class Notifier(Protocol):
    """A way to reach people, or their programs."""

    def tell(self, notice: Notice) -> None:
        """Send it. Broken when it could not be handed over, with whom and why; never with a secret."""
        ...
