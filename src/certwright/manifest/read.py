"""A deployment file's tree → Deployment. What a site may say comes from its product's facts."""

import re
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import cast

from certwright.catalogue.load import targets
from certwright.catalogue.product import Fact, Product
from certwright.errors import Mistakes, Refused
from certwright.generations import Consumer, Rotation
from certwright.manifest.common import CERTIFICATE, COMMON, HEAD, MAINTENANCE
from certwright.manifest.consumers import read_consumers
from certwright.manifest.issuers import paths_of, read_issuers
from certwright.manifest.notify import NotifyWish, read_notify
from certwright.manifest.reading import Reading
from certwright.manifest.rotations import read_rotations
from certwright.manifest.tokens import TokenWish, read_tokens
from certwright.manifest.tree import Spot, read_tree
from certwright.model import Facts, FactValue, IssuerWish, KeySpec, Renewal
from certwright.speech import of_product, tr
from certwright.value import field, value
from certwright.windows import Window


@value
class Wish:
    """What a site asks of one certificate beyond the catalogue: another key, another life, further names."""

    key: KeySpec | None = None
    days: int = 0
    names: tuple[str, ...] = ()
    store: str = ""


@value
class Site:
    """One product at one place in the world, as the deployment file tells it, plus what the catalogue derives."""

    name: str
    product: str
    facts: Facts
    issuer: str
    line: int = 0


@value
class Deployment:
    """The whole deployment file. Paths are as written, relative to the file. `wishes` are by site, then place id.

    `consumers` are by site, for the sites that declare some.
    """

    source: str
    sites: tuple[Site, ...]
    issuers: tuple[IssuerWish, ...]
    output: str = "out"
    products: tuple[str, ...] = ()
    wishes: Mapping[str, Mapping[str, Wish]] = field(default_factory=dict)
    renewals: Mapping[str, Renewal] = field(default_factory=dict)
    tokens: tuple[TokenWish, ...] = ()
    notify: NotifyWish = NotifyWish()
    rotations: Mapping[str, tuple[Rotation, ...]] = field(default_factory=dict)
    consumers: Mapping[str, tuple[Consumer, ...]] = field(default_factory=dict)


def products_named(text: str | Spot, source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The product ids the sites name, and the paths of product files the deployment brings along. Raises Mistakes."""
    tree = _tree(text, source)
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
    """Every path a `file` fact or an issuer names, so that somebody who may touch the disk can read them."""
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
    for wish in deployment.issuers:
        found += (*paths_of(wish, "roots"), *paths_of(wish, "chain"))
    return tuple(dict.fromkeys(found))


def read_deployment(text: str | Spot, source: str, products: Mapping[str, Product]) -> Deployment:
    """The deployment a YAML text (or its tree) describes, for the products it names.

    Raises Mistakes with every mistake found.
    """
    reading = _Reading(_tree(text, source), source, products)
    deployment = reading.deployment()
    if reading.mistakes:
        raise Mistakes(sorted(reading.mistakes, key=lambda m: (m.line, m.column)), hint=tr("nothing was written"))
    return deployment


def _tree(text: str | Spot, source: str) -> Spot:
    return text if isinstance(text, Spot) else read_tree(text, source)


class _Reading(Reading):
    def __init__(self, tree: Spot, source: str, products: Mapping[str, Product]) -> None:
        super().__init__(source)
        self.tree, self.products = tree, products
        self.issuers: Mapping[str, IssuerWish] = {}
        self.wishes: dict[str, dict[str, Wish]] = {}
        self.renewals: dict[str, Renewal] = {}
        self.consumers: dict[str, tuple[Consumer, ...]] = {}

    # ── the file ──

    def deployment(self) -> Deployment:
        top = self.mapping(self.tree, tr("the deployment file"), HEAD)
        if "certwright" not in top or top["certwright"].value != 1:
            told = tr("the file does not say its format")
            self.wrong(top.get("certwright", self.tree), told, expected="certwright: 1", found="")
        output = self.text(top, "output", "out")
        tokens, notify = read_tokens(self, top), read_notify(self, top)
        self.stores = tokens.keys()
        self.issuers = read_issuers(self, top)
        rotations = read_rotations(self, top, self.issuers)
        sites = [self._site(item) for item in self.items(top["sites"], "sites")] if "sites" in top else []
        if not sites:
            expected = tr("sites: with at least one entry")
            self.wrong(top.get("sites", self.tree), tr("no site is described"), expected=expected, found="")
        own = [str(one.value) for one in self.items(top["products"], "products")] if "products" in top else []
        return Deployment(
            self.source,
            tuple(s for s in sites if s),
            tuple(self.issuers.values()),
            output,
            tuple(own),
            self.wishes,
            self.renewals,
            tuple(tokens.values()),
            notify,
            rotations,
            self.consumers,
        )

    # ── one site ──

    def _site(self, spot: Spot) -> Site | None:
        raw = spot.value if isinstance(spot.value, dict) else {}
        named = str(raw["product"].value) if "product" in raw else ""
        product = self.products.get(named)
        if product is None:
            at = raw.get("product", spot)
            self.wrong(
                at,
                tr("a site names no product we know") if named else tr("a site lacks product"),
                expected=", ".join(self.products),
                found=named,
            )
            return None
        entries = self.mapping(spot, tr("a site of {product}", product=product.id), [*COMMON, *product.facts])
        name = self._site_name(spot, entries)
        common = self._common(spot, entries, product)
        what = tr("site {name}", name=name) if name else tr("the site")
        facts = self.facts(spot, entries, product.facts, what)
        self.wishes[name] = self._wishes(entries, product)
        self.renewals[name] = self._renewal(entries, product)
        whole = {"name": name, "product": product.id, **facts, **common}
        if "consumers" in entries:
            self.consumers[name] = read_consumers(self, entries["consumers"], product, whole, self.issuers)
        return Site(name, product.id, whole, str(common["issuer"]), spot.line)

    def _site_name(self, spot: Spot, entries: Mapping[str, Spot]) -> str:
        at = entries.get("name", spot)
        name = self.text(entries, "name", "")
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
            self.wrong(
                at,
                tr("a site needs a name, which becomes a folder"),
                expected=tr("lower-case letters, digits, hyphens"),
                hint="name: east",
            )
        elif name in self.wishes or name in ("pki", "requests") or name in self.issuers:
            taken = tr("pki and requests are folders of ours; issuers and sites share their addresses")
            self.wrong(at, tr("the name of a site must be its own"), expected=tr("another name"), hint=taken)
        return name

    def _common(self, spot: Spot, entries: Mapping[str, Spot], product: Product) -> dict[str, FactValue]:
        issuers = self.issuers
        only = next(iter(issuers)) if len(issuers) == 1 else ""
        issuer = self.text(entries, "issuer", only)
        if issuer not in issuers:
            told, expected = tr("a site needs an issuer"), ", ".join(issuers)
            self.wrong(entries.get("issuer", spot), told, expected=expected, found=issuer)
        found: dict[str, FactValue] = {"issuer": issuer, "build": self._build(entries, product)}
        found["issuer_kind"] = issuers[issuer].kind if issuer in issuers else ""
        chosen = [layout.id for layout in product.layouts if layout.default]
        if "layouts" in entries:
            choice = Fact(
                "layouts",
                "choice",
                tr("the folder trees to deliver"),
                choices=tuple(one.id for one in product.layouts),
                many=True,
            )
            found["layouts"] = self.value(entries["layouts"], choice) or ()
            if entries["layouts"].value == []:
                expected = ", ".join(one.id for one in product.layouts)
                told = tr("no layout is chosen, so nothing would be delivered")
                self.wrong(entries["layouts"], told, expected=expected)
        else:
            found["layouts"] = tuple(chosen)
        found["target"] = self.text(entries, "target", product.target)
        if "target" in entries and found["target"] not in targets():
            near = get_close_matches(str(found["target"]), targets(), 1)
            hint = tr("did you mean {name}?", name=near[0]) if near else ""
            told = tr("no packaging target is called so")
            self.wrong(entries["target"], told, expected=", ".join(targets()), hint=hint)
        return found

    def _build(self, entries: Mapping[str, Spot], product: Product) -> str:
        if "build" not in entries:
            return product.default_build
        build = str(entries["build"].value)
        if product.builds and build not in product.builds:
            self.wrong(
                entries["build"],
                tr("{product} has no build of that number that we know", product=of_product(product.id, product.title)),
                expected=tr("one of {names}", names=", ".join(product.builds)),
                hint=tr("the certificates differ between builds, so certwright does not guess"),
            )
        return build

    def _renewal(self, entries: Mapping[str, Spot], product: Product) -> Renewal:
        """When this site's certificates are renewed by age."""
        days = self.number(entries, "renew", product.renew_days, 20000)
        if "maintenance" not in entries:
            return Renewal(days)
        spot = entries["maintenance"]
        own = self.mapping(spot, "maintenance", MAINTENANCE)
        cron, zone = self.text(own, "cron", ""), self.text(own, "zone", "UTC")
        try:
            window = Window(cron, timedelta(hours=self.number(own, "hours", 4, 744)), zone)
        except Refused as refusal:
            self.wrong(spot, refusal.what, hint=refusal.hint)
            return Renewal(days)
        return Renewal(days, window=window)

    def _wishes(self, entries: Mapping[str, Spot], product: Product) -> dict[str, Wish]:
        """The wishes of a site; "*" holds those for all its certificates."""
        found = {"*": self._wish(entries)}
        if "certificates" not in entries:
            return found
        known = [place.id for place in product.places]
        for place, spot in self.mapping(entries["certificates"], "certificates", known).items():
            found[place] = self._wish(self.mapping(spot, tr("certificate {place}", place=place), CERTIFICATE))
        return found

    def _wish(self, entries: Mapping[str, Spot]) -> Wish:
        names: FactValue | None = ()
        if "names" in entries:
            names = self.value(entries["names"], Fact("names", "name", tr("a further name"), many=True))
        days = self.number(entries, "days", 0, 20000)
        return Wish(self.key(entries, None), days, cast("tuple[str, ...]", names or ()), self.store(entries, ""))
