"""Templates filled for one site: the one place where facts meet the catalogue's rows."""

from collections.abc import Iterable, Mapping
from typing import Protocol, cast

from certwright.catalogue.conditions import Unfilled, fill, holds, in_builds, placeholders, words
from certwright.catalogue.product import Condition, Product
from certwright.errors import Conflict, Refused
from certwright.model import Demand, Facts, FactValue, Requirement
from certwright.speech import tr
from certwright.terms import bind

Bound = tuple[Demand, ...]
OF_PLACES = ("item", "place")  # the facts that a place adds to those of its site


class Row(Protocol):
    """A row of the catalogue that counts only sometimes."""

    @property
    def builds(self) -> str: ...
    @property
    def when(self) -> Condition: ...


class Filling:
    """A site's facts, those given and those derived, and what could not be filled: `conflicts`."""

    def __init__(self, facts: Facts, product: Product, bound: dict[str, Bound] | None = None) -> None:
        """`bound` is shared by all sites of that product: requirements without templates are bound once."""
        self.product = product
        self.site = str(facts["name"])
        self.build = str(facts.get("build", ""))
        self.conflicts: list[Conflict] = []
        self.facts = self._derived(facts)
        self._constant = {} if bound is None else bound
        self._varying: set[str] = set()
        self._settled: dict[str, tuple[Demand, ...] | None] = {}

    def applies(self, row: Row, facts: Facts) -> bool:
        """Whether a row of the catalogue counts here: its build range and its condition."""
        here = not row.builds or in_builds(row.builds, self.build, self.product.builds)
        return here and (not row.when or holds(row.when, facts))

    def _derived(self, facts: Facts) -> Facts:
        found = dict(facts)
        for value in self.product.values:
            if value.name not in found and self.applies(value, found):
                found[value.name] = self.filled(value.value, found, value.name) or ""
        return found

    def filled(self, template: object, facts: Facts, at: str) -> FactValue | None:
        try:
            return fill(template, facts)
        except Unfilled as unfilled:
            what = tr("nothing says {name}", name=unfilled.name)
            hint = tr("add {name}: to the site", name=unfilled.name)
            self.conflict(at, f"{self.product.id}.{at}", what, hint=hint)
            return None

    def words(self, template: object, facts: Facts, at: str) -> str:
        """A template that becomes text; what cannot be filled is a conflict and empty."""
        filled = self.filled(template, facts, at)
        return "" if filled is None else words(filled)

    def conflict(self, at: str, code: str, what: str, **details: str) -> None:
        self.conflicts.append(Conflict(f"{self.site}/{at}", code, what, **details))

    def settled(self, requirement: Requirement) -> tuple[Demand, ...] | None:
        """What it is at every place of the site: a demand, or nothing. None when that is for the place to say."""
        if requirement.id not in self._settled:
            self._settled[requirement.id] = self._everywhere(requirement)
        return self._settled[requirement.id]

    def _everywhere(self, requirement: Requirement) -> tuple[Demand, ...] | None:
        if any(name.partition(".")[0] in OF_PLACES for name in (*requirement.when, *placeholders(requirement.with_))):
            return None
        before = len(self.conflicts)
        found = self.demand(requirement, "", self.facts) if self.applies(requirement, self.facts) else ()
        if len(self.conflicts) == before:
            return found
        del self.conflicts[before:]  # each place tells its own
        return None

    def demand(self, requirement: Requirement, address: str, facts: Facts) -> tuple[Demand, ...]:
        """A requirement bound to a place or set; what cannot be bound is a conflict, and nothing."""
        return self._constant.get(requirement.id) or self._bound(requirement, address.partition("/")[2], facts)

    def _bound(self, requirement: Requirement, at: str, facts: Facts) -> tuple[Demand, ...]:
        with_ = self.filled(dict(requirement.with_), facts, at)
        if with_ is None:
            return ()
        try:
            term = bind(requirement.term, cast("Mapping[str, object]", with_))
        except Refused as refusal:
            self.conflict(at, requirement.id, str(refusal))
            return ()
        found = (Demand(requirement, term),)
        if requirement.id not in self._varying:
            if placeholders(requirement.with_):
                self._varying.add(requirement.id)
            else:
                self._constant[requirement.id] = found
        return found


def concerns(applies: Iterable[str], names: Iterable[str]) -> bool:
    """Whether a row that applies to groups, ids or "*" concerns something of those names."""
    return not {*applies}.isdisjoint({"*", *names})
