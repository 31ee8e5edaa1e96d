"""`certwright ca status FILE`: a rotation as a matrix of consumers and generations, and the one next step."""

from pathlib import Path

import click

from certwright.cli.options import deployment_file
from certwright.cli.terminal import screen, show, show_json
from certwright.cli.verb import Spoken
from certwright.errors import Refused
from certwright.report.rotation import rotation_text
from certwright.report.rotation_json import rotation_document
from certwright.speech import tr
from certwright.wiring.loading import load
from certwright.wiring.rotation_status import rotation_status


@click.command("status", cls=Spoken)
@deployment_file
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    help="table: for people; json: its shape is in docs/schemas.",
)
@click.option("--issuer", default="", metavar="NAME", help="Only this issuer.")
def command(*, file: Path, form: str, issuer: str) -> None:
    """Show how a rotation stands, whom it has not reached, and the next step.

    Every consumer of an issuer beside every generation of it: whether it was seen to trust it, when, and what it
    presents. Whoever keeps the rotation from going on is named, and the one next step is told. Reads only; needs no
    unlock secret. Without a rotation it says on which day one must begin at the latest.
    """
    loaded = load(file)
    known = [wish.name for wish in loaded.plan.issuers if wish.kind == "embedded"]
    if issuer and issuer not in known:
        told = tr("no certification authority of this deployment is called {name}", name=issuer)
        raise Refused(told, tr("there are: {names}", names=", ".join(known) or tr("none")))
    found = rotation_status(loaded, issuer)
    if form == "json":
        show_json(rotation_document(found, loaded.now))
    else:
        show(rotation_text(found, screen()))
