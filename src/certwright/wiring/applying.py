"""`apply` with its adapters. Keys are begun first and everything else is loaded beside them: they take the longest."""

import dataclasses
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, nullcontext
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING

from certwright.errors import Broken
from certwright.flow.applying import apply as apply_plan
from certwright.flow.closing import closing_due
from certwright.flow.rotating import Rotating, foreseen
from certwright.flow.showing import showing_due
from certwright.flow.standing import look, todo
from certwright.flow.world import Applied, Vault, World, unheard, unreachable, untold
from certwright.inventory import Inventory, run_lock
from certwright.inventory.glance import places_held
from certwright.keys.foundry import Foundry
from certwright.keys.unlock import Unlock
from certwright.model import Action, KeySpec
from certwright.plan.consumers import consumers_of
from certwright.speech import os_words, tr
from certwright.targets.folder import Folder
from certwright.targets.shown import ShownFolder
from certwright.typed import naming
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded, replan
from certwright.wiring.tokens import Tokens
from certwright.wiring.vault import Listener, open_vault

if TYPE_CHECKING:
    from certwright.wiring.correspondents import Correspondents

Progress = Callable[[int, int, str], None]


def apply(
    loaded: Loaded,
    *,
    unlock: Unlock | None = None,
    passwords: Mapping[str, str] | None = None,
    replace: bool = False,
    wait: float = 10.0,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
    foundry: Foundry | None = None,
    at: Callable[[str], None] = unheard,
) -> Applied:
    """Make, check and deliver whatever is due. `wait` is how many seconds another run is waited for.

    `say` hears at once what must be known even if the run fails later; without it, that is among the messages.
    `passwords` are by set address; `replace` allows overwriting files that certwright did not write; `at` is called at
    every point at which a kill would be interesting.
    """
    make_folder(loaded)
    said: list[str] = []
    with run_lock(loaded.state / "lock", loaded.now, wait), foundry or Foundry() as foundry:
        foundry.expect(_likely_keys(loaded))
        with Inventory.open(loaded.database) as inventory:
            loaded, rotating = _rotating(loaded, inventory)
            listener = Listener(say or said.append, at)
            tokens = Tokens(loaded, partial(_names_of_keys, inventory), listener.say)

            @cache
            def vault() -> Vault:
                return open_vault(loaded, unlock or Unlock(), inventory, foundry, listener, tokens)

            asked = _correspondents(loaded, inventory, vault, listener.say)
            world = World(
                inventory=inventory,
                target=Folder(loaded.output, at),
                unlock=vault,
                random=secrets.token_bytes,
                now=loaded.now,
                replace=replace,
                progress=progress or untold,
                at=at,
                correspondent=asked.of if asked else unreachable,
                shown=shown_below(loaded, at),
            )
            with closing(tokens), closing(asked) if asked else nullcontext():
                advice = _advice(loaded, inventory)
                applied = apply_plan(loaded.plan, world, passwords or {}, rotating)
                heard = (*(asked.messages() if asked else ()), *advice)
                heard += _advice(loaded, inventory) if applied.made else ()
    heard = tuple(dict.fromkeys(heard))
    messages = (naming(one, loaded.path) for one in (*applied.messages, *heard))
    return dataclasses.replace(applied, messages=(*said, *messages))


def _rotating(loaded: Loaded, inventory: Inventory) -> tuple[Loaded, Rotating | None]:
    """What rotations need, and the plan as it is now that nobody else can change a generation; None without any.

    Impossible when a generation was made that the deployment file does not declare.
    """
    with inventory.reading() as reading:
        generations = reading.generations()
        ends = {one.place: one.not_after for one in reading.held().values()} if generations else {}
    if generations != loaded.generations:
        loaded = replan(loaded, generations, ends)
    if not loaded.deployment.rotations:
        return loaded, None
    return loaded, dataclasses.replace(rotating_of(loaded), look=partial(_look_at_files, loaded, inventory))


def _look_at_files(loaded: Loaded, inventory: Inventory) -> None:
    """Look at the trust lists that are files here; nothing is loaded for it where no site declares one."""
    declared = (one for site in loaded.deployment.consumers.values() for one in site)
    if any(one.look.startswith("file:") for one in declared):
        import_module("certwright.wiring.looking").look_at_files(loaded, inventory)


def rotating_of(loaded: Loaded) -> Rotating:
    """What rotations need beside the plan."""
    return Rotating(
        loaded.deployment.rotations,
        consumers_of(loaded.deployment, loaded.products, loaded.plan),
        lambda moved, until: replan(loaded, moved, until).plan,
    )


def _correspondents(
    loaded: Loaded, inventory: Inventory, vault: Callable[[], Vault], say: Callable[[str], None]
) -> "Correspondents | None":
    """Who asks the issuers of somebody else; None, and nothing loaded, when the deployment has none."""
    if not any(wish.outside for wish in loaded.plan.issuers):
        return None
    correspondents = import_module("certwright.wiring.correspondents")
    around = correspondents.Around(loaded, inventory, vault, partial(_keep, inventory), loaded.now, say)
    made: Correspondents = correspondents.Correspondents(around)
    return made


def _advice(loaded: Loaded, inventory: Inventory) -> tuple[str, ...]:
    """Ask ACME CAs when they want renewals, as seldom as they wish; what there is to say about it."""
    if all(wish.kind != "acme" for wish in loaded.plan.issuers):
        return ()
    told: tuple[str, ...] = import_module("certwright.wiring.advising").take_advice(loaded, inventory)
    return told


def _names_of_keys(inventory: Inventory) -> frozenset[str]:
    with inventory.reading() as reading:
        return reading.key_names()


def _keep(inventory: Inventory, place: str, ticket: Mapping[str, object]) -> None:
    """Write a ticket down before its request is done with, so that a kill loses nothing."""
    with inventory.writing() as book:
        book.keep_ticket(place, ticket)


def preview(loaded: Loaded) -> tuple[Action, ...]:
    """What `apply` would do now. Needs no secret and writes nothing."""
    with inventory_of(loaded) as inventory:
        loaded = foreseeing(loaded, inventory)
        standing = look(loaded.plan, inventory, Folder(loaded.output))
    showing = showing_due(loaded.plan, standing, shown_below(loaded), loaded.now)
    opened = closing_due(loaded.plan, standing, Folder(loaded.output))
    return (*todo(loaded.plan, standing, loaded.now).actions, *showing, *opened)


def foreseeing(loaded: Loaded, inventory: Inventory | None) -> Loaded:
    """The same with the plan that `apply` would carry out, after the steps of rotations that it would take first."""
    if inventory is None or not loaded.deployment.rotations:
        return loaded
    plan = foreseen(loaded.plan, rotating_of(loaded), inventory, Folder(loaded.output), loaded.now)
    return dataclasses.replace(loaded, plan=plan)


def shown_below(loaded: Loaded, at: Callable[[str], None] = unheard) -> Callable[[str], ShownFolder]:
    """The folders in which lists are published; those that are no whole paths lie beside the deployment file."""
    return cache(lambda folder: ShownFolder(loaded.path.parent / folder, at))


def _likely_keys(loaded: Loaded) -> Iterator[KeySpec]:
    """The keys this run will probably need, in the order in which it will ask for them."""
    held = places_held(loaded.database)
    for place in loaded.plan.places:
        ours = place.kind != "anchors" and not place.shares_with and not place.draft.key.store
        if ours and place.id not in held:
            yield place.draft.key


def make_folder(loaded: Loaded) -> None:
    """The folder of the inventory, for this user alone. Broken when it cannot be made."""
    try:
        loaded.state.mkdir(mode=0o700, exist_ok=True)
    except OSError as failure:
        raise Broken(
            tr(
                "{folder}: the folder of the inventory cannot be made ({reason})",
                folder=loaded.state,
                reason=os_words(failure),
            ),
            tr("make the deployment file's folder writable for this user"),
        ) from failure
