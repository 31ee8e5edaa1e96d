"""What no row of a product file can see alone: ids that clash, references that dangle, builds nobody lists."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple, get_args

from certwright.catalogue.conditions import condition_faults
from certwright.catalogue.forms import FORMS
from certwright.catalogue.product import ConsumerTemplate, Product
from certwright.catalogue.templates import unknown_names
from certwright.errors import Refused
from certwright.generations import Stack
from certwright.looks import read_look
from certwright.model import Requirement
from certwright.speech import tr
from certwright.terms import VOCABULARY, bind

_FILLED = re.compile(r"\{[^}]*\}")


class Incoherence(NamedTuple):
    """A mistake between rows: the row's id, what is wrong, what was found, what was expected."""

    row: str
    what: str
    found: str = ""
    expected: str = ""


def incoherences(product: Product) -> Iterator[Incoherence]:
    """Everything in a product's rows that does not hold together."""
    yield from _ids(product)
    yield from _places(product)
    for requirement in product.requirements:
        yield from _requirement(product, requirement)
    yield from _files(product)
    for consumer in product.consumers:
        yield from _consumer(product, consumer)
    yield from _builds(product)
    yield from _conditions(product)
    for unknown in unknown_names(product):
        what = tr("no fact or value is called {name}", name=unknown.name)
        yield Incoherence(unknown.row, what, expected=", ".join(unknown.near))


def _local(address: str) -> str:
    return address.rpartition(".")[2]


def _ids(product: Product) -> Iterator[Incoherence]:
    ids = Counter([*(_local(row) for row, _ in _ranges(product)), *product.facts])
    for twice in (one for one, count in ids.items() if count > 1):
        yield Incoherence(twice, tr("the id stands twice"), expected=tr("one id for one thing: ids are addresses"))
    for contradiction in product.contradictions:
        if not contradiction.touches:
            yield Incoherence(contradiction.id, tr("touches nothing"), expected=tr("at least one id of this file"))
        for touched in contradiction.touches:
            if touched not in ids:
                yield Incoherence(contradiction.id, tr("touches nothing of this file"), found=touched)


def _groups(product: Product) -> set[str]:
    return {
        "*",
        *(place.id for place in product.places),
        *(group for place in product.places for group in place.groups),
    }


def _places(product: Product) -> Iterator[Incoherence]:
    sets = [one.id for one in product.sets]
    for place in product.places:
        if place.set not in sets:
            yield Incoherence(place.id, tr("is in a set that does not exist"), place.set, ", ".join(sets))
        if place.each and place.each not in product.facts and place.each not in {one.name for one in product.values}:
            yield Incoherence(place.id, tr("is repeated for a fact that does not exist"), place.each)


def _requirement(product: Product, requirement: Requirement) -> Iterator[Incoherence]:
    row = _local(requirement.id)
    known = {"*", *(one.id for one in product.sets)} if requirement.term.startswith("set.") else _groups(product)
    for one in set(requirement.applies) - known:
        yield Incoherence(row, tr("applies to nothing of this file"), one)
    for after in set(requirement.skipped_after) - {one.id for one in product.requirements}:
        yield Incoherence(row, tr("is skipped after a requirement that does not exist"), after)
    if requirement.term in VOCABULARY and "{" not in str(list(requirement.with_.values())):
        try:  # parameters with templates are bound, and judged, when a site fills them
            bind(requirement.term, requirement.with_)
        except Refused as refusal:
            yield Incoherence(row, str(refusal))


def _files(product: Product) -> Iterator[Incoherence]:
    layouts, groups, sets = (
        {"", *(one.id for one in product.layouts)},
        _groups(product),
        {one.id for one in product.sets},
    )
    for package in product.packages:
        for one in set(package.applies) - groups:
            yield Incoherence(package.id, tr("applies to nothing of this file"), one)
        if package.form not in FORMS:
            near = get_close_matches(package.form, FORMS, 3) or sorted(FORMS)
            yield Incoherence(package.id, tr("no file has that form"), package.form, ", ".join(near))
        if package.layout not in layouts:
            yield Incoherence(package.id, tr("is in a layout that does not exist"), package.layout)
    for script in product.scripts:
        if script.set not in sets:
            yield Incoherence(script.id, tr("belongs to a set that does not exist"), script.set)


def _consumer(product: Product, consumer: ConsumerTemplate) -> Iterator[Incoherence]:
    if consumer.stack not in get_args(Stack):
        yield Incoherence(consumer.id, tr("nobody builds paths like that"), consumer.stack, ", ".join(get_args(Stack)))
    if consumer.each and consumer.each not in product.facts:
        yield Incoherence(consumer.id, tr("is repeated for a fact that does not exist"), consumer.each)
    if not consumer.sources:
        yield Incoherence(consumer.id, tr("{name} is missing", name="sources"))
    places = {one.id for one in product.places if one.kind != "anchors"}
    for shown in consumer.shows:
        if shown.partition("/")[0] not in places:
            yield Incoherence(consumer.id, tr("shows a place that does not exist"), shown)
    for checked in consumer.checks:
        if checked.partition("/")[0] not in places:
            yield Incoherence(consumer.id, tr("checks a place that does not exist"), checked)
    try:
        read_look(_FILLED.sub("x", consumer.look))
    except Refused as refusal:
        yield Incoherence(consumer.id, refusal.what, consumer.look, refusal.hint)


def _conditions(product: Product) -> Iterator[Incoherence]:
    conditions = [
        *((one.id, one.when) for one in product.places),
        *((one.id, one.when) for one in product.packages),
        *((one.id, one.when) for one in product.scripts),
        *((one.id, one.when) for one in product.steps),
        *((one.id, one.when) for one in product.sets),
        *((one.id, one.when) for one in product.consumers),
        *((_local(one.id), one.when) for one in product.requirements),
        *((one.name, one.when) for one in product.values),
    ]
    for row, condition in conditions:
        for fault in condition_faults(condition):
            yield Incoherence(row, tr("has a condition nobody understands: {fault}", fault=fault))


def _ranges(product: Product) -> Iterator[tuple[str, str]]:
    """Every addressable row's id with the builds it counts for."""
    yield from ((one.id, one.builds) for one in product.places)
    yield from ((one.id, one.builds) for one in product.packages)
    yield from ((one.id, one.builds) for one in product.scripts)
    yield from ((one.id, one.builds) for one in product.steps)
    yield from ((one.id, one.builds) for one in product.sets)
    yield from ((one.id, one.builds) for one in product.consumers)
    yield from ((one.id, one.builds) for one in product.requirements)


def _builds(product: Product) -> Iterator[Incoherence]:
    for row, builds in (*_ranges(product), *((one.name, one.builds) for one in product.values)):
        for build in builds.split(".."):
            if build and build not in product.builds:
                yield Incoherence(_local(row), tr("names a build that is not listed"), build)
    if product.builds and product.default_build not in product.builds:
        yield Incoherence("default_build", tr("is not among the builds"), product.default_build)
