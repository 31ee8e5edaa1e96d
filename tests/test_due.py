"""What is due: reasons one by one, and properties of the whole."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright import due as deciding
from certwright.catalogue.read import read_product
from certwright.due.recipes import anchors_of, demanded, holding, recipe
from certwright.due.renewal import renewal_of
from certwright.due.situation import Situation
from certwright.errors import Impossible
from certwright.manifest.read import read_deployment
from certwright.model import Action, Held, Plan
from certwright.pending import Pending
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


def due(
    plan: Plan,
    held: Mapping[str, Held],
    delivered: Mapping[str, str],
    versions: Mapping[str, int],
    now: datetime,
    pending: Mapping[str, Pending] | None = None,
) -> tuple[Action, ...]:
    return deciding.due(Situation(plan, held, now, pending or {}), delivered, versions).actions


def next_due(
    plan: Plan, held: Mapping[str, Held], pending: Mapping[str, Pending] | None = None, now: datetime = START
) -> tuple[date, str] | None:
    return deciding.next_due(Situation(plan, held, now, pending or {}))


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


# ── renewal by age ────────────────────────────────────────────────────────────────────────────────

WINDOW = "\n    maintenance: {cron: 0 22 * * SAT, hours: 4, zone: Europe/Berlin}\n"
VERSIONS = {"east/bread": 1, "east/fleet": 1, "contoso/authority": 1}


def renewals(plan: Plan, held: Mapping[str, Held], now: datetime, **known: object) -> dict[str, str]:
    """The places that are renewed at that moment, each with the reason."""
    situation = Situation(plan, held, now, **known)  # type: ignore[arg-type]
    return {
        a.place: a.reason for a in deciding.due(situation, delivered(plan, held), VERSIONS).actions if a.verb == "renew"
    }


def test_a_threshold_counts_where_it_is_earlier_than_two_thirds() -> None:
    plan = planned(SITE + "\n    renew: 40\n")
    held = made(plan)
    van = held["east/van/blue"]
    assert renewal_of(van) > (early := van.not_after - timedelta(days=40)) > van.not_before
    assert "east/van/blue" not in renewals(plan, held, early - timedelta(seconds=1))
    assert renewals(plan, held, early)["east/van/blue"] == "less than 40 days of its life are left"


def test_a_threshold_longer_than_a_life_is_no_threshold() -> None:
    plan = planned(SITE + "\n    renew: 5000\n")
    assert renewals(plan, made(plan), START) == {}


def test_what_an_issuer_advises_counts_where_it_is_earlier() -> None:
    plan = planned()
    held = made(plan)
    day = START + timedelta(days=3)
    assert renewals(plan, held, day, advised={"east/van/blue": day}) == {
        "east/van/blue": "its issuer advises to renew it from 2026-11-24 on"
    }
    late = renewal_of(held["east/van/blue"]) + timedelta(days=9)
    assert "two thirds" in renewals(plan, held, late, advised={"east/van/blue": late})["east/van/blue"]


def test_what_was_revoked_is_replaced_at_once_whatever_the_window() -> None:
    plan = planned(SITE + WINDOW)
    held = made(plan)
    assert renewals(plan, held, START, revoked={"east/van/blue": "keyCompromise"}) == {
        "east/van/blue": "it was revoked (keyCompromise)"
    }


def test_age_waits_for_a_window_and_nothing_else_does() -> None:
    plan = planned(SITE + WINDOW)
    held = made(plan)
    monday = renewal_of(held["east/van/blue"]).replace(hour=12) + timedelta(days=7)
    monday -= timedelta(days=monday.weekday())
    situation = Situation(plan, held, monday)
    found = deciding.due(situation, delivered(plan, held), VERSIONS)
    assert [a for a in found.actions if a.place == "east/van/blue"] == []
    (waits,) = [one for one in found.later if one[0] == "east/van/blue"]
    assert waits[1].startswith("two thirds")
    assert waits[2].astimezone(UTC).weekday() == 5
    assert "east/van/blue" in renewals(plan, held, waits[2])
    assert deciding.next_due(Situation(plan, {"east/van/blue": held["east/van/blue"]}, monday)) == (
        waits[2].date(),
        "east/van/blue",
    )
    other = planned((SITE + WINDOW).replace("domain: contoso.com", "domain: fabrikam.com"))
    assert "what is demanded of it has changed" in renewals(other, held, monday).values()
    assert {a.verb for a in deciding.due(Situation(plan, {}, monday), {}, {}).actions} == {"issue", "deliver"}


def test_what_would_expire_before_the_window_closes_does_not_wait() -> None:
    plan = planned(SITE + "\n    maintenance: {cron: 0 0 1 1 *, hours: 4}\n")
    held = made(plan)
    van = held["east/van/blue"]
    assert van.not_after < datetime(2028, 1, 1, tzinfo=UTC)
    moment = max(renewal_of(van), datetime(2027, 1, 2, tzinfo=UTC))
    assert "east/van/blue" in renewals(plan, held, moment)


def test_a_set_that_rotates_together_is_renewed_together() -> None:
    plan = planned(SITE.replace("plate: abc123}", "plate: abc123}, {name: red, plate: xyz789}"))
    places = tuple(replace(one, renewal=replace(one.renewal, together=one.set == "east/fleet")) for one in plan.places)
    plan = replace(plan, places=places)
    held = made(plan)
    first, other = [one.id for one in places if one.set == "east/fleet" and one.id in held][:2]
    day = START + timedelta(days=30)
    found = renewals(plan, held, day, advised={first: day})
    assert found[other] == f"it is renewed together with {first}"
    assert set(found) == {one.id for one in places if one.set == "east/fleet" and one.id in held}
    changed = {**held, first: replace(held[first], demanded="1.other")}
    assert set(renewals(plan, changed, START)) == {first}, "a changed name is no reason to replace the others"


@given(st.integers(0, 900), st.integers(1, 400), st.booleans())
@settings(deadline=None, max_examples=40)
def test_whatever_the_policy_a_renewal_is_due_before_its_end(days: int, threshold: int, windowed: bool) -> None:
    plan = planned(SITE + f"\n    renew: {threshold}\n" + (WINDOW if windowed else ""))
    held = {"east/van/blue": made(plan)["east/van/blue"]}
    moment, van = START + timedelta(days=days), held["east/van/blue"]
    situation = Situation(plan, held, moment)
    found = deciding.due(situation, {}, {})
    now_due = {a.place for a in found.actions if a.verb == "renew"}
    if moment >= van.not_after:
        assert "east/van/blue" in now_due
    day = deciding.next_due(situation)
    assert day is not None
    assert day[0] <= max(van.not_after, moment).date()
    for address, _, opens in found.later:
        assert address not in now_due
        assert moment < opens < van.not_after
