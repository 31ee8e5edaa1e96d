"""Revocation lists are made, written down, and handed to whoever delivers them."""

from collections.abc import Iterator, Mapping, Sequence

from certwright.flow.issuing import Registry
from certwright.flow.lists import CRL_LIFE, crl_overdue, crl_parcel, publishers
from certwright.flow.parcel import Parcel
from certwright.flow.world import World
from certwright.inventory import Crl, Event, Revocation
from certwright.model import Place, Plan
from certwright.x509.facts import Revoked


class Publisher:
    """Makes the lists that are due. `crls` are the newest, by the place of their authority."""

    def __init__(self, plan: Plan, world: World, registry: Registry, crls: Mapping[str, Crl]) -> None:
        self.crls = dict(crls)
        self._plan, self._world, self._registry = plan, world, registry

    def ready(self, revocations: Sequence[Revocation]) -> Iterator[Parcel]:
        """Every list as a file, made anew where that is due."""
        for place in publishers(self._plan):
            crl = self.crls.get(place.id)
            if crl is None or crl_overdue(self._registry.held[place.id], crl, revocations, self._world.now):
                crl = self.crls[place.id] = self._next(place, crl, revocations)
            yield crl_parcel(place, crl)

    def _next(self, place: Place, last: Crl | None, revocations: Sequence[Revocation]) -> Crl:
        now, number = self._world.now, last.number + 1 if last else 1
        revoked = [Revoked(one.serial, one.at, one.reason) for one in revocations if one.authority == place.id]
        der = self._registry.authority(place.id).revocation_list(number, revoked, now, now + CRL_LIFE)
        crl = Crl(place.id, number, now, now + CRL_LIFE, der)
        with self._world.inventory.writing() as book:
            book.publish(crl)
            book.log([Event("crl", place.id, f"number {number}, until {crl.next_update:%Y-%m-%d}", now)])
        self._world.at("after a revocation list is written down")
        return crl
