"""`certwright vault apply FILE`."""

from pathlib import Path

import click

from certwright.cli.options import deployment_file
from certwright.cli.secrets import unlock_file
from certwright.cli.vault.telling import asked, say, site_option
from certwright.cli.verb import Spoken
from certwright.report.words import files
from certwright.speech import tr
from certwright.wiring.vaults.applying import apply


@click.command("apply", cls=Spoken)
@deployment_file
@click.option("--replace", is_flag=True, help="Overwrite files and secrets that certwright did not write.")
@site_option
@unlock_file
def command(*, file: Path, replace: bool, site: str, unlock_file: Path | None) -> None:
    """Carry out what was added and deleted, and deliver it.

    Secrets are set in the vault, the lists change, and the files that follow are delivered, with whatever else is due;
    secrets that were deleted for good are purged last. A run that was interrupted goes on where it stopped.
    """
    done = apply(asked(file, site, unlock_file), overwrite=replace)
    lines = []
    for change in done.changes:
        entry = change.entry
        if change.what == "add":
            lines.append(tr("{file} is in the list {list}, as the secret {name} of {vault}",
                            file=entry.file, list=entry.list, name=entry.secret, vault=done.vault))  # fmt: skip
        else:
            lines.append(tr("{file} has left the list {list}", file=entry.file, list=entry.list))
            if not change.purges:
                lines.append(tr("the secret {name} stays in {vault}: certwright vault delete {file} {name} --purge"
                                " deletes it there", name=entry.secret, vault=done.vault, file=file))  # fmt: skip
    if done.supplied:
        lines.append(tr("set in {vault}: {names}", vault=done.vault, names=", ".join(done.supplied)))
    if done.purged:
        lines.append(tr("purged from {vault}: {names}", vault=done.vault, names=", ".join(done.purged)))
    if done.delivered:
        lines.append(tr("{files} delivered to {folder}", files=files(len(done.delivered)), folder=done.output))
    say([*lines, *done.messages] or [tr("nothing is to be applied")])
