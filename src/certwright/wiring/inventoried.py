"""The inventory of a deployment, opened to read. Nothing is loaded for it where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from certwright.wiring.loading import Loaded

if TYPE_CHECKING:
    from certwright.inventory import Inventory


@contextmanager
def inventory_of(loaded: Loaded) -> "Iterator[Inventory | None]":
    """The inventory for reading, which nothing need be writable for; None when nothing was made yet."""
    if not loaded.database.exists():
        yield None
        return
    with import_module("certwright.inventory").Inventory.open_to_read(loaded.database) as inventory:
        yield inventory
