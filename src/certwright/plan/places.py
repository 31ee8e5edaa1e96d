"""The places of a site: each row of the catalogue that counts there, filled, with its demands folded into a draft."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from functools import partial
from typing import cast

from certwright.catalogue.conditions import holds, in_builds, look_up, placeholders, words
from certwright.catalogue.product import PackageTemplate, PlaceTemplate, Target
from certwright.errors import Unreadable
from certwright.manifest.read import Wish
from certwright.model import (
    Demand,
    Draft,
    Facts,
    FactValue,
    GeneralName,
    IssuerWish,
    KeySpec,
    Line,
    NameKind,
    Package,
    PfxProfile,
    Place,
    Renewal,
    Requirement,
)
from certwright.pack.detect import FORMS, detect
from certwright.plan.authorities import anchors_of, distribution_points
from certwright.plan.filling import Filling, concerns
from certwright.plan.lineage import Lineage
from certwright.sealed import Sealed
from certwright.speech import of_product, tr, trn
from certwright.terms import fold, parted
from certwright.value import value
from certwright.x509.pem import certificates_in, split_pem
from certwright.x509.read import read_certificate

MOST_COMMON_NAME = 64  # ub-common-name, RFC 5280 appendix A.1
_FROM_ISSUER = ("issuer-root", "issuer-chain", "issuer-windows")


@value
class _Row:
    """One row of the catalogue at one address, with the facts its templates see."""

    template: PlaceTemplate
    address: str
    at: str  # the address below the site, for messages
    facts: Facts
    names: tuple[str, ...] = ()


class Places:
    """The places of one site. `issuer` signs them, `wishes` are the site's own, `targets` choose the encryption.

    `lines` are the generations of issuers that rotate.
    """

    def __init__(
        self,
        filling: Filling,
        issuer: IssuerWish,
        wishes: Mapping[str, Wish],
        targets: Mapping[str, Target],
        renewal: Renewal,
        lines: Sequence[Line],
    ) -> None:
        self.filling, self.issuer, self.wishes, self.renewal = filling, issuer, wishes, renewal
        self.generations = Lineage(issuer, lines)
        self.asked: dict[str, Sequence[Requirement | Demand]] = {}
        self.packed: dict[str, Sequence[PackageTemplate]] = {}
        self.wished: dict[str, Wish] = {}
        self.renewed: dict[str, Renewal] = {}
        self.drafts: dict[tuple[object, ...], Callable[..., Draft]] = {}  # of what the places of a row have in common
        self.target = self._target(targets)
        self.places = tuple(self._place(row) for row in self._rows())

    def _target(self, targets: Mapping[str, Target]) -> Target | None:
        name = str(self.filling.facts["target"])
        if name and name not in targets:
            code = f"{self.filling.product.id}.target"
            what = tr("no packaging target is called {name}", name=name)
            self.filling.conflict("target", code, what, expected=", ".join(targets))
        return targets.get(name)

    # ── which rows count ──

    def _rows(self) -> Iterator[_Row]:
        builds = self.filling.product.builds
        for template in self.filling.product.places:
            if in_builds(template.builds, self.filling.build, builds):
                yield from (self._named(row) for row in self._instances(template) if holds(template.when, row.facts))

    def _instances(self, template: PlaceTemplate) -> Iterator[_Row]:
        site, facts = self.filling.site, self.filling.facts
        if not template.each:
            yield _Row(template, f"{site}/{template.id}", template.id, facts)
            return
        for item in cast("tuple[Facts | str, ...]", look_up(template.each, facts) or ()):
            record: Facts = {"name": item} if isinstance(item, str) else item
            at = f"{template.id}/{words(record['name'])}"
            yield _Row(template, f"{site}/{at}", at, {**facts, "item": record})

    def _named(self, row: _Row) -> _Row:
        """The row with its names, and with its own further keys as facts (`{place.folder}`)."""
        given = self.filling.filled(row.template.names, row.facts, row.at)
        listed = given if isinstance(given, tuple) else (given,) if given else ()
        names = (*map(words, listed), *self._wish(row.template.id).names)
        own: dict[str, FactValue] = {
            "id": row.template.id,
            "title": row.template.title,
            "address": row.address,
            "names": tuple(name.partition(":")[2] for name in names),
            "all_names": names,
        }
        facts = {**row.facts, "place": own}
        for key, template in row.template.extra.items():
            own[key] = self.filling.filled(template, facts, row.at) or ""
        return _Row(row.template, row.address, row.at, facts, names)

    def _wish(self, place: str) -> Wish:
        if place not in self.wished:
            every, own = self.wishes.get("*", Wish()), self.wishes.get(place, Wish())
            self.wished[place] = Wish(own.key or every.key, own.days or every.days, own.names, own.store)
        return self.wished[place]

    # ── what a row becomes ──

    def _place(self, row: _Row) -> Place:
        template = row.template
        demands, signer = tuple(self._demands(row)), self._signer(row)
        shared = self.filling.words(template.shares_with, row.facts, row.at)
        return Place(
            id=row.address,
            site=self.filling.site,
            set=f"{self.filling.site}/{template.set}",
            product=self.filling.product.id,
            kind=template.kind,
            title=self.filling.words(template.title, row.facts, row.at),
            draft=self._draft(row, demands, signer),
            packages=self.generations.packages(tuple(self._packages(row)), str(template.anchors)),
            demands=demands,
            issuer=signer,
            sources=template.sources,
            contradictions=template.contradictions,
            notes=self._notes(row),
            anchors=self._anchors(row),
            anchor_places=self._anchor_places(template),
            shares_with=f"{self.filling.site}/{shared}" if shared else "",
            renewal=self._renewal(template.set),
            key=self._key(row),
            retired_places=self.generations.retired() if template.anchors == "issuer-windows" else (),
        )

    def _renewal(self, group: str) -> Renewal:
        if group not in self.renewed:
            together = any(one.together for one in self.filling.product.sets if one.id == group)
            self.renewed[group] = replace(self.renewal, together=together, at_once=self.generations.hurried)
        return self.renewed[group]

    def _key(self, row: _Row) -> Sealed | None:
        """The private key that was given for it. In a plan it stays sealed."""
        if not row.template.key:
            return None
        given = self.filling.filled(row.template.key, row.facts, row.at)
        return given if isinstance(given, Sealed) else None

    def _demands(self, row: _Row) -> Iterator[Demand]:
        for asked in self._asked(row.template):
            if isinstance(asked, Demand):
                yield asked
            elif self.filling.applies(asked, row.facts):
                yield from self.filling.demand(asked, row.address, row.facts)

    def _asked(self, template: PlaceTemplate) -> Sequence[Requirement | Demand]:
        """The requirements that speak of places of that row: as demands, where all are told the same."""
        if template.id not in self.asked:
            names = (template.id, *template.groups)
            own = (one for one in self.filling.product.requirements if concerns(one.applies, names))
            settled = ((one, self.filling.settled(one)) for one in own if not one.term.startswith("set."))
            self.asked[template.id] = [
                asked for one, demands in settled for asked in ((one,) if demands is None else demands)
            ]
        return self.asked[template.id]

    def _signer(self, row: _Row) -> str:
        if row.template.kind == "anchors":
            return ""
        named = self.filling.words(row.template.issuer, row.facts, row.at)
        if named.startswith("place:"):
            return f"{self.filling.site}/{named.removeprefix('place:')}"
        if self.issuer.kind != "embedded":
            return self.issuer.name
        return self.generations.signer("root" if row.template.kind == "authority" else "issuing")

    def _draft(self, row: _Row, demands: tuple[Demand, ...], signer: str) -> Draft:
        template, wish = row.template, self._wish(row.template.id)
        parts = (name.partition(":") for name in row.names)
        names = tuple(dict.fromkeys(GeneralName(cast("NameKind", kind), value) for kind, _, value in parts))
        naming, others = parted(demand.term for demand in demands)
        kind = (template.id, signer, *map(id, others))  # they live as long as their places
        if kind not in self.drafts:
            common = fold(self._start(template, signer), others)
            rest = {one.name: getattr(common, one.name) for one in fields(common)}
            self.drafts[kind] = partial(Draft, **rest)
        draft = fold(self.drafts[kind](subject=self._subject(row, names), names=names), naming)
        own = self.wishes.get(template.id)  # a wish for the whole site holds only where it is allowed
        if own and own.key and draft.key != own.key:
            self._unfulfilled(row, demands, self._start(template, signer))
        if wish.days and draft.lifetime.days != wish.days:
            self._too_short(row, demands, self._start(template, signer))
        return replace(draft, key=replace(draft.key, store=wish.store)) if draft.key.store != wish.store else draft

    def _start(self, template: PlaceTemplate, signer: str) -> Draft:
        """The draft of a place of that row before its demands, but for its subject and names."""
        wish, authority = self._wish(template.id), template.kind == "authority"
        owner, _, role = signer.rpartition("/")
        return Draft(
            key=wish.key or KeySpec(),
            authority=authority,
            path_length=0 if authority else None,
            key_usage=frozenset(("keyCertSign", "cRLSign", "digitalSignature")) if authority else frozenset(),
            lifetime=timedelta(days=wish.days or template.lifetime_days or self.filling.product.lifetime_days),
            crl_distribution_points=distribution_points(self.issuer, role) if owner == self.issuer.name else (),
            crl_shards=0 if role.startswith("root") else self.issuer.lists.shards,
            pfx=PfxProfile(self.target.encryption if self.target else "aes256-sha256", friendly_name=template.title),
        )

    def _too_short(self, row: _Row, demands: tuple[Demand, ...], start: Draft) -> None:
        """A wish for a life that a demand would change."""
        for demand in demands:
            wanted = demand.term.shape(start).lifetime
            if wanted != start.lifetime:
                self._refuse(
                    row, demand, trn("{count} day", "{count} days", wanted.days), f"days: {start.lifetime.days}"
                )

    def _refuse(self, row: _Row, demand: Demand, expected: str, found: str) -> None:
        requirement = demand.requirement
        self.filling.conflict(
            row.at,
            requirement.id,
            requirement.text,
            expected=expected,
            found=found,
            hint=tr("leave it to the catalogue, or wish for what is allowed"),
            citation="; ".join(map(str, requirement.sources)),
        )

    def _unfulfilled(self, row: _Row, demands: tuple[Demand, ...], start: Draft) -> None:
        """A wish for this certificate's key that a demand would change: said, not overruled in silence."""
        for demand in demands:
            wanted = demand.term.shape(start).key
            if wanted != start.key:
                self._refuse(row, demand, str(wanted), f"key: {start.key}")

    def _subject(self, row: _Row, names: tuple[GeneralName, ...]) -> str:
        if row.template.subject:
            return self.filling.words(row.template.subject, row.facts, row.at)
        first = names[0].value if names else ""
        return f"CN={first}" if 0 < len(first) <= MOST_COMMON_NAME else ""

    def _packages(self, row: _Row) -> Iterator[Package]:
        for package in self._packed_as(row.template):
            if self.filling.applies(package, row.facts):
                path = self.filling.words(package.path, row.facts, row.at)
                options = self.filling.filled(dict(package.options), row.facts, row.at) or {}
                whole = f"{self.filling.site}/{path}"
                bridges = (*self.generations.bridges(), *self.generations.backs()) if package.bridges else ()
                yield Package(package.id, package.form, whole, package.layout, cast("Facts", options), bridges)

    def _packed_as(self, template: PlaceTemplate) -> Sequence[PackageTemplate]:
        """The packages of places of that row, in the layouts of the site, whatever the facts."""
        if template.id not in self.packed:
            layouts = cast("tuple[str, ...]", self.filling.facts["layouts"])
            self.packed[template.id] = [
                package
                for package in self.filling.product.packages
                if concerns(package.applies, (template.id, *template.groups))
                and (not package.layout or package.layout in layouts)
            ]
        return self.packed[template.id]

    def _notes(self, row: _Row) -> tuple[str, ...]:
        product, gone = self.filling.product, row.template.deprecated
        notes = [self.filling.words(note, row.facts, row.at) for note in row.template.notes]
        if gone in product.builds and product.builds.index(gone) <= product.builds.index(self.filling.build):
            title = of_product(product.id, product.title)
            notes.append(tr("deprecated: removed from {product} in build {build}", product=title, build=gone))
        return tuple(notes)

    def _anchors(self, row: _Row) -> tuple[bytes, ...]:
        """Certificates that came as files. Those of the issuer are taken from what is held, when it is."""
        if not row.template.anchors:
            return ()
        if row.template.anchors in _FROM_ISSUER:
            return self._roots_of_others(row)
        given = self.filling.filled(row.template.anchors, row.facts, row.at)
        rows = given if isinstance(given, tuple) else (given,)
        named = zip(rows, _file_names(row, len(rows)), strict=True)
        files = ((one["file"], one.get("file_name", "")) if isinstance(one, Mapping) and "file" in one else (one, name)
                 for one, name in named)  # fmt: skip
        return tuple(
            der for one, name in files if isinstance(one, bytes) for der in self._certificates(one, str(name), row.at)
        )

    def _roots_of_others(self, row: _Row) -> tuple[bytes, ...]:
        found = anchors_of(self.issuer, str(row.template.anchors))
        if self.issuer.outside and not found:
            key = "anchor" if self.issuer.kind == "acme" else "roots"
            what = tr("nobody knows the root of issuer {name}", name=self.issuer.name)
            hint = tr("name its file in issuers: as {key}:", key=key)
            self.filling.conflict(row.at, "certwright.unknown-root", what, hint=hint)
        between = any(one.options.get("only") == "between" for one in self._packed_as(row.template))
        if self.issuer.kind == "acme" and between:
            what = tr("what stands above its certificates, {name} says with each of them", name=self.issuer.name)
            hint = tr("say vault_form: plain, where it comes along with the certificate")
            self.filling.conflict(row.at, "certwright.unknown-chain", what, hint=hint)
        return found

    def _certificates(self, content: bytes, name: str, at: str) -> tuple[bytes, ...]:
        """A file of any form, as DER: bundles give several. One that holds no certificate is a conflict."""
        try:
            found = certificates_in(content)
            for one in found:
                read_certificate(one)
        except Unreadable as trouble:
            hint = tr("name a file with certificates: PEM, DER, Base64 or P7B")
            self.filling.conflict(
                at,
                "certwright.anchor-file",
                tr("{name} holds no certificate", name=name or tr("a file")),
                found=_instead(content) or str(trouble),
                hint=hint,
            )
            return ()
        return found

    def _anchor_places(self, template: PlaceTemplate) -> tuple[str, ...]:
        wanted = str(template.anchors)
        if wanted.startswith("place:"):
            return (f"{self.filling.site}/{wanted.removeprefix('place:')}",)
        return self.generations.trusted(wanted) if self.issuer.kind == "embedded" else ()


def _instead(content: bytes) -> str:
    """What a file that holds no certificate is instead, such as a private key; empty when nobody knows."""
    try:
        form = detect(content)
        blocks = split_pem(content) if form == "pem" else ()
    except Unreadable:
        return ""
    if form in ("certificate", "base64", "p7b"):
        return ""
    return ", ".join(dict.fromkeys(label for label, _ in blocks)) or tr(FORMS[form])


def _file_names(row: _Row, count: int) -> tuple[str, ...]:
    """What the files are called that a row's anchors come from, as far as one fact tells them."""
    for template in placeholders(row.template.anchors):
        found = look_up(f"{template}_name" if "." in template else f"{template}_file_name", row.facts)
        names = found if isinstance(found, tuple) else (found or "",)
        if len(names) == count:
            return tuple(map(words, names))
    return ("",) * count
