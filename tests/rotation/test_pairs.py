"""Which pairs a rotation must keep, and that a broken one is seen before anybody meets it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certwright.model import Draft, Held, Line, Mismatch, Plan
from certwright.rotation.pairs import Pair, Proof, pairs, proofs, under_way
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate
from certwright.x509.write import Profile, prepare

NOW = datetime(2026, 11, 22, tzinfo=UTC)
YEAR = timedelta(days=365)
SIGNS = frozenset({"keyCertSign", "cRLSign"})
NAMES = {"root": "Root", "issuing": "Issuing", "root-2": "Root G2", "issuing-2": "Issuing G2"}
OLD = Line("contoso", 1, "verify-only", "contoso/root", "contoso/issuing")
NEW = Line(
    "contoso", 2, "signing", "contoso/root-2", "contoso/issuing-2", bridge="contoso/bridge-2", bridged_by="contoso/root"
)


@dataclass(frozen=True)
class World:
    """Both generations, the bridge between them, and a leaf of each, held as an inventory holds them."""

    held: dict[str, Held]
    plan: Plan
    renewed: bytes = b""  # the old issuing CA's certificate for another key

    def proofs(self, before: Line = OLD, after: Line = NEW, now: datetime = NOW) -> list[Proof]:
        plan = replace(self.plan, lines=(before, after))
        return list(proofs(plan, before, after, self.held, (), now))

    def broken(self, before: Line = OLD, after: Line = NEW) -> list[tuple[int, int]]:
        return [(one.pair.leaf, one.pair.bundle) for one in self.proofs(before, after) if one.holds is False]


class Maker:
    def __init__(self) -> None:
        self.keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in (*NAMES, "leaf", "other")}
        self.made: dict[str, CertificateFacts] = {}
        self.throwaway = ec.generate_private_key(ec.SECP256R1())

    def sign(self, place: str, signer: str, draft: Draft, key: str, years: int, bridged: str = "") -> Held:
        issuer = self.made.get(signer)
        subject = self.made[bridged] if bridged else None
        end = NOW + years * YEAR
        profile = Profile(draft, self.keys[key].public_key(), len(self.made) + 1, NOW - YEAR, end, issuer, subject)
        facts = read_certificate(prepare(profile, self.throwaway, no_mismatch).sign(self.keys[signer]))
        self.made[place] = facts
        chain = [self.made[signer].der] if issuer else []
        if signer in ("issuing", "issuing-2"):
            chain.append(self.made[signer.replace("issuing", "root")].der)
        address = f"contoso/{place}" if key != "leaf" else place
        parent = f"contoso/{signer}" if issuer else address
        return Held(address, facts.der, tuple(chain), key, facts.serial, facts.not_before, facts.not_after, "", parent)


def no_mismatch(_: CertificateFacts) -> tuple[Mismatch, ...]:
    return ()


def world(bridge: str = "root-2", years: int = 9) -> World:
    """`bridge` is the key that the bridge certifies, `years` are those of the old root."""
    maker, held = Maker(), []
    for number, life in (("", years), ("-2", 9)):
        root = Draft(subject=f"CN={NAMES['root' + number]}", authority=True, key_usage=SIGNS)
        held.append(maker.sign(f"root{number}", f"root{number}", root, f"root{number}", life))
        issuing = Draft(subject=f"CN={NAMES['issuing' + number]}", authority=True, path_length=0, key_usage=SIGNS)
        held.append(maker.sign(f"issuing{number}", f"root{number}", issuing, f"issuing{number}", min(life, 8)))
        leaf = Draft(subject=f"CN=leaf{number}", key_usage=frozenset({"digitalSignature"}))
        held.append(maker.sign(f"plant/leaf{number}", f"issuing{number}", leaf, "leaf", 1))
    draft = Draft(subject="CN=Root G2", authority=True, path_length=1, key_usage=SIGNS)
    held.append(maker.sign("bridge-2", "root", draft, bridge, years, "root-2" if bridge == "root-2" else ""))
    known = {one.place: one for one in held}
    again = Draft(subject="CN=Issuing", authority=True, path_length=0, key_usage=SIGNS)
    renewed = maker.sign("issuing-again", "root", again, "other", min(years, 8))
    return World(known, Plan((), (), (), lines=(OLD, NEW)), renewed.certificate)


def test_all_four_pairs_hold_while_both_generations_are_trusted() -> None:
    assert [(one.pair.leaf, one.pair.bundle, one.holds) for one in world().proofs()] == [
        (1, 1, True), (1, 2, True), (2, 2, True), (2, 1, True),
    ]  # fmt: skip


def test_what_was_superseded_is_looked_at_too() -> None:
    """Of those the inventory knows the certificate, and no chain."""
    made = world()
    old = replace(made.held.pop("plant/leaf"), chain=())
    assert [one.holds for one in proofs(made.plan, OLD, NEW, made.held, (old,), NOW)] == [True] * 4


def test_a_bridge_with_another_key_is_seen() -> None:
    (proof,) = [one for one in world(bridge="other").proofs() if one.holds is False]
    assert proof.pair == Pair(2, 1, works=True)
    assert proof.reason


def test_a_bridge_that_is_not_there_is_seen() -> None:
    made = world()
    del made.held["contoso/bridge-2"]
    assert made.broken() == [(2, 1)]
    assert made.broken(after=replace(NEW, bridged_by="")) == []


def test_a_new_generation_is_looked_at_before_it_has_signed_anything() -> None:
    made = world()
    del made.held["plant/leaf-2"]
    assert [one.holds for one in made.proofs()] == [True] * 4
    made.held["contoso/root-2"] = world().held["contoso/root-2"]  # of its name, and another key
    assert (2, 2) in made.broken()


def test_when_the_old_root_is_retired_its_leaf_must_fail() -> None:
    made, retired = world(), replace(OLD, state="retired")
    assert [(one.pair, one.holds) for one in made.proofs(before=retired)] == [
        (Pair(2, 2, works=True), True), (Pair(1, 2, works=False), True),
    ]  # fmt: skip
    made.held["contoso/root-2"] = made.held["contoso/root"]  # a trust list that still lets it in
    assert (1, 2) in made.broken(before=retired)


def test_what_has_expired_proves_nothing() -> None:
    made = world(years=2)
    told = {(one.pair.leaf, one.pair.bundle): one.holds for one in made.proofs(now=NOW + 3 * YEAR)}
    assert told == {(1, 1): None, (1, 2): None, (2, 2): True, (2, 1): None}


@pytest.mark.parametrize(
    ("before", "after", "bridge", "expected"),
    [
        ("signing", "declared", True, {(1, 1): True}),
        ("signing", "staged", True, {(1, 1): True, (1, 2): True}),
        ("verify-only", "signing", True, {(1, 1): True, (1, 2): True, (2, 2): True, (2, 1): True}),
        ("verify-only", "signing", False, {(1, 1): True, (1, 2): True, (2, 2): True}),
        ("retired", "signing", True, {(2, 2): True, (1, 2): False}),
    ],
)
def test_what_each_state_keeps(before: str, after: str, bridge: bool, expected: dict[tuple[int, int], bool]) -> None:
    new = replace(NEW, state=after, bridged_by=NEW.bridged_by if bridge else "")
    assert {(one.leaf, one.bundle): one.works for one in pairs(replace(OLD, state=before), new)} == expected


def test_below_one_root_every_trust_list_knows_both() -> None:
    new = replace(NEW, root="contoso/root", bridge="")
    assert {(one.leaf, one.bundle) for one in pairs(OLD, new)} == {(1, 1), (1, 2), (2, 2), (2, 1)}
    assert pairs(replace(OLD, state="retired"), new) == (Pair(2, 2, works=True),)


def test_the_last_two_generations_are_looked_at() -> None:
    third = Line("contoso", 3, "staged", "contoso/root-3", "contoso/issuing-3")
    plan = Plan((), (), (), lines=(replace(OLD, state="retired"), NEW, third))
    assert under_way(plan, "contoso") == (NEW, third)
    assert under_way(plan, "another") is None
    assert under_way(Plan((), (), (), lines=(OLD, replace(NEW, state="declared"))), "contoso") is None


def test_what_is_below_a_revoked_issuing_ca_is_meant_to_fail_whatever_the_trust_list() -> None:
    made = world()
    gone = made.held["contoso/issuing"]
    found = list(proofs(made.plan, OLD, NEW, made.held, (), NOW, {("contoso/root", gone.serial)}))
    told = {(one.pair.leaf, one.pair.bundle): (one.pair.works, one.holds, one.revoked) for one in found}
    assert told[1, 1] == told[1, 2] == (False, True, ("contoso/root", gone.serial))
    assert told[2, 1] == told[2, 2] == (True, True, None)


def test_an_issuing_ca_certified_anew_with_another_key_is_told_from_the_one_before() -> None:
    """What the one before signed is proved with the certificate of the one before; a revoked one is passed over."""
    made, plain = world(), replace(NEW, bridge="")
    before = made.held["contoso/issuing"]
    made.held["contoso/issuing"] = replace(before, certificate=made.renewed, serial=before.serial + 100)
    found = list(proofs(made.plan, OLD, plain, made.held, (before,), NOW))
    assert [one.holds for one in found if one.pair.leaf == 1] == [True, True]
    found = list(proofs(made.plan, OLD, plain, made.held, (before,), NOW, {("contoso/root", before.serial)}))
    assert [(one.holds, one.revoked) for one in found if one.pair.leaf == 1] == [(True, None), (True, None)]
