"""`certwright password show FILE SET`: the one command that shows a password, because it was asked to."""

from pathlib import Path

import click

from certwright.cli.ending import help_without_verb
from certwright.cli.options import deployment_file
from certwright.cli.secrets import unlock_file, unlock_from
from certwright.cli.terminal import show
from certwright.cli.verb import Spoken, SpokenGroup
from certwright.wiring.loading import load
from certwright.wiring.standing import show_password


@click.group("password", cls=SpokenGroup, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show the password of a certificate set."""
    help_without_verb(ctx)


@command.command("show", cls=Spoken)
@deployment_file
@click.argument("set_id", metavar="SET")
@unlock_file
def show_(*, file: Path, set_id: str, unlock_file: Path | None) -> None:
    """Show the password that locks the PFX files of a set, such as east/deployment.

    It is written to standard output and nowhere else.
    """
    show(show_password(load(file), set_id, unlock=unlock_from(unlock_file)) + "\n")
