"""Other deployments than the example: every kind of object that certwright writes, several sites, and none."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from .apiserver import ROOT
from .conftest import PROGRAM
from .plant import Plant

CASES = ROOT / "tests" / "cases" / "kubernetes"


def deployed(plant: Plant, folder: Path, text: str) -> Plant:
    """A plant with that deployment file, delivered."""
    folder.mkdir()
    shutil.copytree(CASES / "pki", folder / "pki")
    (folder / "contoso.yaml").write_text(text)
    subprocess.run([PROGRAM, "apply", "contoso.yaml"], cwd=folder, check=True, capture_output=True)
    return replace(plant, folder=folder)


def test_every_kind_is_applied_and_then_as_delivered(plant: Plant, tmp_path: Path) -> None:
    everything = deployed(plant, tmp_path / "vault", (CASES / "plant1.yaml").read_text())
    told = everything.cluster("diff", "--json").json
    assert {one["object"]["kind"] for one in told["objects"]} >= {
        *("ConfigMap", "Secret", "ClusterIssuer", "BrokerListener", "BrokerAuthentication"),
        *("SecretProviderClass", "SecretSync"),
    }
    everything.applied()
    assert everything.cluster("diff").code == 0
    wide = [one for one in told["objects"] if not one["object"]["namespace"]]
    assert {one["object"]["kind"] for one in wide} <= {"ClusterIssuer", "Bundle"}


def test_an_issuer_of_a_namespace_needs_no_cluster_wide_permission_but_to_know_the_cluster(
    plant: Plant, tmp_path: Path
) -> None:
    text = (
        (CASES / "elliptic.yaml")
        .read_text()
        .replace("    key_algorithm: ec\n", "    key_algorithm: ec\n    issuer_scope: Issuer\n")
    )
    small = deployed(plant, tmp_path / "small", text)
    printed = small.cluster("rbac", "--user", "plant2-ops")
    assert printed.out.count("kind: ClusterRole\n") == 2  # the role, and the binding that names it
    assert "clusterissuers" not in printed.out
    small.server.kubectl("apply", "-f", "-", given=printed.out)
    ops = small.as_user(small.server.signed("plant2-ops")).applied()
    assert ops.cluster("diff").code == 0
    assert plant.names("issuers")


def test_of_several_sites_one_must_be_named(plant: Plant, tmp_path: Path) -> None:
    first, second = ((CASES / f"{name}.yaml").read_text() for name in ("elliptic", "quickstart"))
    other = (
        first.partition("sites:\n")[2]
        .replace("plant2", "plant3")
        .replace("    custom_location", "    namespace: plant3\n    custom_location", 1)
    )
    both = deployed(plant, tmp_path / "both", first + other)
    assert "quickstart_root" in second
    refused = both.cluster("diff")
    assert refused.code == 2
    assert "--site plant2 | plant3" in refused.err
    assert "no site called plant9" in both.cluster("diff", "--site", "plant9").err
    assert both.cluster("apply", "--site", "plant2", "--yes").code == 0
    assert both.cluster("diff", "--site", "plant2").code == 0
    missing = both.cluster("apply", "--site", "plant3", "--yes")
    assert missing.code == 2
    assert "the namespace plant3 is not there" in missing.err


def test_a_deployment_without_objects_says_so(plant: Plant, tmp_path: Path) -> None:
    folder = tmp_path / "local"
    folder.mkdir()
    with (folder / "contoso.yaml").open("w") as file:
        subprocess.run([PROGRAM, "init", "azure-local"], cwd=folder, stdout=file, check=True)
    local = replace(plant, folder=folder)
    for arguments in (("cluster", "diff", "contoso.yaml"), ("check", "cluster:", "--for", "contoso.yaml")):
        refused = local.run(*arguments)
        assert refused.code == 2
        assert "goes to a Kubernetes cluster" in refused.err


def test_nothing_delivered_yet_is_said_and_nothing_applied(plant: Plant, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    shutil.copytree(ROOT / "examples" / "azure-iot-operations", folder)
    new = replace(plant, folder=folder)
    assert new.cluster("diff").code == 1
    refused = new.cluster("apply", "--yes")
    assert refused.code == 2
    assert "hint: certwright apply contoso.yaml" in refused.err
    assert not new.names("secrets")
