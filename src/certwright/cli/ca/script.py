"""`certwright ca script FILE CONSUMER`: what a consumer runs to report what it trusts."""

from pathlib import Path
from typing import cast

import click

from certwright.cli.options import deployment_file
from certwright.cli.terminal import show
from certwright.cli.verb import Spoken
from certwright.pack.trust_script import Shell, trust_script
from certwright.wiring.loading import load
from certwright.wiring.sightings import consumer as named


@click.command("script", cls=Spoken)
@deployment_file
@click.argument("consumer")
@click.option(
    "--shell",
    type=click.Choice(["sh", "powershell"]),
    help="What runs it: sh needs only openssl, powershell only Windows. Without it, what fits the consumer.",
)
def command(*, file: Path, consumer: str, shell: str | None) -> None:
    """Print what a machine without a network runs to report what it trusts.

    One line. It changes nothing and sends nothing: it prints a report, without any secret, to be carried here and taken
    in with `ca seen`. In a shell name the trust lists behind it, then -- and the certificates that are shown to others.
    In PowerShell it reads the stores of the machine, or the PEM files named behind it.

    \b
      certwright ca script contoso.yaml plant1/node-1 > look.sh
      sh look.sh /etc/ssl/trust.pem -- /etc/ssl/server.pem > node-1.report
      certwright ca seen contoso.yaml node-1.report
    """
    found = named(load(file), consumer)
    fitting = "powershell" if found.stack == "windows" else "sh"
    show(trust_script(found, cast("Shell", shell or fitting)))
