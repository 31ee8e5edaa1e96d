"""Every gate of a rotation: what keeps it closed, and that it opens without that."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from certwright.generations import State
from certwright.model import Held
from certwright.rotation.gates import Outlook, gates
from certwright.rotation.progress import progress
from certwright.rotation.steps import Block, Gate, Step

from .course import GATE, NOW, PEER, TILL, made, outlook, sighting

YEAR = 366
ROOT = "contoso/root-2"


def gate(seen: Outlook) -> Gate:
    (one,) = gates(seen)
    return one


def kinds(seen: Outlook) -> set[str]:
    return {block.kind for block in gate(seen).blocks}


def trusting(state: str = "staged", more: str = "") -> dict[str, object]:
    held = made(state, more)
    roots = [held["contoso/root"], held[ROOT]]
    leaf = held["east/shop-front"]
    at = NOW + timedelta(days=1)
    return {"sightings": {one.id: sighting(one, roots, leaf if one is GATE else None, at) for one in (GATE, TILL)}}


# ── declared → staged ──


def test_what_is_declared_is_staged() -> None:
    one = gate(outlook("declared"))
    assert one.step == Step("contoso", 2, State.STAGED)
    assert one.is_open


def test_it_is_not_staged_before_its_day() -> None:
    more = "stage_from: 2026-12-24"
    assert gate(outlook("declared", more)).blocks == (Block("day", until=date(2026, 12, 24)),)
    assert gate(outlook("declared", more, days=40)).is_open


def test_it_is_not_staged_before_there_is_a_first() -> None:
    assert kinds(outlook("declared", held={})) == {"place"}


def test_a_new_issuing_ca_instead_of_a_compromised_one_signs_at_once() -> None:
    assert gate(outlook("declared", "scope: issuing, compromised: true")).step.to is State.SIGNING
    assert gate(outlook("declared", "scope: issuing")).step.to is State.STAGED
    assert gate(outlook("declared", "compromised: true")).step.to is State.STAGED


# ── staged → signing ──


def test_it_signs_when_all_were_seen_to_trust_it() -> None:
    one = gate(outlook("staged", **trusting()))
    assert one.step == Step("contoso", 2, State.SIGNING)
    assert one.is_open


def test_who_was_never_seen_keeps_it_from_signing() -> None:
    assert gate(outlook("staged")).blocks == (Block("unseen", GATE.id), Block("unseen", TILL.id))


def test_years_do_not_help() -> None:
    assert not gate(outlook("staged", days=2000)).is_open


def test_who_has_the_old_root_only_keeps_it_from_signing() -> None:
    old = {TILL.id: sighting(TILL, [made("staged")["contoso/root"]])}
    seen = trusting()["sightings"] | old  # type: ignore[operator]
    assert gate(outlook("staged", sightings=seen)).blocks == (Block("untrusting", TILL.id),)


def test_a_look_that_could_not_see_the_list_is_none() -> None:
    blind = {TILL.id: replace(sighting(TILL, []), trusted=None)}
    seen = trusting()["sightings"] | blind  # type: ignore[operator]
    assert gate(outlook("staged", sightings=seen)).blocks == (Block("unseen", TILL.id),)


def test_nobody_at_all_is_not_everybody() -> None:
    assert gate(outlook("staged", consumers=())).blocks == (Block("nobody", "contoso"),)


def test_consumers_of_others_do_not_count() -> None:
    other = replace(TILL, id="east/other", issuer="fabrikam")
    assert gate(outlook("staged", consumers=(GATE, TILL, other), **trusting())).is_open


def test_it_does_not_sign_before_its_day() -> None:
    more = "sign_from: 2026-12-24"
    assert gate(outlook("staged", more, **trusting("staged", more))).blocks == (Block("day", until=date(2026, 12, 24)),)
    assert gate(outlook("staged", more, days=40, **trusting("staged", more))).is_open


def test_lists_that_are_not_delivered_keep_it_from_signing() -> None:
    seen = outlook("staged", unfinished=frozenset(["east/trusted-root"]), **trusting())
    assert gate(seen).blocks == (Block("place", "east/trusted-root"),)


def test_a_new_issuing_ca_needs_only_those_who_follow_no_path() -> None:
    more = "scope: issuing"
    held = made("staged", more)
    assert gate(outlook("staged", more)).is_open
    alone = outlook("staged", more, consumers=(PEER,))
    assert gate(alone).blocks == (Block("unseen", PEER.id),)
    root = {PEER.id: sighting(PEER, [held["contoso/root"]])}
    assert gate(replace(alone, sightings=root)).blocks == (Block("untrusting", PEER.id),)
    both = {PEER.id: sighting(PEER, [held["contoso/root"], held["contoso/issuing-2"]])}
    assert gate(replace(alone, sightings=both)).is_open


# ── verify-only → retired ──


def test_it_is_retired_when_nothing_depends_on_it() -> None:
    one = gate(outlook("signing", days=3 * YEAR, **trusting("signing")))
    assert one.step == Step("contoso", 1, State.RETIRED)
    assert one.is_open


def test_it_is_not_retired_while_what_it_signed_may_live() -> None:
    (block,) = gate(outlook("signing", **trusting("signing"))).blocks
    assert block.kind == "day"
    assert block.until is not None
    assert block.until > date(2027, 11, 21)


def test_the_declared_day_counts_instead() -> None:
    more = "retire_from: 2029-06-01"
    seen = trusting("signing", more)
    assert gate(outlook("signing", more, days=500, **seen)).blocks == (Block("day", until=date(2029, 6, 1)),)
    assert gate(outlook("signing", more, days=1000, **seen)).is_open


def test_who_presents_what_it_signed_keeps_it() -> None:
    old = sighting(GATE, [made("signing")[ROOT]], made("staged")["east/shop-front"], NOW + timedelta(days=2))
    seen = trusting("signing")["sightings"] | {GATE.id: old}  # type: ignore[operator]
    assert gate(outlook("signing", days=3 * YEAR, sightings=seen)).blocks == (Block("presenting", GATE.id),)


def test_who_presents_something_and_was_not_seen_since_keeps_it() -> None:
    before = sighting(GATE, [made("signing")[ROOT]], made("signing")["east/shop-front"], NOW - timedelta(days=1))
    seen = trusting("signing")["sightings"] | {GATE.id: before}  # type: ignore[operator]
    kept = [block for block in gate(outlook("signing", sightings=seen)).blocks if block.kind != "day"]
    assert kept == [Block("unseen", GATE.id)]
    assert gate(outlook("signing", days=3 * YEAR, sightings=seen)).is_open, "what it could present has ended by then"


def test_who_does_not_trust_the_new_one_keeps_it() -> None:
    old = {TILL.id: sighting(TILL, [made("signing")["contoso/root"]])}
    seen = trusting("signing")["sightings"] | old  # type: ignore[operator]
    assert gate(outlook("signing", days=3 * YEAR, sightings=seen)).blocks == (Block("untrusting", TILL.id),)


@pytest.mark.parametrize("behind", ["held", "unfinished"])
def test_a_place_that_is_not_done_keeps_it(behind: str) -> None:
    seen = outlook("signing", days=3 * YEAR, **trusting("signing"))
    if behind == "held":
        seen = replace(seen, held={**seen.held, "east/shop-front": made("staged")["east/shop-front"]})
    else:
        seen = replace(seen, unfinished=frozenset(["east/shop-front"]))
    assert Block("place", "east/shop-front") in gate(seen).blocks
    assert not replace(gate(seen), forced="in a hurry").is_open, "force never skips our own work"


def left_over(days: int) -> Held:
    have = made("staged")["east/shop-front"]
    return replace(have, place="east/gone", not_after=NOW + timedelta(days=days))


def test_what_it_signed_for_a_place_that_is_gone_keeps_it_while_it_lives() -> None:
    seen = outlook("signing", days=3 * YEAR, **trusting("signing"))
    living, ended = left_over(4 * YEAR), left_over(2 * YEAR)
    blocks = gate(replace(seen, held={**seen.held, "east/gone": living})).blocks
    assert blocks == (Block("credential", "east/gone", living.not_after.date()),)
    assert gate(replace(seen, held={**seen.held, "east/gone": ended})).is_open
    revoked = frozenset([(living.issuer, living.serial)])
    assert gate(replace(seen, held={**seen.held, "east/gone": living}, revoked=revoked)).is_open


def test_a_compromised_one_waits_for_nobody() -> None:
    assert gate(outlook("signing", "compromised: true")).is_open
    assert not gate(outlook("signing")).is_open


# ── by force, and afterwards ──


def test_a_forced_step_needs_no_observation_and_no_day() -> None:
    seen = outlook("staged", "sign_from: 2030-01-01", forced={"contoso/2/signing": "scrapped"})
    assert gate(seen).is_open
    assert gate(seen).forced == "scrapped"
    assert kinds(seen) == {"day", "unseen"}


def test_another_permission_does_not_count() -> None:
    assert not gate(outlook("staged", forced={"contoso/1/retired": "scrapped"})).is_open


def test_nothing_is_under_way_when_the_old_one_is_retired() -> None:
    assert gates(outlook("retired")) == ()


# ── the one next step ──


@pytest.mark.parametrize(
    ("seen", "command"),
    [
        (outlook("declared"), "certwright apply f.yaml"),
        (outlook("staged", consumers=()), "certwright apply f.yaml"),
        (outlook("staged"), "certwright ca script f.yaml east/gate"),
        (outlook("staged", **trusting()), "certwright apply f.yaml"),
        (outlook("signing", **trusting("signing")), "certwright apply f.yaml"),
        (outlook("retired"), ""),
    ],
)
def test_there_is_one_next_step(seen: Outlook, command: str) -> None:
    (one,) = progress(seen, "f.yaml")
    assert one.next.command == command
    assert one.next.told


def test_the_matrix_tells_who_trusts_and_presents_what() -> None:
    (one,) = progress(outlook("signing", **trusting("signing")), "f.yaml")
    row = next(row for row in one.rows if row.consumer is GATE)
    assert [(reach.number, reach.trusts, len(reach.presents)) for reach in row.reaches] == [
        (1, "yes", 0),
        (2, "yes", 1),
    ]
