"""`certwright vault delete FILE NAME`."""

from pathlib import Path

import click

from certwright.cli.options import deployment_file
from certwright.cli.secrets import unlock_file
from certwright.cli.vault.telling import asked, list_option, say, site_option, told
from certwright.cli.verb import Spoken
from certwright.speech import tr
from certwright.wiring.vaults.deleting import delete


@click.command("delete", cls=Spoken)
@deployment_file
@click.argument("name")
@list_option
@click.option("--purge", is_flag=True, help="Delete the secret, too, and purge it from the vault.")
@site_option
@unlock_file
def command(*, file: Path, name: str, of_list: str, purge: bool, site: str, unlock_file: Path | None) -> None:
    """Take an entry from its list.

    NAME is a file, a base name (then a certificate leaves with its revocation list, a pair as a whole), or a secret.
    The secret stays in the vault, unless --purge says otherwise. Nothing is changed before `apply`.
    """
    staged = delete(asked(file, site, unlock_file), name, of_list=of_list, purge=purge)
    say([*told(staged.changes, staged.vault), *staged.messages])
    if staged.changes:
        say([tr("nothing is changed before: {command}", command=f"certwright vault apply {file}")])
