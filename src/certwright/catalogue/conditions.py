"""Conditions, build ranges and templates of the catalogue: data in, plain values out."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from certwright.model import Facts, FactValue
from certwright.speech import tr

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.\-]*(?:\[\d+\])?)\}")
_ALONE = ("%s", "dns:%s", "ip:%s", "uri:%s")  # nothing but one placeholder, which may stand for a list
_MOST_KNOWN = 4096  # templates, and names in them; a catalogue has some hundred


class Unfilled(Exception):  # noqa: N818 - caught where the place is known
    """A template names something the site does not have. `name` is the placeholder."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def look_up(name: str, facts: Facts) -> FactValue | None:
    """The fact of that dotted name, with an optional index ("place.names[0]"); None when there is none."""
    path, at = _steps(name)
    found: object = facts
    for step in path:
        if not isinstance(found, (dict, Mapping)) or step not in found:
            return None
        found = found[step]
    if at is not None:
        found = found[at] if isinstance(found, Sequence) and not isinstance(found, str) and at < len(found) else None
    return found  # type: ignore[return-value]


@lru_cache(maxsize=_MOST_KNOWN)
def _steps(name: str) -> tuple[tuple[str, ...], int | None]:
    path, _, index = name.partition("[")
    return tuple(path.split(".")), int(index.rstrip("]")) if index else None


def holds(condition: Mapping[str, object], facts: Facts) -> bool:
    """Whether every line of a `when` table holds; a fact that is absent matches nothing.

    A literal must be equal (or be in a list fact), a list means any of; `{ not = … }` negates, `{ all = [ … ] }` wants
    every one, `{ matches = "…" }` is a regular expression; `true` also says that a list fact has entries.
    """
    return all(_matches(wanted, look_up(name, facts)) for name, wanted in condition.items())


def _matches(wanted: object, found: FactValue | None) -> bool:
    if isinstance(wanted, Mapping):
        return all(_OPERATORS[name](operand, found) for name, operand in wanted.items())
    if wanted in ("", [], ()):  # `{ fact = { not = [] } }`: something was said
        return found in (None, "", b"", ())
    if isinstance(wanted, list | tuple):
        return any(_matches(one, found) for one in wanted)
    if isinstance(wanted, bool) and not isinstance(found, bool):
        return bool(found) is wanted  # `{ listeners = true }`: the site has some
    if isinstance(found, tuple):
        return wanted in found
    return found == wanted


_OPERATORS: Mapping[str, Callable[[Any, FactValue | None], bool]] = {
    "not": lambda operand, found: not _matches(operand, found),
    "all": lambda operand, found: all(_matches(one, found) for one in operand),
    "matches": lambda operand, found: isinstance(found, str) and re.search(operand, found) is not None,
}


def condition_faults(condition: Mapping[str, object]) -> Iterator[str]:
    """What is wrong with a `when` table: operators nobody knows, operands they cannot take."""
    for wanted in condition.values():
        if isinstance(wanted, Mapping):
            yield from (fault for name, operand in wanted.items() if (fault := _operator_fault(name, operand)))


def _operator_fault(name: str, operand: object) -> str:
    if name not in _OPERATORS:
        return tr("{name} is none of {choices}", name=name, choices=", ".join(_OPERATORS))
    if name == "all" and not isinstance(operand, list | tuple):
        return tr("{name} wants a list", name=name)
    if name == "matches":
        try:
            re.compile(operand if isinstance(operand, str) else "(")
        except re.error as fault:
            return tr("{name} wants a regular expression ({fault})", name=name, fault=fault)
    return ""


def in_builds(wanted: str, build: str, builds: Sequence[str]) -> bool:
    """Whether a build lies in a range such as "2411..2506", "2602..", "..2601" or is the one named. "" is always."""
    if not wanted:
        return True
    first, dots, last = wanted.partition("..")
    if not dots:
        return build == wanted
    at = builds.index(build)
    return (not first or builds.index(first) <= at) and (not last or at <= builds.index(last))


def fill(template: object, facts: Facts) -> FactValue:
    """A template with its placeholders filled. One that is nothing but a placeholder becomes the raw value.

    Lists and tables are filled item by item; a placeholder that stands for a list is spliced into a list around it.
    Raises Unfilled.
    """
    if isinstance(template, str):
        return _fill_text(template, facts)
    if isinstance(template, (list, tuple)):
        items: list[FactValue] = []
        for one in template:
            filled = fill(one, facts)
            spliced = isinstance(filled, tuple) and isinstance(one, str)
            items.extend(filled if spliced else (filled,))  # type: ignore[arg-type]
        return tuple(items)
    if isinstance(template, Mapping):
        return {name: fill(one, facts) for name, one in template.items()}
    return template  # type: ignore[return-value]


def _fill_text(template: str, facts: Facts) -> FactValue:
    form, names = _pieces(template)
    if not names:
        return template
    if len(names) == 1 and form in _ALONE:
        found = _known(names[0], facts)
        if form == "%s":
            return found
        if isinstance(found, tuple):  # one template, a list of names: "dns:{item.names}"
            return tuple([form % words(one) for one in found])
        return form % words(found)
    return form % tuple([words(_known(one, facts)) for one in names])


@lru_cache(maxsize=_MOST_KNOWN)
def _pieces(template: str) -> tuple[str, tuple[str, ...]]:
    """A template as a form to be filled by `%`, with the names of what goes into it."""
    pieces = _PLACEHOLDER.split(template)
    return "%s".join(piece.replace("%", "%%") for piece in pieces[::2]), tuple(pieces[1::2])


def _known(name: str, facts: Facts) -> FactValue:
    found = look_up(name, facts)
    if found is None:
        raise Unfilled(name)
    return found


def words(value: FactValue) -> str:
    """A fact as text: a list with commas between; a mapping and a file's bytes have no text."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ",".join(map(words, value))
    if isinstance(value, Mapping) or isinstance(value, bytes):  # noqa: SIM101 - mypy narrows only the long form
        return ""
    return str(value)


def placeholders(template: object) -> set[str]:
    """Every name a template refers to, without indices."""
    if isinstance(template, str):
        return {name.partition("[")[0] for name in _PLACEHOLDER.findall(template)}
    if isinstance(template, Mapping):
        template = list(template.values())
    if isinstance(template, list | tuple):
        return set().union(*map(placeholders, template))
    return set()
