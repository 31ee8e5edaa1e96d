"""`certwright calendar FILE`: everything that falls due, for the calendars of those who have to be there."""

from pathlib import Path

import click

from certwright.cli.options import deployment_file
from certwright.cli.terminal import show
from certwright.cli.verb import Spoken
from certwright.report.calendar import calendar_text
from certwright.speech import trn
from certwright.wiring.exposing import write_file
from certwright.wiring.loading import load
from certwright.wiring.schedule import schedule


@click.command("calendar", cls=Spoken)
@deployment_file
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.ics",
    help="Write it to this file; without it to standard output.",
)
@click.option(
    "--days-before",
    type=click.IntRange(0, 365),
    default=7,
    show_default=True,
    metavar="DAYS",
    help="How many days before an event its alarm is.",
)
def command(*, file: Path, output: Path | None, days_before: int) -> None:
    """Write a calendar of everything that falls due.

    An iCalendar file (RFC 5545): the day on which each certificate is to be renewed (in its maintenance window, if it
    has one), its end, new revocation lists, and the end of roots. Written again, it moves the same events. Reads only;
    needs no unlock secret.
    """
    loaded = load(file)
    events = schedule(loaded)
    text = calendar_text(file.name, events, loaded.now, days_before=days_before)
    if output:
        write_file(output, text)
        told = trn("{count} event written to {file}", "{count} events written to {file}", len(events), file=output)
        show(f"{told}\n")
    else:
        show(text)
