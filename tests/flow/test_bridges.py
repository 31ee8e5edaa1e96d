"""While a root is rotated, TLS stacks are sent a bridge, Windows is told what to trust, and nobody else gets either."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from certwright.errors import Refused
from certwright.inventory import Inventory
from certwright.pack.opened import open_package
from certwright.pack.registry import Policy, read_policy, read_reg
from certwright.pack.windows_script import read_script
from certwright.wiring.applying import preview
from certwright.wiring.checking import check
from certwright.x509.crl import read_crl
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate

from .rotated import CASES, Deployment

GENERATION = "    generations:\n      - {{number: 2, reason: it ends{more}}}\nsites:"
WINDOWS: dict[str, Callable[[bytes], Policy]] = {
    "Registry.pol": read_policy,
    "roots.reg": read_reg,
    "install-roots.ps1": read_script,
}
TLS = {
    "plant1/listeners/line1/secret.yaml": "kubernetes-tls-secret",
    "plant1/mqtt/clients/device-1/client.pem": "pem-chain",
}


class Plant(Deployment):
    def __init__(self, folder: Path) -> None:
        shutil.copy(CASES / "flow" / "bridged.yaml", folder)
        super().__init__(folder, "bridged")

    def rotate(self, more: str = "") -> None:
        """Up to the generation that signs: everybody was seen to trust it."""
        self.apply(1)
        self.edit("sites:", GENERATION.format(more=more))
        self.apply(1)
        self.see_all("contoso")
        self.apply(1)
        assert self.states()[2] == "signing"

    def retire(self) -> None:
        self.day += 1200
        self.apply()
        self.see_all("contoso")
        self.apply(1)
        assert self.states()[1] == "retired"

    def subjects(self, path: str, form: str) -> list[str]:
        opened = open_package(form, (self.folder / "out" / path).read_bytes(), None)
        return [f"{one.subject} < {one.issuer}" for one in map(read_certificate, opened.certificates)]

    def windows(self, name: str) -> Policy:
        return WINDOWS[name]((self.folder / "out" / "hq" / "trust" / name).read_bytes())

    def facts(self, place: str) -> CertificateFacts:
        return read_certificate(self.held()[place].certificate)


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


BRIDGE = "CN=Contoso Root CA G2 < CN=Contoso Root CA"
ISSUING = "CN=Contoso Issuing CA G2 < CN=Contoso Root CA G2"


def test_tls_stacks_are_sent_the_bridge_behind_the_chain(plant: Plant) -> None:
    plant.rotate()
    for path, form in TLS.items():
        leaf, *rest = plant.subjects(path, form)
        assert leaf.endswith("< CN=Contoso Issuing CA G2")
        assert rest == [ISSUING, BRIDGE]
    client = plant.subjects("plant1/dataflow/hub/client-secret.yaml", "kubernetes-opaque-secret")
    assert client[1:] == [ISSUING, BRIDGE]
    report = check(plant.loaded())
    assert not report.findings()
    assert not report.unjudged
    assert preview(plant.loaded()) == ()


def test_nobody_else_is_sent_it(plant: Plant) -> None:
    plant.rotate()
    chain = plant.subjects("plant1/internal/issuer-secret.yaml", "kubernetes-tls-secret")
    assert chain[1:] == ["CN=Contoso Root CA G2 < CN=Contoso Root CA G2"], "cert-manager takes one chain without forks"
    roots = plant.subjects("plant1/internal/trust.yaml", "kubernetes-config-map")
    assert roots == ["CN=Contoso Root CA < CN=Contoso Root CA", "CN=Contoso Root CA G2 < CN=Contoso Root CA G2"]


def test_it_goes_along_only_below_the_root_it_is_for(plant: Plant) -> None:
    """While the new generation is staged, the old one signs, and its leaves need no bridge: their files stay."""
    plant.apply(1)
    before = {path: (plant.folder / "out" / path).read_bytes() for path in TLS}
    plant.edit("sites:", GENERATION.format(more=""))
    plant.apply(1)
    assert plant.states() == {2: "staged"}
    assert "contoso/bridge-2" in plant.held()
    assert {path: (plant.folder / "out" / path).read_bytes() for path in TLS} == before


def test_the_bridge_is_a_certificate_like_any_other(plant: Plant) -> None:
    plant.rotate()
    bridge, root, old = (plant.facts(f"contoso/{one}") for one in ("bridge-2", "root-2", "root"))
    assert (bridge.subject_der, bridge.key.spki) == (root.subject_der, root.key.spki)
    assert bridge.subject_key_identifier == root.subject_key_identifier
    assert bridge.authority_key_identifier == old.subject_key_identifier
    assert bridge.crl_distribution_points == ("http://pki.contoso.com/crl/contoso-root.crl",)
    with Inventory.open(plant.loaded().database) as inventory, inventory.reading() as reading:
        outcomes = [one.outcome for one in reading.intents() if one.place == "contoso/bridge-2"]
        names = {one.key for one in reading.held().values() if one.place in ("contoso/bridge-2", "contoso/root-2")}
    assert outcomes == ["issued"]
    assert len(names) == 1, "it has no key of its own"
    files = plant.files()
    assert "pki/contoso-bridge-2.cer" in files
    assert "pki/contoso-bridge-2.crl" not in files


def test_it_ends_with_the_root_that_signed_it_and_is_not_made_again(plant: Plant) -> None:
    plant.apply(1)
    plant.day += 10 * 365
    plant.apply()
    plant.edit("sites:", GENERATION.format(more=""))
    plant.apply(1)
    bridge, old = plant.facts("contoso/bridge-2"), plant.facts("contoso/root")
    assert bridge.not_after == old.not_after < plant.facts("contoso/root-2").not_after
    plant.day += 8 * 365
    plant.apply()
    assert plant.facts("contoso/bridge-2").serial == bridge.serial


@pytest.mark.parametrize("more", [", bridge: false", ", scope: issuing"])
def test_there_is_none_where_none_is_wanted(plant: Plant, more: str) -> None:
    plant.rotate(more)
    assert not any("bridge" in place for place in plant.held())
    assert not any("bridge" in file for file in plant.files())
    for path, form in TLS.items():
        assert len(plant.subjects(path, form)) == 2


def test_it_goes_when_the_old_root_is_retired(plant: Plant) -> None:
    plant.rotate()
    plant.retire()
    assert not any("bridge" in file for file in plant.files())
    for path, form in TLS.items():
        assert plant.subjects(path, form)[1:] == [ISSUING]
    assert not check(plant.loaded()).findings()


def test_a_step_is_refused_that_somebody_would_not_survive(plant: Plant) -> None:
    """The signature of the bridge was damaged where it is kept."""
    plant.apply(1)
    plant.edit("sites:", GENERATION.format(more=""))
    plant.apply(1)
    plant.see_all("contoso")
    have = plant.held()["contoso/bridge-2"]
    bent = have.certificate[:-1] + bytes([have.certificate[-1] ^ 1])
    with Inventory.open(plant.loaded().database) as inventory, inventory.writing() as book:
        book.hold([replace(have, certificate=bent)], plant.now)
    lost = plant.folder / "out" / "plant1" / "mqtt" / "clients" / "device-1" / "client.pem"
    lost.unlink()
    with pytest.raises(Refused, match="trust list of generation 1 would not accept what generation 2 signed"):
        plant.apply(1)
    assert plant.states() == {2: "staged"}
    assert lost.exists(), "everything else is done all the same"


# ── OPC UA ────────────────────────────────────────────────────────────────────────────────────────

OPC = "plant1/opcua/servers"
BOTH = {
    "trusted/certs/root.der": "Root CA G2", "trusted/certs/root-1.der": "Root CA",
    "issuers/certs/issuing.der": "Issuing CA G2", "issuers/certs/issuing-1.der": "Issuing CA",
    "trusted/crl/root.crl": "Root CA G2", "trusted/crl/root-1.crl": "Root CA",
    "issuers/crl/issuing.crl": "Issuing CA G2", "issuers/crl/issuing-1.crl": "Issuing CA",
}  # fmt: skip


def opcua(plant: Plant) -> dict[str, str]:
    """The files for OPC UA servers, each with whose certificate or list it is."""
    root = plant.folder / "out" / OPC
    found = {}
    for file in sorted(root.rglob("*.*")) if root.exists() else ():
        crl, content = file.suffix == ".crl", file.read_bytes()
        name = read_crl(content).issuer if crl else read_certificate(content).subject
        found[file.relative_to(root).as_posix()] = name.removeprefix("CN=Contoso ")
    return found


def test_servers_of_opcua_get_both_generations_and_the_lists_of_all_four(plant: Plant) -> None:
    plant.rotate()
    assert opcua(plant) == BOTH
    plant.retire()
    assert opcua(plant) == {name: owner for name, owner in BOTH.items() if "-1" not in name}


def test_a_new_revocation_list_is_delivered_to_them_too(plant: Plant) -> None:
    plant.rotate()
    file = plant.folder / "out" / OPC / "issuers" / "crl" / "issuing.crl"
    before = read_crl(file.read_bytes())
    plant.apply(20)  # half of the life of a list is over
    after = read_crl(file.read_bytes())
    assert after.number is not None
    assert before.number is not None
    assert after.number > before.number
    assert file.read_bytes() == (plant.folder / "out" / "pki" / "contoso-issuing-2.crl").read_bytes()
    assert preview(plant.loaded()) == ()


# ── Windows ───────────────────────────────────────────────────────────────────────────────────────


def stores(policy: Policy) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"Root": [], "CA": []}
    for store, der in policy.kept:
        found[store].append(read_certificate(der).subject.removeprefix("CN=Contoso "))
    return {store: sorted(names) for store, names in found.items()}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows_trusts_both_generations_and_then_one(plant: Plant, name: str) -> None:
    plant.rotate()
    policy = plant.windows(name)
    assert stores(policy) == {
        "Root": ["Root CA", "Root CA G2"],
        "CA": ["Issuing CA", "Issuing CA G2", "Root CA G2"],  # the last one is the bridge
    }
    assert policy.gone == ()
    old = {place: plant.facts(f"contoso/{place}").thumbprint for place in ("root", "issuing", "bridge-2")}
    plant.retire()
    policy = plant.windows(name)
    assert stores(policy) == {"Root": ["Root CA G2"], "CA": ["Issuing CA G2"]}
    assert sorted(policy.gone) == sorted([("Root", old["root"]), ("CA", old["issuing"]), ("CA", old["bridge-2"])])


def test_before_any_rotation_windows_gets_no_such_files(plant: Plant) -> None:
    plant.apply(1)
    assert not {file for file in plant.files() if file.endswith(tuple(WINDOWS))}


@pytest.mark.parametrize("name", WINDOWS)
def test_a_file_that_was_changed_is_seen(plant: Plant, name: str) -> None:
    plant.rotate()
    file = plant.folder / "out" / "hq" / "trust" / name
    file.write_bytes(file.read_bytes()[:-20])
    report = check(plant.loaded())
    assert any(name in told for told in report.unjudged) or any(name in one.path for one in report.findings())
