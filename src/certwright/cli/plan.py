"""`certwright plan FILE`: every certificate a deployment needs, and the sentences that demand it."""

import sys
from importlib import import_module
from pathlib import Path

import click

from certwright.cli.ending import FINDINGS
from certwright.cli.options import as_json, deployment_file
from certwright.cli.terminal import screen, show, show_json
from certwright.cli.verb import Spoken
from certwright.report.applied import waiting_text
from certwright.report.envelope import json_text
from certwright.report.plan import plan_text
from certwright.report.plan_json import plan_document
from certwright.wiring.loading import load


@click.command("plan", cls=Spoken)
@deployment_file
@as_json
@click.option("--diff", is_flag=True, help="Show what apply would change now, instead of everything that is needed.")
def command(*, file: Path, as_json: bool, diff: bool) -> None:
    """Show every certificate a deployment needs, and why.

    Names, usages, key, lifetime, files, and the sentence of the vendor's document that demands each of them. Nothing is
    written and no secret is needed.

    With --diff: the certificates that apply would make now, why, and what of their demands has changed; the files it
    would write, replace, or leave over. The exit code is then 0 when it would change nothing, 1 when something.
    """
    loaded = load(file)
    if diff:
        wiring, report = (import_module(f"certwright.{room}.changes") for room in ("wiring", "report"))
        found = wiring.changes(loaded)
        show(json_text(report.changes_document(found)) if as_json else report.changes_text(found, screen()))
        sys.exit(0 if found.empty else FINDINGS)
    if as_json:
        show_json(plan_document(loaded.plan))
        return
    show(plan_text(loaded.plan, screen()))
    if any(wish.outside for wish in loaded.plan.issuers):  # only then the inventory has anything to add to a plan
        show(waiting_text(import_module("certwright.wiring.standing").waiting(loaded), screen()))
