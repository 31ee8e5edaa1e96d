"""One site and its product's templates → places, sets and scripts, every template filled."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from typing import Any, cast

from certwright.catalogue.conditions import Unfilled, fill, holds, in_builds, look_up, words
from certwright.catalogue.load import script_template
from certwright.catalogue.product import PlaceTemplate, Product, ScriptTemplate, SetTemplate, Target
from certwright.errors import Conflict, Refused
from certwright.manifest.read import Wish
from certwright.model import (
    CertificateSet,
    Demand,
    Draft,
    Facts,
    FactValue,
    GeneralName,
    IssuerWish,
    NameKind,
    Package,
    PasswordRule,
    PfxProfile,
    Place,
    Requirement,
    Script,
)
from certwright.plan.authorities import distribution_points
from certwright.terms import bind, fold

_FROM_ISSUER: Mapping[str, tuple[str, ...]] = {"issuer-root": ("root",), "issuer-chain": ("issuing", "root")}
MOST_COMMON_NAME = 64  # ub-common-name, RFC 5280 appendix A.1


class SitePlan:
    """The plan of one site, built section by section. `conflicts` collects what cannot be filled."""

    def __init__(
        self,
        facts: Facts,
        product: Product,
        wish: IssuerWish,
        wishes: Mapping[str, Wish],
        targets: Mapping[str, Target],
    ) -> None:
        self.product, self.wish, self.wishes = product, wish, wishes
        self.site = str(facts["name"])
        self.build = str(facts.get("build", ""))
        self.conflicts: list[Conflict] = []
        self.facts = self._derived(facts)
        self.target = self._target(targets)
        self.places = tuple(self._places())
        self.sets = tuple(self._sets())

    # ── facts ──

    def applies(self, row: Any, facts: Facts) -> bool:
        """Whether a row of the catalogue counts here: its build range and its condition."""
        return in_builds(row.builds, self.build, self.product.builds) and holds(row.when, facts)

    def _derived(self, facts: Facts) -> Facts:
        found = dict(facts)
        for value in self.product.values:
            if value.name not in found and self.applies(value, found):
                found[value.name] = self._filled(value.value, found, value.name) or ""
        return found

    def _filled(self, template: object, facts: Facts, at: str) -> FactValue | None:
        try:
            return fill(template, facts)
        except Unfilled as unfilled:
            self._conflict(
                at, f"{self.product.id}.{at}", f"nothing says {unfilled.name}", hint=f"add {unfilled.name}: to the site"
            )
            return None

    def _words(self, template: object, facts: Facts, at: str) -> str:
        """A template that becomes text; what cannot be filled is a conflict and empty."""
        filled = self._filled(template, facts, at)
        return "" if filled is None else words(filled)

    def _conflict(self, at: str, code: str, what: str, **details: str) -> None:
        self.conflicts.append(Conflict(f"{self.site}/{at}", code, what, **details))

    def _target(self, targets: Mapping[str, Target]) -> Target | None:
        name = str(self.facts["target"])
        if name and name not in targets:
            self._conflict(
                "target",
                f"{self.product.id}.target",
                f"no packaging target is called {name}",
                expected=", ".join(targets),
            )
        return targets.get(name)

    # ── places ──

    def _places(self) -> Iterator[Place]:
        for template in self.product.places:
            if not in_builds(template.builds, self.build, self.product.builds):
                continue
            for address, facts in self._instances(template):
                if holds(template.when, facts):
                    yield from self._place(template, address, facts)

    def _instances(self, template: PlaceTemplate) -> Iterator[tuple[str, Facts]]:
        if not template.each:
            yield f"{self.site}/{template.id}", self.facts
            return
        for item in cast("tuple[Facts, ...]", look_up(template.each, self.facts) or ()):
            row = item if isinstance(item, Mapping) else {"name": item}
            yield f"{self.site}/{template.id}/{words(row['name'])}", {**self.facts, "item": row}

    def _place(self, template: PlaceTemplate, address: str, facts: Facts) -> Iterator[Place]:
        at = address.partition("/")[2]
        names = self._filled(template.names, facts, at)
        wish = self._wish_for(template.id)
        listed = (
            *(cast("tuple[str, ...]", names) if isinstance(names, tuple) else (names,) if names else ()),
            *wish.names,
        )
        own: dict[str, FactValue] = {
            "id": template.id,
            "title": template.title,
            "address": address,
            "names": tuple(str(n).partition(":")[2] for n in listed),
            "all_names": tuple(map(str, listed)),
        }
        for key, value in template.extra.items():
            own[key] = self._filled(value, {**facts, "place": own}, at) or ""
        facts = {**facts, "place": own}
        demands = tuple(self._demands(template, address, facts))
        issuer = self._issuer(template, facts, at)
        yield Place(
            id=address,
            site=self.site,
            set=f"{self.site}/{template.set}",
            product=self.product.id,
            kind=template.kind,
            title=self._words(template.title, facts, at),
            draft=self._draft(template, listed, demands, facts, wish, issuer),
            packages=tuple(self._packages(template, facts, at)),
            demands=demands,
            issuer=issuer,
            sources=template.sources,
            contradictions=template.contradictions,
            notes=self._notes(template, facts, at),
            anchors=self._anchors(template, facts, at),
            anchor_places=self._anchor_places(template),
            shares_with=self._shared(template, facts, at),
        )

    def _wish_for(self, place: str) -> Wish:
        every, own = self.wishes.get("*", Wish()), self.wishes.get(place, Wish())
        return Wish(own.key or every.key, own.days or every.days, own.names)

    def _notes(self, template: PlaceTemplate, facts: Facts, at: str) -> tuple[str, ...]:
        notes = [self._words(note, facts, at) for note in template.notes]
        builds = self.product.builds
        gone = template.deprecated in builds and builds.index(template.deprecated) <= builds.index(self.build)
        if gone:
            notes.append(f"deprecated: removed from {self.product.title} in build {template.deprecated}")
        return tuple(notes)

    def _shared(self, template: PlaceTemplate, facts: Facts, at: str) -> str:
        shared = self._words(template.shares_with, facts, at)
        return f"{self.site}/{shared}" if shared else ""

    def _issuer(self, template: PlaceTemplate, facts: Facts, at: str) -> str:
        if template.kind == "anchors":
            return ""
        named = self._words(template.issuer, facts, at)
        if named.startswith("place:"):
            return f"{self.site}/{named.removeprefix('place:')}"
        return f"{self.wish.name}/{'root' if template.kind == 'authority' else 'issuing'}"

    def _anchors(self, template: PlaceTemplate, facts: Facts, at: str) -> tuple[bytes, ...]:
        """Certificates that came as files. Those of the issuer are taken from what is held, when it is."""
        if template.anchors in _FROM_ISSUER:
            return ()
        given = self._filled(template.anchors, facts, at)
        rows = given if isinstance(given, tuple) else (given,)
        files = (row.get("file", b"") if isinstance(row, Mapping) else row for row in rows)
        return tuple(one for one in files if isinstance(one, bytes) and one)

    def _anchor_places(self, template: PlaceTemplate) -> tuple[str, ...]:
        if self.wish.kind != "embedded":
            return ()
        return tuple(f"{self.wish.name}/{role}" for role in _FROM_ISSUER.get(str(template.anchors), ()))

    def _chosen(self, requirement: Requirement, groups: Iterable[str]) -> bool:
        return not {*requirement.applies}.isdisjoint(groups)

    def _demands(self, template: PlaceTemplate, address: str, facts: Facts) -> Iterator[Demand]:
        groups = {"*", template.id, *template.groups}
        for requirement in self.product.requirements:
            is_for_sets = requirement.term.startswith("set.")
            if not is_for_sets and self._chosen(requirement, groups) and self.applies(requirement, facts):
                yield from self._demand(requirement, address, facts)

    def _demand(self, requirement: Requirement, address: str, facts: Facts) -> Iterator[Demand]:
        at = address.partition("/")[2]
        with_ = self._filled(dict(requirement.with_), facts, at)
        if with_ is None:
            return
        try:
            yield Demand(requirement, address, bind(requirement.term, cast("Mapping[str, object]", with_)))
        except Refused as refusal:
            self._conflict(at, requirement.id, str(refusal))

    def _draft(
        self,
        template: PlaceTemplate,
        listed: Sequence[str],
        demands: Sequence[Demand],
        facts: Facts,
        wish: Wish,
        issuer: str,
    ) -> Draft:
        names = tuple(
            dict.fromkeys(
                GeneralName(cast("NameKind", kind), value) for kind, _, value in (n.partition(":") for n in listed)
            )
        )
        days = wish.days or template.lifetime_days or self.product.lifetime_days
        authority = template.kind == "authority"
        points = (
            distribution_points(self.wish, issuer.rpartition("/")[2]) if issuer.startswith(f"{self.wish.name}/") else ()
        )
        start = Draft(
            subject=self._subject(template, names, facts),
            names=names,
            authority=authority,
            path_length=0 if authority else None,
            key_usage=frozenset(("keyCertSign", "cRLSign", "digitalSignature")) if authority else frozenset(),
            lifetime=timedelta(days=days),
            crl_distribution_points=points,
            pfx=PfxProfile(self.target.encryption if self.target else "aes256-sha256", friendly_name=template.title),
        )
        if wish.key:
            start = replace(start, key=wish.key)
        return fold(start, (demand.term for demand in demands))

    def _subject(self, template: PlaceTemplate, names: Sequence[GeneralName], facts: Facts) -> str:
        if template.subject:
            return self._words(template.subject, facts, template.id)
        first = names[0].value if names else ""
        return f"CN={first}" if 0 < len(first) <= MOST_COMMON_NAME else ""

    def _packages(self, template: PlaceTemplate, facts: Facts, at: str) -> Iterator[Package]:
        layouts = cast("tuple[str, ...]", self.facts["layouts"])
        for package in self.product.packages:
            wanted = not {*package.applies}.isdisjoint({"*", template.id, *template.groups})
            if not wanted or (package.layout and package.layout not in layouts) or not self.applies(package, facts):
                continue
            path, options = self._words(package.path, facts, at), self._filled(dict(package.options), facts, at)
            if options is not None:
                yield Package(package.id, package.form, f"{self.site}/{path}", package.layout, cast("Facts", options))

    # ── sets ──

    def _sets(self) -> Iterator[CertificateSet]:
        for template in self.product.sets:
            members = tuple(place.id for place in self.places if self._member(template, place))
            if members and self.applies(template, self.facts):
                yield self._set(template, members)

    def _member(self, template: SetTemplate, place: Place) -> bool:
        if not template.members:
            return place.set == f"{self.site}/{template.id}"
        source = next(one for one in self.product.places if one.id == place.id.split("/")[1])
        return not {*template.members}.isdisjoint({source.id, *source.groups})

    def _set(self, template: SetTemplate, members: Sequence[str]) -> CertificateSet:
        address = f"{self.site}/{template.id}"
        inside = [place for place in self.places if place.id in members]
        facts: Facts = {**self.facts, "set": {"id": template.id, "places": len(inside)}}
        demands = tuple(
            demand
            for requirement in self.product.requirements
            if requirement.term.startswith("set.")
            and self._chosen(requirement, ("*", template.id))
            and self.applies(requirement, facts)
            for demand in self._demand(requirement, address, facts)
        )
        locked = [place for place in inside if any(package.form == "pfx" for package in place.packages)]
        password = (
            reduce(_tighter, (place.draft.password for place in locked)) if locked and not template.members else None
        )
        return CertificateSet(
            address,
            self.site,
            template.title,
            tuple(members),
            demands,
            tuple(self._scripts(template, inside)),
            password,
        )

    def _scripts(self, template: SetTemplate, inside: Sequence[Place]) -> Iterator[Script]:
        for script in self.product.scripts:
            if script.set == template.id and self.applies(script, self.facts):
                yield from self._script(script, template, inside)

    def _script(self, script: ScriptTemplate, template: SetTemplate, inside: Sequence[Place]) -> Iterator[Script]:
        files = tuple(p.path.removeprefix(f"{self.site}/") for place in inside for p in place.packages)
        facts: dict[str, FactValue] = {
            **self.facts,
            "set_folder": template.folder,
            "places": tuple(place.title for place in inside),
            "files": files,
        }
        values = self._filled(dict(script.values), facts, script.id)
        path = self._words(script.path, facts, script.id)
        if values is None:
            return
        text = script.template if "\n" in script.template else script_template(script.template)
        yield Script(
            f"{self.site}/{script.id}",
            self._words(script.title, facts, script.id),
            f"{self.site}/{path}",
            text,
            cast("Any", script.language),
            {**facts, **cast("Facts", values)},
            script.sources,
            script.contradictions,
        )


def _tighter(one: PasswordRule, other: PasswordRule) -> PasswordRule:
    forbidden = "".join(sorted({*one.forbidden, *other.forbidden}))
    return PasswordRule(max(one.minimum, other.minimum), max(one.classes, other.classes), forbidden)
