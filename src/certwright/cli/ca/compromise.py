"""`certwright ca compromise FILE`: what to do about an authority whose key others have; how far it is done."""

import sys
from pathlib import Path

import click

from certwright.cli.ca.sure import whose, yes
from certwright.cli.ending import FINDINGS
from certwright.cli.options import as_json, deployment_file
from certwright.cli.terminal import confirm, screen, show, show_json
from certwright.cli.verb import Spoken
from certwright.generations import Scope
from certwright.manifest.rotations import SCOPES
from certwright.report.emergency import emergency_document, emergency_text
from certwright.report.rotation_steps import declared_text, steps_text
from certwright.rotation.emergency import Emergency, steps
from certwright.speech import tr
from certwright.typed import typed
from certwright.wiring.declaring import Wish, declare_compromised, entry_lines, issuer_of
from certwright.wiring.emergency import emergency_of
from certwright.wiring.loading import Loaded, load
from certwright.wiring.sightings import consumers


@click.command("compromise", cls=Spoken)
@deployment_file
@whose
@click.option(
    "--scope",
    type=click.Choice(SCOPES),
    default="issuing",
    show_default=True,
    help="What is compromised: the issuing CA alone, or the root, too.",
)
@click.option(
    "--generation",
    type=click.IntRange(1),
    metavar="NUMBER",
    help="Which generation's key others may have. The one that signs, if that is not said.",
)
@click.option("--reason", metavar="TEXT", help="What happened, for whoever reads the log.")
@click.option("--report", is_flag=True, help="Tell how far it is replaced, and who still has the old.")
@as_json
@yes
def command(
    *,
    file: Path,
    issuer: str | None,
    scope: str,
    generation: int | None,
    reason: str | None,
    report: bool,
    as_json: bool,
    yes: bool,
) -> None:
    """Replace an authority whose key somebody else may have.

    Tells what will be done, in order, and writes the declaration into the deployment file. `apply` then does it: at
    once, whatever the maintenance windows. A rotation that is under way goes on beside it.

    With --report: what was replaced and verified, what was not, and who still presents the old. The exit code is then
    0 when nothing is left to do, 1 otherwise.

    \b
      certwright ca compromise contoso.yaml --reason "its key was found on a share"
      certwright apply contoso.yaml
      certwright ca compromise contoso.yaml --report
    """
    loaded = load(file)
    name = issuer_of(loaded, issuer)
    if report:
        _tell(loaded, name, as_json=as_json)
    if not reason:
        raise click.UsageError(tr("say what happened: --reason TEXT"))
    what: Scope = "issuing" if scope == "issuing" else "root"
    declared = declare_compromised(loaded, name, Wish(reason, what), generation)
    peers = [one.id for one in consumers(loaded) if one.issuer == name and one.stack == "opcua"]
    todo = list(steps(Emergency(declared.old, what, declared.loaded.plan, typed(file), str(loaded.output), peers)))
    show(steps_text(tr("{issuer} is compromised. In this order:", issuer=name), todo, screen()))
    confirm(tr("write it into the deployment file?"), sure=yes)
    declared.write()
    show(declared_text(str(file), name, entry_lines(declared.entry), screen()))


def _tell(loaded: Loaded, issuer: str, *, as_json: bool) -> None:
    found = emergency_of(loaded, issuer)
    if as_json:
        show_json(emergency_document(found))
    else:
        show(emergency_text(found, screen()))
    sys.exit(0 if found.is_over else FINDINGS)
