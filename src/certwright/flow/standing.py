"""Where we stand: what is held, what lies at the target, and which of it is as we wrote it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import chain

from certwright.due import due, next_due
from certwright.due.shelved import undelivered
from certwright.due.situation import Situation
from certwright.flow.beside import extra_paths, scopes
from certwright.flow.extras import extras_due
from certwright.flow.handing import is_request, request_parcels, requests_due
from certwright.flow.lists import Listed, listed, next_crl
from certwright.flow.passwords import passwords_due
from certwright.generations import Sighting
from certwright.inventory import Delivery, Inventory, Revocation, SealedPassword
from certwright.model import Action, Held, Plan
from certwright.pending import Pending
from certwright.rotation.peers import awaited
from certwright.rotation.sightings import SEEN, sightings
from certwright.rotation.steps import FORCED
from certwright.targets import Target
from certwright.value import field, value

ADVICE = "renewal advice"  # observations of that kind: place → when its issuer wants it renewed
ASKED = "renewal advice asked"  # place → when its issuer may be asked for advice again


def advice(observed: Mapping[str, str]) -> dict[str, datetime]:
    """What issuers advised, by place."""
    return {place: datetime.fromisoformat(text) for place, text in observed.items()}


@value
class Standing:
    """The inventory and the target at one moment. Passwords are sealed, by set address."""

    held: Mapping[str, Held] = field(default_factory=dict)
    deliveries: tuple[Delivery, ...] = ()
    observed: Mapping[str, str] = field(default_factory=dict)
    passwords: Mapping[str, SealedPassword] = field(default_factory=dict, repr=False)
    listed: Listed = Listed()
    pending: Mapping[str, Pending] = field(default_factory=dict)
    revocations: tuple[Revocation, ...] = ()
    advised: Mapping[str, datetime] = field(default_factory=dict)
    before: Mapping[str, Held] = field(default_factory=dict)
    seen: Mapping[str, Sighting] = field(default_factory=dict)
    forced: Mapping[str, str] = field(default_factory=dict)

    def situation(self, plan: Plan, now: datetime) -> Situation:
        """What decides what is due at `now`."""
        gone = self._revoked(self.before)
        before = {place: one for place, one in self.before.items() if place not in gone}
        return Situation(
            plan,
            self.held,
            now,
            self.pending,
            self.revoked,
            self.advised,
            before,
            self.list_digests,
            awaited(plan, self.seen, self.held, self.forced) if plan.peers else {},
        )

    @property
    def list_digests(self) -> Mapping[str, str]:
        """The SHA-256 of the newest revocation lists, by scope."""
        return {scope: crl.sha256 for scope, crl in self.listed.crls.items()}

    @property
    def revoked(self) -> Mapping[str, str]:
        """Places that hold what was revoked, each with the reason, in RFC 5280's words."""
        return self._revoked(self.held)

    def _revoked(self, held: Mapping[str, Held]) -> dict[str, str]:
        known = {(one.authority, one.serial): one.reason or "unspecified" for one in self.revocations}
        return {
            place: known[one.issuer, one.serial] for place, one in held.items() if (one.issuer, one.serial) in known
        }

    @property
    def versions(self) -> Mapping[str, int]:
        """The version of every set's password."""
        return {name: one.version for name, one in self.passwords.items()}

    @property
    def delivered(self) -> Mapping[str, str]:
        """Path → recipe, for what lies at the target exactly as we wrote it."""
        return {one.path: one.recipe for one in self.deliveries if one.done and self.is_there(one)}

    def is_there(self, delivery: Delivery) -> bool:
        """Whether the target holds that file with those bytes."""
        return self.observed.get(delivery.path) == delivery.sha256

    def foreign(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Which of these are at the target, and were never written by us."""
        ours = {one.path for one in self.deliveries}
        return tuple(path for path in paths if path in self.observed and path not in ours)

    def changed(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Which of these we wrote and somebody changed since."""
        done = {one.path: one for one in self.deliveries if one.done}
        return tuple(path for path in paths if path in done and path in self.observed and not self.is_there(done[path]))

    def left(self, plan: Plan, now: datetime) -> tuple[str, ...]:
        """Files we wrote for an earlier plan, which are still there. Requests are taken away by ourselves."""
        wanted = {*wanted_paths(plan), *(scope.path for scope in scopes(plan, self.listed.lingering, now))}
        return tuple(
            one.path
            for one in self.deliveries
            if one.path not in wanted and not is_request(one.path) and self.is_there(one)
        )


def look(plan: Plan, inventory: Inventory | None, target: Target) -> Standing:
    """How it stands now. Without an inventory nothing is held."""
    standing = Standing()
    if inventory is not None:
        with inventory.reading() as reading:
            standing = Standing(
                held=reading.held(),
                deliveries=reading.deliveries(),
                passwords=reading.passwords(),
                listed=listed(plan, reading.revoked),
                pending=reading.pending(),
                revocations=reading.revoked.of_held(),
                advised=advice(reading.observations(ADVICE)),
                before=reading.held_before() if any(place.renewal.window for place in plan.places) else {},
                seen=sightings(reading.observations(SEEN)) if plan.peers else {},
                forced=reading.observations(FORCED) if plan.peers else {},
            )
    recorded = (one.path for one in standing.deliveries)
    requested = (one.artifact.path for one in request_parcels(plan, standing.pending))
    return replace(standing, observed=target.observe(dict.fromkeys(chain(wanted_paths(plan), recorded, requested))))


def wanted_paths(plan: Plan) -> tuple[str, ...]:
    """Every path this plan writes."""
    return (*(package.path for place in plan.places for package in place.packages), *extra_paths(plan))


@value
class Todo:
    """What is due: certificates and files of places, in the order in which they can be made; and everything else.

    `waiting` are places that are due and wait for somebody else, each with the reason; `later` are renewals that wait
    for a maintenance window, with the moment it opens. Neither is ours to do now.
    """

    places: tuple[Action, ...]
    others: tuple[Action, ...]
    waiting: tuple[tuple[str, str], ...] = ()
    later: tuple[tuple[str, str, datetime], ...] = ()

    @property
    def actions(self) -> tuple[Action, ...]:
        """All of it."""
        return (*self.places, *self.others)


def todo(plan: Plan, standing: Standing, now: datetime) -> Todo:
    """What is due at `now`. Impossible for a root that is to be renewed."""
    delivered = standing.delivered
    found = due(standing.situation(plan, now), delivered, standing.versions)
    return Todo(
        found.actions,
        (
            *passwords_due(plan, standing.passwords),
            *extras_due(plan, standing.held, standing.listed, delivered, now),
            *requests_due(plan, standing.pending, standing.deliveries, delivered),
        ),
        found.waiting,
        found.later,
    )


def coming(plan: Plan, standing: Standing, now: datetime) -> tuple[date, str] | None:
    """The first day on which something will be due after `now`, and what it is."""
    situation = standing.situation(plan, now)
    days = [day for day in (next_due(situation), next_crl(plan, standing.listed)) if day]
    shelved = undelivered(situation, standing.delivered, standing.versions)
    days += [(opens.date(), place) for place, (opens, _) in shelved.items()]
    return min(days, default=None)
