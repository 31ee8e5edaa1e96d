"""In an emergency, what an OPC UA peer would refuse waits until it has the issuing CA; nothing else does."""

import shutil
from pathlib import Path

import pytest

from certwright.rotation.emergency import Emergency, steps
from certwright.wiring.applying import preview
from certwright.wiring.checking import check
from certwright.wiring.declaring import Wish, declare_compromised
from certwright.wiring.forcing import force, next_gate
from certwright.wiring.sightings import consumers
from certwright.x509.crl import read_crl
from certwright.x509.read import read_certificate

from .rotated import Deployment
from .test_bridges import Plant

PEERS = """    consumers:
      - {name: press-1, stack: opcua, checks: [opcua-connector]}
      - {name: press-2, stack: opcua, checks: [opcua-connector]}
      - {name: line, look: report}
"""
CONNECTOR, PRESS = "plant1/opcua-connector", ("plant1/press-1", "plant1/press-2")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plant = Plant(tmp_path_factory.mktemp("plant"))
    plant.edit("    opcua: true\n", f"    opcua: true\n{PEERS}")
    plant.apply()
    return plant.folder


@pytest.fixture
def plant(once: Path, tmp_path: Path) -> Plant:
    copied = Plant.__new__(Plant)
    Deployment.__init__(copied, Path(shutil.copytree(once, tmp_path / "plant")), "bridged")
    copied.day = 1
    return copied


def told(plant: Plant) -> list[str]:
    declared = declare_compromised(plant.loaded(), "contoso", Wish("stolen", "issuing"))
    declared.write()
    loaded = declared.loaded
    peers = [one.id for one in consumers(loaded) if one.stack == "opcua"]
    return [said for said, _ in steps(Emergency(declared.old, "issuing", loaded.plan, str(loaded.path), "out", peers))]


def see(plant: Plant, *peers: str, lists: tuple[str, ...] = ("root", "issuing-2")) -> None:
    """These peers report the authorities in their lists."""
    held = plant.held()
    prints = frozenset(read_certificate(held[f"contoso/{one}"].certificate).fingerprint for one in lists)
    for one in peers:
        plant.report(one, prints)


def revoked(plant: Plant) -> int:
    return len(read_crl((plant.folder / "out/pki/contoso-root.crl").read_bytes()).revoked)


def test_the_plan_says_for_whom_it_is_better_to_wait(plant: Plant) -> None:
    said = " ".join(told(plant))
    assert "plant1/press-1, plant1/press-2 would refuse the new certificate of plant1/opcua-connector" in said
    assert "plant1/line" not in said


def test_what_peers_would_refuse_waits_and_the_revocation_does_not(plant: Plant) -> None:
    told(plant)
    applied = plant.apply()
    assert plant.states() == {1: "verify-only", 2: "signing"}
    held = plant.held()
    assert held[CONNECTOR].issuer == "contoso/issuing"
    others = {place for place, one in held.items() if one.issuer == "contoso/issuing"} - {CONNECTOR}
    assert others == set()
    assert dict(applied.waiting).keys() == {CONNECTOR}
    assert "plant1/press-1, plant1/press-2 would refuse it" in dict(applied.waiting)[CONNECTOR]
    assert revoked(plant) == 1
    lists = {file for file in plant.files() if file.startswith("plant1/opcua/servers/issuers/certs/")}
    assert len(lists) == 2, "both issuing CAs are handed out"
    assert [(one.kind, one.subject) for one in plant.gate().blocks] == [("unseen", one) for one in PRESS]


def test_it_is_made_when_the_last_of_them_has_the_issuing_ca(plant: Plant) -> None:
    told(plant)
    plant.apply()
    see(plant, "plant1/press-1")
    see(plant, "plant1/press-2", lists=("root",))
    plant.apply(1)
    assert plant.held()[CONNECTOR].issuer == "contoso/issuing"
    assert [(one.kind, one.subject) for one in plant.gate().blocks] == [("untrusting", "plant1/press-2")]
    see(plant, *PRESS)
    assert CONNECTOR in {one.place for one in preview(plant.loaded())}
    applied = plant.apply(1)
    assert CONNECTOR in applied.made
    assert plant.states() == {1: "retired", 2: "signing"}
    assert revoked(plant) == 1
    assert not check(plant.loaded()).findings()
    assert preview(plant.loaded()) == ()


def test_it_is_forced_with_a_reason_that_is_kept(plant: Plant) -> None:
    told(plant)
    plant.apply()
    force(plant.loaded(), next_gate(plant.loaded(), "contoso", "retired"), "the presses stand still anyway")
    applied = plant.apply(1)
    assert CONNECTOR in applied.made
    assert plant.states() == {1: "retired", 2: "signing"}
    assert plant.events("forced") == [
        "contoso/1: permitted to retired: the presses stand still anyway",
        "contoso/1: to retired: the presses stand still anyway",
    ]


def test_what_is_worth_nothing_any_more_waits_for_nobody(plant: Plant) -> None:
    told(plant)
    plant.apply()
    plant.day += 1200  # what is held has ended
    applied = plant.apply()
    assert CONNECTOR in applied.made


def test_a_place_that_holds_nothing_yet_waits_for_nobody(tmp_path: Path) -> None:
    plant = Plant(tmp_path)
    plant.edit("    opcua: true\n", f"    opcua: false\n{PEERS.replace(', checks: [opcua-connector]', '')}")
    plant.apply()
    told(plant)
    plant.edit("    opcua: false\n", "    opcua: true\n")
    plant.edit("stack: opcua}", "stack: opcua, checks: [opcua-connector]}")
    assert CONNECTOR in plant.apply(1).made


def test_a_normal_rotation_is_as_before(plant: Plant) -> None:
    plant.edit("sites:", "    generations:\n      - {number: 2, reason: it ends, scope: issuing}\nsites:")
    plant.apply()
    assert plant.states() == {2: "staged"}
    see(plant, *PRESS)
    assert CONNECTOR in plant.apply(1).made
