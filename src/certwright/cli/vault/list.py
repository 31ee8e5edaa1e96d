"""`certwright vault list FILE`."""

from pathlib import Path

import click

from certwright.cli.options import as_json, deployment_file
from certwright.cli.terminal import screen, show
from certwright.cli.vault.telling import asked, list_option, site_option
from certwright.cli.verb import Spoken
from certwright.report.envelope import json_text
from certwright.report.vault import listing_document, listing_text
from certwright.wiring.vaults.viewing import listing


@click.command("list", cls=Spoken)
@deployment_file
@list_option
@as_json
@site_option
def command(*, file: Path, of_list: str, as_json: bool, site: str) -> None:
    """Show what the lists hold, and what waits to be applied.

    Records of the deployment file and entries of the vault are shown as the one list they are. --list filters by trust
    list, issuer list, client, or connector.
    """
    found = listing(asked(file, site), of_list)
    show(json_text(listing_document(found)) if as_json else listing_text(found, screen(), of_list))
