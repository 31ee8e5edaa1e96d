"""How long and how much: every wait is cut off by a limit of its own, and all of them together by one more."""

import time

from certwright.speech import tr
from certwright.value import value


@value
class Limits:
    """Seconds for looking up and connecting, for each read, for everything; octets for an answer; addresses a run."""

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0
    octets: int = 16 << 20
    addresses: int = 100


class Clock:
    """The time that one errand has left, from the moment it is made."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.end = time.monotonic() + limits.total

    def wait(self, limit: float) -> float:
        """How long to wait now, at most `limit` seconds. TimeoutError when the time is over."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise self.over()
        return min(limit, left)

    def over(self) -> TimeoutError:
        """What to say of a wait that was too long: whether it was this one, or all of them together."""
        if self.end - time.monotonic() > 0.01:
            return TimeoutError(tr("no answer in time"))
        return TimeoutError(tr("not finished within {seconds:g} seconds", seconds=self.limits.total))
