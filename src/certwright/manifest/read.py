"""A deployment file's tree → Deployment. What a site may say comes from its product's facts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from typing import cast

from certwright.catalogue.kinds import Unfit, expectation, read_value
from certwright.catalogue.product import Fact, Product
from certwright.errors import Mistake, Mistakes
from certwright.manifest.common import CERTIFICATE, COMMON, HEAD, ISSUER, ISSUER_KINDS, key_of
from certwright.manifest.tree import Spot, read_tree
from certwright.model import Draft, FactValue, IssuerWish, KeySpec, Site

YEAR = timedelta(days=365, hours=6)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a site asks of one certificate beyond the catalogue: another key, another life, further names."""

    key: KeySpec | None = None
    days: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """The whole deployment file. Paths are as written, relative to the file. `wishes` are by site, then place id."""

    source: str
    sites: tuple[Site, ...]
    issuers: tuple[IssuerWish, ...]
    output: str = "out"
    products: tuple[str, ...] = ()
    wishes: Mapping[str, Mapping[str, Wish]] = field(default_factory=dict)


def products_named(text: str, source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The product ids the sites name, and the paths of product files the deployment brings along. Raises Mistakes."""
    tree = read_tree(text, source)
    top = tree.value if isinstance(tree.value, dict) else {}
    sites = top["sites"].value if "sites" in top else []
    named = [
        str(site.value["product"].value)
        for site in (sites if isinstance(sites, list) else [])
        if isinstance(site.value, dict) and "product" in site.value
    ]
    own = top["products"].value if "products" in top else []
    paths = [str(one.value) for one in (own if isinstance(own, list) else [])]
    return tuple(dict.fromkeys(named)), tuple(paths)


def files_named(deployment: Deployment) -> tuple[str, ...]:
    """Every path a `file` fact names, so that somebody who may touch the disk can read them."""
    found: list[str] = []

    def walk(value: FactValue) -> None:
        if isinstance(value, Mapping):
            if value.keys() == {"path"}:
                found.append(str(value["path"]))
            for one in value.values():
                walk(one)
        elif isinstance(value, tuple):
            for one in value:
                walk(one)

    for site in deployment.sites:
        walk(site.facts)
    return tuple(dict.fromkeys(found))


def read_deployment(text: str, source: str, products: Mapping[str, Product]) -> Deployment:
    """The deployment a YAML text describes, for the products it names. Raises Mistakes with every mistake found."""
    reading = _Reading(read_tree(text, source), source, products)
    deployment = reading.deployment()
    if reading.mistakes:
        raise Mistakes(sorted(reading.mistakes, key=lambda m: (m.line, m.column)), hint="nothing was written")
    return deployment


class _Reading:
    def __init__(self, tree: Spot, source: str, products: Mapping[str, Product]) -> None:
        self.tree, self.source, self.products = tree, source, products
        self.mistakes: list[Mistake] = []
        self.wishes: dict[str, dict[str, Wish]] = {}

    def wrong(self, spot: Spot, what: str, *, expected: str = "", hint: str = "", found: str | None = None) -> None:
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

    # ── the file ──

    def deployment(self) -> Deployment:
        top = self.mapping(self.tree, "the deployment file", HEAD)
        if "certwright" not in top or top["certwright"].value != 1:
            self.wrong(
                top.get("certwright", self.tree), "the file does not say its format", expected="certwright: 1", found=""
            )
        output = self._text(top, "output", "out")
        issuers = self._issuers(top)
        sites = [self._site(item, issuers) for item in self.items(top["sites"], "sites")] if "sites" in top else []
        if not sites:
            self.wrong(
                top.get("sites", self.tree), "no site is described", expected="sites: with at least one entry", found=""
            )
        own = [str(one.value) for one in self.items(top["products"], "products")] if "products" in top else []
        return Deployment(
            self.source, tuple(s for s in sites if s), tuple(issuers.values()), output, tuple(own), self.wishes
        )

    def _text(self, entries: Mapping[str, Spot], key: str, default: str) -> str:
        if key not in entries:
            return default
        found = entries[key].value
        if isinstance(found, str) and found.strip():
            return found
        self.wrong(entries[key], f"{key} must be text")
        return default

    def _number(self, entries: Mapping[str, Spot], key: str, default: int, most: int) -> int:
        if key not in entries:
            return default
        found = entries[key].value
        if isinstance(found, int) and not isinstance(found, bool) and 0 < found <= most:
            return found
        self.wrong(entries[key], f"{key} must be a number", expected=f"1 to {most}")
        return default

    def _key(self, entries: Mapping[str, Spot], default: KeySpec | None) -> KeySpec | None:
        if "key" not in entries:
            return default
        found = key_of(str(entries["key"].value))
        if found is None:
            self.wrong(entries["key"], "no such key", expected="rsa-2048, rsa-3072, rsa-4096, ec-256, ec-384 or ec-521")
        return found or default

    def _issuers(self, top: Mapping[str, Spot]) -> dict[str, IssuerWish]:
        if "issuers" not in top:
            return {"embedded": _issuer("embedded", "embedded")}
        found: dict[str, IssuerWish] = {}
        if not isinstance(top["issuers"].value, dict):
            self.wrong(top["issuers"], "issuers must be a mapping", expected="<name>: with its kind")
            return found
        for name, spot in top["issuers"].value.items():
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,30}", name):
                self.wrong(
                    top["issuers"].keys[name],
                    "an issuer's name becomes a file name",
                    expected="lower-case letters, digits, hyphens",
                )
            found[name] = self._issuer(name, spot)
        return found

    def _issuer(self, name: str, spot: Spot) -> IssuerWish:
        entries = self.mapping(spot, f"issuer {name}", ISSUER)
        kind = self._text(entries, "kind", "embedded")
        if kind not in ISSUER_KINDS:
            self.wrong(entries["kind"], "no such kind of issuer", expected=", ".join(ISSUER_KINDS))
        organization = self._text(entries, "organization", "")
        crl = self._text(entries, "crl", "")
        if crl and not crl.startswith("http://"):
            self.wrong(
                entries["crl"],
                "a CRL distribution point must be plain http",
                expected="http://…",
                hint="to check a CRL over https a client would need that server's CRL first",
            )
        wish = _issuer(name, kind, organization, crl)
        return IssuerWish(
            name,
            kind,
            self._authority(entries, "root", wish.root),
            self._authority(entries, "issuing", wish.issuing),
            wish.crl,
        )

    def _authority(self, entries: Mapping[str, Spot], key: str, draft: Draft) -> Draft:
        if key not in entries:
            return draft
        own = self.mapping(entries[key], key, ("subject", "key", "years"))
        years = self._number(own, "years", round(draft.lifetime / YEAR), 50)
        subject = self._text(own, "subject", draft.subject)
        return Draft(
            subject=subject,
            key=self._key(own, draft.key) or draft.key,
            lifetime=years * YEAR,
            authority=True,
            path_length=draft.path_length,
            key_usage=draft.key_usage,
        )

    # ── one site ──

    def _site(self, spot: Spot, issuers: Mapping[str, IssuerWish]) -> Site | None:
        raw = spot.value if isinstance(spot.value, dict) else {}
        named = str(raw["product"].value) if "product" in raw else ""
        product = self.products.get(named)
        if product is None:
            at = raw.get("product", spot)
            self.wrong(
                at,
                "a site names no product we know" if named else "a site lacks product",
                expected=", ".join(self.products),
                found=named,
            )
            return None
        entries = self.mapping(spot, f"a site of {product.id}", [*COMMON, *product.facts])
        name = self._site_name(spot, entries)
        common = self._common(spot, entries, product, issuers)
        facts = self.facts(spot, entries, product.facts, f"site {name}")
        self.wishes[name] = self._wishes(entries, product)
        return Site(
            name, product.id, {"name": name, "product": product.id, **facts, **common}, str(common["issuer"]), spot.line
        )

    def _site_name(self, spot: Spot, entries: Mapping[str, Spot]) -> str:
        at = entries.get("name", spot)
        name = self._text(entries, "name", "")
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
            self.wrong(
                at,
                "a site needs a name, which becomes a folder",
                expected="lower-case letters, digits, hyphens",
                hint="name: east",
            )
        elif name in self.wishes or name == "pki":
            self.wrong(
                at, "the name of a site must be its own", expected="another name (pki is the authorities' folder)"
            )
        return name

    def _common(
        self, spot: Spot, entries: Mapping[str, Spot], product: Product, issuers: Mapping[str, IssuerWish]
    ) -> dict[str, FactValue]:
        only = next(iter(issuers)) if len(issuers) == 1 else ""
        issuer = self._text(entries, "issuer", only)
        if issuer not in issuers:
            self.wrong(entries.get("issuer", spot), "a site needs an issuer", expected=", ".join(issuers), found=issuer)
        found: dict[str, FactValue] = {"issuer": issuer, "build": self._build(entries, product)}
        found["issuer_kind"] = issuers[issuer].kind if issuer in issuers else ""
        chosen = [layout.id for layout in product.layouts if layout.default]
        if "layouts" in entries:
            choice = Fact(
                "layouts",
                "choice",
                "the folder trees to deliver",
                choices=tuple(one.id for one in product.layouts),
                many=True,
            )
            found["layouts"] = self.value(entries["layouts"], choice) or ()
        else:
            found["layouts"] = tuple(chosen)
        found["target"] = self._text(entries, "target", product.target)
        return found

    def _build(self, entries: Mapping[str, Spot], product: Product) -> str:
        if "build" not in entries:
            return product.default_build
        build = str(entries["build"].value)
        if product.builds and build not in product.builds:
            self.wrong(
                entries["build"],
                f"{product.title} has no build of that number that we know",
                expected=f"one of {', '.join(product.builds)}",
                hint="the certificates differ between builds, so certwright does not guess",
            )
        return build

    def _wishes(self, entries: Mapping[str, Spot], product: Product) -> dict[str, Wish]:
        """The wishes of a site; "*" holds those for all its certificates."""
        found = {"*": self._wish(entries)}
        if "certificates" not in entries:
            return found
        known = [place.id for place in product.places]
        for place, spot in self.mapping(entries["certificates"], "certificates", known).items():
            found[place] = self._wish(self.mapping(spot, f"certificate {place}", CERTIFICATE))
        return found

    def _wish(self, entries: Mapping[str, Spot]) -> Wish:
        names: FactValue | None = ()
        if "names" in entries:
            names = self.value(entries["names"], Fact("names", "name", "a further name", many=True))
        return Wish(
            self._key(entries, None), self._number(entries, "days", 0, 20000), cast("tuple[str, ...]", names or ())
        )


def _issuer(name: str, kind: str, organization: str = "", crl: str = "") -> IssuerWish:
    """An issuer with what the file does not say filled in: an RSA root of 20 years, an RSA issuing CA of 10."""
    title = name.replace("-", " ").title()
    end = f",O={organization}" if organization else ""
    usage = frozenset(("keyCertSign", "cRLSign"))
    root = Draft(
        subject=f"CN={title} Root CA{end}",
        key=KeySpec("rsa", 4096),
        lifetime=20 * YEAR,
        authority=True,
        key_usage=usage,
    )
    issuing = Draft(
        subject=f"CN={title} Issuing CA{end}",
        key=KeySpec("rsa", 3072),
        lifetime=10 * YEAR,
        authority=True,
        path_length=0,
        key_usage=usage | {"digitalSignature"},
    )
    return IssuerWish(name, kind, root, issuing, (crl,) if crl else ())
