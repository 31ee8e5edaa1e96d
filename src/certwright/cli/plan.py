"""`certwright plan FILE`: every certificate a deployment needs, and the sentences that demand it."""

from importlib import import_module
from pathlib import Path

import click

from certwright.cli.options import as_json, deployment_file
from certwright.cli.terminal import screen, show, show_json
from certwright.cli.verb import Spoken
from certwright.report.applied import waiting_text
from certwright.report.plan import plan_text
from certwright.report.plan_json import plan_document
from certwright.wiring.loading import load


@click.command("plan", cls=Spoken)
@deployment_file
@as_json
def command(*, file: Path, as_json: bool) -> None:
    """Show every certificate a deployment needs, and why.

    Names, usages, key, lifetime, files, and the sentence of the vendor's document that demands each of them. Nothing is
    written and no secret is needed.
    """
    loaded = load(file)
    if as_json:
        show_json(plan_document(loaded.plan))
        return
    show(plan_text(loaded.plan, screen()))
    if any(wish.outside for wish in loaded.plan.issuers):  # only then the inventory has anything to add to a plan
        show(waiting_text(import_module("certwright.wiring.standing").waiting(loaded), screen()))
