"""`certwright ca canary FILE`: whether a revocation reaches the list, and after how long."""

import re
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from certwright.cli.asking import online
from certwright.cli.ending import FINDINGS, WAITING
from certwright.cli.options import deployment_file
from certwright.cli.secrets import unlock_file, unlock_from
from certwright.cli.terminal import screen, show
from certwright.cli.verb import Spoken
from certwright.network.allowed import allowed
from certwright.report.canary import canaries_text
from certwright.speech import tr
from certwright.typed import typed
from certwright.wiring.canary import Clock, Promise, fly
from certwright.wiring.loading import load
from certwright.wiring.online import Asking

UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Span(click.ParamType):  # type: ignore[type-arg] # newer versions of click have an argument there
    """A number with s, m, h or d behind it."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        read = re.fullmatch(r"(\d{1,6})([smhd])", str(value))
        if read is None:
            self.fail(tr("{value} is no span: say 90s, 30m, 6h or 2d", value=repr(value)), param, ctx)
        return int(read[1]) * UNITS[read[2]]


@click.command("canary", cls=Spoken)
@deployment_file
@click.option("--issuer", default="", metavar="NAME", help="Only this issuer.")
@online
@click.option(
    "--allow",
    multiple=True,
    metavar="HOST",
    help="Who else may be asked with --online: 10.0.0.0/8, or pki.contoso.com:8080.",
)
@click.option(
    "--within",
    type=Span(),
    default="24h",
    show_default=True,
    metavar="SPAN",
    help="The time in which a revocation has to be listed, for a canary that is made now.",
)
@click.option("--wait", type=Span(), default="0s", metavar="SPAN", help="Look again and again for so long.")
@unlock_file
def command(
    *,
    file: Path,
    issuer: str,
    online: bool,
    allow: tuple[str, ...],
    within: timedelta,
    wait: timedelta,
    unlock_file: Path | None,
) -> None:
    """See whether a revocation reaches the list, and after how long.

    When no canary is out, one is made: a certificate of the authority that signs, whose key nobody has, revoked at
    once. `apply` lists it as it lists every revocation. From then on it is looked for where certificates say that
    their list lies: at the http address with --online, and without it in the folders under publish:, or below the
    output. It is found when every one of these lists it, is the authority's, and is in force.

    \b
      certwright ca canary contoso.yaml
      certwright apply contoso.yaml
      certwright ca canary contoso.yaml --online

    The exit code is 0 when it was found in time, 5 while it is not listed and not late, and 1 when the time is over,
    or a list cannot be reached or relied on.
    """
    if allow and not online:
        raise click.UsageError(tr("--allow says who may be asked; --online asks"))
    clock = Clock(lambda: datetime.now(UTC).replace(microsecond=0), time.sleep)
    asking = Asking(online=online, allowed=allowed(allow))
    flown = fly(load(file), asking, Promise(issuer, within, wait), clock, unlock_from(unlock_file))
    again = " ".join(["certwright ca canary", typed(file), *_asked(issuer, allow, online=online)])
    show(canaries_text(flown, [f"certwright apply {typed(file)}", again], screen()))
    if any(one.failed for one in flown):
        sys.exit(FINDINGS)
    sys.exit(WAITING if any(one.waits for one in flown) else 0)


def _asked(issuer: str, allow: tuple[str, ...], *, online: bool) -> list[str]:
    """The options that make the same look once more."""
    asked = ["--issuer", typed(issuer)] if issuer else []
    return [*asked, *(["--online"] if online else []), *(word for host in allow for word in ("--allow", typed(host)))]
