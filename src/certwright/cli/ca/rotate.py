"""`certwright ca rotate FILE`: declares the next generation of an authority."""

from datetime import datetime
from pathlib import Path

import click

from certwright.cli.ca.sure import reason, whose, yes
from certwright.cli.options import deployment_file
from certwright.cli.terminal import confirm, screen, show
from certwright.cli.verb import Spoken
from certwright.manifest.rotations import SCOPES
from certwright.report.rotation_steps import declared_text
from certwright.speech import tr
from certwright.wiring.declaring import Wish, declare, entry_lines, issuer_of
from certwright.wiring.loading import load

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("rotate", cls=Spoken)
@deployment_file
@reason
@whose
@click.option(
    "--scope",
    type=click.Choice(SCOPES),
    default="root",
    show_default=True,
    help="root: a new root with its issuing CA; issuing: a new issuing CA below the root that signs now.",
)
@click.option("--sign-from", type=DAY, metavar="DATE", help="The first day on which the new generation may sign.")
@click.option("--retire-from", type=DAY, metavar="DATE", help="The first day on which the old one may be retired.")
@click.option(
    "--distribution", type=click.IntRange(1, 3650), metavar="DAYS", help="How many days handing out a trust list takes."
)
@yes
def command(
    *,
    file: Path,
    reason: str,
    issuer: str | None,
    scope: str,
    sign_from: datetime | None,
    retire_from: datetime | None,
    distribution: int | None,
    yes: bool,
) -> None:
    """Declare the next generation of an authority.

    It is written into the deployment file, where everything else stays as it is; `apply` then does what is due, one
    step after the other, each when its gate is open. What cannot end well is refused, and nothing is written.

    \b
      certwright ca rotate contoso.yaml --reason "the root ends in 2029"
      certwright apply contoso.yaml
      certwright ca status contoso.yaml
    """
    loaded = load(file)
    wish = Wish(
        reason,
        "issuing" if scope == "issuing" else "root",
        sign_from.date() if sign_from else None,
        retire_from.date() if retire_from else None,
        distribution,
    )
    declared = declare(loaded, issuer_of(loaded, issuer), wish)
    what = tr("declare generation {number} of {issuer}?", number=declared.number, issuer=declared.issuer)
    confirm(what, sure=yes)
    declared.write()
    show(declared_text(str(file), declared.issuer, entry_lines(declared.entry), screen()))
