"""`certwright revoke FILE PLACE`: what a place holds must not be trusted any more."""

from pathlib import Path

import click

from certwright.cli.options import deployment_file
from certwright.cli.secrets import unlock_file, unlock_from
from certwright.cli.terminal import confirm, screen, show
from certwright.cli.verb import Spoken
from certwright.report.layout import paragraph
from certwright.speech import tr
from certwright.wiring.loading import load
from certwright.wiring.revoking import REASONS, revocable, revoke


@click.command("revoke", cls=Spoken)
@deployment_file
@click.argument("place")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(list(REASONS)),
    metavar="REASON",
    help="Why, as RFC 5280 words it: keyCompromise, superseded, cessationOfOperation, affiliationChanged, "
    "privilegeWithdrawn, cACompromise, aACompromise, unspecified.",
)
@click.option("--yes", is_flag=True, help="Do not ask whether it is meant.")
@unlock_file
def command(*, file: Path, place: str, reason: str, yes: bool, unlock_file: Path | None) -> None:
    """Revoke what a place holds; the next apply replaces it.

    It is written down at once. The next `apply` publishes it in the issuer's revocation list, and makes another
    certificate with another key. An ACME CA is told at once; any other CA of somebody else must be told by you.

    \b
      certwright revoke contoso.yaml east/portal --reason keyCompromise
      certwright apply contoso.yaml
    """
    loaded = load(file)
    held = revocable(loaded, place)
    confirm(
        tr(
            "revoke the certificate of {place}, serial {serial}, valid until {day}?",
            place=place, serial=f"{held.serial:x}", day=f"{held.not_after:%Y-%m-%d}",
        ),
        sure=yes,
    )  # fmt: skip
    revoked = revoke(loaded, place, reason, unlock=unlock_from(unlock_file))
    told = tr(
        "{place}: serial {serial} is revoked ({reason})",
        place=place, serial=f"{revoked.held.serial:x}", reason=reason,
    )  # fmt: skip
    lines = [line for one in (told, *revoked.messages) for line in paragraph(one, screen())]
    show("\n".join(lines) + "\n")
