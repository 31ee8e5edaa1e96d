"""Every step of a rotation, proved by strangers: the four pairs of {old, new leaf} and {old, new trust list}."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from agreement_chains import JUDGES, Verdicts, judged
from chains_made import Made
from tests.proof.rotated import Rotation, Stage

from certwright.model import Line
from certwright.pack.pem import armour
from certwright.rotation.pairs import Pair, pairs
from certwright.x509.pem import certificates_in

JOURNEYS = {"ec": ("ec", True), "rsa": ("rsa", True), "no bridge": ("ec", False)}


@dataclass(frozen=True, slots=True)
class Journey:
    """What lay there in each state. `signing` is the moment at which all of it is judged: all of it is valid then."""

    first: Stage
    staged: Stage
    signing: Stage
    retired: Stage


@pytest.fixture(scope="module", params=JOURNEYS)
def journey(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    return travelled(str(request.param), tmp_path_factory.mktemp("rotation"))


_TRAVELLED: dict[str, Journey] = {}


def travelled(name: str, folder: Path) -> Journey:
    """A rotation from the first run to the retirement of the old root; made once for each name."""
    if name not in _TRAVELLED:
        kind, bridge = JOURNEYS[name]
        course = Rotation(folder, kind, bridge=bridge)
        first = course.apply()
        course.declare()
        staged = course.apply()
        course.report()
        signing = course.apply()
        course.wait(440)  # longer than the longest leaf lives
        course.apply()
        course.report()
        _TRAVELLED[name] = Journey(first, staged, signing, course.apply())
    return _TRAVELLED[name]


def wanted(name: str) -> dict[str, dict[tuple[str, str], bool]]:
    """State → (leaf, trust list) → whether it works, as the program says that it has to."""
    bridge, signer = ("contoso/bridge-2", "contoso/root") if JOURNEYS[name][1] else ("", "")
    words = {1: "old", 2: "new"}
    found: dict[str, dict[tuple[str, str], bool]] = {}
    for state, (before, after) in {
        "staged": ("signing", "staged"),
        "signing": ("verify-only", "signing"),
        "retired": ("retired", "signing"),
    }.items():
        lines = (
            Line("contoso", 1, before, "contoso/root", "contoso/issuing"),
            Line("contoso", 2, after, "contoso/root-2", "contoso/issuing-2", bridge=bridge, bridged_by=signer),
        )
        found[state] = {(words[one.leaf], words[one.bundle]): one.works for one in pairs(*lines)}
    return found


def chain(name: str, sent: bytes, bundle: bytes, *, works: bool) -> Made:
    leaf, *others = certificates_in(sent)
    return Made(name, leaf, tuple(others), tuple(certificates_in(bundle)), right=works, meant=works)


def chains(name: str, journey: Journey) -> list[Made]:
    """Every pair of every state, as a chain to judge."""
    leaves = {"old": journey.first.sent, "new": journey.signing.sent}
    bundles = {"staged": journey.staged.bundle, "signing": journey.signing.bundle, "retired": journey.retired.bundle}
    return [
        chain(
            f"{name}: {state}: {leaf} leaf, {bundle} list",
            leaves[leaf],
            bundles[state] if bundle == "new" else journey.first.bundle,
            works=works,
        )
        for state, some in wanted(name).items()
        for (leaf, bundle), works in some.items()
    ]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdicts]:
    made = {name: travelled(name, tmp_path_factory.mktemp("rotation")) for name in JOURNEYS}
    several = [one for name, journey in made.items() for one in chains(name, journey)]
    bare = made["no bridge"]
    several.append(chain("no bridge: new leaf, old list", bare.signing.sent, bare.first.bundle, works=False))
    return judged(several, max(one.signing.now for one in made.values()))


@pytest.mark.parametrize("judge", JUDGES)
def test_every_pair_is_as_it_has_to_be(verdicts: list[Verdicts], judge: str) -> None:
    number = JUDGES.index(judge)
    wrong = {one.chain.name: one.said[number] for one in verdicts if one.chain.right is bool(one.said[number])}
    assert not wrong


def test_all_four_pairs_are_looked_at_while_both_generations_are_trusted(verdicts: list[Verdicts]) -> None:
    names = [one.chain.name for one in verdicts]
    for kind in ("ec", "rsa"):
        assert sum(name.startswith(f"{kind}: signing:") for name in names) == 4
        assert f"{kind}: retired: old leaf, new list" in names


def test_each_state_demands_what_it_can_keep() -> None:
    assert wanted("ec") == {
        "staged": {("old", "old"): True, ("old", "new"): True},
        "signing": {("old", "old"): True, ("old", "new"): True, ("new", "new"): True, ("new", "old"): True},
        "retired": {("new", "new"): True, ("old", "new"): False},
    }
    assert ("new", "old") not in wanted("no bridge")["signing"]
    one, two = Line("a", 1, "verify-only", "a/root", "a/issuing"), Line("a", 2, "signing", "a/root", "a/issuing-2")
    assert Pair(2, 1, works=True) in pairs(one, two)  # one root: its trust list knows both


def test_no_pair_fails_when_revocation_lists_are_asked(journey: Journey, tmp_path: Path) -> None:
    """With -crl_check_all every certificate of the path needs a list of whoever signed it, the bridge too."""
    lists = [content for name, content in journey.signing.pki.items() if name.endswith(".crl")]
    (tmp_path / "lists.pem").write_bytes(b"".join(armour("X509 CRL", one) for one in lists))
    leaves, bundles = (journey.first.sent, journey.signing.sent), (journey.first.bundle, journey.signing.bundle)
    bridged = "contoso-bridge-2.cer" in journey.signing.pki
    for leaf in leaves:
        for bundle in bundles:
            files = {"leaf.pem": leaf, "bundle.pem": bundle}
            for name, content in files.items():
                (tmp_path / name).write_bytes(content)
            command = ["openssl", "verify", "-attime", str(int(journey.signing.now.timestamp())), "-crl_check_all"]
            command += ["-CRLfile", "lists.pem", "-trusted", "bundle.pem", "-untrusted", "leaf.pem", "leaf.pem"]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
            works = bridged or (leaf, bundle) != (leaves[1], bundles[0])
            assert (done.returncode == 0) is works, done.stderr


def test_gnutls_reaches_the_old_root_through_the_bridge(journey: Journey, tmp_path: Path) -> None:
    (tmp_path / "sent.pem").write_bytes(journey.signing.sent)
    (tmp_path / "old.pem").write_bytes(journey.first.bundle)
    command = ["certtool", "--verify", "--load-ca-certificate=old.pem", "--infile=sent.pem"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    bridged = "contoso-bridge-2.cer" in journey.signing.pki
    assert ("Verified. The certificate is trusted." in done.stdout) is bridged, done.stdout


def test_nothing_of_the_old_root_is_left_when_it_is_retired(journey: Journey) -> None:
    assert [name for name in journey.retired.pki if "-2." not in name] == []
    assert not any("bridge" in name for name in journey.retired.pki)
    assert len(certificates_in(journey.staged.bundle)) == len(certificates_in(journey.signing.bundle)) == 2
    assert len(certificates_in(journey.retired.bundle)) == 1
    assert len(certificates_in(journey.retired.sent)) == 2  # the leaf and its issuing CA
