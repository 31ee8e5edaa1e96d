"""Options that verbs about authorities share."""

import click

reason = click.option("--reason", required=True, metavar="TEXT", help="Why, for whoever reads the log.")
whose = click.option("--issuer", metavar="NAME", help="The issuer that is meant, where the deployment has several.")
yes = click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
