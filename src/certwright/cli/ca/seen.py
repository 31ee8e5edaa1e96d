"""`certwright ca seen FILE REPORT...`: takes in what consumers report."""

from pathlib import Path

import click

from certwright.cli.options import deployment_file
from certwright.cli.terminal import screen, show
from certwright.cli.verb import Spoken
from certwright.report.rotation_looks import seen_text
from certwright.wiring.loading import load
from certwright.wiring.sightings import take_reports


@click.command("seen", cls=Spoken)
@deployment_file
@click.argument(
    "reports",
    metavar="REPORT...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
def command(*, file: Path, reports: tuple[Path, ...]) -> None:
    """Take in the reports of consumers.

    A report is what the line of `ca script` printed on a consumer; a folder stands for the reports in it. All of them
    are taken in, or none: one that was cut off, is from somebody else, lies in the future or is older than what is
    known already is refused.
    """
    show(seen_text(take_reports(load(file), reports), screen()))
