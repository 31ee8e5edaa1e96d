"""A bakery whose authority rotates, without a disk: its plan in every state, and what it would hold then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from certwright.catalogue.read import read_product
from certwright.due.recipes import demanded
from certwright.generations import Consumer, Generation, Sighting, State
from certwright.manifest.read import Deployment, read_deployment
from certwright.model import Held, Plan
from certwright.plan.feasible import life_of
from certwright.plan.make import make_plan
from certwright.rotation.gates import Outlook
from certwright.x509.read import read_certificate
from certwright.x509.write import Profile, prepare

CASES = Path(__file__).parent.parent / "cases"
PRODUCTS = {"bakery": read_product((CASES / "products" / "bakery.toml").read_text(), "bakery.toml")}
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SITE = """certwright: 1
issuers:
  contoso:
    root: {key: ec-256}
    issuing: {key: ec-256}
    crl: http://pki.contoso.com/crl
    generations:
      - {number: 2, reason: it ends%s}
sites:
  - {name: east, product: bakery, domain: contoso.com, deploy_on: 2027-01-31, key: ec-256, services: [coffee]}
"""
GATE = Consumer("east/gate", "east", "contoso", "gate", shows=("east/shop-front",))
TILL = Consumer("east/till", "east", "contoso", "till")
PEER = Consumer("east/peer", "east", "contoso", "peer", stack="opcua")
STATES = {
    "declared": (),
    "staged": ((2, State.STAGED),),
    "signing": ((1, State.VERIFY_ONLY), (2, State.SIGNING)),
    "retired": ((1, State.RETIRED), (2, State.SIGNING)),
}


def deployment(more: str = "") -> Deployment:
    return read_deployment(SITE % (more and f", {more}"), "bakery.yaml", PRODUCTS)


def generations(state: str, since: datetime = NOW) -> tuple[Generation, ...]:
    return tuple(Generation("contoso", number, each, since) for number, each in STATES[state])


def planned(state: str = "declared", more: str = "", today: datetime = NOW) -> Plan:
    return make_plan(deployment(more), PRODUCTS, today.date(), generations(state))


@cache
def _key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def made(state: str, more: str = "") -> dict[str, Held]:
    """Everything the plan of that state wants, below the generation that signs then; always the same."""
    return _made(state, more)


@cache
def _made(state: str, more: str) -> dict[str, Held]:
    plan, held = planned(state, more), dict[str, Held]()
    for number, place in enumerate(plan.places, 1):
        if place.kind == "anchors" or place.shares_with:
            continue
        if place.key_of:  # a bridge: what it says, other tests look at
            held[place.id] = replace(held[place.key_of], place=place.id, issuer=place.issuer)
            continue
        parent = held.get(place.issuer)
        end = NOW + life_of(place.draft, NOW.date())
        above = read_certificate(parent.certificate) if parent else None
        profile = Profile(place.draft, _key(place.id).public_key(), number, NOW, end, above)
        der = prepare(profile, _key("throwaway"), lambda facts: ()).sign(_key(place.issuer))
        chain = (parent.certificate, *parent.chain) if parent else ()
        held[place.id] = Held(place.id, der, chain, "k", number, NOW, end, demanded(place), place.issuer)
    return held


def sighting(consumer: Consumer, roots: Sequence[Held], leaf: Held | None = None, at: datetime = NOW) -> Sighting:
    """What a consumer reports that trusts these and presents that."""
    prints = frozenset(read_certificate(one.certificate).fingerprint for one in roots)
    facts = read_certificate(leaf.certificate) if leaf else None
    shown = ((facts.fingerprint, (facts.authority_key_identifier or b"").hex()),) if facts else ()
    return Sighting(consumer.id, at, "test", prints, shown, at if facts else None)


def outlook(state: str, more: str = "", days: float = 1, **changed: object) -> Outlook:
    """How it stands in that state, so many days after it was reached, with two consumers nobody has seen."""
    held = dict(made(state, more))
    whole = Outlook(
        plan=planned(state, more),
        rotations=deployment(more).rotations,
        generations=generations(state),
        consumers=(GATE, TILL),
        sightings={},
        held=held,
        signed=(*made("staged", more).values(), *held.values()),
        now=NOW + timedelta(days=days),
    )
    return replace(whole, **changed)  # type: ignore[arg-type]
