"""When what is held is to be renewed by age: the earliest of two thirds of its life, the product's threshold, advice.

Age can wait for a maintenance window, as long as the certificate outlives the waiting; and it is caught: members of a
set that rotates together are renewed when one of them is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from certwright.due.recipes import anchors_of, holding, recipe
from certwright.due.situation import Situation
from certwright.model import Held, Place, Renewal
from certwright.speech import tr

BY_AGE = Renewal()


def renewal_of(held: Held, renewal: Renewal = BY_AGE, advised: datetime | None = None) -> datetime:
    """When a certificate is to be renewed."""
    return _soonest(held, renewal, advised)[0]


def aged(place: Place, have: Held, situation: Situation) -> str:
    """The reason why it is old enough to be renewed; empty when it is not."""
    if place.issuer == place.id:  # a root lives on until something it signs would outlive it
        return ""
    when, why = _soonest(have, place.renewal, situation.advised.get(place.id))
    return why() if when <= situation.now else ""


def _soonest(have: Held, renewal: Renewal, advised: datetime | None) -> tuple[datetime, Callable[[], str]]:
    """The moment, and what says why: it is worded only when that moment has come."""
    life = have.not_after - have.not_before
    thirds = have.not_before + life * 2 / 3
    moments: list[tuple[datetime, Callable[[], str]]] = [
        (thirds, lambda: tr("two thirds of its life are over since {day:%Y-%m-%d}", day=thirds))
    ]
    if renewal.days_before and timedelta(days=renewal.days_before) < life:  # a shorter one would be due from the start
        day = have.not_after - timedelta(days=renewal.days_before)
        moments.append((day, lambda: tr("less than {days} days of its life are left", days=renewal.days_before)))
    if advised is not None:
        moments.append((advised, lambda: tr("its issuer advises to renew it from {day:%Y-%m-%d} on", day=advised)))
    return min(moments, key=lambda one: one[0])


def together(situation: Situation, old: dict[str, str]) -> dict[str, str]:
    """Members of sets that rotate together, beside those that are `old`, each with the reason."""
    places = {place.id: place for place in situation.plan.places}
    first = {places[one].set: one for one in reversed(old) if places[one].renewal.together}
    return {
        place.id: tr("it is renewed together with {place}", place=first[place.set])
        for place in situation.plan.places
        if place.set in first and place.id not in old and place.id in situation.held and not place.shares_with
    }


def postponed(place: Place, have: Held, situation: Situation) -> datetime | None:
    """When the window opens that a renewal by age waits for; None when it does not have to wait, or must not.

    What would expire before the window has closed again is renewed at once.
    """
    window, now = place.renewal.window, situation.now
    if window is None or window.is_open(now):
        return None
    opens = window.next_chance(now)
    return opens if opens + window.duration < have.not_after else None


def undelivered(
    situation: Situation, delivered: Mapping[str, str], versions: Mapping[str, int]
) -> dict[str, tuple[datetime, str]]:
    """Renewals that were answered outside the window their files wait for: when it opens, and why.

    Only where the files are those of the certificate before, which asked for the same and lives long enough; a set
    waits as a whole, or not at all.
    """
    found: dict[str, datetime] = {}
    hurried = set()
    for place in situation.plan.places if situation.before else ():
        before, have = holding(place, situation.before), holding(place, situation.held)
        if before is None or have is None or place.renewal.window is None:
            continue
        anchors = anchors_of(place, situation.held)
        recipes = [recipe(place, one, before, versions.get(place.set, 0), anchors) for one in place.packages]
        if not recipes or [delivered.get(one.path) for one in place.packages] != recipes:
            continue  # nothing of it is new, or more than its certificate
        same = (before.demanded, before.issuer) == (have.demanded, have.issuer)
        if same and (opens := postponed(place, before, situation)):
            found[place.id] = opens
        else:
            hurried.add(place.set)
    places = {place.id: place for place in situation.plan.places}
    why = tr("its new certificate is delivered in the maintenance window")
    return {address: (opens, why) for address, opens in found.items() if places[address].set not in hurried}
