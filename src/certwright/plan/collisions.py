"""Objects of one cluster that two places would both be: whichever is applied last wins, and the other is lost."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from certwright.errors import Conflict
from certwright.model import Package, Place
from certwright.pack.object_address import object_of
from certwright.speech import tr


def collisions(places: Iterable[Place]) -> Iterator[Conflict]:
    """A conflict for each object of a site that more than one place is delivered as."""
    owners: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
    for place in places:
        for package in place.packages:
            if address := object_of(_written(package)):
                owners[(place.site, *address)][place.id] = None
    for (_, kind, namespace, name), several in owners.items():
        if len(several) > 1:
            first, *others = several
            called = f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"
            yield Conflict(
                others[-1],
                "certwright.one-object",
                tr("two places would be one object of the cluster, and the last one applied would win"),
                expected=tr("a name of its own"),
                found=tr("{object}, which {place} is, too", object=called, place=first),
                hint=tr("call one of them otherwise in the deployment file"),
            )


def _written(package: Package) -> Package:
    """A SecretSync stands for the Secret that it writes."""
    return replace(package, form="kubernetes-opaque-secret") if package.form == "kubernetes-secret-sync" else package
