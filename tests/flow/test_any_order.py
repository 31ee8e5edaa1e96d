"""Keys get ready in any order, on one machine in another one than on the next: what is told is told in the plan's."""

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certwright.flow.applying import apply
from certwright.flow.world import Applied, Vault, World
from certwright.inventory import Inventory
from certwright.keys import Keys, NewKey, PrivateKey
from certwright.keys.foundry import Foundry
from certwright.keys.seal import Cost, new_box
from certwright.keys.sealed import SealedKeys
from certwright.model import KeySpec
from certwright.targets.folder import Folder
from certwright.wiring.loading import load

CASES = Path(__file__).parent.parent / "cases"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Ready:
    """Keys that get ready in that order, so many at a time."""

    def __init__(self, keys: Keys, step: int, size: int) -> None:
        self.keys, self.step, self.size = keys, step, size

    def make(self, wishes: Mapping[str, KeySpec]) -> Iterator[Sequence[NewKey]]:
        made = {key.place: key for batch in self.keys.make(wishes) for key in batch}
        ready = [made[place] for place in [*wishes][:: self.step]]
        yield from (ready[at : at + self.size] for at in range(0, len(ready), self.size))

    def open(self, name: str, sealed: bytes) -> tuple[PrivateKey, bytes]:
        return self.keys.open(name, sealed)


def applied(folder: Path, step: int, size: int) -> Applied:
    """What a first run says whose keys get ready like that."""
    shutil.copy(CASES / "products" / "bakery.toml", folder)
    shutil.copy(CASES / "flow" / "bakery.yaml", folder)
    loaded = load(folder / "bakery.yaml", now=NOW)
    loaded.database.parent.mkdir()
    _, box = new_box("secret", Cost(n=2), secrets.token_bytes)
    with Foundry() as foundry, Inventory.open(loaded.database) as inventory:
        keys = Ready(SealedKeys(foundry, box, secrets.token_bytes), step, size)
        world = World(inventory, Folder(loaded.output), lambda: Vault(keys, box), secrets.token_bytes, NOW)
        return apply(loaded.plan, world)


@pytest.mark.parametrize(("step", "size"), [(1, 9), (-1, 9), (-1, 1)])
def test_places_are_told_in_the_order_of_the_plan(tmp_path: Path, step: int, size: int) -> None:
    wanted = ("contoso/root", "contoso/issuing", "east/shop-front", "east/coffee-machine", "east/van/blue")
    assert applied(tmp_path, step, size).made == wanted
