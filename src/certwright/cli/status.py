"""`certwright status FILE`: what is held, until when, and what is due."""

from datetime import UTC, datetime, time
from importlib import import_module
from pathlib import Path

import click

from certwright.cli.options import as_json, deployment_file
from certwright.cli.terminal import screen, show
from certwright.cli.verb import Spoken
from certwright.report.envelope import json_text
from certwright.report.inventory import status_document, status_text
from certwright.report.layout import Screen
from certwright.speech import tr
from certwright.wiring.loading import load
from certwright.wiring.standing import status


@click.command("status", cls=Spoken)
@deployment_file
@as_json
@click.option("--metrics", is_flag=True, help="Print metrics for Prometheus (the textfile collector of node_exporter).")
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="What will be due by the end of that day (UTC), if nothing is done until then.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it to this file, which is never half-written and may be read by everybody.",
)
def command(*, file: Path, as_json: bool, metrics: bool, at: datetime | None, output: Path | None) -> None:
    """Show what is held, until when, and what is due.

    Reads only; needs no unlock secret.

    \b
      certwright status contoso.yaml --at 2027-06-01
      certwright status contoso.yaml --metrics -o /var/lib/prometheus/node-exporter/contoso.prom
    """
    if as_json and metrics:
        raise click.UsageError(tr("--json and --metrics contradict each other"))
    loaded = load(file, now=_end_of(at) if at else None)
    standing = status(loaded)
    if metrics:
        exposing, telling = (import_module(f"certwright.{one}") for one in ("wiring.exposing", "report.metrics"))
        version = import_module("importlib.metadata").version("certwright")
        text = telling.metrics_text(standing, exposing.exposed(loaded), version)
    elif as_json:
        text = json_text(status_document(standing))
    else:
        text = status_text(standing, Screen() if output else screen())
    if output:
        import_module("certwright.wiring.exposing").write_file(output, text)
    else:
        show(text)


def _end_of(day: datetime) -> datetime:
    """The last second of a day to come. UsageError for one that is over: what is held is not known backwards."""
    when = datetime.combine(day, time(23, 59, 59), UTC)
    if when < datetime.now(UTC):
        raise click.UsageError(tr("{day} is over; --at looks ahead", day=f"{day:%Y-%m-%d}"))
    return when
