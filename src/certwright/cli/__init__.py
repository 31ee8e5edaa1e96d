"""The command line. One file a verb: parse, call, print, exit. Nothing is decided here, nothing done in order.

Verbs are loaded when they are called, so that `--help` costs little more than starting Python.
"""

import gc
import os
import sys
from collections.abc import Sequence

import click

from certwright.cli import ending
from certwright.cli.streams import replace_closed
from certwright.cli.verb import Verbs, clicking, wished
from certwright.speech import speaking

GARBAGE = 50_000  # objects made before garbage is looked for: a plan has many, and keeps them until the end

VERBS = {  # verb → what --help says of it
    "init": "Print a commented deployment file for a product.",
    "plan": "Show every certificate a deployment needs, and why.",
    "apply": "Make, check and deliver whatever is due.",
    "check": "Judge certificate files against a deployment.",
    "inspect": "Show everything inside certificate files.",
    "repair": "Mend what needs no new certificate, in a new place.",
    "diff": "Show what has changed between two plans.",
    "explain": "Explain a requirement, a place, a term or a finding.",
    "status": "Show what is held, until when, and what is due.",
    "calendar": "Write a calendar of everything that falls due.",
    "watch": "Apply again and again, as things fall due.",
    "ca": "See and change how a certification authority stands.",
    "cluster": "Compare what was delivered with a live Kubernetes cluster.",
    "revoke": "Revoke what a place holds; the next apply replaces it.",
    "vault": "Certificates and secrets for external connections.",
    "runbook": "Print a site's procedures, step by step.",
    "password": "Show the password of a certificate set.",
    "unlock": "See whether the unlock secret opens the inventory, or change it.",
    "schema": "Print the JSON Schema of the deployment file.",
}


@click.group(
    cls=Verbs,
    package="certwright.cli",
    verbs=VERBS,
    invoke_without_command=True,
    subcommand_metavar="VERB [ARGUMENTS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=ending.EPILOG,
)
@click.version_option(package_name="certwright", message="%(package)s %(version)s")
@click.pass_context
def certwright(ctx: click.Context) -> None:
    """Certificates for Microsoft hybrid deployments: planned, made, checked, delivered, renewed.

    One deployment file in, a complete and proven set of certificates out. The same `apply` again renews what has
    fallen due.

    \b
      certwright init azure-stack-hub > contoso.yaml
      certwright plan contoso.yaml
      certwright apply contoso.yaml
    """
    ending.help_without_verb(ctx)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and end the process with one of the codes that `--help` lists."""
    gc.set_threshold(GARBAGE)
    replace_closed()
    given = sys.argv[1:] if arguments is None else arguments
    language = wished(given, os.environ)
    with speaking(language), clicking(language), ending.told():
        try:
            code = certwright.main(args=arguments, prog_name="certwright", standalone_mode=False)
        finally:
            gc.freeze()  # nobody has to look through all of it once more before the end
        sys.exit(code or 0)
