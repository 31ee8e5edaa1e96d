"""Kubernetes objects into YAML: block style, mapping order as given, no anchors. The same objects give the same bytes.

PEM text becomes a literal block, everything doubtful a double-quoted scalar, so YAML 1.1 and 1.2 readers agree on it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

# Letters first, so never a number; no ": " and no " #" inside, so never anything but a plain scalar.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9+/=._-]*(?::[A-Za-z0-9+/=._-]+)*\Z")
# What YAML 1.1 readers (the Go ones of Kubernetes among them) take for something other than text.
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
_BLOCK = re.compile(r"[!-~][ -~]*\n(?:[ -~]+\n)*\Z")
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def write_objects(objects: Iterable[Mapping[str, Any]]) -> bytes:
    """The objects as one YAML stream, UTF-8. The same objects give the same bytes."""
    return "---\n".join("\n".join(_mapping(one, "")) + "\n" for one in objects).encode("utf-8")


def _mapping(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, one in value.items():
        yield from _entry(f"{indent}{_text(str(key))}:", one, indent)


def _sequence(value: Sequence[Any], indent: str) -> Iterator[str]:
    for one in value:
        if isinstance(one, Mapping) and one:
            first, *rest = _mapping(one, indent + "  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield from _entry(f"{indent}-", one, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield head
        yield from _mapping(value, indent + "  ")
    elif isinstance(value, list | tuple) and value:
        yield head
        yield from _sequence(value, indent + "  ")
    elif isinstance(value, str) and _is_block(value):
        yield f"{head} |"
        yield from (f"{indent}  {line}" for line in value[:-1].split("\n"))
    else:
        yield f"{head} {_scalar(value)}"


def _is_block(text: str) -> bool:
    """Lines of printable ASCII, the last one ended, the first not indented: a literal block (YAML 1.2.2, 8.1.2)."""
    return bool(_BLOCK.match(text))


def _scalar(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)  # a JSON string is a double-quoted YAML scalar (YAML 1.2.2, 1.3)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
