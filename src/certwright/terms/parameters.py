"""Parameters of terms: read from the dataclass that is the term, so that code, loader and reference page agree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import date, datetime
from inspect import getdoc
from typing import Any, get_args, get_type_hints

from certwright.errors import Refused
from certwright.speech import noted, tr
from certwright.value import value


@value
class Parameter:
    """One thing a term may be told. `default` is None when it must be given.

    `kind` is for reading ("list of text"), and so is `doc`: both are English, said by `tr`.
    """

    name: str
    kind: str
    default: object
    required: bool
    doc: str
    type: Any


_KINDS: Mapping[Any, str] = {
    str: noted("text"),
    int: noted("whole number"),
    bool: noted("true or false"),
    tuple[str, ...]: noted("list of text"),
    tuple[int, ...]: noted("list of whole numbers"),
    date | None: noted("date"),
    int | None: noted("whole number"),
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


def sentences(word: type) -> Iterator[str]:
    """What `explain` says of a term, in English: what it demands, and what its parameters are."""
    yield demanded(word)
    yield from (parameter.doc for parameter in parameters(word))


def demanded(word: type) -> str:
    """What a term demands, in English: its docstring in one line, which `explain` says with `tr`."""
    return " ".join((getdoc(word) or "").split())


def fitted(term_id: str, known: Sequence[Parameter], values: Mapping[str, object]) -> dict[str, object]:
    """Values as the term's fields want them: tuples for lists, dates for ISO text. Refused as `bind` says."""
    names = [parameter.name for parameter in known]
    if strays := sorted(set(values) - set(names)):
        told = tr("its parameters are {names}", names=", ".join(names)) if names else tr("it has none")
        what = tr("{term}: nobody knows the parameter {names}", term=term_id, names=", ".join(strays))
        raise Refused(what, told)
    if absent := [p for p in known if p.required and p.name not in values]:
        wanted = ", ".join(f"{p.name} ({tr(p.kind)}: {tr(p.doc)})" for p in absent)
        hint = tr("write {name} = … beside the term", name=absent[0].name)
        raise Refused(tr("{term}: {names} is missing", term=term_id, names=wanted), hint)
    return {p.name: _fit(term_id, p, values[p.name]) for p in known if p.name in values}


def _fit(term_id: str, parameter: Parameter, value: object) -> object:
    fitting = _FITS[parameter.type](value)
    if fitting is MISSING:
        shown = value if isinstance(value, str | int | bool | date | list | tuple) else type(value).__name__
        what = tr(
            "{term}: {name} must be a {kind}, got {found!r}",
            term=term_id, name=parameter.name, kind=tr(parameter.kind), found=shown,
        )  # fmt: skip
        raise Refused(what, tr(parameter.doc))
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
