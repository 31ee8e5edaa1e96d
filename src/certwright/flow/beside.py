"""The files beside the packages, as far as the plan names them: next-step scripts, and the lists of our authorities."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from certwright.model import IssuerWish, Place, Plan
from certwright.plan.authorities import authority_name, distribution_points
from certwright.value import value
from certwright.x509.shards import Shard

Family: TypeAlias = tuple[str, str, int]  # an authority, the address of its complete list, how many shards there are


@value
class Scope:
    """What one list speaks of: all that an authority signed, or a shard of it and the addresses it is known by."""

    authority: Place
    shard: Shard | None = None
    points: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How the inventory calls it."""
        return f"{self.authority.id}/{self.shard}" if self.shard else self.authority.id

    @property
    def path(self) -> str:
        """Where it is written: the file name its distribution points end in."""
        return self.shard.address(crl_path(self.authority)) if self.shard else crl_path(self.authority)


def extra_paths(plan: Plan) -> tuple[str, ...]:
    """Where those files go."""
    scripts = (script.path for one in plan.sets for script in one.scripts)
    return (*scripts, *(scope.path for scope in scopes(plan, {}, datetime.min)))


def publishers(plan: Plan) -> Iterator[Place]:
    """The authorities that publish a revocation list: those of the deployment's own issuers. A bridge is another
    certificate of one of them, and its list the same.
    """
    return (place for place in plan.places if place.kind == "authority" and not (place.site or place.key_of))


def scopes(plan: Plan, lingering: Mapping[Family, datetime], now: datetime) -> Iterator[Scope]:
    """Every list that there must be. A complete one comes before the shards of its authority."""
    living = [*wanted(plan), *(one for one, end in lingering.items() if end >= now)]
    for place in publishers(plan):
        yield Scope(place)
        for count in dict.fromkeys(shards for authority, _, shards in living if authority == place.id):
            known = [whole for authority, whole, shards in living if (authority, shards) == (place.id, count)]
            for shard in (Shard(number, count) for number in range(count)):
                yield Scope(place, shard, tuple(shard.address(whole) for whole in known))


def crl_path(authority: Place) -> str:
    """Where an authority's complete list is written."""
    issuer, _, role = authority.id.partition("/")
    return f"pki/{authority_name(issuer, role)}.crl"


def issuer_of_lists(plan: Plan, authority: Place) -> IssuerWish:
    """Who says how an authority's lists are made."""
    return next(wish for wish in plan.issuers if wish.name == authority.id.partition("/")[0])


def wanted(plan: Plan) -> Iterator[Family]:
    """The families of shards that certificates are given now. Nobody needs shards of what a root signed."""
    for place in publishers(plan):
        wish = issuer_of_lists(plan, place)
        if wish.lists.shards and place.issuer != place.id:
            for whole in distribution_points(wish, place.id.partition("/")[2]):
                yield place.id, whole, wish.lists.shards
