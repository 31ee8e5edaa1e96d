"""Both bridges, proved by strangers: old and new leaf before lists of the old root alone and of the new one alone."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from agreement_chains import JUDGES, Verdicts, judged
from chains_made import Made
from tests.flow.rotated import NOW
from tests.flow.test_bridges import BRIDGE, ISSUING, Plant

from certwright.wiring.applying import preview
from certwright.wiring.checking import check
from certwright.wiring.declaring import Wish, declare_compromised
from certwright.x509.crl import read_crl
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

LEAF = "plant1/mqtt/clients/device-1/client.pem"
BACK = "CN=Contoso Root CA < CN=Contoso Root CA G2"
OLD = "CN=Contoso Issuing CA < CN=Contoso Root CA"
CLOSED = '    maintenance: {{cron: "0 0 {day} {month} *", hours: 1}}\n    opcua: true\n'  # for a whole year


class Bridged(Plant):
    """A plant, some days ago, whose leaves wait for a window while another root signs."""

    def __init__(self, folder: Path, more: str) -> None:
        super().__init__(folder)
        self.day = (datetime.now(UTC) - NOW).total_seconds() / 86400 - 5
        opens = self.now + timedelta(days=200)
        self.edit("    opcua: true\n", CLOSED.format(day=opens.day, month=opens.month))
        self.rotate(more)

    def pem(self, place: str) -> bytes:
        return self.held()[place].certificate

    def revoked(self) -> dict[int, str]:
        listed = read_crl((self.folder / "out/pki/contoso-root-2.crl").read_bytes()).revoked
        return {serial: str(one.reason) for serial, one in listed.items()}


@dataclass(frozen=True)
class Sides:
    """What is delivered of a leaf that waits, and of one that does not, by whether there is a way back."""

    both: Bridged
    one: Bridged
    old: bytes
    bare: bytes
    new: bytes


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Sides:
    both = Bridged(tmp_path_factory.mktemp("both"), ", bridge: both")
    one = Bridged(tmp_path_factory.mktemp("one"), "")
    old, bare = ((plant.folder / "out" / LEAF).read_bytes() for plant in (both, one))
    text = both.file.read_text()
    lines = [line for line in text.splitlines(keepends=True) if "maintenance" not in line]
    both.file.write_text("".join(lines))
    both.apply()
    new = (both.folder / "out" / LEAF).read_bytes()
    both.file.write_text(text)
    return Sides(both, one, old, bare, new)


def pairs(sides: Sides) -> list[Made]:
    roots = {name: sides.both.pem(f"contoso/{name}") for name in ("root", "root-2")}
    sent = {"old": sides.old, "new": sides.new}
    found = [
        Made(f"{leaf} leaf, {name} alone", *_split(content), (root,), right=True, meant=True)
        for leaf, content in sent.items()
        for name, root in roots.items()
    ]
    bare = Made("no way back", *_split(sides.bare), (sides.one.pem("contoso/root-2"),), right=False, meant=False)
    return [*found, bare]


def _split(sent: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    leaf, *others = certificates_in(sent)
    return leaf, tuple(others)


@pytest.fixture(scope="module")
def verdicts(sides: Sides) -> list[Verdicts]:
    return judged(pairs(sides), datetime.now(UTC))


@pytest.mark.parametrize("judge", JUDGES)
def test_all_four_pairs_work_with_one_root_alone(verdicts: list[Verdicts], judge: str) -> None:
    number = JUDGES.index(judge)
    assert not {one.chain.name: one.said[number] for one in verdicts if one.chain.right is bool(one.said[number])}


@pytest.mark.parametrize(("leaf", "root"), [("old", "root"), ("old", "root-2"), ("new", "root"), ("new", "root-2")])
def test_gnutls_follows_both(sides: Sides, tmp_path: Path, leaf: str, root: str) -> None:
    (tmp_path / "sent.pem").write_bytes(getattr(sides, leaf))
    command = ["openssl", "x509", "-inform", "der", "-out", tmp_path / "root.pem"]
    subprocess.run(command, input=sides.both.pem(f"contoso/{root}"), check=True)
    command = ["certtool", "--verify", "--load-ca-certificate=root.pem", "--infile=sent.pem"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verified. The certificate is trusted." in done.stdout, done.stdout


def test_only_what_the_old_root_signed_is_sent_the_way_back(sides: Sides) -> None:
    assert named(sides.old)[1:] == [OLD, BACK]
    assert named(sides.bare)[1:] == [OLD]
    assert named(sides.new)[1:] == [ISSUING, BRIDGE]
    delivered = [file for file in sides.both.files() if "back" in file]
    assert delivered == ["pki/contoso-back-2.cer"], "and OPC UA and Windows are given none"
    assert not any("back" in file for file in sides.one.files())


def named(sent: bytes) -> list[str]:
    return [f"{one.subject} < {one.issuer}" for one in map(read_certificate, certificates_in(sent))]


def test_it_ends_with_what_it_is_for(sides: Sides) -> None:
    leaves = [one.not_after for place, one in sides.one.held().items() if place.startswith("plant1/mqtt-client/")]
    back = sides.both.facts("contoso/back-2")
    assert max(leaves) <= back.not_after < sides.both.facts("contoso/root").not_after


def test_it_is_taken_back_when_the_old_root_goes(tmp_path: Path) -> None:
    plant = Bridged(tmp_path, ", bridge: both")
    serial = plant.held()["contoso/back-2"].serial
    assert not check(plant.loaded()).findings()
    assert preview(plant.loaded()) == ()
    declare_compromised(plant.loaded(), "contoso", Wish("stolen", "root"), 1).write()
    plant.apply()
    assert plant.states() == {1: "retired", 2: "signing"}
    assert plant.revoked() == {serial: "cACompromise"}
    assert "pki/contoso-back-2.cer" not in plant.files()
    assert not check(plant.loaded()).findings()
    assert preview(plant.loaded()) == ()


def test_it_is_taken_back_when_it_is_no_longer_wanted(tmp_path: Path) -> None:
    plant = Bridged(tmp_path, ", bridge: both")
    serial = plant.held()["contoso/back-2"].serial
    plant.edit("bridge: both", "bridge: true")
    plant.apply()
    assert plant.revoked() == {serial: "superseded"}
    assert plant.subjects(LEAF, "pem-chain")[1:] == [OLD]
