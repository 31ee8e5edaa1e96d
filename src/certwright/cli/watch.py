"""`certwright watch FILE`: apply in the foreground, again and again; or once, for a timer."""

import random
import re
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import click

from certwright.cli.ending import WAITING
from certwright.cli.options import deployment_file
from certwright.cli.secrets import unlock_file, unlock_from
from certwright.cli.terminal import show
from certwright.cli.verb import Spoken
from certwright.keys.unlock import Unlock
from certwright.report.layout import visible
from certwright.speech import tr
from certwright.wiring.watching import LEAST, Clock, Rounds, line, watch

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
MOST = timedelta(days=7)
GLANCE = 1.0  # seconds until a signal is noticed: Python goes on sleeping when its handler is done


class Span(click.ParamType):  # type: ignore[type-arg] # newer versions of click have an argument there
    """A number with m, h or d behind it."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,6})([mhd])", str(value))
        span = int(found[1]) * UNITS[found[2]] if found else timedelta()
        if not LEAST <= span <= MOST:
            self.fail(tr("{value} is none of 1m to 7d: say 30m, 6h or 1d", value=repr(value)), param, ctx)
        return span


@click.command("watch", cls=Spoken)
@deployment_file
@click.option(
    "--every", type=Span(), default="6h", show_default=True, metavar="SPAN", help="How long to sleep between two runs."
)
@click.option("--once", is_flag=True, help="Run once, tell whoever is to be told, and end like apply: for a timer.")
@unlock_file
def command(*, file: Path, every: timedelta, once: bool, unlock_file: Path | None) -> None:
    """Apply again and again, as things fall due.

    Stays in the foreground and prints a line for each run. It sleeps for --every, give or take a tenth, and less when a
    maintenance window opens before, or a revocation list is to be made. Whoever stands under notify: in the deployment
    file is told what was renewed, what waits for somebody, what failed and what is about to end; the same thing only
    once. A run that fails is tried again, after a minute at first. SIGTERM and SIGINT end it when the run under way is
    done.
    """
    rounds = Rounds(file, _asking_once(unlock_from(unlock_file)), time.sleep)
    if not once:
        with Ending() as ending:
            watch(rounds, Clock(lambda: datetime.now(UTC), ending.sleep, random.random), every, _log)
        return
    now = datetime.now(UTC)
    came = rounds(now)
    if came.failure:
        for told in came.messages:
            _log(told)
        raise came.failure
    _log(line(came, now, None))
    sys.exit(WAITING if came.applied and (came.applied.waiting or came.applied.unshown) else 0)


class Ending:
    """Turns SIGTERM and SIGINT into a wish: the run under way is finished. The second SIGINT does not wait."""

    def __init__(self) -> None:
        self._wished = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Ending":
        for one in (signal.SIGTERM, signal.SIGINT):
            self._before[one] = signal.signal(one, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        for one, before in self._before.items():
            signal.signal(one, before)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._wished and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._wished = True

    def sleep(self, seconds: float) -> bool:
        """Sleep so long, or until an end is wished for; whether it is."""
        while seconds > 0 and not self._wished:
            time.sleep(min(seconds, GLANCE))
            seconds -= GLANCE
        return self._wished


def _asking_once(unlock: Unlock) -> Unlock:
    """The same, but a person is asked only once."""
    prompt: Callable[[str], str] | None = cache(unlock.prompt) if unlock.prompt else None
    return replace(unlock, prompt=prompt)


def _log(told: str) -> None:
    show(f"{visible(told)}\n")
    sys.stdout.flush()
