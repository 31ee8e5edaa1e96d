"""What a repair stands on: a deployment with its inventory, or a product with facts told by hand."""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path

from certwright.flow.trusted import roots as roots_of
from certwright.keys.unlock import Unlock
from certwright.model import Held, Plan
from certwright.value import field, value
from certwright.wiring.alone import NOWHERE, plan_alone
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded


@value
class Ground:
    """The plan and the time; where `apply` delivers; what the inventory holds, and the passwords it keeps."""

    plan: Plan
    now: datetime
    output: Path = NOWHERE
    held: Mapping[str, Held] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict, repr=False)


def of_deployment(loaded: Loaded, unlock: Unlock) -> Ground:
    """With whatever the inventory tells; without its passwords, where no way to open it is found."""
    with inventory_of(loaded) as inventory:
        if inventory is None:
            return Ground(loaded.plan, loaded.now, loaded.output)
        with inventory.reading() as reading:
            held = reading.held()
        kept = import_module("certwright.wiring.vault").kept_passwords(loaded, unlock, inventory)
        return Ground(loaded.plan, loaded.now, loaded.output, held, kept)


def of_product(product: str, facts: Mapping[str, str], now: datetime | None = None) -> Ground:
    """Without a deployment file. Mistakes for facts that do not fit, Refused for an unknown product."""
    return Ground(*plan_alone(product, facts, now))


def roots(ground: Ground) -> Mapping[str, tuple[bytes, ...]]:
    """The roots that are trusted, by the address of the authority below them."""
    return {address: tuple(found) for address, found in roots_of(ground.held, ground.plan.lines).items()}
