"""The unlock secret: what it opens, and how it is changed. Stopped at any point, the old one opens all or the new one.

A secret that is drawn lies beside the old one before anything is sealed anew, and takes its place afterwards.
"""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from certwright.errors import Broken, Refused
from certwright.flow.resealing import reseal
from certwright.flow.world import unheard
from certwright.inventory import Inventory, run_lock
from certwright.keys.seal import new_box
from certwright.keys.unlock import Secret, Unlock, ask_new_secret, lies_in, make_secret, next_file, read_file, settle
from certwright.speech import os_words, tr
from certwright.value import value
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded
from certwright.wiring.vault import WRAPPING, unlocked

WAIT = 10.0  # seconds another run is waited for


@value
class Unlocked:
    """What a secret opens: where it came from, how many things are sealed under it, by kind. `messages` are about what
    is left to do.
    """

    source: str
    counts: Mapping[str, int]
    messages: tuple[str, ...] = ()


def look(loaded: Loaded, unlock: Unlock) -> Unlocked:
    """What the secret opens. Refused while nothing is sealed, Locked when the secret is missing or wrong."""
    with inventory_of(loaded) as inventory:
        opened = unlocked(loaded, unlock, inventory) if inventory else None
        if inventory is None or opened is None:
            raise _nothing_sealed(loaded)
        with inventory.reading() as reading:
            return Unlocked(opened[0].source, reading.sealed_counts())


def change(
    loaded: Loaded,
    unlock: Unlock,
    wished: Callable[[Secret], Secret | None],
    at: Callable[[str], None] = unheard,
) -> Unlocked:
    """Seal everything anew under another secret: the one that is `wished` in place of the present one; without one, a
    secret is drawn where the present one was.

    Refused for the secret it has, and while nothing is sealed; Locked when the present one is missing or wrong, or
    another run is at work.
    """
    if not loaded.database.exists():
        raise _nothing_sealed(loaded)
    with run_lock(loaded.state / "lock", loaded.now, WAIT), Inventory.open(loaded.database) as inventory:
        opened = unlocked(loaded, unlock, inventory)
        if opened is None:
            raise _nothing_sealed(loaded)
        before, box = opened
        after = wished(before) or make_secret(next_file(loaded.unlock_file), secrets.token_bytes)
        if after.text == before.text:
            raise Refused(tr("this is the secret it has; nothing was changed"), tr("give another one"))
        at("after the new secret is written")
        written, new = new_box(after.text, after.cost, secrets.token_bytes)
        counts = reseal(inventory, (box, new), (WRAPPING, written), loaded.now)
        at("after everything is sealed anew")
        forgotten = inventory.forget()
        if after.made:
            settle(loaded.unlock_file)
            at("after the new secret is in its place")
        elif lies_in(before, loaded.unlock_file):
            _remove(loaded.unlock_file)
    return Unlocked(_source(loaded, after), counts, tuple(_left(loaded, before, forgotten=forgotten)))


def from_file(path: Path, say: Callable[[str], None]) -> Callable[[Secret], Secret | None]:
    """The secret in that file is wished. Refused as any file of a secret."""
    return lambda before: read_file(path, say)


def typed(prompt: Callable[[str], str]) -> Callable[[Secret], Secret | None]:
    """What somebody types is wished."""
    return lambda before: ask_new_secret(prompt)


def drawn_or_typed(loaded: Loaded, prompt: Callable[[str], str] | None) -> Callable[[Secret], Secret | None]:
    """One that is drawn, where the present one was drawn; else what somebody types. Refused when nobody is there."""

    def wished(before: Secret) -> Secret | None:
        if lies_in(before, loaded.unlock_file):
            return None
        if prompt is None:
            raise Refused(tr("nobody is at the terminal to type the new secret"), tr("use --new-file FILE"))
        return ask_new_secret(prompt)

    return wished


def _nothing_sealed(loaded: Loaded) -> Refused:
    told = tr("nothing has been made yet, so no secret opens anything")
    return Refused(told, f"certwright apply {loaded.typed}")


def _source(loaded: Loaded, after: Secret) -> str:
    return tr("the secret in {place}", place=loaded.unlock_file) if after.made else after.source


def _remove(quick: Path) -> None:
    try:
        next_file(quick).unlink(missing_ok=True)  # of a change that was stopped before it was written down
        quick.unlink(missing_ok=True)
    except OSError as failure:
        told = tr("{path}: the old secret cannot be removed ({reason})", path=quick, reason=os_words(failure))
        raise Broken(told, f"rm {quick}") from failure


def _left(loaded: Loaded, before: Secret, *, forgotten: bool) -> list[str]:
    said = []
    if not lies_in(before, loaded.unlock_file):
        said.append(tr("{source} opens nothing any more: put the new one there", source=before.source))
    if not forgotten:
        said.append(
            tr("another process reads the inventory: end it, or what it was before stays in {file}",
               file=f"{loaded.database}-wal")
        )  # fmt: skip
    said.append(tr("copies of the inventory that were made before still open with the old secret"))
    return said
