"""`certwright unlock FILE [--change]`."""

from pathlib import Path

import click

from certwright.cli.options import READABLE, deployment_file
from certwright.cli.secrets import unlock_file, unlock_from
from certwright.cli.terminal import question, screen, show
from certwright.cli.verb import Spoken
from certwright.errors import Refused
from certwright.report.layout import paragraph
from certwright.speech import tr, trn
from certwright.wiring.loading import load_written
from certwright.wiring.unlocking import Unlocked, change, drawn_or_typed, from_file, look, typed


@click.command("unlock", cls=Spoken)
@deployment_file
@click.option("--change", "changing", is_flag=True, help="Seal everything anew under another secret.")
@click.option("--new-file", type=READABLE, metavar="FILE", help="With --change: the secret is what FILE holds.")
@click.option("--ask", is_flag=True, help="With --change: ask at the terminal for the secret.")
@unlock_file
def command(*, file: Path, changing: bool, new_file: Path | None, ask: bool, unlock_file: Path | None) -> None:
    """See whether the unlock secret opens the inventory, or change it.

    --change draws a new secret where the present one was drawn (FILE.unlock), and asks for one where it was not. A new
    master key is made, and whatever is sealed is sealed anew under it, all of it or nothing: keys, passwords, secrets
    of the vault. The old secret opens nothing any more, but copies of the inventory that were made before.

    \b
      certwright unlock contoso.yaml
      certwright unlock contoso.yaml --change
      certwright unlock contoso.yaml --change --new-file /run/credentials/certwright/unlock
    """
    if (new_file or ask) and not changing:
        raise click.UsageError(tr("--new-file and --ask go with --change"))
    if new_file and ask:
        raise click.UsageError(tr("--new-file and --ask: one of them"))
    loaded, unlock, prompt = load_written(file), unlock_from(unlock_file), question()
    if not changing:
        _show([_opens(look(loaded, unlock), str(loaded.state))])
        return
    if ask and prompt is None:
        raise Refused(tr("nobody is at the terminal to type the new secret"), tr("use --new-file FILE"))
    if new_file:
        wished = from_file(new_file, unlock.say)
    else:
        wished = typed(prompt) if ask and prompt else drawn_or_typed(loaded, prompt)
    done = change(loaded, unlock, wished)
    _show([tr("the unlock secret was changed"), _opens(done, str(loaded.state)), *done.messages])


def _opens(found: Unlocked, folder: str) -> str:
    keys = sum(found.counts.get(kind, 0) for kind in ("key", "entry", "change"))
    passwords, stored = found.counts.get("password", 0), found.counts.get("secret", 0)
    told = [
        (keys, trn("{count} key", "{count} keys", keys)),
        (passwords, trn("{count} password", "{count} passwords", passwords)),
        (stored, trn("{count} secret of the vault", "{count} secrets of the vault", stored)),
    ]
    things = ", ".join(text for count, text in told if count) or tr("nothing is sealed in it yet")
    return tr("{source} opens {folder}: {things}", source=found.source, folder=folder, things=things)


def _show(sentences: list[str]) -> None:
    show("".join(f"{line}\n" for one in sentences for line in paragraph(one, screen())))
