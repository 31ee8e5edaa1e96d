"""Who trusts an issuer, as a site declares it: its `consumers` become Consumers."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import get_args

from certwright.catalogue.conditions import words
from certwright.catalogue.product import Product
from certwright.errors import Refused
from certwright.generations import Consumer, Stack
from certwright.looks import FORMS, read_look
from certwright.manifest.common import CONSUMER
from certwright.manifest.reading import Reading
from certwright.manifest.tree import Spot
from certwright.model import Facts, IssuerWish
from certwright.speech import tr
from certwright.value import value

STACKS: tuple[Stack, ...] = get_args(Stack)


@value
class _At:
    """The site whose consumers are read."""

    site: str
    product: Product
    facts: Facts
    issuer: str
    issuers: Mapping[str, IssuerWish]


def read_consumers(
    reading: Reading, spot: Spot, product: Product, facts: Facts, issuers: Mapping[str, IssuerWish]
) -> tuple[Consumer, ...]:
    """The consumers in the list at that spot. `facts` are those of the site, its name and issuer among them."""
    at = _At(str(facts["name"]), product, facts, str(facts["issuer"]), issuers)
    found: dict[str, tuple[Consumer, int]] = {}
    for item in reading.items(spot, "consumers"):
        entries = reading.mapping(item, tr("a consumer"), CONSUMER)
        if not isinstance(item.value, dict):
            continue
        one = _consumer(reading, item, entries, at)
        if one.id in found and "name" in entries:
            told = tr("{key} names {name} twice", key="consumers", name=one.title)
            reading.wrong(entries["name"], told, hint=tr("first on line {line}", line=found[one.id][1]))
        found.setdefault(one.id, (one, item.line))
    return tuple(one for one, _ in found.values())


def _consumer(reading: Reading, spot: Spot, entries: Mapping[str, Spot], at: _At) -> Consumer:
    name = reading.text(entries, "name", "")
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,60}", name):
        expected = tr("lower-case letters, digits, hyphens and dots")
        what = tr("a consumer needs a name")
        found = None if "name" in entries else ""
        reading.wrong(entries.get("name", spot), what, expected=expected, hint="name: node-1", found=found)
    return Consumer(
        id=f"{at.site}/{name}",
        site=at.site,
        issuer=_issuer(reading, entries, at),
        title=reading.text(entries, "title", name),
        stack=_stack(reading, entries),
        look=_look(reading, entries),
        shows=tuple(_named(reading, entries, "shows", at)),
        checks=tuple(_named(reading, entries, "checks", at)),
    )


def _issuer(reading: Reading, entries: Mapping[str, Spot], at: _At) -> str:
    issuer = reading.text(entries, "issuer", at.issuer)
    if "issuer" in entries and issuer not in at.issuers:
        reading.wrong(entries["issuer"], tr("no issuer is called so"), expected=", ".join(at.issuers))
    return issuer


def _stack(reading: Reading, entries: Mapping[str, Spot]) -> Stack:
    stack = reading.text(entries, "stack", "tls")
    if stack not in STACKS:
        told = tr("nobody builds paths like that")
        reading.wrong(entries["stack"], told, expected=", ".join(STACKS))
        return "tls"
    return stack


def _look(reading: Reading, entries: Mapping[str, Spot]) -> str:
    look = reading.text(entries, "look", "report")
    try:
        read_look(look)
    except Refused as refusal:
        reading.wrong(entries["look"], refusal.what, expected=refusal.hint or FORMS)
        return "report"
    return look


def _named(reading: Reading, entries: Mapping[str, Spot], key: str, at: _At) -> Iterator[str]:
    """The addresses of places it presents or judges the certificates of; named with their site or without it."""
    known: list[str] | None = None
    rows = (one for one in at.product.places if one.each and one.each not in at.product.facts)
    derived = tuple(f"{one.id}/" for one in rows)  # from what the catalogue makes of the facts: nobody knows them yet
    for spot in reading.items(entries[key], key) if key in entries else ():
        known = list(_places(at)) if known is None else known
        place = str(spot.value).removeprefix(f"{at.site}/")
        if place not in known and not place.startswith(derived):
            near = get_close_matches(place, known, 1)
            hint = tr("did you mean {name}?", name=near[0]) if near else ""
            reading.wrong(spot, tr("this site has no place of that name"), expected=tr("one of its places"), hint=hint)
        yield f"{at.site}/{place}"


def _places(at: _At) -> Iterator[str]:
    """What stands behind the site in the addresses of everything that could be presented."""
    for template in at.product.places:
        rows = at.facts.get(template.each, ()) if template.each else ()
        if template.kind == "anchors":
            continue
        if not template.each:
            yield template.id
        for row in rows if isinstance(rows, tuple) else ():
            yield f"{template.id}/{words(row['name'] if isinstance(row, Mapping) else row)}"
