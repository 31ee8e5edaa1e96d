"""The shape of a product file, taken from the values its rows become: whether everything is of the type it must be.

Asked before anything is read, so that its readers may rely on it. What a template may fill can be of any type.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple, get_origin, get_type_hints

from certwright.catalogue.product import (
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
}
_ROWS = "a list of tables, each [[{}]]"
_NAMED = "tables, each [{}.name]"


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
            yield Misfit("product", section, rows, _ROWS.format(section))
            continue
        for row in rows:
            yield from _row(str(row.get("id") or row.get("name") or section), row, shape)


def _table(name: str, rows: object, shape: type) -> Iterator[Misfit]:
    if not (isinstance(rows, dict) and all(isinstance(row, dict) for row in rows.values())):
        yield Misfit("product", name, rows, _NAMED.format(name))
        return
    for key, row in rows.items():
        yield from _row(key, row, shape)
        yield from _table("fields", row.get("fields", {}), Fact)


def _row(name: str, row: Mapping[str, Any], shape: type) -> Iterator[Misfit]:
    expected = _expected(shape)
    for key, value in row.items():
        if key in expected and not _is(expected[key], value):
            yield Misfit(name, key, value, expected[key])


@cache
def _expected(shape: type) -> Mapping[str, str]:
    """Key → what must stand there, for the keys of a row that are not free."""
    hints = {key.rstrip("_"): hint for key, hint in get_type_hints(shape).items()}
    if shape is Fact:
        hints["source"] = hints["sources"]
    told = {key: _told(hint) for key, hint in hints.items() if key != "fields"}
    return {key: kind for key, kind in told.items() if kind}


def _told(hint: Any) -> str:
    if hint is object:
        return ""
    if get_origin(hint) is tuple:
        return "a list of text"
    if get_origin(hint) is Mapping:
        return "a table"
    return {bool: "true or false", int: "a whole number"}.get(hint, "text")


def _is(kind: str, value: object) -> bool:
    match kind:
        case "a list of text":
            return isinstance(value, list) and all(isinstance(one, str) for one in value)
        case "a table":
            return isinstance(value, dict)
        case "true or false":
            return isinstance(value, bool)
        case "a whole number":
            return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)
