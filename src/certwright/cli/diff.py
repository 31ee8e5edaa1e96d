"""`certwright diff BEFORE AFTER`: what a new build, or a changed fact, changes in a plan."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from certwright.cli.ending import FINDINGS
from certwright.cli.options import READABLE, as_json
from certwright.cli.terminal import screen, show, show_json
from certwright.cli.verb import Spoken
from certwright.errors import Unreadable
from certwright.report.difference import difference, difference_document, difference_text
from certwright.speech import tr


@click.command("diff", cls=Spoken)
@click.argument("before", type=READABLE)
@click.argument("after", type=READABLE)
@as_json
def command(*, before: Path, after: Path, as_json: bool) -> None:
    """Show what has changed between two plans.

    BEFORE and AFTER are what `certwright plan --json` printed, for two builds of a product or before and after a change
    of the deployment file: places, names, usages, keys, lives, files and demands that came or went.

    The exit code is 0 when both ask for the same, 1 when not.

    \b
      certwright plan contoso.yaml --json > plan.json
      certwright diff plan-2510.json plan-2602.json
    """
    try:
        told = difference(_plan(before), _plan(after))
    except (KeyError, TypeError, AttributeError) as failure:
        told_of = tr(
            "{before} or {after}: a plan, but a part of it is missing or of another shape", before=before, after=after
        )
        raise Unreadable(told_of, hint=tr("print both anew with certwright plan FILE --json")) from failure
    if as_json:
        show_json(difference_document(told))
    else:
        show(difference_text(told, screen()))
    sys.exit(0 if told.empty else FINDINGS)


def _plan(file: Path) -> Mapping[str, Any]:
    """The plan in a file. Unreadable when there is none."""
    hint = tr("certwright plan FILE --json prints one")
    try:
        document = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as failure:
        raise Unreadable(tr("it is no JSON text"), str(file), hint) from failure
    if not isinstance(document, dict) or document.get("certwright") != "plan/1":
        raise Unreadable(tr("it is not a plan of the shape plan/1"), str(file), hint)
    return document
