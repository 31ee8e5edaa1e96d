"""Which part of a plan a folder holds: somebody has copied it elsewhere, or points at a part of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace

from certwright.errors import Refused
from certwright.model import Place, Plan
from certwright.speech import tr


def rivals_of(plan: Plan, names: Collection[str], folder: str) -> list[str]:
    """The planned folder ("" for the output itself) that a folder called `folder` with these files stands for.

    It is the one under which most of the names are planned, upper and lower case aside; then the one that is called
    like the folder; then the outermost. After it those that are as good, and with which the files would be other
    places' files. Refused when none of the names is planned anywhere.
    """
    tails: dict[str, list[str]] = defaultdict(list)
    for path in planned(plan):
        for prefix, tail in _splits(path):
            tails[tail.casefold()].append(prefix)
    votes = Counter(prefix for name in names for prefix in tails[name.casefold()])
    if not votes:
        example = next(planned(plan), "")
        raise Refused(
            tr("{folder}: none of its {count} files is one the plan knows", folder=folder, count=len(names)),
            tr("it plans files such as {example}", example=example),
        )
    ranks = {prefix: (-votes[prefix], not _called(prefix, folder)) for prefix in votes}
    best = sorted(ranks, key=lambda prefix: (ranks[prefix], prefix.count("/"), prefix))
    places = {prefix: _places(plan, prefix, names) for prefix in best if ranks[prefix] == ranks[best[0]]}
    return [prefix for prefix in places if prefix == best[0] or places[prefix] != places[best[0]]]


def _places(plan: Plan, prefix: str, names: Collection[str]) -> frozenset[str]:
    """The places the files would be of, if the folder stood for that prefix."""
    start = f"{prefix}/" if prefix else ""
    wanted = {f"{start}{name}".casefold() for name in names}
    return frozenset(place.id for place in plan.places for one in place.packages if one.path.casefold() in wanted)


def planned(plan: Plan) -> Iterator[str]:
    """The path of every planned file."""
    return (package.path for place in plan.places for package in place.packages)


def _splits(path: str) -> Iterator[tuple[str, str]]:
    parts = path.split("/")
    return (("/".join(parts[:cut]), "/".join(parts[cut:])) for cut in range(len(parts)))


def _called(prefix: str, folder: str) -> bool:
    return prefix.rpartition("/")[2].casefold() == folder.casefold()


def part(plan: Plan, prefix: str) -> Plan:
    """The plan of what lies below that folder. Sets that lie elsewhere in part are not judged as sets."""
    if not prefix:
        return plan
    places = tuple(kept for place in plan.places if (kept := _below(place, prefix)).packages)
    inside = {place.id for place in places}
    sets = tuple(group for group in plan.sets if inside.issuperset(group.places))
    return replace(plan, places=places, sets=sets)


def _below(place: Place, prefix: str) -> Place:
    packages = tuple([package for package in place.packages if package.path.startswith(f"{prefix}/")])
    return place if packages == place.packages else replace(place, packages=packages)
