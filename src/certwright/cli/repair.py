"""`certwright repair PATH -o NEWFOLDER`: mend what needs no new certificate, in a new place."""

import sys
from pathlib import Path

import click

from certwright.cli.basis import Basis, about
from certwright.cli.ending import FINDINGS
from certwright.cli.options import as_json
from certwright.cli.secrets import told_passwords, unlock_file, unlock_from
from certwright.cli.terminal import screen, show, show_json
from certwright.cli.verb import Spoken
from certwright.report.repair import repair_text, repaired_text
from certwright.report.repair_json import repair_document
from certwright.wiring.passwords import Passwords
from certwright.wiring.repaired import deliver
from certwright.wiring.repairing import Given, prepare


@click.command("repair", cls=Spoken)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@about
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="NEWFOLDER", help="Where to write."
)
@click.option(
    "--chain",
    type=click.Path(exists=True, path_type=Path),
    metavar="FOLDER",
    help="Certificates of authorities that the files lack: a folder, or one file.",
)
@told_passwords
@unlock_file
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@as_json
def command(
    *,
    path: Path,
    basis: Basis,
    output: Path,
    chain: Path | None,
    passwords: Passwords,
    unlock_file: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Mend what needs no new certificate, in a new place.

    PATH is a folder, a zip archive or a file, however it is named and in whatever form: PFX, PEM (keys may be
    encrypted), DER, P7B, Java keystores in PKCS#12 form, Kubernetes objects, Windows stores. What is written is packed
    as the deployment demands it: encryption, local machine attribute, provider, certificate privacy, chain, order,
    one password for each set, form, folders and names. The input is never changed, and what needs a new certificate is
    named and left out. The password of a set is the first line of its FILE; further lines are passwords some files
    may still have. Without one, or when it breaks the rules, a new one is drawn and written beside NEWFOLDER.

    The exit code is 0 when everything is in order, 1 when something is left to you.
    """
    ready = prepare(basis.ground(unlock_from(unlock_file)), path, output, Given(passwords, chain))
    if not as_json:
        show(repair_text(ready.mended, screen()))
    if not dry_run:
        deliver(ready)
    if as_json:
        show_json(repair_document(ready.mended, dry_run=dry_run))
    else:
        show(repaired_text(ready.mended, basis.option, screen(), dry_run=dry_run))
    sys.exit(0 if ready.mended.whole else FINDINGS)
