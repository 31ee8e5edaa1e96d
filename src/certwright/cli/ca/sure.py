"""Options that verbs about authorities share, and the question whether it is meant."""

import sys

import click

from certwright.errors import Refused
from certwright.speech import tr

reason = click.option("--reason", required=True, metavar="TEXT", help="Why, for whoever reads the log.")
whose = click.option("--issuer", metavar="NAME", help="The issuer that is meant, where the deployment has several.")
yes = click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")


def confirm(question: str, *, sure: bool) -> None:
    """Abort unless a person says yes, or said so before. Refused when there is none."""
    if sure:
        return
    if not sys.stdin.isatty():
        raise Refused(tr("nobody is at the terminal to confirm it"), tr("use --yes if it is meant"))
    click.confirm(question, abort=True, err=True)
