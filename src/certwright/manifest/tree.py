"""YAML text → a tree in which every value knows its line and column.

YAML 1.2: `no` is text; duplicate keys are refused. libyaml finds the values, and what they are is told here.
"""

import re
from collections.abc import Iterator
from datetime import date

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from certwright.errors import Mistake, Mistakes
from certwright.speech import tr
from certwright.value import field, value

MOST_CHARACTERS = 10_000_000
MOST_VALUES = 250_000  # some 75 MB; aliases may repeat a part of the file, and what that unfolds into counts
DEEPEST = 40

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the former is libyaml, and fifty times as fast

# The core schema (YAML 1.2.2, 10.3.2) as deployment files use it: with dates, without hexadecimal and octal numbers.
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"0|[1-9][0-9]{0,17}")  # 0123 and 1_000 are house numbers to whoever edits this file
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp"))


@value
class Spot:
    """A value of the file and where it stands, counted from 1. Mappings and lists hold Spots."""

    value: "str | int | bool | date | dict[str, Spot] | list[Spot] | None"
    line: int
    column: int
    keys: "dict[str, Spot]" = field(default_factory=dict)

    def plain(self) -> str:
        """The value as the file shows it, shortened, for error messages."""
        if isinstance(self.value, dict):
            return tr("a mapping")
        if isinstance(self.value, list):
            return tr("a list")
        text = tr("nothing") if self.value is None else str(self.value)
        text = text.lower() if isinstance(self.value, bool) else text
        return text if len(text) <= 80 else text[:77] + "…"


def read_tree(text: str, source: str) -> Spot:
    """The tree of a YAML text. Raises Mistakes: not YAML, several documents, duplicate keys, keys that are not text."""
    if len(text) > MOST_CHARACTERS:
        most = tr("at most {count} characters", count=MOST_CHARACTERS)
        raise Mistakes([Mistake(source, 0, 0, tr("the file is too large"), expected=most)])
    growing = _Growing(source, text)
    try:
        tree = growing.tree()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        told = tr("not YAML: {problem}", problem=error.problem or error.context)
        raise Mistakes([Mistake(source, line, column, told)]) from None
    except (YAMLError, ValueError) as error:
        told = tr("not YAML: {problem}", problem=getattr(error, "reason", "") or type(error).__name__)
        raise Mistakes([Mistake(source, 0, 0, told)]) from None
    if tree is None:
        hint = tr("certwright init azure-local prints one to start from")
        raise Mistakes([Mistake(source, 0, 0, tr("the file is empty"), hint=hint)])
    if growing.mistakes:
        raise Mistakes(growing.mistakes)
    return tree


@value
class _Anchored:
    """What an anchor names: how many values it unfolds into, and how deep they lie."""

    spot: Spot
    values: int
    height: int


class _Growing:
    """One text, read to its end once."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []
        self._events: Iterator[Event] = yaml.parse(text, Loader=_LOADER)
        self._anchored: dict[str, _Anchored] = {}
        self._values = 0

    def tree(self) -> Spot | None:
        """The one document of the text, or None. Raises YAMLError, and Mistakes after which nothing can be read."""
        found = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if found is not None:
                    raise self._end(event, tr("a second document begins; a deployment is one"))
                found = self._spot(next(self._events), 0)
        return found

    def _spot(self, event: Event, depth: int) -> Spot:
        line, column = _place(event)
        if isinstance(event, AliasEvent):
            return self._repeated(event, depth)
        self._count(event, 1, depth)
        before = self._values
        match event:
            case MappingStartEvent():
                keys: dict[str, Spot] = {}
                found = Spot(dict(self._entries(keys, depth)), line, column, keys)
            case SequenceStartEvent():
                found = Spot(list(self._items(depth)), line, column)
            case ScalarEvent():
                found = Spot(self._scalar(event, line, column), line, column)
            case _:
                raise AssertionError("a YAML node is a mapping, a sequence, a scalar or an alias")
        if event.anchor:
            self._anchored[event.anchor] = _Anchored(found, self._values - before + 1, _height(found))
        return found

    def _repeated(self, event: AliasEvent, depth: int) -> Spot:
        anchored = self._anchored.get(str(event.anchor))
        if anchored is None:
            raise self._end(event, tr("*{name} stands for nothing that ends before it", name=event.anchor))
        self._count(event, anchored.values, depth + anchored.height)
        return anchored.spot

    def _count(self, event: Event, values: int, depth: int) -> None:
        self._values += values
        if self._values > MOST_VALUES or depth > DEEPEST:
            expected = tr("at most {most}, and {deepest} levels", most=f"{MOST_VALUES:,}", deepest=DEEPEST)
            hint = tr("split it into several deployment files")
            raise self._end(event, tr("the file unfolds into too many values"), expected, hint)

    def _items(self, depth: int) -> Iterator[Spot]:
        while not isinstance(event := next(self._events), SequenceEndEvent):
            yield self._spot(event, depth + 1)

    def _entries(self, keys: dict[str, Spot], depth: int) -> Iterator[tuple[str, Spot]]:
        while not isinstance(event := next(self._events), MappingEndEvent):
            line, column = _place(event)
            key = event.value if isinstance(event, ScalarEvent) else None
            if key is None:
                self.mistakes.append(Mistake(self.source, line, column, tr("a key must be a word")))
                self._spot(event, depth + 1)
                self._spot(next(self._events), depth + 1)
                continue
            if key in keys:
                told = tr("{key} stands twice", key=key)
                hint = tr("it is already set on line {line}", line=keys[key].line)
                self.mistakes.append(Mistake(self.source, line, column, told, hint=hint))
            keys[key] = Spot(key, line, column)
            yield key, self._spot(next(self._events), depth + 1)

    def _scalar(self, event: ScalarEvent, line: int, column: int) -> "str | int | bool | date | None":
        """What stands there. Versions such as 1.10 stay text: they must not lose their last digit."""
        text = str(event.value)
        if event.tag is not None and event.tag not in _TAGS:
            told = tr("a YAML tag that a deployment file does not use")
            self.mistakes.append(Mistake(self.source, line, column, told, found=str(event.tag)))
            return None
        return text if event.style or (event.tag or "").endswith(":str") else _plain(text)

    def _end(self, event: Event, told: str, expected: str = "", hint: str = "") -> Mistakes:
        return Mistakes([Mistake(self.source, *_place(event), told, expected=expected, hint=hint)])


def _place(event: Event) -> tuple[int, int]:
    assert event.start_mark is not None, "both readers mark every event"
    return event.start_mark.line + 1, event.start_mark.column + 1


def _plain(text: str) -> "str | int | bool | date | None":
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def _height(spot: Spot) -> int:
    """How many levels lie below: an alias must not hide them."""
    level, height = [spot], 0
    while level := [one for above in level for one in _below(above)]:
        height += 1
    return height


def _below(spot: Spot) -> list[Spot]:
    if isinstance(spot.value, dict):
        return list(spot.value.values())
    return spot.value if isinstance(spot.value, list) else []
