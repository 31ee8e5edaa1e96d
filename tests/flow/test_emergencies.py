"""Emergencies within a rotation: whatever is compromised, the right things end, and the rest goes on."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from certwright.errors import Refused
from certwright.generations import Scope
from certwright.inventory import Inventory
from certwright.rotation.emergency import Emergency, steps
from certwright.wiring.applying import preview
from certwright.wiring.checking import check
from certwright.wiring.declaring import Wish, declare, declare_compromised
from certwright.wiring.emergency import emergency_of
from certwright.wiring.forcing import force, next_gate
from certwright.wiring.revoking import revoke
from certwright.x509.crl import read_crl
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

from .rotated import Bakery

LEAVES = ("east/shop-front", "east/coffee-machine", "east/van/blue")
ROOT_1, ROOT_2, ROOT_3 = "CN=Contoso Root CA", "CN=Contoso Root CA G2", "CN=Contoso Root CA G3"


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Copies of one bakery in every state of a rotation of its root, and of its issuing CA."""
    made = Bakery(tmp_path_factory.mktemp("made"))
    made.apply()
    found = {"first": made.folder}
    for scope in ("root", "issuing"):
        staged = Bakery(Path(shutil.copytree(made.folder, tmp_path_factory.mktemp(scope) / "staged")))
        peer = f"    - {{number: 2, reason: it ends, scope: {scope}, sign_from: 2026-11-23}}\n"
        staged.declare(peer)
        staged.day = 0.0
        staged.apply(1)
        assert staged.states() == {2: "staged"}
        found[f"{scope} staged"] = staged.folder
        signing = Bakery(Path(shutil.copytree(staged.folder, tmp_path_factory.mktemp(scope) / "signing")))
        signing.day = 1
        signing.see()
        signing.apply(1)
        assert signing.states() == {1: "verify-only", 2: "signing"}
        found[f"{scope} signing"] = signing.folder
    return found


At = Callable[[str], Bakery]


@pytest.fixture
def at(once: dict[str, Path], tmp_path: Path) -> At:
    def copied(state: str) -> Bakery:
        bakery = Bakery(Path(shutil.copytree(once[state], tmp_path / "bakery")))
        bakery.day = 2
        return bakery

    return copied


def compromise(bakery: Bakery, scope: Scope, number: int | None = None) -> list[str]:
    """Declared by the command; what it says is to be done."""
    declared = declare_compromised(bakery.loaded(), "contoso", Wish("stolen", scope), number)
    declared.write()
    return [told for told, _ in steps(Emergency(declared.old, scope, declared.loaded.plan, "bakery.yaml", "out"))]


def trusted(bakery: Bakery) -> set[str]:
    files = [bakery.folder / "out" / one for one in bakery.files() if one.startswith("east/root")]
    return {read_certificate(der).subject for file in files for der in certificates_in(file.read_bytes())}


def issuers(bakery: Bakery) -> set[str]:
    held = bakery.held()
    return {held[place].issuer for place in LEAVES}


def listed(bakery: Bakery, root: str) -> dict[int, str]:
    found = read_crl((bakery.folder / f"out/pki/contoso-{root}.crl").read_bytes()).revoked
    return {serial: str(one.reason) for serial, one in found.items()}


def whole(bakery: Bakery) -> None:
    assert preview(bakery.loaded()) == ()
    report = check(bakery.loaded())
    assert not report.findings()
    assert not report.unjudged


# ── the one that signs ──


def test_an_issuing_ca_is_replaced_while_another_root_is_staged(at: At) -> None:
    bakery = at("root staged")
    before = bakery.held()["contoso/issuing"].serial
    told = compromise(bakery, "issuing")
    assert "Generation 2 is not concerned, and goes on afterwards as before." in told
    bakery.apply()
    assert bakery.states() == {1: "retired", 2: "staged", 3: "signing"}
    assert issuers(bakery) == {"contoso/issuing-3"}
    assert bakery.held()["contoso/issuing-3"].issuer == "contoso/root"
    assert listed(bakery, "root") == {before: "cACompromise"}
    assert trusted(bakery) == {ROOT_1, ROOT_2}
    whole(bakery)
    bakery.see()
    bakery.apply(1)
    assert bakery.states() == {1: "retired", 2: "signing", 3: "verify-only"}
    assert bakery.held()["contoso/bridge-2"].issuer == "contoso/root"
    whole(bakery)
    bakery.see()
    bakery.apply(830)
    assert bakery.states() == {1: "retired", 2: "signing", 3: "retired"}
    assert trusted(bakery) == {ROOT_2}
    whole(bakery)
    declare(bakery.loaded(), "contoso", Wish("again", "issuing")).write()
    assert "replaces: 2" in bakery.file.read_text()
    bakery.apply()
    assert bakery.held()["contoso/issuing-4"].issuer == "contoso/root-2"


def test_what_it_was_before_it_was_renewed_with_its_key_is_revoked_too(at: At) -> None:
    bakery = at("first")
    first = bakery.held()["contoso/issuing"]
    bakery.edit("    issuing: {key: ec-256}", "    issuing: {key: ec-256, years: 9}")
    bakery.apply()
    second = bakery.held()["contoso/issuing"]
    assert first.serial != second.serial
    keys = [read_certificate(one.certificate).key.spki for one in (first, second)]
    assert keys[0] == keys[1]
    compromise(bakery, "issuing")
    applied = bakery.apply(1)
    assert listed(bakery, "root") == dict.fromkeys((first.serial, second.serial), "cACompromise")
    assert applied.messages.count("contoso/issuing is revoked by contoso/root") == 1
    whole(bakery)


def test_a_staged_root_that_everybody_trusts_takes_over_instead(at: At) -> None:
    bakery = at("root staged")
    bakery.edit("sign_from: 2026-11-23", "sign_from: 2027-03-01")
    bakery.see()
    told = compromise(bakery, "issuing")
    assert "Generation 2, which everybody was seen to trust, signs from now on." in told
    assert "compromised: [issuing]" in bakery.file.read_text()
    before = bakery.held()["contoso/issuing"].serial
    bakery.apply()
    assert bakery.states() == {1: "verify-only", 2: "signing"}, "its root is not compromised: it goes when it can"
    assert issuers(bakery) == {"contoso/issuing-2"}
    assert listed(bakery, "root") == {before: "cACompromise"}
    whole(bakery)


def test_an_issuing_ca_is_replaced_while_the_one_before_is_still_trusted(at: At) -> None:
    bakery = at("root signing")
    told = compromise(bakery, "issuing")
    assert "Generation 1 is not concerned, and goes on afterwards as before." in told
    bakery.apply()
    assert bakery.states() == {1: "verify-only", 2: "retired", 3: "signing"}
    assert bakery.held()["contoso/issuing-3"].issuer == "contoso/root-2"
    assert trusted(bakery) == {ROOT_1, ROOT_2}
    assert len(listed(bakery, "root-2")) == 1
    whole(bakery)
    bakery.see()
    bakery.apply(830)
    assert bakery.states() == {1: "retired", 2: "retired", 3: "signing"}
    assert trusted(bakery) == {ROOT_2}
    whole(bakery)


def test_a_sibling_takes_over_at_once_when_it_is_staged(at: At) -> None:
    bakery = at("issuing staged")
    compromise(bakery, "issuing")
    bakery.apply()
    assert bakery.states() == {1: "retired", 2: "signing"}
    whole(bakery)


@pytest.mark.parametrize("state", ["root signing", "issuing signing"])
def test_the_root_that_signs_within_a_rotation(at: At, state: str) -> None:
    bakery = at(state)
    bridge = bakery.held().get("contoso/bridge-2")
    compromise(bakery, "root")
    bakery.apply()
    assert bakery.states() == {1: "verify-only", 2: "signing", 3: "staged"} or state == "issuing signing"
    assert bakery.states()[3] == "staged"
    assert not check(bakery.loaded()).findings()
    bakery.see()
    bakery.apply(1)
    assert issuers(bakery) == {"contoso/issuing-3"}
    states = bakery.states()
    assert (states[2], states[3]) == ("retired", "signing")
    if state == "root signing":
        assert states[1] == "verify-only", "it is another root, and not concerned"
        assert trusted(bakery) == {ROOT_1, ROOT_3}
        assert bridge is not None
        assert list(listed(bakery, "root")) == [bridge.serial], "nobody is led to the compromised root any more"
    else:
        assert states[1] == "retired"
        assert trusted(bakery) == {ROOT_3}
    whole(bakery)


def test_the_root_while_its_next_issuing_ca_is_staged(at: At) -> None:
    bakery = at("issuing staged")
    told = compromise(bakery, "root")
    assert "Generation 2 is withdrawn: it stands below the same root." in told
    bakery.apply()
    assert bakery.states() == {2: "retired", 3: "staged"}
    assert issuers(bakery) == {"contoso/issuing"}, "what works goes on, until there is something to replace it"
    bakery.see()
    bakery.apply(1)
    assert bakery.states() == {1: "retired", 2: "retired", 3: "signing"}
    assert trusted(bakery) == {ROOT_3}
    whole(bakery)


def test_the_root_while_its_successor_is_staged(at: At) -> None:
    bakery = at("root staged")
    compromise(bakery, "root")
    bakery.apply()
    assert bakery.states() == {2: "staged"}
    assert not any("bridge" in name for name in bakery.files()), "nobody is led to a root by a stolen key"
    bakery.see()
    bakery.apply(1)
    assert bakery.states() == {1: "retired", 2: "signing"}
    whole(bakery)


# ── the one that signed before ──


def test_a_sibling_that_signs_no_more_is_ended_and_revoked(at: At) -> None:
    bakery = at("issuing signing")
    before = bakery.held()["contoso/issuing"].serial
    told = compromise(bakery, "issuing", 1)
    assert told[0].startswith("The compromised authority has signed nothing since generation 2 does")
    bakery.apply()
    assert bakery.states() == {1: "retired", 2: "signing"}
    assert listed(bakery, "root") == {before: "cACompromise"}
    whole(bakery)


def test_an_issuing_ca_below_the_old_root_is_revoked_and_its_root_goes_when_it_can(at: At) -> None:
    bakery = at("root signing")
    before = bakery.held()["contoso/issuing"].serial
    compromise(bakery, "issuing", 1)
    bakery.apply()
    assert listed(bakery, "root") == {before: "cACompromise"}, "whoever still trusts that root has to be told"
    assert bakery.states()[1] == "verify-only", "they still trust that root, and have to fetch its list"
    whole(bakery)
    bakery.see()
    assert emergency_of(bakery.loaded(), "contoso").is_over
    bakery.apply(830)
    assert bakery.states()[1] == "retired"
    whole(bakery)


def test_the_old_root_leaves_the_lists_at_once(at: At) -> None:
    bakery = at("root signing")
    compromise(bakery, "root", 1)
    bakery.apply()
    assert bakery.states() == {1: "retired", 2: "signing"}
    assert trusted(bakery) == {ROOT_2}
    assert not any("bridge" in name for name in bakery.files())
    whole(bakery)


# ── the one that is staged ──


def test_a_staged_issuing_ca_is_withdrawn_and_another_is_staged(at: At) -> None:
    bakery = at("root staged")
    before = bakery.held()["contoso/issuing-2"].serial
    told = compromise(bakery, "issuing", 2)
    assert told[0] == "Generation 2 is withdrawn: it was handed out, and has signed nothing."
    bakery.apply()
    assert bakery.states() == {2: "retired", 3: "staged"}
    assert listed(bakery, "root-2") == {before: "cACompromise"}
    assert trusted(bakery) == {ROOT_1, ROOT_2}
    assert issuers(bakery) == {"contoso/issuing"}
    whole(bakery)
    bakery.apply(1)
    assert bakery.states() == {2: "retired", 3: "staged"}, "nobody was seen to trust its root"
    bakery.see()
    bakery.apply(1)
    assert bakery.states() == {1: "verify-only", 2: "retired", 3: "signing"}, "the first one is not compromised"
    assert bakery.held()["contoso/bridge-2"].issuer == "contoso/root"
    whole(bakery)


def test_a_staged_root_is_withdrawn_and_no_bridge_leads_to_it(at: At) -> None:
    bakery = at("root staged")
    bridge = bakery.held()["contoso/bridge-2"].serial
    compromise(bakery, "root", 2)
    bakery.apply()
    assert bakery.states() == {2: "retired", 3: "staged"}
    assert trusted(bakery) == {ROOT_1, ROOT_3}
    assert listed(bakery, "root") == {bridge: "cACompromise"}
    assert bakery.held()["contoso/bridge-3"].issuer == "contoso/root", "the root that signs is not compromised"
    bakery.see()
    bakery.apply(1)
    assert bakery.states() == {1: "verify-only", 2: "retired", 3: "signing"}
    whole(bakery)


# ── twice, and never ──


def test_two_at_once(at: At) -> None:
    bakery = at("root signing")
    compromise(bakery, "issuing")
    compromise(bakery, "root", 1)
    bakery.apply()
    assert bakery.states() == {1: "retired", 2: "retired", 3: "signing"}
    assert trusted(bakery) == {ROOT_2}
    whole(bakery)


def test_first_the_issuing_ca_and_then_its_root(at: At) -> None:
    bakery = at("first")
    compromise(bakery, "issuing")
    compromise(bakery, "root")
    bakery.apply()
    assert bakery.states() == {2: "retired", 3: "staged"}, "what was not made yet is never made"
    assert "contoso/issuing-2" not in bakery.held()
    bakery.see()
    bakery.apply(1)
    assert bakery.states() == {1: "retired", 2: "retired", 3: "signing"}
    whole(bakery)


def test_the_report_is_about_what_lives(at: At) -> None:
    bakery = at("root signing")
    compromise(bakery, "issuing")
    bakery.apply()
    told = emergency_of(bakery.loaded(), "contoso")
    assert (told.number, told.retired, told.reason) == (2, True, "stolen")
    assert {one.place for one in told.certificates} == set(LEAVES)
    assert all(one.is_done for one in told.certificates)


@pytest.mark.parametrize(
    ("state", "scope", "number", "words", "hint"),
    [
        ("root signing", "issuing", 7, "no generation 7", "name one of these: 1, 2"),
        ("first", "issuing", 2, "no generation 2", "name one of these: 1"),
    ],
)
def test_what_cannot_be_meant(at: At, state: str, scope: Scope, number: int, words: str, hint: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        compromise(at(state), scope, number)
    assert hint in refusal.value.hint


def test_what_was_said_already_is_refused(at: At) -> None:
    bakery = at("root signing")
    compromise(bakery, "issuing")
    with pytest.raises(Refused, match="declared as compromised already") as refusal:
        compromise(bakery, "issuing")
    assert refusal.value.hint.endswith("--report")
    bakery.apply()
    with pytest.raises(Refused, match="declared as compromised already"):
        compromise(bakery, "issuing", 2)
    compromise(bakery, "root", 1)
    bakery.apply()
    with pytest.raises(Refused, match="nobody trusts generation 1"):
        compromise(bakery, "issuing", 1)


def test_a_retired_sibling_is_simply_revoked(at: At) -> None:
    bakery = at("issuing signing")
    bakery.see()
    force(bakery.loaded(), next_gate(bakery.loaded(), "contoso", "retired"), "it is late")
    bakery.apply()
    assert bakery.states()[1] == "retired"
    with pytest.raises(Refused, match="its root is still trusted") as refusal:
        compromise(bakery, "issuing", 1)
    assert refusal.value.hint == f"certwright revoke {bakery.file} contoso/issuing --reason cACompromise"
    revoke(bakery.loaded(), "contoso/issuing", "cACompromise")
    bakery.apply()
    assert list(listed(bakery, "root").values()) == ["cACompromise"]
    assert issuers(bakery) == {"contoso/issuing-2"}
    whole(bakery)


def test_by_hand_an_earlier_certificate_of_the_same_key_is_revoked_too(at: At) -> None:
    bakery = at("issuing signing")
    first = bakery.held()["contoso/issuing"]
    bakery.see()
    force(bakery.loaded(), next_gate(bakery.loaded(), "contoso", "retired"), "it is late")
    bakery.apply()
    second = replace(first, serial=first.serial + 1)  # as if it had been renewed with its key
    with Inventory.open(bakery.loaded().database) as inventory, inventory.writing() as book:
        book.hold([second], bakery.now)
    told = revoke(bakery.loaded(), "contoso/issuing", "cACompromise")
    assert any(f"serial number {first.serial:x}" in one for one in told.messages)
    bakery.apply()
    assert listed(bakery, "root") == dict.fromkeys((first.serial, second.serial), "cACompromise")


# ── `revoke` makes no second authority of one name ──


@pytest.mark.parametrize(
    ("state", "place", "more"),
    [
        ("first", "contoso/issuing", ""),
        ("root signing", "contoso/issuing-2", ""),
        ("root signing", "contoso/issuing", " --generation 1"),
        ("root staged", "contoso/issuing-2", " --generation 2"),
    ],
)
def test_an_issuing_ca_that_is_trusted_is_not_revoked_by_hand(at: At, state: str, place: str, more: str) -> None:
    bakery = at(state)
    with pytest.raises(Refused, match="there would be two of that name") as refusal:
        revoke(bakery.loaded(), place, "cACompromise")
    assert refusal.value.hint == f"certwright ca compromise {bakery.file} --issuer contoso{more} --reason TEXT"
    assert not bakery.events("revoked")


def test_nor_is_that_of_an_issuer_beside_one_that_rotates(at: At) -> None:
    bakery = at("issuing signing")
    bakery.edit("issuers:\n", "issuers:\n  fabrikam: {}\n")
    bakery.edit("    product: bakery\n", "    product: bakery\n    issuer: contoso\n")
    bakery.apply()
    with pytest.raises(Refused, match="there would be two of that name"):
        revoke(bakery.loaded(), "fabrikam/issuing", "cACompromise")


def test_a_bridge_is_given_up_before_it_is_revoked(at: At) -> None:
    bakery = at("root signing")
    with pytest.raises(Refused, match="goes along with certificates") as refusal:
        revoke(bakery.loaded(), "contoso/bridge-2", "superseded")
    assert "bridge: false in generation 2" in refusal.value.hint
    bakery.edit("scope: root", "scope: root, bridge: false")
    bakery.apply()
    revoke(bakery.loaded(), "contoso/bridge-2", "superseded")
    bakery.apply()
    assert list(listed(bakery, "root").values()) == ["superseded"]
    assert not any("bridge" in name for name in bakery.files())
    whole(bakery)
