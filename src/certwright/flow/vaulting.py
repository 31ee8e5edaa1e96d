"""Changes of lists, carried out in an order in which a kill at any point loses nothing and running again ends right.

Secrets are set before any list names them, and purged after no list does; lists change in one transaction.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from certwright.errors import Refused
from certwright.flow.parcel import take_away
from certwright.flow.standing import look
from certwright.flow.world import Box, Vault, World, unheard
from certwright.inventory import Event, Inventory
from certwright.lists.entries import ListChange, ListEntry, users
from certwright.model import Plan
from certwright.pack.keyvault import encode
from certwright.pack.pem import armour
from certwright.speech import tr
from certwright.targets import Target
from certwright.value import value
from certwright.vaults import Keeper

At = Callable[[str], None]
LIST_PLACES = frozenset(  # whose files belong to entries of lists
    ("opcua-server", "opcua-server-crl", "opcua-issuer", "opcua-issuer-crl", "opcua-client", "connector-trust")
)


@value
class Counter:
    """Where changes are carried out: the keeper of secrets, the inventory of lists, and what opens sealed keys."""

    keeper: Keeper
    inventory: Inventory
    box: Callable[[], Box]
    now: datetime
    at: At = unheard


def stage(counter: Counter, changes: Sequence[ListChange], dropped: Sequence[ListChange] = ()) -> None:
    """Write down what shall change, or shall not any more. Neither vault nor list is touched."""
    counter.at("before changes of lists are written down")
    with counter.inventory.writing() as book:
        book.vault.drop(dropped)
        book.vault.intend(changes, counter.now)


def value_of(entry: ListEntry, box: Callable[[], Box]) -> str:
    """The value of the secret that an uploaded entry is: hex of the file, a key as unencrypted PEM."""
    if entry.sealed:
        return encode(armour("PRIVATE KEY", box().open(entry.seal_name, entry.content)))
    return encode(armour("CERTIFICATE", entry.content) if entry.ending == "crt" else entry.content)


def publish(counter: Counter, changes: Sequence[ListChange]) -> tuple[ListChange, ...]:
    """Set what is to be uploaded, then change the lists; the changes that were made, purges not among them.

    Refused when the vault has changed since the addition was written down.
    """
    made = [_uploaded(counter, one) for one in changes if one.what == "add"]
    gone = [one for one in changes if one.what == "remove"]
    if not made and not gone:
        return ()
    counter.at("after secrets are set")
    with counter.inventory.writing() as book:
        book.vault.enter([one.entry for one in made], counter.now)
        book.vault.strike([one.entry for one in gone])
        book.vault.drop([*made, *gone])
        book.vault.intend([replace(one, what="purge") for one in gone if one.purges], counter.now)
        book.log([_event(one, counter.now) for one in (*made, *gone)])
    counter.at("after lists are changed")
    return (*made, *gone)


def _uploaded(counter: Counter, change: ListChange) -> ListChange:
    """The addition with the version of its secret. What an earlier run has set is not set again."""
    entry = change.entry
    if change.told != "upload":
        return change
    text = value_of(entry, counter.box)
    found = counter.keeper.find(entry.secret)
    if found and not found.deleted and found.enabled and found.text.lower() == text:
        return replace(change, entry=replace(entry, version=found.version))
    if found and not found.deleted and found.version != entry.version:
        raise Refused(
            tr("{vault}: the secret {name} was changed since it was added here",
               vault=counter.keeper.title, name=entry.secret),
            tr("look at it, and add the file again with --overwrite"),
        )  # fmt: skip
    counter.at("before a secret is set")
    version = counter.keeper.put(entry.secret, text, entry.content_type)
    return replace(change, entry=replace(entry, version=version))


def _event(change: ListChange, now: datetime) -> Event:
    entry = change.entry
    word = "listed" if change.what == "add" else "unlisted"
    return Event(word, f"{entry.site}/{entry.list}", f"{entry.file}, secret {entry.secret}", now)


def clear(counter: Counter, plan: Plan, target: Target, site: str) -> None:
    """Take away the files of entries that left their list, unless somebody changed them: nobody shall trust them by
    mistake, or find a key.
    """
    wanted = {package.path for place in plan.places for package in place.packages}
    standing = look(plan, counter.inventory, target)
    gone = [one for one in standing.deliveries if one.path not in wanted and _of_lists(one.place, site)]
    world = World(counter.inventory, target, _nothing_to_unlock, bytes, counter.now, at=counter.at)
    take_away(world, gone, standing.is_there)


def _nothing_to_unlock() -> Vault:
    raise Refused(tr("no key is needed for lists"))


def _of_lists(place: str, site: str) -> bool:
    at, _, rest = place.partition("/")
    return at == site and rest.partition("/")[0] in LIST_PLACES


def purge(counter: Counter) -> tuple[list[str], list[str]]:
    """Purge the secrets whose entries were removed for good: what was purged, and what there is to say.

    One that a list uses again, or that somebody has set anew since, is kept. One that the vault will not purge is tried
    again by the next run.
    """
    with counter.inventory.reading() as reading:
        wanted = [one for one in reading.vault.changes() if one.what == "purge"]
        entries = reading.vault.entries()
    purged, messages = [], []
    for change in wanted:
        name = change.entry.secret
        if any(users(name, entries)):
            messages.append(tr("the secret {name} is used by a list again, and was not purged", name=name))
        elif _is_new(counter, change.entry):
            messages.append(tr("the secret {name} was set anew meanwhile, and was not purged", name=name))
        else:
            try:
                _purge(counter, name)
            except Refused as refusal:
                messages.append(tr("{what}; it is tried again by the next run", what=refusal.what))
                continue
            purged.append(name)
        with counter.inventory.writing() as book:
            book.vault.drop([change])
            done = "purged" if name in purged else "kept"
            book.log([Event(done, change.entry.site, f"secret {name}", counter.now)])
    return purged, messages


def _is_new(counter: Counter, entry: ListEntry) -> bool:
    """Whether the vault has another version than the one whose entry was removed."""
    found = counter.keeper.find(entry.secret)
    return bool(found and not found.deleted and entry.version and found.version != entry.version)


def _purge(counter: Counter, name: str) -> None:
    found = counter.keeper.find(name)
    if found and not found.deleted:
        counter.at("before a secret is deleted")
        counter.keeper.delete(name)
    counter.at("before a secret is purged")
    counter.keeper.purge(name)


def supply(counter: Counter, wanted: Mapping[str, tuple[str, str]], known: Collection[str]) -> list[str]:
    """Set what was delivered for the vault, by name (value, content type), where the vault has something else.

    `known` are names that were ours before. Refused, naming them all, for others that have another value.
    """
    ours = {name.lower() for name in known}
    foreign, due = [], []
    for name, (text, kind) in wanted.items():
        found = counter.keeper.find(name)
        if found and not found.deleted and found.text.lower() == text:
            continue
        if found and (found.deleted or found.certificate or name.lower() not in ours):
            foreign.append(name)
        due.append((name, text, kind))
    if foreign:
        raise Refused(
            tr("{vault}: these secrets were not set by certwright: {names}",
               vault=counter.keeper.title, names=", ".join(foreign)),
            tr("rename the records in the deployment file, or say --replace to set new versions of them"),
        )  # fmt: skip
    for name, text, kind in due:
        counter.at("before a delivered secret is set")
        counter.keeper.put(name, text, kind)
        with counter.inventory.writing() as book:
            book.observe(SUPPLIED, {name.lower(): counter.keeper.title}, counter.now)
    return [name for name, _, _ in due]


SUPPLIED = "vault secret"  # observations of that kind: name of a secret that we set → the vault
