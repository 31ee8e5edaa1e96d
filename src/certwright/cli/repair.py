"""`certwright repair PATH --for FILE -o NEWFOLDER`: mend what needs no new certificate, in a new place."""

import sys
from pathlib import Path

import click

from certwright.cli.ending import FINDINGS
from certwright.cli.options import for_file
from certwright.cli.secrets import passwords, read_password_list, read_passwords, unlock_file, unlock_from
from certwright.cli.terminal import screen, show
from certwright.cli.verb import Spoken
from certwright.report.repair import repair_text, repaired_text
from certwright.wiring.loading import load
from certwright.wiring.repaired import deliver
from certwright.wiring.repairing import Given, prepare


@click.command("repair", cls=Spoken)
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@for_file
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="NEWFOLDER", help="Where to write."
)
@click.option(
    "--chain",
    type=click.Path(exists=True, path_type=Path),
    metavar="FOLDER",
    help="Certificates of authorities that the files lack: a folder, or one file.",
)
@passwords
@unlock_file
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
def command(
    *,
    path: Path,
    file: Path,
    output: Path,
    chain: Path | None,
    password_files: tuple[str, ...],
    asked: tuple[str, ...],
    unlock_file: Path | None,
    dry_run: bool,
) -> None:
    """Mend what needs no new certificate, in a new place.

    PATH is a folder or a file, however it is named and in whatever form: PFX, PEM, DER, P7B. What is written is packed
    as the deployment demands it: encryption, local machine attribute, provider, certificate privacy, chain, order,
    one password for each set, form, folders and names. The input is never changed, and what needs a new certificate is
    named and left out. The password of a set is the first line of its FILE; further lines are passwords some files
    may still have. Without one, or when it breaks the rules, a new one is drawn and written beside NEWFOLDER.

    The exit code is 0 when everything is in order, 1 when something is left to you.
    """
    given = Given(read_passwords(password_files, asked), _others(password_files), chain, unlock_from(unlock_file))
    ready = prepare(load(file), path, output, given)
    show(repair_text(ready.mended, screen()))
    if not dry_run:
        deliver(ready)
    show(repaired_text(ready.mended, str(file), screen(), dry_run=dry_run))
    sys.exit(0 if ready.mended.whole else FINDINGS)


def _others(files: tuple[str, ...]) -> tuple[str, ...]:
    """The further lines of the password files: passwords that some files still have."""
    return tuple(line for one in files for line in read_password_list(Path(one.partition("=")[2]), ask=False))
