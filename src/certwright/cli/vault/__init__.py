"""`certwright vault`: the secrets of Azure IoT Operations, and the lists that use them. One file a verb."""

import click

from certwright.cli.ending import help_without_verb
from certwright.cli.verb import Verbs
from certwright.speech import noted

VERBS = {  # verb → what --help says of it
    "add": noted("Add certificates, revocation lists or a pair to a list."),
    "list": noted("Show what the lists hold, and what waits to be applied."),
    "apply": noted("Carry out what was added and deleted, and deliver it."),
    "delete": noted("Take an entry from its list."),
    "orphans": noted("Show what does not match between lists and vault."),
}


@click.group(
    "vault",
    cls=Verbs,
    package="certwright.cli.vault",
    verbs=VERBS,
    invoke_without_command=True,
    subcommand_metavar="VERB [ARGUMENTS]...",
)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Certificates and secrets for external connections.

    What the connectors of Azure IoT Operations trust, and who they are, is kept as secrets in a vault: the Key Vault
    that the deployment file names, or without one a vault in the inventory, sealed. Nothing is changed before `apply`.

    \b
      certwright vault add contoso.yaml press-1.der --list trust
      certwright vault list contoso.yaml
      certwright vault apply contoso.yaml
    """
    help_without_verb(ctx)
