"""Renewals that were answered while the maintenance window was closed: held already, and delivered when it opens."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from certwright.due.reasons import needed
from certwright.due.recipes import beside, holding, recipe
from certwright.due.renewal import postponed
from certwright.due.situation import Situation
from certwright.model import Held, Place
from certwright.speech import tr


def undelivered(
    situation: Situation, delivered: Mapping[str, str], versions: Mapping[str, int]
) -> dict[str, tuple[datetime, str]]:
    """The places whose files wait: when the window opens, and why.

    Only where the files are those of the certificate before, which could go on but for its age; a set waits as a whole,
    or not at all.
    """
    found: dict[str, tuple[Place, datetime]] = {}
    hurried = set()
    for place in situation.plan.places if situation.before else ():
        before = holding(place, situation.before)
        if before is None or not _stands_there(place, before, situation, delivered, versions):
            continue
        if opens := _can_wait(place, before, situation):
            found[place.id] = (place, opens)
        else:
            hurried.add(place.set)
    why = tr("its new certificate is delivered in the maintenance window")
    return {address: (opens, why) for address, (place, opens) in found.items() if place.set not in hurried}


def _stands_there(
    place: Place, before: Held, situation: Situation, delivered: Mapping[str, str], versions: Mapping[str, int]
) -> bool:
    """Whether its files are what they would be with the certificate before: nothing else of them is new."""
    if place.renewal.window is None or not place.packages or holding(place, situation.held) is None:
        return False
    version, held, lists = versions.get(place.set, 0), situation.held, situation.lists
    recipes = [recipe(place, one, before, version, beside(place, one, before, held, lists)) for one in place.packages]
    return [delivered.get(one.path) for one in place.packages] == recipes


def _can_wait(place: Place, before: Held, situation: Situation) -> datetime | None:
    """When the window opens, if there is no reason but age to replace the certificate before."""
    owner = place.shares_with or place.id
    as_before = replace(situation, held={**situation.held, owner: before}, revoked={})
    one = next(other for other in situation.plan.places if other.id == owner)
    return None if needed(one, as_before) else postponed(place, before, situation)
