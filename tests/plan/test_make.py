"""Plans of the bakery: which places there are, what each becomes, and which wishes cannot be."""

import json
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.catalogue.public import longest_life, refusals
from certwright.catalogue.read import read_product
from certwright.errors import Impossible
from certwright.manifest.files import with_files
from certwright.manifest.read import read_deployment
from certwright.model import Draft, GeneralName, KeySpec, PasswordRule, Plan
from certwright.plan.feasible import life_of
from certwright.plan.make import make_plan
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

CASES = Path(__file__).parent.parent / "cases"
PRODUCTS = {"bakery": read_product((CASES / "products" / "bakery.toml").read_text(), "bakery.toml")}
GOOD = (CASES / "manifest" / "good-everything.yaml").read_text()
TODAY = date(2026, 11, 21)


def planned(text: str, today: date = TODAY, root: str = "terms/trust.root/good.pem") -> Plan:
    deployment = read_deployment(text, "contoso.yaml", PRODUCTS)
    return make_plan(with_files(deployment, {"roots/mine.cer": (CASES / root).read_bytes()}), PRODUCTS, today)


def site(more: str = "", issuer: str = "kind: embedded") -> str:
    lines = "".join(f"    {line}\n" for line in more.splitlines())
    return f"""certwright: 1
issuers:
  contoso: {{{issuer}}}
sites:
  - name: east
    product: bakery
    domain: contoso.com
    deploy_on: 2027-01-31
{lines}"""


def conflict(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Impossible) as caught:
        planned(text)
    return [(one.place, one.code) for one in caught.value.conflicts]


def test_authorities_come_before_what_they_sign() -> None:
    plan = planned(site())
    assert [place.id for place in plan.places] == [
        "contoso/root", "contoso/issuing", "east/shop-front", "east/trusted-root",
    ]  # fmt: skip
    root, issuing, shop, anchors = plan.places
    assert (root.issuer, issuing.issuer, shop.issuer, anchors.issuer) == (
        "contoso/root",
        "contoso/root",
        "contoso/issuing",
        "",
    )
    assert anchors.anchor_places == ("contoso/root",)
    assert root.draft.authority
    assert root.draft.path_length is None
    assert issuing.draft.path_length == 0


def test_conditions_builds_and_records_choose_the_places() -> None:
    places = [place.id.removeprefix("north/") for place in planned(GOOD).places if place.site == "north"]
    assert places == ["shop-front", "coffee-machine", "old-mill", "van/blue", "van/red", "trusted-root"]


def test_a_place_is_filled_from_the_site() -> None:
    shop = planned(GOOD).place("north/shop-front")
    assert shop.title == "Shop in AAD"
    assert shop.draft.names == (
        GeneralName("dns", "store.north.contoso.com"),
        GeneralName("dns", "*.store.north.contoso.com"),
    )
    assert shop.draft.subject == "CN=store.north.contoso.com"
    assert shop.draft.key == KeySpec("rsa", 3072)
    assert shop.draft.extended_key_usage == ("serverAuth",)
    assert shop.draft.good_until == date(2029, 1, 31)
    assert shop.draft.pfx.encryption == "tripledes-sha1"
    assert shop.draft.crl_distribution_points == ("http://pki.contoso.com/crl/contoso-issuing.crl",)
    assert [package.path for package in shop.packages] == [
        "north/shelf/Shop/AAD-Shop.pfx",
        "north/counter/Shop/AAD-Shop.pfx",
    ]
    assert [demand.requirement.id for demand in shop.demands] == [
        "bakery.two-years",
        "bakery.names",
        "bakery.server",
        "bakery.password",
    ]


def test_wishes_for_one_certificate_win() -> None:
    coffee = planned(GOOD).place("north/coffee-machine")
    assert coffee.draft.key == KeySpec("ec", 256)
    assert coffee.draft.lifetime == timedelta(days=30)
    assert GeneralName("ip", "10.0.0.4") in coffee.draft.names


def test_lifetime_follows_the_row_then_the_product() -> None:
    plan = planned(GOOD)
    assert plan.place("north/van/red").draft.lifetime == timedelta(days=90)
    assert plan.place("north/old-mill").draft.lifetime == timedelta(days=400)


def test_sets_hold_their_places_scripts_and_password() -> None:
    plan = planned(GOOD)
    sets = {one.id: one for one in plan.sets}
    assert list(sets) == [
        "contoso/authority",
        "north/bread",
        "north/fleet",
        "north/everything",
        "south/bread",
        "south/everything",
    ]
    assert sets["north/bread"].password == PasswordRule(20, 3, "'{}")
    assert sets["north/everything"].places == (
        "north/shop-front",
        "north/coffee-machine",
        "north/van/blue",
        "north/van/red",
    )
    assert sets["north/everything"].password is None
    assert [demand.requirement.id for demand in sets["north/everything"].demands] == ["bakery.one-root"]
    (script,) = sets["north/bread"].scripts
    assert script.path == "north/open.ps1"
    assert script.values["folder"] == "AAD"
    assert "shelf/Shop/AAD-Shop.pfx" in script.values["files"]  # type: ignore[operator]
    assert "%%files%%" in script.template


def test_a_life_reaches_what_it_must_outlive() -> None:
    shop = planned(site()).place("east/shop-front")
    assert life_of(shop.draft, TODAY) == date(2029, 2, 1) - TODAY
    van = planned(GOOD).place("north/van/red")
    assert life_of(van.draft, TODAY) == timedelta(days=90)


def test_a_public_ca_cannot_promise_two_years() -> None:
    found = conflict(site(issuer="kind: public"))
    assert ("east/shop-front", "bakery.two-years") in found


def test_a_requirement_may_refuse_a_kind_of_issuer() -> None:
    found = conflict(site("identity: adfs", issuer="kind: public"))
    assert ("east/shop-front", "bakery.no-outsiders") in found


def test_nothing_signs_itself() -> None:
    found = conflict(site(issuer="kind: self-signed"))
    assert ("east/shop-front", "certwright.self-signed") in found


def test_a_parent_must_outlive_its_child() -> None:
    assert conflict(site(issuer="issuing: {years: 1}")) == [("east/shop-front", "certwright.parent-dies-first")]
    assert conflict(site(issuer="root: {years: 5}")) == [("contoso/issuing", "certwright.parent-dies-first")]


def test_a_name_has_a_limit() -> None:
    long = ".".join(["x" * 63] * 4)
    found = conflict(site().replace("contoso.com", long[:250]))
    assert ("east/shop-front", "certwright.name-length") in found


def test_a_certificate_that_came_as_a_file_is_an_anchor() -> None:
    own = planned(GOOD).place("south/own-root")
    assert [read_certificate(der).self_issued for der in own.anchors] == [True, True]
    assert [package.path for package in own.packages] == ["south/mine.cer"]


def test_a_file_whose_certificate_has_ended_is_told_and_keeps_nothing_else_back() -> None:
    plan = planned(GOOD, root="x509/expired.pem")
    (note,) = plan.notes
    assert note.startswith("the files of south/own-root are not handed out")
    assert "bakery.own-root-valid" in note
    assert len(plan.places) == len(planned(GOOD).places)


def test_a_certificate_made_today_is_valid_today() -> None:
    (der,) = certificates_in((CASES / "pfx/root.pem").read_bytes())
    made = read_certificate(der).not_before
    assert made.time() > time(), "a case made at midnight proves nothing"
    today = planned(GOOD, today=made.date(), root="pfx/root.pem")
    assert (today.place("south/own-root").anchors, today.notes) == ((der,), ())
    assert planned(GOOD, today=made.date() - timedelta(days=1), root="pfx/root.pem").notes


def test_a_file_without_a_certificate_is_refused() -> None:
    with pytest.raises(Impossible) as caught:
        planned(GOOD, root="products/bakery.toml")
    assert [(one.place, one.code) for one in caught.value.conflicts] == [("south/own-root", "certwright.anchor-file")]


def test_a_key_that_is_not_allowed_is_refused_not_replaced() -> None:
    found = conflict(site("services: [coffee]\ncertificates: {coffee-machine: {key: ec-256}}\nidentity: adfs"))
    assert found == [("east/coffee-machine", "bakery.rsa-with-adfs")]


def test_every_issuer_described_has_its_authorities() -> None:
    two = site().replace("contoso: {kind: embedded}", "contoso: {kind: embedded}\n  next: {kind: embedded}")
    plan = planned(two.replace("product: bakery", "product: bakery\n    issuer: contoso"))
    authorities = [place.id for place in plan.places if place.kind == "authority"]
    assert authorities == ["contoso/root", "contoso/issuing", "next/root", "next/issuing"]


def test_two_certificates_do_not_share_a_file_not_even_on_windows() -> None:
    text = site("root: ROOT.cer")
    deployment = with_files(
        read_deployment(text, "x", PRODUCTS), {"ROOT.cer": (CASES / "terms/trust.root/good.pem").read_bytes()}
    )
    with pytest.raises(Impossible) as caught:
        make_plan(deployment, PRODUCTS, TODAY)
    (found,) = caught.value.conflicts
    assert (found.place, found.code) == ("east/trusted-root, east/own-root", "certwright.one-path")


def test_a_life_that_is_not_allowed_is_refused_not_replaced() -> None:
    assert conflict(site("services: [tea]\ncertificates: {shop-front: {days: 20}}")) == [
        ("east/shop-front", "bakery.a-month")
    ]


def test_conflicts_say_what_to_do_and_cite() -> None:
    with pytest.raises(Impossible) as caught:
        planned(site(issuer="kind: public"))
    told = str(caught.value)
    assert "Bakery certificate requirements (2026-01-02)" in told
    assert "200 days" in told
    assert "use an issuer of kind embedded" in told


@settings(max_examples=60, deadline=3000)
@given(
    services=st.lists(st.sampled_from(["coffee", "tea"]), unique=True),
    build=st.sampled_from(["1.0", "1.5", "2.0"]),
    identity=st.sampled_from(["entra", "adfs"]),
    vans=st.lists(st.integers(0, 99), unique=True, max_size=5),
    layouts=st.lists(st.sampled_from(["shelf", "counter"]), unique=True, min_size=1),
)
def test_any_deployment_plans_whole(
    services: list[str], build: str, identity: str, vans: list[int], layouts: list[str]
) -> None:
    rows = "".join(f"\n  - {{name: v{n}, plate: aaa{n:03}}}" for n in vans) or "[]"
    lists = json.dumps({"services": services, "layouts": layouts})[1:-1].replace('], "', ']\n"')
    text = site(f'build: "{build}"\nidentity: {identity}\n{lists}\nvans: {rows}')
    plan = planned(text)
    ids = [place.id for place in plan.places]
    paths = [package.path for place in plan.places for package in place.packages]
    assert len(set(ids)) == len(ids)
    assert len(set(paths)) == len(paths)
    assert ("east/old-mill" in ids) is (build != "2.0")
    assert sum("/van/" in one for one in ids) == len(vans)
    for place in plan.places:
        assert place.kind == "anchors" or place.issuer in ids
    assert plan == planned(text), "a plan is the same every time"


def test_a_conflict_of_many_places_is_told_once() -> None:
    with pytest.raises(Impossible) as caught:
        planned(site("services: [coffee]\nvans: [{name: blue, plate: abc123}]\nidentity: adfs", issuer="kind: public"))
    told = str(caught.value).splitlines()
    assert sum("bakery.no-outsiders" in line for line in told) == 1
    assert "  for 3: east/shop-front, east/coffee-machine, east/van/blue" in told


@pytest.mark.parametrize(
    ("day", "names", "refused"),
    [
        (date(2026, 11, 21), ["dns:shop.contoso.com", "ip:8.8.8.8"], []),
        (date(2026, 11, 21), ["ip:10.0.0.1"], ["ip:10.0.0.1"]),
        (
            date(2026, 11, 21),
            ["dns:shop", "dns:a.internal", "dns:x.cloudapp.azure.com"],
            ["dns:shop", "dns:a.internal", "dns:x.cloudapp.azure.com"],
        ),
        (date(2027, 3, 15), ["dns:shop.contoso.com"], ["clientAuth"]),
    ],
)
def test_what_a_public_ca_would_not_issue(day: date, names: list[str], refused: list[str]) -> None:
    listed = tuple(GeneralName(*name.split(":", 1)) for name in names)  # type: ignore[arg-type]
    draft = Draft(names=listed, extended_key_usage=("serverAuth", "clientAuth"))
    found = list(refusals(draft, day))
    assert [asked for asked, _, _ in found] == refused
    assert all(source for _, _, source in found)


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2019, 1, 1), 825),
        (date(2026, 3, 14), 398),
        (date(2026, 3, 15), 200),
        (date(2027, 3, 15), 100),
        (date(2029, 3, 15), 47),
    ],
)
def test_the_longest_life_of_a_public_certificate_shrinks(day: date, days: int) -> None:
    assert longest_life(day) == timedelta(days=days)
