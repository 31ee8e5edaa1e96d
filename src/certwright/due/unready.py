"""Trust lists with a certificate that nobody would accept now: their files wait for another one, and only they do."""

from collections.abc import Mapping
from dataclasses import replace

from certwright.due.files import deliveries
from certwright.due.situation import Situation
from certwright.plan.unready import unready


def held_for_others(
    situation: Situation, delivered: Mapping[str, str], versions: Mapping[str, int]
) -> tuple[dict[str, str], dict[str, str]]:
    """The trust lists that are not ready, each with the reason; and those of them whose files would be due."""
    places = [place for place in situation.plan.places if place.kind == "anchors" and place.anchors]
    found = {place.id: why for place in places if (why := unready(place, situation.now))}
    some = replace(situation.plan, places=tuple(place for place in places if place.id in found))
    due = {action.place for action in deliveries(some, situation.held, delivered, versions, {}, (), situation.lists)}
    return found, {address: why for address, why in found.items() if address in due}
