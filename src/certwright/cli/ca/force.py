"""`certwright ca force FILE`: permits one step of a rotation whose gate does not open by itself."""

from pathlib import Path

import click

from certwright.cli.ca.sure import reason, whose, yes
from certwright.cli.options import deployment_file
from certwright.cli.terminal import confirm, screen, show
from certwright.cli.verb import Spoken
from certwright.report.rotation_steps import forced_text
from certwright.speech import tr
from certwright.wiring.declaring import issuer_of
from certwright.wiring.forcing import force, next_gate
from certwright.wiring.loading import load

MOST_NAMES = 20  # that a question tells; `ca status` has them all


@click.command("force", cls=Spoken)
@deployment_file
@whose
@click.option("--to", "state", required=True, type=click.Choice(["signing", "retired"]), help="The step that is meant.")
@reason
@yes
def command(*, file: Path, issuer: str | None, state: str, reason: str, yes: bool) -> None:
    """Permit one step of a rotation whose gate does not open by itself.

    The next `apply` takes the step without the observations and days it waits for, once, and the log keeps the reason.
    What `apply` has to make and deliver first, it still does first.

    \b
      certwright ca force contoso.yaml --to signing --reason "plant1/node-7 is scrapped"
      certwright apply contoso.yaml
    """
    loaded = load(file)
    name = issuer_of(loaded, issuer)
    gate = next_gate(loaded, name, state)
    subjects = list(dict.fromkeys(block.subject for block in gate.blocks if block.subject))
    names = ", ".join(subjects[:MOST_NAMES]) + (" …" if len(subjects) > MOST_NAMES else "")
    words = {"issuer": name, "number": gate.step.number, "blocks": names or tr("the day")}
    if state == "signing":
        question = tr(
            "whoever does not trust it refuses what it signs: let generation {number} of {issuer} sign without waiting"
            " for {blocks}?", **words,
        )  # fmt: skip
        told = tr("the next apply lets generation {number} of {issuer} sign", **words)
    else:
        question = tr(
            "what it signed is refused afterwards: retire generation {number} of {issuer} without waiting for"
            " {blocks}?", **words,
        )  # fmt: skip
        told = tr("the next apply retires generation {number} of {issuer}", **words)
    confirm(question, sure=yes)
    force(loaded, gate, reason)
    show(forced_text(str(file), told, screen()))
