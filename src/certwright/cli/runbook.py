"""`certwright runbook FILE`: the procedure for a site, in order, as Markdown with boxes to tick."""

from pathlib import Path

import click

from certwright.cli.options import deployment_file
from certwright.cli.terminal import show
from certwright.cli.verb import Spoken
from certwright.errors import Refused
from certwright.plan.runbooks import runbooks
from certwright.report.runbook import runbook_text
from certwright.speech import tr
from certwright.wiring.loading import load


@click.command("runbook", cls=Spoken)
@deployment_file
@click.option("--site", metavar="SITE", help="Only for that site. Without it: for all of them.")
@click.option(
    "--name", metavar="NAME", help="Only the run-book of that name, such as rotation. Without it: all of them."
)
def command(*, file: Path, site: str | None, name: str | None) -> None:
    """Print a site's procedures, step by step.

    Who must trust what first, the commands, how to verify, how to go back. Cmdlets and steps are those of the site's
    build. The text is Markdown, with a box to tick for each step.
    """
    loaded = load(file)
    sites = [one for one in loaded.deployment.sites if site in (None, one.name)]
    if not sites:
        known = ", ".join(one.name for one in loaded.deployment.sites) or "-"
        raise Refused(tr("no site is called {name!r}", name=site), tr("sites of this file: {names}", names=known))
    folders = {"output": str(loaded.output), "deployment": str(file)}
    found = [
        (book, loaded.products[one.product].title)
        for one in sites
        for book in runbooks(one, loaded.products[one.product], loaded.plan, folders)
    ]
    chosen = [(book, title) for book, title in found if name in (None, book.name)]
    if not chosen:
        names = ", ".join(dict.fromkeys(book.name for book, _ in found)) or "-"
        raise Refused(
            tr("no run-book is called {name!r} here", name=name or "-"), tr("there are: {names}", names=names)
        )
    show("\n".join(runbook_text(book, title) for book, title in chosen))
