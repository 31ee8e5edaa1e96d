"""A site of Azure Local whose requests go to an AD CS: planned for real, signed with one key, so that bytes are golden.

`python tests/pack/adcs_site.py` writes the golden files again.
"""

from datetime import date
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from certwright.catalogue.load import PRODUCTS, load
from certwright.manifest.files import with_files
from certwright.manifest.read import read_deployment
from certwright.model import Artifact, Draft, IssuerWish, Plan
from certwright.pack.adcs import bundle
from certwright.pack.requested import Requested, holds_key
from certwright.plan.make import make_plan
from certwright.x509.write import request, spki

CASES = Path(__file__).parents[1] / "cases" / "adcs"
GOLDEN = CASES / "golden"
SITES = {
    product: Path(__file__).parents[2] / "examples" / product / "contoso.yaml"
    for product in ("azure-local", "azure-stack-hub", "azure-iot-operations", "configuration-manager")
}
FEW = ("plant1/blob", "plant1/management-server", "plant1/management-client")  # a wildcard, an address, a client


@cache
def key() -> RSAPrivateKey:
    found = load_pem_private_key((CASES / "request.key").read_bytes(), None)
    assert isinstance(found, RSAPrivateKey)
    return found


def planned(file: Path) -> Plan:
    products = {name: load(name) for name in PRODUCTS}
    deployment = read_deployment(file.read_text("utf-8"), file.name, products)
    beside = {one.relative_to(file.parent).as_posix(): one for one in file.parent.rglob("*") if one.is_file()}
    deployment = with_files(deployment, {name: one.read_bytes() for name, one in beside.items()})
    return make_plan(deployment, products, date(2026, 11, 21))


def requested(plan: Plan, template: str = "") -> list[Requested]:
    """A request for every place of a site that has a key."""
    return [
        Requested(
            place.id,
            place.site,
            place.title,
            request(place.draft, key()),
            spki(key().public_key()),
            place.draft.names,
            place.draft,
            template,
            any(holds_key(package.form) for package in place.packages),
        )
        for place in plan.places
        if place.kind != "anchors" and place.site
    ]


def asked(draft: Draft, place: str = "east/web", template: str = "") -> Requested:
    """A request of our own."""
    site, _, _ = place.partition("/")
    der = request(draft, key())
    return Requested(place, site, "Web", der, spki(key().public_key()), draft.names, draft, template)


@cache
def site() -> tuple[IssuerWish, tuple[Requested, ...]]:
    """The issuer of the golden site and three of its requests."""
    plan = planned(CASES / "site.yaml")
    return plan.issuers[0], tuple(one for one in requested(plan) if one.place in FEW)


@cache
def files() -> dict[str, bytes]:
    """The golden bundle, as it is made now."""
    return {one.path.removeprefix("requests/contoso/"): one.content for one in made()}


def made() -> tuple[Artifact, ...]:
    wish, requests = site()
    return bundle(wish, requests)


if __name__ == "__main__":
    for path, content in files().items():
        target = GOLDEN / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
