"""`certwright vault add FILE CERTIFICATE... --list LIST`."""

from pathlib import Path

import click

from certwright.cli.options import deployment_file
from certwright.cli.secrets import unlock_file
from certwright.cli.vault.telling import asked, say, site_option, told
from certwright.cli.verb import Spoken
from certwright.speech import tr
from certwright.wiring.vaults.adding import Wanted, add


@click.command("add", cls=Spoken)
@deployment_file
@click.argument("certificates", nargs=-1, type=click.Path(dir_okay=False, path_type=Path), metavar="[CERTIFICATE]...")
@click.option(
    "--list",
    "of_list",
    required=True,
    metavar="LIST",
    help="trust, issuer, client, or the name of a connector's trust list.",
)
@click.option(
    "--from-vault", "stored", multiple=True, metavar="SECRET", help="Use a secret that the vault holds already."
)
@click.option("--name", default="", metavar="NAME", help="The base name of the files, and with it of their secrets.")
@click.option("--overwrite", is_flag=True, help="Replace what has that name in the list and in the vault.")
@site_option
@unlock_file
def command(
    *,
    file: Path,
    certificates: tuple[Path, ...],
    of_list: str,
    stored: tuple[str, ...],
    name: str,
    overwrite: bool,
    site: str,
    unlock_file: Path | None,
) -> None:
    """Add certificates, revocation lists or a pair to a list.

    Files may be of any form. Everything is checked before anything is written: what the vendor's tool checks, and what
    it does not. A revocation list has the base name of its authority's certificate; a pair for --list client is one
    certificate and its unencrypted private key. Nothing reaches the vault or a delivered file before `apply`.

    \b
      certwright vault add contoso.yaml line-ca.crt line-ca.crl --list issuer
      certwright vault add contoso.yaml connector.der connector.pem --list client
      certwright vault add contoso.yaml --from-vault press-1-der --list trust
    """
    if not certificates and not stored:
        raise click.UsageError(tr("name a certificate's file, or a secret with --from-vault"))
    staged = add(asked(file, site, unlock_file), Wanted(of_list, certificates, stored, name, overwrite))
    say([*told(staged.changes, staged.vault), *staged.messages])
    say([tr("nothing is changed before: {command}", command=f"certwright vault apply {file}")])
