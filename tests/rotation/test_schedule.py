"""Rotations that cannot end well are refused while they are planned, each beside one that can; what a plan holds."""

from datetime import UTC, datetime, timedelta

import pytest

from certwright.errors import Impossible
from certwright.generations import Generation, State
from certwright.manifest.read import read_deployment
from certwright.model import Place, Plan
from certwright.plan.make import make_plan

from .course import NOW, PRODUCTS, SITE, deployment, generations, planned

TODAY = NOW.date()


def codes(more: str = "", state: str = "declared", ends: dict[str, int] | None = None) -> set[str]:
    """What is refused; `ends` are days from now on which what is held ends."""
    until = {place: NOW + timedelta(days=days) for place, days in (ends or {}).items()}
    try:
        make_plan(deployment(more), PRODUCTS, TODAY, generations(state), until)
    except Impossible as refused:
        return {one.code for one in refused.conflicts}
    return set()


# ── refused, and not ──


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("root: {years: 2}, issuing: {years: 10}", "certwright.parent-dies-first"),
        ("issuing: {years: 2}", "certwright.parent-dies-first"),
        ("retire_from: 2027-06-01", "certwright.rotation-too-short"),
        ("retire_from: 2029-03-01, stage_from: 2027-06-01", "certwright.rotation-too-short"),
        ("retire_from: 2029-03-10, distribution: 90", "certwright.rotation-too-short"),
    ],
)
def test_days_that_do_not_fit(more: str, code: str) -> None:
    assert codes(more) == {code}


@pytest.mark.parametrize(
    "more",
    [
        "",
        "root: {years: 11}, issuing: {years: 10}",
        "issuing: {years: 3}",
        "retire_from: 2029-04-01",
        "retire_from: 2029-02-15, distribution: 1",
        "retire_from: 2026-12-01, compromised: true",
    ],
)
def test_days_that_fit(more: str) -> None:
    assert codes(more) == set()


def test_an_old_root_that_ends_too_early() -> None:
    held = {"contoso/root": 20, "contoso/issuing": 20}
    assert codes("", ends=held) == {"certwright.rotation-too-late"}
    assert codes("distribution: 7", ends=held) == set()
    assert codes("distribution: 7, sign_from: 2027-03-01", ends=held) == {"certwright.rotation-too-late"}
    assert codes("", ends={"contoso/root": 31}) == set()
    assert codes("compromised: true", ends=held) == set(), "an emergency is not refused for its day"


def test_a_rotation_under_way_is_not_refused_for_the_end_of_the_old_root() -> None:
    assert codes("", "staged", {"contoso/root": 2}) == set()


def test_a_new_issuing_ca_that_would_outlive_its_root() -> None:
    assert codes("scope: issuing", ends={"contoso/root": 9 * 365}) == {"certwright.parent-dies-first"}
    assert codes("scope: issuing, issuing: {years: 5}", ends={"contoso/root": 9 * 365}) == set()


def test_two_at_once() -> None:
    text = SITE.replace(
        "      - {number: 2, reason: it ends%s}\n", "      - {number: 2, reason: a}\n      - {number: 3, reason: b}\n"
    )
    twice = read_deployment(text, "bakery.yaml", PRODUCTS)
    for state in ("declared", "staged", "signing"):
        with pytest.raises(Impossible, match="rotated once at a time"):
            make_plan(twice, PRODUCTS, TODAY, generations(state))
    assert make_plan(twice, PRODUCTS, TODAY, generations("retired"))


def test_a_generation_that_is_no_longer_declared() -> None:
    text = SITE[: SITE.index("    generations:")] + SITE[SITE.index("sites:") :]
    undeclared = read_deployment(text, "bakery.yaml", PRODUCTS)
    for state in ("staged", "signing", "retired"):
        with pytest.raises(Impossible, match="generation 2 of contoso") as refusal:
            make_plan(undeclared, PRODUCTS, TODAY, generations(state))
        assert [one.code for one in refusal.value.conflicts] == ["certwright.generation-gone"]
    assert make_plan(undeclared, PRODUCTS, TODAY)


# ── what the plan holds in every state ──


def places(plan: Plan) -> dict[str, Place]:
    return {place.id: place for place in plan.places}


@pytest.mark.parametrize(
    ("state", "authorities", "signer", "roots", "files"),
    [
        ("declared", {"root", "issuing"}, "issuing", ["root"], ["root.cer"]),
        ("staged", {"root", "issuing", "root-2", "issuing-2", "bridge-2"}, "issuing", ["root", "root-2"],
         ["root.cer", "root-2.cer"]),
        ("signing", {"root", "issuing", "root-2", "issuing-2", "bridge-2"}, "issuing-2", ["root", "root-2"],
         ["root-1.cer", "root.cer"]),
        ("retired", {"root-2", "issuing-2"}, "issuing-2", ["root-2"], ["root.cer"]),
    ],
)  # fmt: skip
def test_a_root_in_every_state(
    state: str, authorities: set[str], signer: str, roots: list[str], files: list[str]
) -> None:
    found = places(planned(state))
    assert {one.partition("/")[2] for one in found if one.startswith("contoso/")} == authorities
    assert found["east/shop-front"].issuer == f"contoso/{signer}"
    assert found["east/shop-front"].draft.crl_distribution_points == (
        f"http://pki.contoso.com/crl/contoso-{signer}.crl",
    )
    trust = found["east/trusted-root"]
    assert [one for one in trust.anchor_places if "bridge" not in one] == [f"contoso/{one}" for one in roots]
    assert [one.path for one in trust.packages] == [f"east/{one}" for one in files]


def test_a_new_issuing_ca_changes_no_trust_list() -> None:
    for state in ("staged", "signing", "retired"):
        found = places(planned(state, "scope: issuing"))
        assert found["east/trusted-root"].anchor_places == ("contoso/root",)
        assert found["contoso/issuing-2"].issuer == "contoso/root"
        assert "contoso/root-2" not in found


def test_who_signs_no_more_is_left_as_it_is() -> None:
    found = places(planned("signing"))
    assert {one for one, place in found.items() if place.renewal.never} >= {"contoso/root", "contoso/issuing"}
    assert not found["contoso/root-2"].renewal.never
    assert not places(planned("signing", "scope: issuing"))["contoso/root"].renewal.never


def test_names_are_numbered() -> None:
    found = places(planned("staged"))
    assert found["contoso/root-2"].draft.subject == "CN=Contoso Root CA G2"
    assert found["contoso/issuing-2"].draft.subject == "CN=Contoso Issuing CA G2"
    assert found["contoso/root-2"].title == "Root CA of contoso G2"


@pytest.mark.parametrize(
    ("state", "words"), [("declared", "is to be"), ("staged", "handed out"), ("signing", "signs since")]
)
def test_the_plan_says_what_is_under_way(state: str, words: str) -> None:
    (note,) = planned(state).notes
    assert words in note
    assert "it ends" in note
    assert planned("retired").notes == ()


def test_a_deployment_that_never_rotates_is_planned_as_before() -> None:
    text = SITE[: SITE.index("    generations:")] + SITE[SITE.index("sites:") :]
    plan = make_plan(read_deployment(text, "bakery.yaml", PRODUCTS), PRODUCTS, TODAY)
    assert plan.lines == ()
    assert plan.notes == ()
    assert plan.places == planned("declared").places


def test_an_issuer_without_a_rotation_stands_beside_one() -> None:
    text = (
        (SITE % "")
        .replace("issuers:\n", "issuers:\n  fabrikam: {}\n")
        .replace("bakery, domain", "bakery, issuer: fabrikam, domain")
    )
    recorded = (Generation("contoso", 2, State.STAGED, datetime(2026, 11, 1, tzinfo=UTC)),)
    plan = make_plan(read_deployment(text, "bakery.yaml", PRODUCTS), PRODUCTS, TODAY, recorded)
    assert places(plan)["east/shop-front"].issuer == "fabrikam/issuing"
    assert places(plan)["east/trusted-root"].anchor_places == ("fabrikam/root",)
