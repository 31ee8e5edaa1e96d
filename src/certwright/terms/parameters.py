"""Parameters of terms: read from the dataclass that is the term, so that code, loader and reference page agree."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any, get_args, get_type_hints

from certwright.errors import Refused
from certwright.value import value


@value
class Parameter:
    """One thing a term may be told. `kind` is for reading ("list of text"); `default` is None when it must be given."""

    name: str
    kind: str
    default: object
    required: bool
    doc: str
    type: Any


_KINDS: Mapping[Any, str] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    tuple[str, ...]: "list of text",
    tuple[int, ...]: "list of whole numbers",
    date | None: "date",
    int | None: "whole number",
}


def parameters(word: type) -> tuple[Parameter, ...]:
    """The parameters of a term, in the order in which it declares them."""
    hints = get_type_hints(word, include_extras=True)
    found = []
    for field in fields(word):
        type_, doc = get_args(hints[field.name])
        required = field.default is MISSING
        default = None if required else field.default
        found.append(Parameter(field.name, _KINDS[type_], default, required, doc, type_))
    return tuple(found)


def fitted(term_id: str, known: Sequence[Parameter], values: Mapping[str, object]) -> dict[str, object]:
    """Values as the term's fields want them: tuples for lists, dates for ISO text. Refused as `bind` says."""
    names = [parameter.name for parameter in known]
    if strays := sorted(set(values) - set(names)):
        told = f"its parameters are {', '.join(names)}" if names else "it has none"
        raise Refused(f"{term_id}: nobody knows the parameter {', '.join(strays)}", told)
    if absent := [p for p in known if p.required and p.name not in values]:
        wanted = ", ".join(f"{p.name} ({p.kind}: {p.doc})" for p in absent)
        raise Refused(f"{term_id}: {wanted} is missing", f"write {absent[0].name} = … beside the term")
    return {p.name: _fit(term_id, p, values[p.name]) for p in known if p.name in values}


def _fit(term_id: str, parameter: Parameter, value: object) -> object:
    fitting = _FITS[parameter.type](value)
    if fitting is MISSING:
        shown = value if isinstance(value, str | int | bool | date | list | tuple) else type(value).__name__
        raise Refused(f"{term_id}: {parameter.name} must be a {parameter.kind}, got {shown!r}", parameter.doc)
    return fitting


def _text(value: object) -> object:
    return value if isinstance(value, str) else MISSING


def _number(value: object) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) else MISSING


def _truth(value: object) -> object:
    return value if isinstance(value, bool) else MISSING


def _day(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return MISSING
    return value if isinstance(value, date) and not isinstance(value, datetime) else MISSING


def _list(item: Callable[[object], object]) -> Callable[[object], object]:
    def fit(value: object) -> object:
        if not isinstance(value, list | tuple):
            return MISSING
        items = tuple(map(item, value))
        return MISSING if MISSING in items else items

    return fit


def _maybe(item: Callable[[object], object]) -> Callable[[object], object]:
    return lambda value: None if value is None else item(value)


_FITS: Mapping[Any, Callable[[object], object]] = {
    str: _text,
    int: _number,
    bool: _truth,
    tuple[str, ...]: _list(_text),
    tuple[int, ...]: _list(_number),
    date | None: _maybe(_day),
    int | None: _maybe(_number),
}
