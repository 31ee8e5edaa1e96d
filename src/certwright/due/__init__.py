"""What is due, with its reason. A pure function of the plan, what is held, what is delivered, and the time.

First issuance is the renewal of nothing. What is needed is due at once; what is merely old can wait for a window.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from certwright.due.authorities import refuse_other_authorities
from certwright.due.changeover import drawn, halted, moved, refused_by_peers
from certwright.due.files import deliveries
from certwright.due.reasons import needed
from certwright.due.renewal import aged, postponed, renewal_of, together
from certwright.due.shelved import undelivered
from certwright.due.situation import Situation
from certwright.due.unready import held_for_others
from certwright.due.waits import asked_already, held_back
from certwright.model import Action, Held, Place
from certwright.value import value


@value
class Due:
    """What is due at one moment: `actions`, authorities first, then certificates, then files.

    `waiting` are places that are due and have to wait for somebody else, each with the reason; `later` are renewals
    that wait for a maintenance window, each with the reason and the moment it opens. Neither is ours to do now.
    """

    actions: tuple[Action, ...]
    waiting: tuple[tuple[str, str], ...] = ()
    later: tuple[tuple[str, str, datetime], ...] = ()


def due(situation: Situation, delivered: Mapping[str, str], password_versions: Mapping[str, int]) -> Due:
    """Everything that is due. `delivered` maps package paths to recipes, for files that are on the target as we wrote
    them; `password_versions` maps set addresses to the version of their password.

    Raises Impossible when a root must be renewed: that is a rotation, which changes what everybody trusts, and never
    happens by itself.
    """
    plan, held = situation.plan, situation.held
    reasons, later = _reasons(situation)
    refuse_other_authorities(situation, reasons)
    halts = {**halted(situation, reasons), **_for_peers(situation, reasons)}
    waits = {**asked_already(situation, reasons), **halts}
    back = held_back(plan, held, delivered, waits)
    now_due = {address: reason for address, reason in reasons.items() if address not in waits}
    issues = [
        Action("renew" if place.id in held else "issue", place.id, now_due[place.id])
        for place in plan.places
        if place.id in now_due
    ]
    shelved = undelivered(situation, delivered, password_versions)
    unready, due_unready = held_for_others(situation, delivered, password_versions)
    files_later = {*(address for address in waits if address not in held), *back, *unready}
    told = {**back, **waits, **due_unready}
    aside = {*files_later, *shelved}
    return Due(
        (*issues, *deliveries(plan, held, delivered, password_versions, now_due, aside, situation.lists)),
        tuple((place.id, told[place.id]) for place in plan.places if place.id in told)
        if situation.pending or halts or due_unready
        else (),
        (*later, *((address, why, opens) for address, (opens, why) in shelved.items() if address not in reasons)),
    )


def _for_peers(situation: Situation, reasons: Mapping[str, str]) -> dict[str, str]:
    """What waits for peers, unless what is held is good for nothing any more: then there is nothing to lose."""
    found = refused_by_peers(situation, reasons)
    places = {place.id: place for place in situation.plan.places if place.id in found}
    return {one: why for one, why in found.items() if not needed(places[one], situation)}


def _reasons(situation: Situation) -> tuple[dict[str, str], tuple[tuple[str, str, datetime], ...]]:
    """Why places need a certificate now, and which of them can wait until when."""
    mine = [place for place in situation.plan.places if place.kind != "anchors" and not place.shares_with]
    places = {place.id: place for place in mine}
    reasons = {place.id: reason for place in mine if (reason := needed(place, situation))}
    held = {place.id: situation.held[place.id] for place in mine if place.id not in reasons}
    old = {place.id: why for place in mine if place.id in held and (why := aged(place, held[place.id], situation))}
    old |= {address: why for address, why in together(situation, old).items() if address in held}
    old |= {
        place.id: why for place in mine if place.id in held and (why := moved(place, held[place.id], situation.plan))
    }
    later = {}
    for place in mine:
        if place.id in old:
            if opens := postponed(place, held[place.id], situation):
                later[place.id] = opens
            else:
                reasons[place.id] = old[place.id]
    reasons |= drawn(
        situation, reasons, {one: old[one] for one in later if moved(places[one], held[one], situation.plan)}
    )
    return reasons, tuple((one, old[one], opens) for one, opens in later.items() if one not in reasons)


def next_due(situation: Situation) -> tuple[date, str] | None:
    """The first day on which something will be due, and the place; None when nothing is held.

    Places that wait for an answer are due already, and left out; a window that is closed then puts a day off.
    """
    places = {
        one.shares_with or one.id: one
        for one in situation.plan.places
        if one.id not in situation.pending and not one.renewal.never
    }
    days = [
        (_falls_due(places[address], have, situation).date(), address)
        for address, have in situation.held.items()
        if address in places
    ]
    return min(days, default=None)


def _falls_due(place: Place, have: Held, situation: Situation) -> datetime:
    if place.issuer == place.id and not place.site:  # the root of an issuer does not age
        return have.not_after
    when = max(renewal_of(have, place.renewal, situation.advised.get(place.id)), situation.now)
    return postponed(place, have, replace(situation, now=when)) or when
