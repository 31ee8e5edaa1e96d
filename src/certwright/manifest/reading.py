"""What every part of the deployment file is read with: a value fits or becomes a mistake at its line and column."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import cast

from certwright.catalogue.kinds import Unfit, expectation, read_value
from certwright.catalogue.product import Fact
from certwright.errors import Mistake
from certwright.manifest.common import key_of
from certwright.manifest.tree import Spot
from certwright.model import FactValue, KeySpec


class Reading:
    """One pass over one file. `mistakes` collects what does not fit; reading goes on with a default."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []

    def wrong(self, spot: Spot, what: str, *, expected: str = "", hint: str = "", found: str | None = None) -> None:
        """Notes a mistake at a spot; what was found is the spot's value unless said otherwise."""
        shown = spot.plain() if found is None else found
        self.mistakes.append(Mistake(self.source, spot.line, spot.column, what, shown, expected, hint))

    # ── shapes ──

    def mapping(self, spot: Spot, what: str, known: Iterable[str]) -> dict[str, Spot]:
        """The entries of a mapping; unknown keys are mistakes, with the nearest known one as hint."""
        if not isinstance(spot.value, dict):
            self.wrong(spot, f"{what} must be a mapping", expected="key: value lines")
            return {}
        known = list(known)
        for key in spot.value.keys() - set(known):
            near = get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]}?" if near else ""
            self.wrong(spot.keys[key], f"{what} has no key {key}", expected=", ".join(known), hint=hint, found="")
        return {key: value for key, value in spot.value.items() if key in known}

    def items(self, spot: Spot, what: str) -> list[Spot]:
        if not isinstance(spot.value, list):
            self.wrong(spot, f"{what} must be a list", expected="lines that begin with a hyphen")
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
            self.wrong(spot, f"{fact.name} does not fit", expected=unfit.expected, hint=fact.text)
            return None
        return {"path": found} if fact.kind == "file" else found

    def records(self, spot: Spot, fact: Fact) -> FactValue:
        found: list[FactValue] = []
        seen: dict[str, int] = {}
        for item in self.items(spot, fact.name):
            entries = self.mapping(item, f"an entry of {fact.name}", fact.fields)
            row = self.facts(item, entries, fact.fields, f"an entry of {fact.name}")
            name = str(row.get("name", ""))
            if name in seen:
                self.wrong(entries["name"], f"{fact.name} names {name} twice", hint=f"first on line {seen[name]}")
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
                    f"{what} lacks {name}",
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
        self.wrong(entries[key], f"{key} must be text")
        return default

    def number(self, entries: Mapping[str, Spot], key: str, default: int, most: int) -> int:
        if key not in entries:
            return default
        found = entries[key].value
        if isinstance(found, int) and not isinstance(found, bool) and 0 < found <= most:
            return found
        self.wrong(entries[key], f"{key} must be a number", expected=f"1 to {most}")
        return default

    def key(self, entries: Mapping[str, Spot], default: KeySpec | None) -> KeySpec | None:
        if "key" not in entries:
            return default
        found = key_of(str(entries["key"].value))
        if found is None:
            self.wrong(entries["key"], "no such key", expected="rsa-2048, rsa-3072, rsa-4096, ec-256, ec-384 or ec-521")
        return found or default
