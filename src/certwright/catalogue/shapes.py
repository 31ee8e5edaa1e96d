"""The shape of a product file, taken from the values its rows become: whether everything is of the type it must be.

Asked before anything is read, so that its readers may rely on it. What a template may fill can be of any type.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, get_origin, get_type_hints

from certwright.catalogue.product import (
    ConsumerTemplate,
    Fact,
    Layout,
    PackageTemplate,
    PlaceTemplate,
    Product,
    ScriptTemplate,
    SetTemplate,
    StepTemplate,
    Value,
)
from certwright.model import Contradiction, Document, Requirement
from certwright.speech import noted, tr

TABLES: Mapping[str, type] = {"documents": Document, "facts": Fact}
LISTS: Mapping[str, type] = {
    "values": Value,
    "sets": SetTemplate,
    "layouts": Layout,
    "places": PlaceTemplate,
    "packages": PackageTemplate,
    "requirements": Requirement,
    "contradictions": Contradiction,
    "scripts": ScriptTemplate,
    "steps": StepTemplate,
    "consumers": ConsumerTemplate,
}


class Misfit(NamedTuple):
    """A value of the wrong type: the row it stands in ("product" outside of rows), its key, the value, the type."""

    row: str
    key: str
    found: object
    expected: str


def misfits(data: Mapping[str, Any]) -> Iterator[Misfit]:
    """Everything in a product file that is of the wrong type. Keys nobody knows are left to the reader."""
    own = {key: value for key, value in data.items() if key not in TABLES and key not in LISTS}
    yield from _row("product", own, Product)
    for section, shape in TABLES.items():
        yield from _table(section, data.get(section, {}), shape)
    for section, shape in LISTS.items():
        rows = data.get(section, [])
        if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            yield Misfit("product", section, rows, tr("a list of tables, each {example}", example=f"[[{section}]]"))
            continue
        for row in rows:
            yield from _row(str(row.get("id") or row.get("name") or section), row, shape)


def _table(name: str, rows: object, shape: type) -> Iterator[Misfit]:
    if not (isinstance(rows, dict) and all(isinstance(row, dict) for row in rows.values())):
        yield Misfit("product", name, rows, tr("tables, each {example}", example=f"[{name}.name]"))
        return
    for key, row in rows.items():
        yield from _row(key, row, shape)
        yield from _table("fields", row.get("fields", {}), Fact)


def _row(name: str, row: Mapping[str, Any], shape: type) -> Iterator[Misfit]:
    expected = _expected(shape)
    for key, value in row.items():
        if key in expected and not _is(expected[key], value):
            yield Misfit(name, key, value, tr(_WORDS[expected[key]]))


@cache
def _expected(shape: type) -> Mapping[str, type]:
    """Key → the type of what must stand there, for the keys of a row that are not free."""
    hints = {key.rstrip("_"): hint for key, hint in get_type_hints(shape).items()}
    if shape is Fact:
        hints["source"] = hints["sources"]
    return {key: _type(hint) for key, hint in hints.items() if key != "fields" and hint is not object}


def _type(hint: Any) -> type:
    """What the TOML reader makes of it."""
    if get_origin(hint) is tuple:
        return list
    if get_origin(hint) is Mapping:
        return dict
    return hint if hint in (bool, int) else str


_WORDS: Mapping[type, str] = {
    list: noted("a list of text"),
    dict: noted("a table"),
    bool: noted("true or false"),
    int: noted("a whole number"),
    str: noted("text"),
}


def _is(kind: type, value: object) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)
