"""`certwright status FILE`: what is held, until when, and what is due."""

from pathlib import Path

import click

from certwright.cli.options import as_json, deployment_file
from certwright.cli.terminal import screen, show, show_json
from certwright.cli.verb import Spoken
from certwright.report.inventory import status_document, status_text
from certwright.wiring.loading import load
from certwright.wiring.standing import status


@click.command("status", cls=Spoken)
@deployment_file
@as_json
def command(*, file: Path, as_json: bool) -> None:
    """Show what is held, until when, and what is due.

    Reads only; needs no unlock secret.
    """
    standing = status(load(file))
    if as_json:
        show_json(status_document(standing))
    else:
        show(status_text(standing, screen()))
