"""JSON as programs want it: a format name with a version, sorted keys, ISO dates in UTC, no secrets."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from certwright.model import Contradiction, Document, FactValue
from certwright.report.layout import visible

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"

# The shapes promised in docs/schemas. A field may be added within a version; none changes its meaning or goes away.
FORMATS = {
    "plan": 1,
    "report": 1,
    "status": 1,
    "explanation": 1,
    "inspection": 1,
    "difference": 1,
    "repair": 1,
    "notice": 1,
    "changes": 1,
    "emergency": 1,
    "rotation": 1,
    "cluster-diff": 1,
    "vault": 1,
    "orphans": 1,
}


def envelope(kind: str, content: Mapping[str, Json]) -> dict[str, Json]:
    """The content with its format name, such as `"certwright": "plan/1"`."""
    return {"certwright": f"{kind}/{FORMATS[kind]}", **content}


def json_text(document: Mapping[str, object]) -> str:
    """The document as indented JSON, keys sorted, one final line break.

    Characters that would act on a terminal, or fool a reader, are written as JSON's escapes: the document is the same.
    """
    return "".join(json_parts(document))


def json_parts(document: Mapping[str, object]) -> Iterator[str]:
    """The same piece by piece: iterators are written as lists, which are never there as a whole.

    They may be values of the document, and of what such an iterator gives.
    """
    for text in _pieces(document, ""):
        yield "".join(map(_written, text)) if visible(text, keep="\n") != text else text
    yield "\n"


def _pieces(value: object, margin: str) -> Iterator[str]:
    inner = f"{margin}  "
    if isinstance(value, Iterator):
        lead = "[\n"
        for one in value:
            yield lead + inner
            yield from _pieces(one, inner)
            lead = ",\n"
        yield f"\n{margin}]" if lead == ",\n" else "[]"
    elif isinstance(value, Mapping) and any(isinstance(one, Iterator) for one in value.values()):
        lead = "{\n"
        for key in sorted(value):
            yield f"{lead}{inner}{json.dumps(key, ensure_ascii=False)}: "
            yield from _pieces(value[key], inner)
            lead = ",\n"
        yield f"\n{margin}}}"
    else:
        yield json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).replace("\n", f"\n{margin}")


def _written(char: str) -> str:
    return char if visible(char, keep="\n") == char else json.dumps(char)[1:-1] if char != "\x7f" else "\\u007f"


def moment(when: datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def days(span: timedelta) -> int:
    """Whole days."""
    return span // timedelta(days=1)


def plain(value: FactValue | object) -> Json:
    """A fact or parameter as JSON. Bytes (certificates) are told by their length, everything odd by its text."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(str(entry) for entry in value)
    if isinstance(value, Sequence):
        return [plain(entry) for entry in value]
    return str(value)


def citation(document: Document) -> dict[str, Json]:
    """A source: key, title, date, address."""
    return {"key": document.key, "title": document.title, "dated": document.dated, "address": document.address}


def disagreement(contradiction: Contradiction) -> dict[str, Json]:
    """A contradiction between documents, with the reading that is followed."""
    return {
        "id": contradiction.id,
        "issue": contradiction.issue,
        "newest": contradiction.newest,
        "quote": contradiction.quote,
        "reading": contradiction.reading,
    }
