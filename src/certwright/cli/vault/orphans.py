"""`certwright vault orphans FILE`."""

import sys
from pathlib import Path

import click

from certwright.cli.ending import FINDINGS
from certwright.cli.options import as_json, deployment_file
from certwright.cli.terminal import screen, show
from certwright.cli.vault.telling import asked, site_option
from certwright.cli.verb import Spoken
from certwright.report.envelope import json_text
from certwright.report.vault import orphans_document, orphans_text
from certwright.wiring.vaults.viewing import orphans


@click.command("orphans", cls=Spoken)
@deployment_file
@as_json
@site_option
def command(*, file: Path, as_json: bool, site: str) -> None:
    """Show what does not match between lists and vault.

    Secrets that no list uses, entries whose secret is gone or has a later version, and secrets that cluster objects
    name but nobody has set. The exit code is 1 when there is any.
    """
    found, site, vault = orphans(asked(file, site))
    document = orphans_document(found, site, vault)
    show(json_text(document) if as_json else orphans_text(found, vault, screen()))
    sys.exit(FINDINGS if found else 0)
