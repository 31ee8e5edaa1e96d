"""What the verbs of the vault share: their options, and the words of their answers."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from certwright.cli.secrets import unlock_from
from certwright.cli.terminal import screen, show
from certwright.lists.entries import ListChange
from certwright.report.layout import paragraph
from certwright.speech import tr
from certwright.wiring.vaults.ground import Asked

site_option = click.option("--site", default="", metavar="NAME", help="The site, where several have lists.")
list_option = click.option(
    "--list",
    "of_list",
    default="",
    metavar="LIST",
    help="trust, issuer, client, or the name of a connector's trust list.",
)


def asked(file: Path, site: str, unlock_file: Path | None = None) -> Asked:
    """What every verb is told; what must be known at once is shown at once."""
    return Asked(file, site, unlock_from(unlock_file), say=lambda told: say([told]))


def say(sentences: Iterable[str]) -> None:
    """Show sentences, each wrapped."""
    show("".join(f"{line}\n" for one in sentences for line in paragraph(one, screen())))


def told(changes: Iterable[ListChange], vault: str) -> Iterator[str]:
    """A sentence for each change that waits."""
    for change in changes:
        entry = change.entry
        if change.what == "add" and change.told == "upload":
            yield tr("{file} is to be added to the list {list}, as a new secret {name} of {vault}",
                     file=entry.file, list=entry.list, vault=vault, name=entry.secret)  # fmt: skip
        elif change.what == "add":
            yield tr("{file} is to be added to the list {list}; it is the secret {name} of {vault}",
                     file=entry.file, list=entry.list, vault=vault, name=entry.secret)  # fmt: skip
        elif change.what == "purge":
            yield tr("the secret {name} is to be deleted and purged", name=entry.secret)
        elif change.purges:
            yield tr("{file} is to leave the list {list}; its secret {name} is to be deleted and purged",
                     file=entry.file, list=entry.list, name=entry.secret)  # fmt: skip
        else:
            yield tr("{file} is to leave the list {list}; its secret {name} stays in {vault}",
                     file=entry.file, list=entry.list, name=entry.secret, vault=vault)  # fmt: skip
