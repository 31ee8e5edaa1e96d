"""With what `cluster rbac` prints, and nothing else, a user does everything here, and reads no other Secret."""

import json
import subprocess

import pytest
from kubernetes_validate import validate
from ruamel.yaml import YAML

from .apiserver import NAMESPACES
from .plant import Plant

USER = "plant-ops"
SOMEBODY = ("--user", USER)


def granted(plant: Plant, *options: str) -> Plant:
    """The plant as seen by a user with what `rbac` prints."""
    printed = plant.cluster("rbac", *SOMEBODY, *options)
    assert printed.code == 0, printed.err
    plant.server.kubectl("apply", "-f", "-", given=printed.out)
    return plant.as_user(plant.server.signed(USER))


def may(plant: Plant, *what: str) -> bool:
    command = ["kubectl", "--kubeconfig", str(plant.config), "auth", "can-i", *what]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() == "yes"


def test_without_permissions_nothing_is_done_and_it_is_said_what_is_missing(plant: Plant) -> None:
    refused = plant.as_user(plant.server.signed(USER)).cluster("apply", "--yes")
    assert refused.code == 2
    assert 'User "plant-ops" cannot get resource "secrets"' in " ".join(refused.err.split())
    assert "certwright cluster rbac" in refused.err


def test_a_user_with_only_that_compares_applies_and_prunes_everything(plant: Plant) -> None:
    ops = granted(plant)
    assert ops.cluster("diff").code == 1
    assert ops.cluster("apply", "--dry-run").code == 0
    ops.applied()
    assert ops.cluster("diff").code == 0
    plant.edit("    mqtt_x509: true\n", "")
    plant.edit("    mqtt_clients:\n      - {name: thermostat-1}\n      - {name: press-1, algorithm: rsa}\n", "")
    assert plant.run("apply", "contoso.yaml").code == 0
    ops = granted(plant, "--prune")
    assert ops.cluster("apply", "--yes", "--prune").code == 0
    assert ops.cluster("diff").code == 0
    assert "client-ca" not in plant.names("configmaps")


def test_that_user_reads_no_other_secret_and_changes_nothing_else(plant: Plant) -> None:
    for namespace in NAMESPACES:
        plant.server.kubectl("-n", namespace, "create", "secret", "generic", "other", "--from-literal=a=b")
    ops = granted(plant)
    assert not may(ops, "get", "secrets", "--all-namespaces")
    for namespace in NAMESPACES:
        assert not may(ops, "get", "secrets/other", "-n", namespace)
        for verb in ("list", "create", "delete", "update"):
            assert not may(ops, verb, "secrets", "-n", namespace)
        assert not may(ops, "create", "pods", "-n", namespace)
        assert not may(ops, "create", "rolebindings", "-n", namespace)
    assert not may(ops, "patch", "clusterissuers/other")
    assert not may(ops, "get", "namespaces/default")
    assert may(ops, "get", "secrets/external-tls", "-n", "azure-iot-operations")


def test_a_reader_checks_and_exports_and_cannot_write(plant: Plant) -> None:
    plant.applied()
    reader = granted(plant, "--read-only")
    checked = reader.run("check", "cluster:", "--for", "contoso.yaml", "--json")
    assert "cluster:plant-ops: " not in checked.out, "everything could be read"
    assert reader.cluster("export", "-o", "objects.json").code == 0
    assert not may(reader, "patch", "secrets/external-tls", "-n", "azure-iot-operations")
    assert reader.cluster("apply", "--yes").code == 2


def test_a_service_account_and_a_group_can_have_them(plant: Plant) -> None:
    printed = plant.cluster("rbac", "--serviceaccount", "ops:certwright", "--group", "plant-admins")
    bindings = [one for one in YAML(typ="safe").load_all(printed.out) if one["kind"].endswith("Binding")]
    assert len(bindings) == 3
    for one in bindings:
        assert {row["kind"]: row["name"] for row in one["subjects"]} == {
            "ServiceAccount": "certwright",
            "Group": "plant-admins",
        }


def test_what_is_printed_are_objects_of_kubernetes(plant: Plant) -> None:
    printed = plant.cluster("rbac", *SOMEBODY)
    objects = list(YAML(typ="safe").load_all(printed.out))
    assert [one["kind"] for one in objects][:2] == ["ClusterRole", "ClusterRoleBinding"]
    for one in objects:
        validate(json.loads(json.dumps(one)), "1.28", strict=True)
        for rule in one.get("rules", ()):
            assert rule["resourceNames"]
            assert "*" not in json.dumps(rule)


@pytest.mark.parametrize("given", [(), ("--serviceaccount", "without-namespace")])
def test_who_gets_them_must_be_said(plant: Plant, given: tuple[str, ...]) -> None:
    assert plant.cluster("rbac", *given).code == 2
