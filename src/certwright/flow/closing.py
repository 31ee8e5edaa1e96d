"""Delivered secrets that somebody opened to others: noticed by their mode, closed again, and written down."""

from collections.abc import Iterator

from certwright.errors import Problem
from certwright.flow.standing import Standing
from certwright.flow.world import World
from certwright.inventory import Event
from certwright.model import Action, Plan
from certwright.pack.secrecy import holds_secret
from certwright.speech import tr
from certwright.targets import Target


def close(plan: Plan, standing: Standing, world: World) -> list[str]:
    """Close them to others; what there is to say, also of those that cannot be closed: nothing else waits for them."""
    told = []
    for path, (place, mode) in _opened(plan, standing, world.target).items():
        try:
            world.target.close([path])
        except Problem as problem:  # it belongs to somebody else
            told.append(tr("{path}: others can get at this secret (mode {mode}), and it cannot be closed to them:"
                           " {reason}", path=path, mode=mode, reason=problem.what))  # fmt: skip
            continue
        if path in world.target.opened([path]):
            told.append(tr("{path}: others can get at this secret (mode {mode}), and it cannot be closed to them: this"
                           " file system keeps no modes", path=path, mode=mode))  # fmt: skip
            continue
        world.at("after a secret is closed, before it is written down")
        with world.inventory.writing() as book:
            book.log([Event("closed", place, f"{path}: mode {mode}, now for its owner alone", world.now)])
        told.append(tr("{path}: others could get at this secret (mode {mode}); closed to them", path=path, mode=mode))
    return told


def closing_due(plan: Plan, standing: Standing, target: Target) -> Iterator[Action]:
    """What `close` would do."""
    for path, (place, mode) in _opened(plan, standing, target).items():
        yield Action("deliver", place, tr("{path}: others can get at this secret (mode {mode})", path=path, mode=mode))


def _opened(plan: Plan, standing: Standing, target: Target) -> dict[str, tuple[str, str]]:
    """Path → place and mode, of secrets that we wrote and that others can get at."""
    ours = {one.path for one in standing.deliveries if one.done and one.path in standing.observed}
    secret = {
        package.path: place.id
        for place in plan.places
        for package in place.packages
        if package.path in ours and holds_secret(package)
    }
    return {path: (secret[path], f"{mode:03o}") for path, mode in target.opened(secret).items()}
