"""`certwright ca VERB`: the verbs about certification authorities, each in a file of its own."""

import click

from certwright.cli import ending
from certwright.cli.verb import Verbs
from certwright.speech import noted

VERBS = {  # verb → what --help says of it
    "rotate": noted("Declare the next generation of an authority."),
    "force": noted("Permit one step of a rotation whose gate does not open by itself."),
    "compromise": noted("Replace an authority whose key somebody else may have."),
    "status": noted("Show how a rotation stands, whom it has not reached, and the next step."),
    "script": noted("Print what a machine without a network runs to report what it trusts."),
    "seen": noted("Take in the reports of consumers."),
    "look": noted("Look at the trust lists that can be seen from here."),
    "canary": noted("See whether a revocation reaches the list, and after how long."),
}


@click.group(
    "ca",
    cls=Verbs,
    package="certwright.cli.ca",
    verbs=VERBS,
    invoke_without_command=True,
    subcommand_metavar="VERB [ARGUMENTS]...",
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """See and change how a certification authority stands.

    A rotation replaces an authority without a moment in which a certificate fails: the new generation is trusted
    everywhere before it signs, and the old one is trusted until nothing depends on it any more.
    """
    ending.help_without_verb(ctx)
