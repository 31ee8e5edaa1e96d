"""TOML text → Product. Every mistake of the file at once, each with its line; nothing is guessed."""

import dataclasses
import re
import textwrap
import tomllib
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, get_args

from certwright.catalogue.coherence import incoherences
from certwright.catalogue.kinds import KINDS, PLURALS
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
from certwright.catalogue.shapes import LISTS, TABLES, Misfit, misfits
from certwright.catalogue.spoken import in_language
from certwright.errors import Mistake, Mistakes
from certwright.model import Contradiction, Document, PlaceKind, Requirement, Severity
from certwright.speech import tr
from certwright.terms import VOCABULARY
from certwright.terms.word import either

Row = Mapping[str, Any]
T = TypeVar("T")

MOST_CHARACTERS = 1_000_000
MOST_MISTAKES = 100

_LONG_KEY = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){32}")
_HEAD = ("id", "title", "summary", "target", "builds", "default_build", "lifetime_days", "renew_days")
# Keys every site may carry; a product's facts must not take their names.
RESERVED = frozenset(
    (
        "name",
        "product",
        "build",
        "issuer",
        "issuer_kind",
        "rotated",
        "layouts",
        "target",
        "certificates",
        "consumers",
        "key",
        "days",
        "place",
        "item",
    )
)


def read_product(text: str, source: str) -> Product:
    """The product a TOML text describes. Raises Mistakes with every mistake found, up to MOST_MISTAKES."""
    data = _tables(text, source)
    if wrong := [_misplaced(one, text, source) for one in islice(misfits(data), MOST_MISTAKES)]:
        raise Mistakes(sorted(wrong, key=lambda m: m.line))
    return _Reading(in_language(data), text, source).product()


def _tables(text: str, source: str) -> dict[str, Any]:
    """The TOML itself. What would cost the standard reader quadratic time, or all of the stack, is refused first."""
    if len(text) > MOST_CHARACTERS:
        most = tr("at most {count} characters", count=MOST_CHARACTERS)
        raise Mistakes([Mistake(source, 0, 0, tr("the file is too large"), expected=most)])
    if found := _LONG_KEY.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Mistakes([Mistake(source, line, 1, tr("a key of more than 32 parts"))])
    try:
        return tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, or a number with more digits than Python converts
        line = int(at[1]) if (at := re.search(r"line (\d+)", str(error))) else 0
        raise Mistakes([Mistake(source, line, 1, tr("not TOML"), found=str(error), expected="TOML 1.0")]) from None
    except RecursionError:
        deep = tr("lists or tables nested too deep")
        raise Mistakes([Mistake(source, 0, 0, tr("not TOML"), found=deep)]) from None


def _misplaced(one: Misfit, text: str, source: str) -> Mistake:
    what = tr("{row}: {key} is of the wrong type", row=one.row, key=one.key)
    found = textwrap.shorten(repr(one.found), 60)
    return Mistake(source, _line(text, one.row), 1, what, found, one.expected)


def _line(text: str, row_id: str) -> int:
    """The line on which a row of that id or name begins to speak of itself; 0 when there is none."""
    pattern = rf'^[ \t]*(?:id|name)\s*=\s*"{re.escape(row_id)}"|^\[(?:\w+\.)+{re.escape(row_id)}\]'
    found = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 + found[0].count("\n") if found else 0


class _Reading:
    """One pass over one file: rows become values, and what does not fit becomes a mistake."""

    def __init__(self, data: Row, text: str, source: str) -> None:
        self.data, self.text, self.source = data, text, source
        self.mistakes: list[Mistake] = []
        self.id = str(data.get("id", ""))
        self.documents = {
            key: Document(key, row.get("title", key), row.get("address", ""), row.get("dated", ""))
            for key, row in data.get("documents", {}).items()
        }
        self.contradictions = tuple(self._contradictions())

    def wrong(self, row_id: str, what: str, **details: str) -> None:
        """Notes a mistake at the line where that row's id stands."""
        self.mistakes.append(Mistake(self.source, _line(self.text, row_id), 1, f"{row_id}: {what}", **details))
        if len(self.mistakes) == MOST_MISTAKES:
            raise Mistakes(sorted(self.mistakes, key=lambda m: m.line))

    def product(self) -> Product:
        known = {*_HEAD, *TABLES, *LISTS}
        for key in self.data.keys() - known:
            self.wrong(key, tr("unknown section"), expected=", ".join(sorted(known)))
        if not self.id:
            self.wrong(
                "product",
                tr("{name} is missing", name="id"),
                expected='id = "a-name-of-lower-case-letters-and-hyphens"',
            )
        defaults = {
            "id": "",
            "target": "",
            "default_build": "",
            "lifetime_days": 397,
            "renew_days": 0,
            "summary": "",
            "title": self.id,
        }
        head: dict[str, Any] = defaults | {key: self.data[key] for key in _HEAD if key in self.data}
        head["builds"] = tuple(head.get("builds", ()))
        product = Product(
            **head,
            documents=self.documents,
            facts={name: self._fact(name, row) for name, row in self.data.get("facts", {}).items()},
            values=self._rows("values", Value),
            sets=self._rows("sets", SetTemplate),
            layouts=self._rows("layouts", Layout),
            places=tuple(self._place(row) for row in self.data.get("places", ())),
            packages=self._rows("packages", PackageTemplate),
            requirements=tuple(self._requirement(row) for row in self.data.get("requirements", ())),
            contradictions=self.contradictions,
            scripts=self._rows("scripts", ScriptTemplate),
            steps=self._rows("steps", StepTemplate),
            consumers=self._rows("consumers", ConsumerTemplate),
            source=self.source,
        )
        for found in incoherences(product):
            self.wrong(found.row, found.what, found=found.found, expected=found.expected)
        if self.mistakes:
            raise Mistakes(sorted(self.mistakes, key=lambda m: m.line))
        return product

    def _contradictions(self) -> Sequence[Contradiction]:
        found = []
        for row in self.data.get("contradictions", ()):
            shaped = {**row, "touches": tuple(row.get("touches", ()))}
            made = self._make(Contradiction, shaped, shaped.get("id", "?"))
            found += [made] if made else []
        return found

    def _touching(self, row_id: str) -> tuple[Contradiction, ...]:
        return tuple(c for c in self.contradictions if row_id in c.touches)

    def _cited(self, row_id: str, keys: Sequence[str]) -> tuple[Document, ...]:
        for key in keys:
            if key not in self.documents:
                hint = tr("add {section}", section=f"[documents.{key}]")
                self.wrong(row_id, tr("cites a document that is not listed"), found=key, hint=hint)
        return tuple(self.documents[key] for key in keys if key in self.documents)

    def _make(self, shape: Callable[..., T], row: Row, row_id: str) -> T | None:
        fields = {field.name: field for field in dataclasses.fields(shape)}  # type: ignore[arg-type]
        for key in row.keys() - fields.keys():
            self.wrong(row_id, tr("unknown key {key}", key=key), expected=", ".join(sorted(fields)))
        required = [
            name
            for name, field in fields.items()
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        ]
        missing = [name for name in required if name not in row]
        for name in missing:
            self.wrong(row_id, tr("{name} is missing", name=name))
        return None if missing else shape(**{key: value for key, value in row.items() if key in fields})

    def _rows(self, section: str, shape: Callable[..., T]) -> tuple[T, ...]:
        names = {field.name for field in dataclasses.fields(shape)}  # type: ignore[arg-type]
        made = []
        for row in self.data.get(section, ()):
            row_id = row.get("id") or row.get("name") or section
            whole = dict(row)
            if "sources" in names:
                whole["sources"] = self._cited(row_id, row.get("sources", ()))
            if "contradictions" in names:
                whole["contradictions"] = self._touching(row_id)
            for key in ("applies", "members", "shows", "checks"):
                if key in whole:
                    whole[key] = tuple(whole[key])
            made.append(self._make(shape, whole, row_id))
        return tuple(one for one in made if one is not None)

    def _fact(self, name: str, row: Row) -> Fact:
        if name in RESERVED:
            self.wrong(name, tr("every site has a key of that name"), expected=tr("another name for the fact"))
        kind = row.get("kind", "text")
        many = row.get("many", kind in PLURALS or kind == "records")
        kind = PLURALS.get(kind, kind)
        if kind not in KINDS:
            self.wrong(name, tr("unknown kind of fact"), found=kind, expected=", ".join(KINDS))
        try:
            re.compile(row.get("pattern", ""))
        except re.error as reason:
            self.wrong(name, tr("pattern is no regular expression: {reason}", reason=reason), found=row["pattern"])
        allowed = {field.name for field in dataclasses.fields(Fact)} | {"source"}
        for key in row.keys() - allowed:
            self.wrong(name, tr("unknown key {key}", key=key), expected=", ".join(sorted(allowed)))
        return Fact(
            name=name,
            kind=kind,
            many=many,
            text=row.get("text", ""),
            example=row.get("example"),
            required=row.get("required", False),
            default=row.get("default"),
            choices=tuple(row.get("choices", ())),
            pattern=row.get("pattern", ""),
            fields={column: self._fact_column(column, shape) for column, shape in row.get("fields", {}).items()},
            sources=self._cited(name, row.get("source", row.get("sources", ()))),
            contradictions=self._touching(name),
            when=row.get("when", {}),
        )

    def _fact_column(self, name: str, row: Row) -> Fact:
        return dataclasses.replace(self._fact(f"{name}_", row), name=name)

    def _place(self, row: Row) -> PlaceTemplate:
        names = {field.name for field in dataclasses.fields(PlaceTemplate)}
        row_id = row.get("id", "places")
        for key in ("id", "set", "title"):
            if key not in row:
                self.wrong(row_id, tr("{name} is missing", name=key))
        kind = row.get("kind", "identity")
        if kind not in get_args(PlaceKind):
            self.wrong(row_id, tr("unknown kind of place"), found=kind, expected=", ".join(get_args(PlaceKind)))
        whole = {key: value for key, value in row.items() if key in names}
        whole |= {
            "id": row_id,
            "set": row.get("set", ""),
            "title": row.get("title", row_id),
            "groups": tuple(row.get("groups", ())),
            "notes": tuple(row.get("notes", ())),
            "sources": self._cited(row_id, row.get("sources", ())),
            "contradictions": self._touching(row_id),
            "extra": {key: value for key, value in row.items() if key not in names},
        }
        return PlaceTemplate(**whole)

    def _requirement(self, row: Row) -> Requirement:
        row_id = row.get("id", "requirements")
        known = {field.name for field in dataclasses.fields(Requirement)} - {"with_", "contradictions"} | {"with"}
        for key in row.keys() - known:
            self.wrong(row_id, tr("unknown key {key}", key=key), expected=", ".join(sorted(known)))
        for key in ("id", "term", "text", "why", "fix", "sources"):
            if not row.get(key):
                self.wrong(row_id, tr("{name} is missing", name=key))
        term = row.get("term", "")
        if term not in VOCABULARY:
            expected = tr("one of the vocabulary: certwright explain terms")
            self.wrong(row_id, tr("unknown term"), found=term, expected=expected)
        severity = row.get("severity", "error")
        if severity not in [str(one) for one in Severity]:
            choices = either([str(one) for one in Severity])
            self.wrong(row_id, tr("unknown severity"), found=severity, expected=choices)
            severity = "error"
        return Requirement(
            id=f"{self.id}.{row_id}",
            term=term,
            with_=row.get("with", {}),
            severity=Severity(severity),
            text=row.get("text", ""),
            why=row.get("why", ""),
            fix=row.get("fix", ""),
            sources=self._cited(row_id, row.get("sources", ())),
            contradictions=self._touching(row_id),
            applies=tuple(row.get("applies", ("*",))),
            when=row.get("when", {}),
            builds=row.get("builds", ""),
            aliases=tuple(row.get("aliases", ())),
            skipped_after=tuple(f"{self.id}.{one}" for one in row.get("skipped_after", ())),
        )
