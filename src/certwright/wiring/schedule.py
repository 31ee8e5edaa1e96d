"""Everything of a deployment that falls due some day, for calendars and for those who are told beforehand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from certwright.due.changeover import next_line
from certwright.due.renewal import postponed, renewal_of
from certwright.due.situation import Situation
from certwright.flow.beside import publishers, scopes
from certwright.flow.lists import renewal
from certwright.flow.standing import Standing, look
from certwright.flow.standing import todo as to_do
from certwright.model import Held, Place
from certwright.plan.feasible import life_of
from certwright.report.falling import Falling
from certwright.speech import tr
from certwright.targets.folder import Folder
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded

CHANGEOVER = timedelta(days=180)  # to have everybody trust another root
DAY = timedelta(days=1)


def schedule(loaded: Loaded) -> tuple[Falling, ...]:
    """Renewals, ends, revocation lists and the ends of roots, as they stand at `loaded.now`. What is overdue is due
    today.
    """
    with inventory_of(loaded) as inventory:
        standing = look(loaded.plan, inventory, Folder(loaded.output))
    return tuple(falling(loaded, standing))


def wake(loaded: Loaded) -> datetime | None:
    """When something can be done that cannot wait for long: a maintenance window opens that something waits for, or a
    revocation list is to be made, some of which are good for hours only. None when there is no such thing.
    """
    plan, now = loaded.plan, loaded.now
    with inventory_of(loaded) as inventory:
        standing = look(plan, inventory, Folder(loaded.output))
    crls = standing.listed.crls
    moments = [renewal(plan, one.authority, crls[one.name])
               for one in scopes(plan, standing.listed.lingering, now) if one.name in crls]  # fmt: skip
    if any(place.renewal.window for place in plan.places):
        moments += [opens for _, _, opens in to_do(plan, standing, now).later]
    return min((one for one in moments if one > now), default=None)


def falling(loaded: Loaded, standing: Standing) -> Iterator[Falling]:
    """The same, of what is known to stand there."""
    situation = standing.situation(loaded.plan, loaded.now)
    places = {one.id: one for one in loaded.plan.places if one.id in standing.held and not one.renewal.never}
    renewals = _renewals(places, situation)
    again = f"certwright apply {loaded.path.name}"
    for address, place in places.items():
        have = standing.held[address]
        if place.issuer == address:
            children = [(one, renewals[one.id]) for one in places.values() if one.issuer == address != one.id]
            yield from _of_root(loaded, address, have, children)
            continue
        if address not in standing.pending:
            yield Falling(address, "renewal", renewals[address].date(), tr("is to be renewed"), again)
        yield Falling(address, "expiry", have.not_after.date(), tr("expires, unless it was renewed"), again)
    for place in publishers(loaded.plan):
        if crl := standing.listed.crls.get(place.id):
            day = max(renewal(loaded.plan, place, crl), loaded.now).date()
            yield Falling(place.id, "crl", day, tr("its revocation list is to be published again"), again)


def _of_root(loaded: Loaded, address: str, have: Held, children: Sequence[tuple[Place, datetime]]) -> Iterator[Falling]:
    issuer, now = address.partition("/")[0], loaded.now
    todo = f"certwright ca rotate {loaded.path.name} --issuer {issuer} --reason TEXT"
    if next_line(loaded.plan, address):
        todo = f"certwright ca status {loaded.path.name}"
    elif last := min((_outgrown(child, when, have) for child, when in children), default=None):
        day = max(last - CHANGEOVER, now).date()
        yield Falling(address, "rotation", day, tr("half a year is left to change over to another root"), todo)
    yield Falling(address, "expiry", have.not_after.date(), tr("the root ends, and everything below it"), todo)


def _outgrown(child: Place, renewal: datetime, root: Held) -> datetime:
    """The first renewal after which the child would outlive its root, so that `apply` would refuse it."""
    while renewal + (life := life_of(child.draft, renewal.date())) <= root.not_after:
        renewal += max(life * 2 / 3, DAY)
    return renewal


def _renewals(places: Mapping[str, Place], situation: Situation) -> dict[str, datetime]:
    """When each is to be renewed: with the first of its set where they rotate together, then when a window opens."""
    due: dict[str, datetime] = {}
    for address, place in places.items():
        advised = situation.advised.get(address)
        due[address] = max(renewal_of(situation.held[address], place.renewal, advised), situation.now)
    for address, place in places.items():
        if place.renewal.together:
            due[address] = min(due[one] for one, other in places.items() if other.set == place.set)
    for address, place in places.items():
        opens = postponed(place, situation.held[address], replace(situation, now=due[address]))
        due[address] = opens or due[address]
    return due
