"""What the templates and conditions of a product file refer to, and whether anything fills it.

A name nobody fills would be found when a site is planned, or never: a condition on it quietly does not hold.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from certwright.catalogue.conditions import placeholders
from certwright.catalogue.product import ConsumerTemplate, PlaceTemplate, Product, ScriptTemplate

SITE = ("name", "product", "build", "issuer", "issuer_kind", "layouts", "target", "rotated")  # what every site has
PLACE = ("id", "title", "address", "names", "all_names")  # of `place.`, beside the row's further keys
OF_SCRIPTS = ("set_folder", "places", "files")
OF_STEPS = ("files", "scripts", "locked_sets", "output", "deployment")
OF_SETS = ("set.id", "set.places")
_IN_SCRIPTS = re.compile(r"%%([A-Za-z_][A-Za-z0-9_.]*)%%")


class Unknown(NamedTuple):
    """A name that nothing fills: the row it stands in, the name, those it may be mistaken for."""

    row: str
    name: str
    near: tuple[str, ...]


def unknown_names(product: Product) -> Iterator[Unknown]:
    """Every placeholder, and every key of a condition, that no site can fill. In the order of the file."""
    everywhere = _everywhere(product)
    for value in product.values:
        yield from _of(value.name, placeholders(value.value), value.when, everywhere)
    for group in product.sets:
        yield from _of(group.id, (), group.when, everywhere)
    for place in product.places:
        own = everywhere | _of_places(product, [place])
        texts = (place.names, place.subject, place.title, place.issuer, place.anchors, place.shares_with, place.notes)
        yield from _of(place.id, placeholders((*texts, dict(place.extra))), place.when, own)
    for package in product.packages:
        own = everywhere | _of_places(product, _concerned(product, package.applies))
        yield from _of(package.id, placeholders((package.path, dict(package.options))), package.when, own)
    for requirement in product.requirements:
        for_sets = requirement.term.startswith("set.")
        own = set(OF_SETS) if for_sets else _of_places(product, _concerned(product, requirement.applies))
        row = requirement.id.rpartition(".")[2]
        yield from _of(row, placeholders(dict(requirement.with_)), requirement.when, everywhere | own)
    for script in product.scripts:
        used = placeholders((script.path, script.title, dict(script.values)))
        yield from _of(script.id, used, script.when, everywhere | set(OF_SCRIPTS))
    for step in product.steps:
        used = {
            *placeholders((step.title, step.text, step.who, step.verify, step.back)),
            *_IN_SCRIPTS.findall(step.command),
        }
        yield from _of(step.id, used, step.when, everywhere | set(OF_STEPS))

    for consumer in product.consumers:
        used = placeholders((consumer.title, consumer.look, consumer.shows, consumer.checks))
        yield from _of(consumer.id, used, consumer.when, everywhere | _of_places(product, [consumer]))


def unknown_in_script(product: Product, script: ScriptTemplate, template: str) -> Iterator[tuple[int, Unknown]]:
    """Every `%%name%%` of a script's template that nothing fills, with its line."""
    known = _everywhere(product) | set(OF_SCRIPTS) | set(script.values)
    for number, line in enumerate(template.splitlines(), 1):
        for found in _of(script.id, _IN_SCRIPTS.findall(line), {}, known):
            yield number, found


def _of(row: str, used: Iterable[str], when: Mapping[str, object], known: set[str]) -> Iterator[Unknown]:
    for name in sorted({*used, *(key.partition("[")[0] for key in when)}):
        if name not in known and name.partition(".")[0] + ".*" not in known:
            yield Unknown(row, name, tuple(get_close_matches(name, known, 3)))


def _everywhere(product: Product) -> set[str]:
    """The names any template of a site may use."""
    files = {f"{fact.name}_file_name" for fact in product.facts.values() if fact.kind == "file"}
    return {*SITE, *product.facts, *files, *(value.name for value in product.values)}


def _concerned(product: Product, applies: Iterable[str]) -> list[PlaceTemplate]:
    wanted = {*applies}
    return [one for one in product.places if "*" in wanted or wanted & {one.id, *one.groups}]


def _of_places(product: Product, places: Iterable[PlaceTemplate | ConsumerTemplate]) -> set[str]:
    """`place.…` and `item.…`, as far as one of the places has it."""
    found: set[str] = set()
    for place in places:
        if isinstance(place, PlaceTemplate):
            found |= {f"place.{key}" for key in (*PLACE, *place.extra)}
        if place.each in product.facts:
            fields = product.facts[place.each].fields
            found |= {f"item.{key}" for key in ("name", *fields)}
            found |= {f"item.{key}_name" for key, field in fields.items() if field.kind == "file"}
        elif place.each:
            found.add("item.*")  # a value of the catalogue: what its records hold shows when they are made
    return found
