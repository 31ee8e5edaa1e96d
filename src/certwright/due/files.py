"""Which files are due: those whose credential, form or password is another than the one they were made from."""

from collections.abc import Container, Iterator, Mapping
from types import MappingProxyType

from certwright.due.recipes import beside, holding, recipe
from certwright.model import Action, Held, Plan
from certwright.speech import tr


def deliveries(
    plan: Plan,
    held: Mapping[str, Held],
    delivered: Mapping[str, str],
    versions: Mapping[str, int],
    reasons: Mapping[str, str],
    later: Container[str],
    lists: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Action]:
    """The files that are due; `reasons` say which certificates are, too, `later` are places whose files wait."""
    for place in plan.places:
        if (place.shares_with or place.id) in later:
            continue
        renewed = (place.shares_with or place.id) in reasons or any(name in reasons for name in place.anchor_places)
        have, version = holding(place, held), versions.get(place.set, 0)
        for package in place.packages:
            if renewed:
                yield Action("deliver", place.id, tr("its certificate is new"))
                break
            wanted = recipe(place, package, have, version, beside(place, package, have, held, lists))
            if delivered.get(package.path) != wanted:
                reason = tr("{path} is missing, was changed, or is of an older set", path=package.path)
                yield Action("deliver", place.id, reason)
                break
