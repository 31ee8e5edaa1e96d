"""Kubernetes objects out of text: YAML streams and the JSON of `kubectl get -o json`, bounded.

The text may be hostile: aliases, depth, size and duplicate keys are refused while reading, before anything is built.
"""

import json
import math
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import yaml
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from certwright.errors import Unreadable
from certwright.speech import tr

Object: TypeAlias = Mapping[str, Any]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the former is libyaml, and fifty times as fast

MOST_TEXT = 8 << 20  # bytes; one object is at most 1.5 MiB in etcd
MOST_NODES = 250_000  # of YAML; a Secret has about fifteen, and the dump of a large cluster has many of them
DEEPEST = 64


def read_objects(content: bytes, most: int = MOST_TEXT) -> tuple[Object, ...]:
    """The Kubernetes objects of a YAML stream or a JSON text (`kubectl get -o json`), lists opened into their items.

    Unreadable for anything else: not text, not YAML, an alias, a duplicate key, too deep, too large, no `kind`.
    """
    text = _decode(content, most)
    documents = _from_json(text) if text.lstrip()[:1] in ("{", "[") else _from_yaml(text)
    return tuple(one for document in documents for one in _opened(document))


def read_values(text: str) -> tuple[Any, ...]:
    """The values of a YAML stream that stands as text in an object. Unreadable as above."""
    return tuple(_from_yaml(text))


def _decode(content: bytes, most: int) -> str:
    if len(content) > most:
        raise Unreadable(
            tr("{count} bytes is more than the {most} a file of objects may have", count=len(content), most=most)
        )
    # PowerShell 5 redirects `kubectl get -o yaml > file` into UTF-16.
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(tr("not text, so no Kubernetes objects"), tr("byte {at}", at=error.start)) from None


def _from_json(text: str) -> list[Any]:
    try:
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_constant)
    except RecursionError:
        raise Unreadable(tr("JSON nested deeper than {deepest}", deepest=DEEPEST)) from None
    except ValueError as error:
        if text.lstrip()[:1] != "{":
            raise Unreadable(tr("not JSON: {error}", error=error)) from None
        return list(_from_yaml(text))  # a YAML flow mapping starts like JSON
    _limit(value)
    return value if isinstance(value, list) else [value]


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(tr("a key stands twice in one mapping"))
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(tr("{name} is not JSON (RFC 8259 6)", name=name))


def _limit(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _children(one)]
        if not level:
            return
    raise Unreadable(tr("JSON nested deeper than {deepest}", deepest=DEEPEST))


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _from_yaml(text: str) -> list[Any]:
    try:
        return list(_documents(yaml.parse(text, Loader=_LOADER)))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = tr("line {line}, column {column}", line=mark.line + 1, column=mark.column + 1) if mark else ""
        reason = getattr(error, "problem", None) or tr("unexpected text")
        raise Unreadable(tr("not YAML: {reason}", reason=reason), where) from None
    except ValueError as error:  # what cannot be written as UTF-8
        raise Unreadable(tr("not YAML: {reason}", reason=type(error).__name__)) from None


def _documents(events: Iterable[Any]) -> Iterator[Any]:
    """The values of the documents of an event stream, built without recursion."""
    open_nodes: list[_Node] = []
    value: Any = None
    for count, event in enumerate(events):
        if count > MOST_NODES:
            raise Unreadable(
                tr("more than {most} YAML nodes", most=MOST_NODES), hint=tr("give it as JSON: kubectl get -o json")
            )
        if isinstance(event, AliasEvent):
            raise Unreadable(
                tr("a YAML alias (*{anchor}); Kubernetes objects need none", anchor=event.anchor), _line(event)
            )
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            open_nodes.append(_Node({} if isinstance(event, MappingStartEvent) else [], event))
            if len(open_nodes) > DEEPEST:
                raise Unreadable(tr("YAML nested deeper than {deepest}", deepest=DEEPEST), _line(event))
            continue
        if isinstance(event, DocumentEndEvent):
            if value is not None:
                yield value
            value = None
            continue
        if isinstance(event, ScalarEvent):
            done: Any = _resolve(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            done = open_nodes.pop().value
        else:
            continue
        if open_nodes:
            open_nodes[-1].take(done)
        else:
            value = done


class _Node:
    """A mapping or sequence that is still open; in a mapping, keys and values come in turn."""

    __slots__ = ("event", "has_key", "key", "value")

    def __init__(self, value: Any, event: Any) -> None:
        self.value, self.event, self.key, self.has_key = value, event, "", False

    def take(self, done: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(done)
        elif self.has_key:
            self.value[self.key] = done
            self.has_key = False
        elif isinstance(done, dict | list):
            raise Unreadable(tr("a mapping key that is no text"), _line(self.event))
        else:
            self.key, self.has_key = done if isinstance(done, str) else json.dumps(done), True
            if self.key in self.value:
                raise Unreadable(tr("the key {key!r} stands twice in one mapping", key=self.key), _line(self.event))


_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?\Z")


def _resolve(event: Any) -> Any:
    """A scalar by the core schema (YAML 1.2.2, 10.3); a tag other than a string's is left as text."""
    text = str(event.value)
    if event.style or (event.tag and str(event.tag).endswith("str")):
        return text
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.match(text):
        return int(text)
    if len(text) < 40 and _FLOAT.match(text) and math.isfinite(number := float(text)):
        return number
    return text


def _line(event: Any) -> str:
    return tr("line {line}", line=event.start_mark.line + 1)


def _opened(document: Any) -> Iterator[Object]:
    """An object itself, or the items of a List (the server's typed lists leave `kind` out of their items)."""
    kind = document.get("kind") if isinstance(document, dict) else None
    if not isinstance(kind, str) or not kind:
        raise Unreadable(tr("no Kubernetes object: a mapping with `kind` was expected"))
    items = document.get("items")
    if not (kind.endswith("List") and isinstance(items, list)):
        yield document
        return
    inherited = {"apiVersion": document.get("apiVersion"), "kind": kind[: -len("List")]} if kind != "List" else {}
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("kind", inherited.get("kind")), str):
            raise Unreadable(tr("an item of the {kind} is no Kubernetes object", kind=kind))
        yield {**inherited, **item}


def data_of(found: Object) -> dict[str, bytes]:
    """What an object carries, key by key: `data`, `stringData`, `binaryData`; of a Bundle the sources in line.

    Other kinds carry nothing. Unreadable where Base64 was expected and is not. (API reference, Secret and ConfigMap.)
    """
    if found.get("kind") == "Bundle":
        return _in_line(found)
    coded = {"Secret": ("data",), "ConfigMap": ("binaryData",)}.get(str(found.get("kind")), ())
    plain = {"Secret": ("stringData",), "ConfigMap": ("data",)}.get(str(found.get("kind")), ())
    carried = {key: _decoded(key, value) for part in coded for key, value in _part(found, part)}
    return carried | {key: _encoded(key, value) for part in plain for key, value in _part(found, part)}


def _in_line(bundle: Object) -> dict[str, bytes]:
    spec = bundle.get("spec")
    sources = spec.get("sources") if isinstance(spec, Mapping) else None
    rows = [row for row in sources if isinstance(row, Mapping)] if isinstance(sources, list) else []
    return {f"inLine-{at}": _encoded("inLine", row["inLine"]) for at, row in enumerate(rows) if "inLine" in row}


def _part(found: Object, part: str) -> Iterable[tuple[str, Any]]:
    table = found.get(part) or {}
    if not isinstance(table, Mapping):
        raise Unreadable(tr("a mapping was expected"), part)
    return table.items()


def _decoded(key: str, value: Any) -> bytes:
    try:
        # Go's decoder skips line ends inside Base64, and so do files wrapped by hand.
        return b64decode("".join(_text(key, value).split()), validate=True)
    except ValueError:
        raise Unreadable(tr("not Base64"), key) from None


def _encoded(key: str, value: Any) -> bytes:
    return _text(key, value).encode("utf-8", "surrogatepass")


def _text(key: str, value: Any) -> str:
    """The API server takes no number for Base64 either: 00123456 without quotes would be another one."""
    if value is not None and not isinstance(value, str):
        raise Unreadable(tr("text was expected"), key)
    return value or ""
