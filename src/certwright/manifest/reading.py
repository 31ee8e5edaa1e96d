"""What every part of the deployment file is read with: a value fits or becomes a mistake at its line and column."""

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import cast

from certwright.catalogue.kinds import Unfit, expectation, read_value
from certwright.catalogue.product import Fact
from certwright.errors import Mistake
from certwright.manifest.common import KEYS, key_of
from certwright.manifest.tree import Spot
from certwright.model import FactValue, KeySpec
from certwright.speech import tr
from certwright.terms.word import either


class Reading:
    """One pass over one file. `mistakes` collects what does not fit; reading goes on with a default."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []
        self.stores: Collection[str] = ()  # the tokens that keys can be made in

    def wrong(self, spot: Spot, what: str, *, expected: str = "", hint: str = "", found: str | None = None) -> None:
        """Notes a mistake at a spot; what was found is the spot's value unless said otherwise."""
        shown = spot.plain() if found is None else found
        self.mistakes.append(Mistake(self.source, spot.line, spot.column, what, shown, expected, hint))

    # ── shapes ──

    def mapping(self, spot: Spot, what: str, known: Iterable[str]) -> dict[str, Spot]:
        """The entries of a mapping; unknown keys are mistakes, with the nearest known one as hint."""
        if not isinstance(spot.value, dict):
            self.wrong(spot, tr("{what} must be a mapping", what=what), expected=tr("key: value lines"))
            return {}
        known = list(known)
        for key in spot.value.keys() - set(known):
            near = get_close_matches(key, known, 1)
            hint = tr("did you mean {name}?", name=near[0]) if near else ""
            told = tr("{what} has no key {key}", what=what, key=key)
            self.wrong(spot.keys[key], told, expected=", ".join(known), hint=hint, found="")
        return {key: value for key, value in spot.value.items() if key in known}

    def items(self, spot: Spot, what: str) -> list[Spot]:
        if not isinstance(spot.value, list):
            self.wrong(spot, tr("{what} must be a list", what=what), expected=tr("lines that begin with a hyphen"))
            return []
        return spot.value

    def value(self, spot: Spot, fact: Fact) -> FactValue | None:
        """One fact's value; what does not fit is a mistake and None."""
        if fact.many and fact.kind != "records":
            found = [self.one(item, fact) for item in self.items(spot, fact.name)]
            return tuple(one for one in found if one is not None)
        return self.records(spot, fact) if fact.kind == "records" else self.one(spot, fact)

    def one(self, spot: Spot, fact: Fact) -> FactValue | None:
        try:
            found = read_value(fact, spot.value)
        except Unfit as unfit:
            self.wrong(spot, tr("{key} does not fit", key=fact.name), expected=unfit.expected, hint=fact.text)
            return None
        return {"path": found} if fact.kind == "file" else found

    def records(self, spot: Spot, fact: Fact) -> FactValue:
        found: list[FactValue] = []
        seen: dict[str, int] = {}
        for item in self.items(spot, fact.name):
            what = tr("an entry of {name}", name=fact.name)
            entries = self.mapping(item, what, fact.fields)
            row = self.facts(item, entries, fact.fields, what)
            name = str(row.get("name", ""))
            if name in seen:
                told = tr("{key} names {name} twice", key=fact.name, name=name)
                self.wrong(entries["name"], told, hint=tr("first on line {line}", line=seen[name]))
            elif name and "name" in entries:
                seen[name] = entries["name"].line
            found.append(row)
        return tuple(found)

    def facts(
        self, spot: Spot, entries: Mapping[str, Spot], wanted: Mapping[str, Fact], what: str
    ) -> dict[str, FactValue]:
        """The values of several facts, defaults filled in; a missing required one is a mistake."""
        found: dict[str, FactValue] = {}
        for name, fact in wanted.items():
            value: FactValue | None = None
            if name in entries:
                value = self.value(entries[name], fact)
            elif fact.default is not None:
                value = cast("FactValue", tuple(fact.default) if isinstance(fact.default, list) else fact.default)
            elif fact.required:
                example = f"{name}: {fact.example}" if fact.example is not None and fact.kind != "records" else name
                self.wrong(
                    spot,
                    tr("{what} lacks {key}", what=what, key=name),
                    expected=expectation(fact),
                    hint=f"{example}   # {fact.text}",
                    found="",
                )
            if value is not None:
                found[name] = value
        return found

    # ── scalars every part uses ──

    def text(self, entries: Mapping[str, Spot], key: str, default: str) -> str:
        if key not in entries:
            return default
        found = entries[key].value
        if isinstance(found, str) and found.strip():
            return found
        self.wrong(entries[key], tr("{key} must be text", key=key))
        return default

    def number(self, entries: Mapping[str, Spot], key: str, default: int, most: int) -> int:
        if key not in entries:
            return default
        found = entries[key].value
        if isinstance(found, int) and not isinstance(found, bool) and 0 < found <= most:
            return found
        self.wrong(entries[key], tr("{key} must be a number", key=key), expected=tr("1 to {most}", most=most))
        return default

    def key(self, entries: Mapping[str, Spot], default: KeySpec | None) -> KeySpec | None:
        if "key" not in entries:
            return default
        found = key_of(str(entries["key"].value))
        if found is None:
            self.wrong(entries["key"], tr("no such key"), expected=either(tuple(KEYS)))
        return found or default

    def store(self, entries: Mapping[str, Spot], default: str) -> str:
        """The token that `keys` names; "" for none."""
        if "keys" not in entries:
            return default
        found = self.text(entries, "keys", "")
        if found and found not in self.stores:
            expected = either(tuple(self.stores)) or tr("one described under keys: at the top of the file")
            self.wrong(entries["keys"], tr("no token is called so"), expected=expected)
            return default
        return found
