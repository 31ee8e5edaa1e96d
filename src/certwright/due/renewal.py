"""When what is held is to be renewed by age: the earliest of two thirds of its life, the product's threshold, advice.

Age can wait for a maintenance window, as long as the certificate outlives the waiting; and it is caught: members of a
set that rotates together are renewed when one of them is.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from certwright.due.situation import Situation
from certwright.model import Held, Place, Renewal
from certwright.speech import tr

BY_AGE = Renewal()


def renewal_of(held: Held, renewal: Renewal = BY_AGE, advised: datetime | None = None) -> datetime:
    """When a certificate is to be renewed."""
    return _soonest(held, renewal, advised)[0]


def aged(place: Place, have: Held, situation: Situation) -> str:
    """The reason why it is old enough to be renewed; empty when it is not."""
    lives_on = place.issuer == place.id and not place.site  # until something that it signs would outlive it
    if lives_on or place.renewal.never:
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
    if window is None or place.renewal.at_once or window.is_open(now):
        return None
    opens = window.next_chance(now)
    return opens if opens + window.duration < have.not_after else None
