"""What is due: reasons one by one, and properties of the whole."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.catalogue.read import read_product
from certwright.due import anchors_of, demanded, due, holding, next_due, recipe, renewal_of
from certwright.errors import Impossible
from certwright.manifest.read import read_deployment
from certwright.model import Held, Plan
from certwright.plan.feasible import life_of
from certwright.plan.make import make_plan
from certwright.x509.read import read_certificate
from certwright.x509.write import Profile, prepare

CASES = Path(__file__).parent / "cases"
PRODUCTS = {"bakery": read_product((CASES / "products" / "bakery.toml").read_text(), "bakery.toml")}
START = datetime(2026, 11, 21, tzinfo=UTC)
TODAY = START.date()
SITE = """certwright: 1
issuers:
  contoso: {root: {key: rsa-2048}, issuing: {key: rsa-2048}, crl: http://pki.contoso.com/crl}
sites:
  - name: east
    product: bakery
    domain: contoso.com
    deploy_on: 2027-01-31
    vans: [{name: blue, plate: abc123}]
"""


def planned(text: str = SITE, today: date = TODAY) -> Plan:
    return make_plan(read_deployment(text, "contoso.yaml", PRODUCTS), PRODUCTS, today)


@cache
def a_key(name: str, algorithm: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if algorithm == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, 2048)


def made(plan: Plan, now: datetime = START) -> dict[str, Held]:
    """Everything the plan wants, issued on that day with keys of the right kind."""
    held: dict[str, Held] = {}
    throwaway = a_key("throwaway", "rsa")
    for number, place in enumerate(plan.places, 1):
        if place.kind == "anchors" or place.shares_with:
            continue
        parent = held.get(place.issuer)
        key = a_key("authority" if place.kind == "authority" else "leaf", place.draft.key.algorithm)
        draft = replace(place.draft, key=replace(place.draft.key, bits=2048))
        after = now + life_of(draft, now.date())
        issuer = read_certificate(parent.certificate) if parent else None
        token = prepare(Profile(draft, key.public_key(), number, now, after, issuer), throwaway, lambda facts: ())
        der = token.sign(a_key("authority", "rsa"))
        chain = (parent.certificate, *parent.chain) if parent else ()
        held[place.id] = Held(place.id, der, chain, "k", number, now, after, demanded(place), place.issuer)
    return held


def delivered(plan: Plan, held: dict[str, Held]) -> dict[str, str]:
    return {
        package.path: recipe(place, package, holding(place, held), 1, anchors_of(place, held))
        for place in plan.places
        for package in place.packages
    }


def reasons(plan: Plan, held: dict[str, Held], now: datetime, files: dict[str, str] | None = None) -> dict[str, str]:
    files = delivered(plan, held) if files is None else files
    return {
        a.place: f"{a.verb}: {a.reason}"
        for a in due(plan, held, files, dict.fromkeys(("east/bread", "east/fleet", "contoso/authority"), 1), now)
    }


def test_everything_is_due_when_nothing_is_held() -> None:
    plan = planned()
    actions = due(plan, {}, {}, {}, START)
    issued = [a.place for a in actions if a.verb == "issue"]
    assert issued == ["contoso/root", "contoso/issuing", "east/shop-front", "east/van/blue"]
    assert {a.place for a in actions if a.verb == "deliver"} == {place.id for place in plan.places}
    assert next_due(plan, {}) is None


def test_nothing_is_due_when_all_is_held_and_delivered() -> None:
    plan = planned()
    held = made(plan)
    assert reasons(plan, held, START) == {}
    assert next_due(plan, held) == (date(2027, 1, 20), "east/van/blue")


def test_two_thirds_of_a_life() -> None:
    plan = planned()
    held = made(plan)
    day = renewal_of(held["east/van/blue"])
    assert reasons(plan, held, day - timedelta(seconds=1)) == {}
    assert [
        a.verb
        for a in due(plan, held, delivered(plan, held), {"east/bread": 1, "east/fleet": 1, "contoso/authority": 1}, day)
    ] == ["renew", "deliver"]
    assert reasons(plan, held, day)["east/van/blue"] == "deliver: its certificate is new"


def test_an_expired_certificate_says_when() -> None:
    plan = planned()
    held = made(plan)
    actions = due(plan, held, delivered(plan, held), {}, START + timedelta(days=91))
    assert "it expired on 2027-02-19" in [a.reason for a in actions]


def test_a_changed_demand_is_a_reissue() -> None:
    plan = planned()
    held = made(plan)
    other = planned(SITE.replace("domain: contoso.com", "domain: fabrikam.com"))
    found = due(other, held, delivered(plan, held), {}, START)
    assert ("renew", "east/shop-front", "what is demanded of it has changed") in [
        (a.verb, a.place, a.reason) for a in found
    ]


def test_a_demand_no_longer_met_is_a_reissue() -> None:
    plan = planned()
    held = made(plan)
    later = planned(SITE.replace("2027-01-31", "2028-01-31"))
    found = due(later, held, delivered(plan, held), {}, START)
    assert ("east/shop-front", "it does not satisfy bakery.two-years") in [(a.place, a.reason) for a in found]


def test_an_issuer_with_another_key_makes_its_children_due() -> None:
    plan = planned()
    held = made(plan)
    held["contoso/issuing"] = replace(held["contoso/issuing"], certificate=reissued(plan, held, "leaf"))
    with pytest.raises(Impossible):  # it is not ours any more, by name or by key; so look at the leaves alone
        due(planned(SITE.replace("rsa-2048}, crl", "rsa-3072}, crl")), held, delivered(plan, held), {}, START)
    found = [(a.place, a.reason) for a in due(plan, held, delivered(plan, held), {}, START) if a.verb == "renew"]
    reason = "its issuer has a new key or name"
    assert found == [("east/shop-front", reason), ("east/van/blue", reason)]


def test_an_issuer_renewed_with_its_key_leaves_its_children_alone() -> None:
    plan = planned()
    held = made(plan)
    held["contoso/issuing"] = replace(held["contoso/issuing"], certificate=reissued(plan, held, "authority"))
    actions = due(plan, held, delivered(plan, made(plan)), {"east/bread": 1, "east/fleet": 1}, START)
    assert [a for a in actions if a.verb == "renew"] == []


def reissued(plan: Plan, held: dict[str, Held], key: str) -> bytes:
    """The issuing CA's certificate once more, for that key."""
    draft = plan.place("contoso/issuing").draft
    root = read_certificate(held["contoso/root"].certificate)
    public = a_key(key, "rsa").public_key()
    profile = Profile(draft, public, 99, START, START + timedelta(days=3000), root)
    return prepare(profile, a_key("throwaway", "rsa"), lambda facts: ()).sign(a_key("authority", "rsa"))


@pytest.mark.parametrize(
    "change", [("root: {", "root: {subject: CN=Other, "), ("issuing: {key: rsa-2048", "issuing: {key: rsa-3072")]
)
def test_an_authority_that_has_signed_stays_what_it_is(change: tuple[str, str]) -> None:
    plan = planned()
    held = made(plan)
    with pytest.raises(Impossible) as caught:
        due(planned(SITE.replace(*change)), held, delivered(plan, held), {}, START)
    (conflict,) = caught.value.conflicts
    assert conflict.code == "certwright.authority-changed"
    assert "put them back" in conflict.hint


def test_what_an_older_wording_wrote_down_is_not_compared() -> None:
    plan = planned()
    held = {place: replace(have, demanded="0.abc") for place, have in made(plan).items()}
    assert reasons(plan, held, START) == {}


@pytest.mark.parametrize("path", ["east/shelf/Shop/AAD-Shop.pfx", "east/root.cer", "pki/contoso-root.cer"])
def test_a_file_that_is_gone_or_changed_is_delivered_again(path: str) -> None:
    plan = planned()
    held = made(plan)
    files = delivered(plan, held)
    del files[path]
    (told,) = reasons(plan, held, START, files).values()
    assert told == f"deliver: {path} is missing, was changed, or is of an older set"


def test_a_new_password_delivers_its_set_again() -> None:
    plan = planned()
    held = made(plan)
    found = due(plan, held, delivered(plan, held), {"east/bread": 2, "east/fleet": 1}, START)
    assert [(a.verb, a.place) for a in found] == [("deliver", "east/shop-front")]


def test_how_a_file_is_written_does_not_reissue() -> None:
    plan = planned()
    held = made(plan)
    other = planned(SITE + "    target: server2016\n")
    assert {a.verb for a in due(other, held, delivered(plan, held), {"east/bread": 1, "east/fleet": 1}, START)} == {
        "deliver"
    }


def test_an_issuing_ca_is_renewed_before_it_would_die_under_a_child() -> None:
    plan = planned(SITE.replace("issuing: {", "issuing: {years: 3, "))
    held = made(plan)
    now = START + timedelta(days=365 + 300)
    later = planned(SITE.replace("issuing: {", "issuing: {years: 3, ").replace("2027-01-31", "2028-01-31"), now.date())
    found = [(a.place, a.reason) for a in due(later, held, delivered(plan, held), {}, now) if a.verb == "renew"]
    assert found[0] == ("contoso/issuing", "it would die before east/shop-front")


def test_a_root_never_renews_itself() -> None:
    plan = planned(SITE.replace("root: {", "root: {years: 12, "))
    held = made(plan)
    with pytest.raises(Impossible, match="everybody must trust a new root"):
        due(plan, held, delivered(plan, held), {}, START + timedelta(days=8 * 365))


@settings(max_examples=40, deadline=5000)
@given(
    lost=st.sets(st.sampled_from(["contoso/root", "contoso/issuing", "east/shop-front", "east/van/blue"])),
    days=st.integers(0, 100),
)
def test_what_is_due_settles(lost: set[str], days: int) -> None:
    """Whatever is missing and whenever it is asked: doing what is due leaves nothing due."""
    plan = planned()
    now = START + timedelta(days=days)
    held = {place: have for place, have in made(plan).items() if place not in lost}
    actions = due(plan, held, {}, {}, now)
    order = [a.place for a in actions if a.verb in ("issue", "renew")]
    assert order == [place.id for place in plan.places if place.id in order], "parents come before their children"
    assert lost <= set(order)
    renewed = made(plan, now)
    assert (
        due(
            plan,
            renewed,
            delivered(plan, renewed),
            dict.fromkeys(("east/bread", "east/fleet", "contoso/authority"), 1),
            now,
        )
        == ()
    )
