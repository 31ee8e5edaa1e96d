"""A new unlock secret: a new master key, and all that was sealed under the old one sealed anew, or nothing of it."""

from collections.abc import Callable
from datetime import datetime

from certwright.flow.own_vault import secret_address
from certwright.flow.passwords import password_address
from certwright.flow.world import Box
from certwright.inventory import Event, Inventory
from certwright.keys.sealed import key_address
from certwright.lists.entries import entry_address

ADDRESSES: dict[str, Callable[..., str]] = {  # what is authenticated with each kind of sealed thing
    "key": key_address,
    "password": password_address,
    "secret": secret_address,
    "entry": entry_address,
    "change": entry_address,
}


def reseal(inventory: Inventory, boxes: tuple[Box, Box], setting: tuple[str, bytes], now: datetime) -> dict[str, int]:
    """Open with the first box, seal in the second, and write down `setting`, how that one is opened; how many, by kind.

    Unreadable, and nothing is changed, when something does not open.
    """
    old, new = boxes
    with inventory.replacing() as book:
        counts = book.seal_anew({kind: _resealing(address, old, new) for kind, address in ADDRESSES.items()})
        book.change_setting(*setting)
        told = ", ".join(f"{count} of kind {kind}" for kind, count in counts.items() if count) or "nothing"
        book.log([Event("unlock", "", f"the unlock secret was changed; sealed anew: {told}", now)])
    return counts


def _resealing(address: Callable[..., str], old: Box, new: Box) -> Callable[[tuple[str, ...], bytes], bytes]:
    return lambda names, sealed: new.seal(address(*names), old.open(address(*names), sealed))
