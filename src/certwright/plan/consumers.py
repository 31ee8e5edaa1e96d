"""Who trusts the issuers of a deployment: whom its sites declare, or else whom the catalogue knows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from certwright.catalogue.conditions import look_up, words
from certwright.catalogue.product import ConsumerTemplate, Product
from certwright.generations import Consumer, Stack
from certwright.manifest.read import Deployment, Site
from certwright.model import Facts, Line, Place, Plan
from certwright.plan.filling import Filling


def consumers_of(deployment: Deployment, products: Mapping[str, Product], plan: Plan) -> tuple[Consumer, ...]:
    """Every consumer of an issuer of ours, in the order of the sites; `plan` is that of the deployment.

    Those of other issuers are left out: nobody here can rotate them.
    """
    return consumers_beside(deployment, products, plan.places)


def consumers_beside(
    deployment: Deployment, products: Mapping[str, Product], places: Iterable[Place]
) -> tuple[Consumer, ...]:
    """The same beside these places, of which a plan is about to be made."""
    ours = {wish.name for wish in deployment.issuers if wish.kind == "embedded"}
    below = _below(place.id for place in places if place.kind != "anchors")
    found = [one for site in deployment.sites for one in _of(site, deployment, products[site.product], below)]
    return tuple(one for one in found if one.issuer in ours)


def peers_of(consumers: Iterable[Consumer], lines: Sequence[Line]) -> dict[str, tuple[str, ...]]:
    """The places whose certificates are judged by somebody with a list of issuing CAs, each with who that is."""
    rotating = {line.issuer for line in lines}
    found: dict[str, list[str]] = defaultdict(list)
    for one in consumers:
        if one.stack == "opcua" and one.issuer in rotating:
            for place in one.checks:
                found[place].append(one.id)
    return {place: tuple(names) for place, names in found.items()}


def _below(places: Iterable[str]) -> dict[str, list[str]]:
    """Every address with the places at it and below it, in their order: there may be thousands of either."""
    found: dict[str, list[str]] = defaultdict(list)
    for place in places:
        parts = place.split("/")
        for depth in range(1, len(parts) + 1):
            found["/".join(parts[:depth])].append(place)
    return found


def _of(site: Site, deployment: Deployment, product: Product, below: Mapping[str, Sequence[str]]) -> Iterator[Consumer]:
    if site.name in deployment.consumers:
        yield from deployment.consumers[site.name]
        return
    filling = Filling(site.facts, product)
    for row in product.consumers:
        for address, facts in _instances(row, site.name, filling.facts):
            if filling.applies(row, facts):
                yield _filled(row, Consumer(address, site.name, site.issuer, ""), filling, facts, below)


def _instances(row: ConsumerTemplate, site: str, facts: Facts) -> Iterator[tuple[str, Facts]]:
    if not row.each:
        yield f"{site}/{row.id}", facts
        return
    for item in cast("tuple[Facts | str, ...]", look_up(row.each, facts) or ()):
        record = item if isinstance(item, Mapping) else {"name": item}
        yield f"{site}/{row.id}/{words(record['name'])}", {**facts, "item": record}


def _filled(
    row: ConsumerTemplate, start: Consumer, filling: Filling, facts: Facts, below: Mapping[str, Sequence[str]]
) -> Consumer:
    """What cannot be filled is left to a report of the consumer's own."""

    def places(rows: Sequence[str]) -> tuple[str, ...]:
        named = [f"{start.site}/{filling.words(one, facts, row.id)}" for one in rows]
        return tuple(dict.fromkeys(place for one in named for place in below.get(one, ())))

    return replace(
        start,
        title=filling.words(row.title, facts, row.id) or row.title,
        stack=cast("Stack", row.stack),
        look=filling.words(row.look, facts, row.id) or "report",
        shows=places(row.shows),
        checks=places(row.checks),
    )
