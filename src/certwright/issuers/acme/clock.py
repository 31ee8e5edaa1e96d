"""What the client knows of time and chance, and what it says when the time has not come."""

from collections.abc import Callable
from datetime import datetime

from certwright.errors import Broken
from certwright.value import value


@value
class Clock:
    """`now` is aware UTC; `sleep` takes seconds; `fraction` gives a random number of [0, 1)."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    fraction: Callable[[], float]


class Later(Broken):
    """It did not work now and may work later: not before that time. Nothing is lost by trying again."""

    def __init__(self, what: str, hint: str, not_before: datetime) -> None:
        super().__init__(what, hint)
        self.not_before = not_before
