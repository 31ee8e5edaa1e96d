"""`watch`: apply, then sleep until something can have changed. A run that fails is told, and tried again.

The clock, sleeping and chance are arguments. Sleep ends early when somebody wants an end; a run never does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from certwright.errors import Problem
from certwright.flow.world import Applied
from certwright.keys.unlock import Unlock
from certwright.report.inventory import next_text
from certwright.report.words import certificates, files
from certwright.speech import tr, trn
from certwright.value import value
from certwright.wiring.applying import apply
from certwright.wiring.loading import Loaded, load
from certwright.wiring.notifying import Bell, open_secrets, tried
from certwright.wiring.schedule import wake

LEAST = timedelta(minutes=1)
JITTER = 0.1  # of the interval, to either side: many machines must not ask one CA at once


@value
class Clock:
    """`now` is aware UTC; `sleep` takes seconds and says whether somebody wants an end; `fraction` is of [0, 1)."""

    now: Callable[[], datetime]
    sleep: Callable[[float], bool]
    fraction: Callable[[], float]


@value
class Round:
    """What a round came to: what `apply` did, or why it failed, and when a window opens or a list is to be made."""

    applied: Applied | None
    failure: Problem | None
    messages: tuple[str, ...]
    opens: datetime | None = None


Once = Callable[[datetime], Round]


class Rounds:
    """Rounds of one deployment file, which is read again in each: it may have been changed."""

    def __init__(self, file: Path, unlock: Unlock, pause: Callable[[float], None]) -> None:
        self._file, self._unlock, self._pause = file, unlock, pause
        self._memory: dict[str, Mapping[str, str]] = {}
        self._last: Loaded | None = None  # who is told that a file cannot be read any more stood in it before

    def __call__(self, now: datetime) -> Round:
        """Apply what is due now, and tell whoever wants to know."""
        said: list[str] = []
        try:
            loaded = self._last = load(self._file, now=now)
            applied = apply(loaded, unlock=self._unlock, say=said.append)
        except Problem as problem:
            failure = problem
            return Round(None, failure, (*said, *self._told(lambda bell: bell.failed(failure))))
        said += [*applied.messages, *self._told(lambda bell: bell.applied(applied)), *open_secrets(loaded)]
        opens = wake(replace(loaded, plan=applied.plan) if applied.plan else loaded)
        return Round(applied, None, tuple(said), opens)

    def _told(self, tell: Callable[[Bell], Sequence[str]]) -> Sequence[str]:
        if self._last is None:
            return ()
        bell = Bell(self._last, self._pause, self._memory)
        return tried(lambda: tell(bell))


def watch(once: Once, clock: Clock, every: timedelta, say: Callable[[str], None]) -> None:
    """Rounds until somebody wants an end. `say` is given one line a round."""
    failures = 0
    while True:
        now = clock.now()
        came = once(now)
        failures = failures + 1 if came.failure else 0
        over = clock.now()
        seconds = pause(every, clock.fraction(), over, failures, came.opens)
        say(line(came, now, over + timedelta(seconds=seconds)))
        if clock.sleep(seconds):
            return


def pause(every: timedelta, fraction: float, now: datetime, failures: int, opens: datetime | None) -> float:
    """How many seconds to sleep: the interval, give or take a tenth; less after failures and before a window opens.

    After failures it begins with a minute, and is doubled each time, up to the interval.
    """
    most = min(every, LEAST * 2 ** min(failures - 1, 20)) if failures else every
    span = most * (1 + JITTER * (2 * fraction - 1))
    if opens is not None and not failures:
        span = min(span, opens - now)
    return max(span, LEAST).total_seconds()


def line(came: Round, now: datetime, again: datetime | None) -> str:
    """A round in one line: when it began, what it came to, and when the next one will begin."""
    parts = [_outcome(came), *came.messages]
    if again is not None:
        parts.append(tr("next round at {moment}", moment=_moment(again)))
    told = "; ".join(" ".join(one.split()) for one in parts)
    return f"{_moment(now)} {told}"


def _outcome(came: Round) -> str:
    if came.failure:
        told = came.failure.what
        return tr("failed: {what} ({hint})", what=told, hint=came.failure.hint) if came.failure.hint else told
    assert came.applied is not None, "what did not fail was done"
    applied = came.applied
    done = []
    if applied.made:
        done.append(tr("{certificates} made: {places}", certificates=certificates(len(applied.made)),
                       places=", ".join(applied.made)))  # fmt: skip
    if applied.delivered:
        done.append(tr("{files} delivered", files=files(len(applied.delivered))))
    if applied.waiting:
        waits = ", ".join(place for place, _ in applied.waiting)
        done.append(trn("{count} waits: {places}", "{count} wait: {places}", len(applied.waiting), places=waits))
    if applied.shown:
        told = trn("{count} revocation list published", "{count} revocation lists published", len(applied.shown))
        done.append(told)
    done += [tr("{place}: its lists could not be published: {reason}", place=place, reason=reason)
             for place, reason in applied.unshown]  # fmt: skip
    return "; ".join([*done, *([] if done else [next_text(applied.next_due)])])


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"
