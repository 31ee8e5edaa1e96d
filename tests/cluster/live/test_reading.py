"""Objects of a real API server, brought to `check` as files of them are; and written down without their secrets."""

import json
from base64 import b64decode
from typing import Any

from .plant import Plant

READY = {"status": {"conditions": [{"type": "Ready", "status": "True", "reason": "KeyPairVerified"}]}}
SYNCED = {"status": {"conditions": [{"type": "Synced", "status": "True"}]}}


def controlled(plant: Plant) -> None:
    """What controllers would have done: the issuer is ready, the Bundle has written its ConfigMap."""
    plant.server.kubectl("patch", "clusterissuer", "enterprise-issuer", "--type=merge", "-p", json.dumps(READY))
    plant.server.kubectl("patch", "bundle", "enterprise-trust", "--type=merge", "-p", json.dumps(SYNCED))
    bundle = plant.live("bundles", "enterprise-trust", "")
    data = {"ca.crt": bundle["spec"]["sources"][0]["inLine"]}
    found = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "enterprise-trust"}, "data": data}
    plant.server.kubectl("-n", "azure-iot-operations", "create", "-f", "-", given=json.dumps(found))


def failures(document: Any) -> list[str]:
    return sorted({one["code"] for one in document["results"] if one["status"] == "Fail"})


def checked(plant: Plant, *paths: str) -> Any:
    return plant.run("check", *paths, "--for", "contoso.yaml", "--json").json


def test_a_live_cluster_is_judged_as_a_file_of_its_objects_is(plant: Plant) -> None:
    plant.applied()
    kinds = "secrets,configmaps,clusterissuers,bundles,brokerlisteners,brokerauthentications"
    dump = plant.server.kubectl("get", kinds, "-A", "-o", "json")
    (plant.folder / "objects.json").write_text(dump)
    live, file = checked(plant, "cluster:"), checked(plant, "objects.json")
    rows = [{(one["code"], one["place"], one["status"]) for one in told["results"]} for told in (live, file)]
    assert rows[0] == rows[1]
    assert "azure-iot-operations.issuer-ready" in failures(live)


def test_nothing_is_wrong_when_controllers_have_done_their_part(plant: Plant) -> None:
    plant.applied()
    controlled(plant)
    done = plant.run("check", "cluster:admin", "--for", "contoso.yaml")
    assert done.code == 0, done.out
    plant.server.kubectl("-n", "azure-iot-operations", "delete", "secret", "external-tls")
    assert "azure-iot-operations.listener-secret-live" in failures(checked(plant, "cluster:admin"))


def test_an_unknown_context_is_named(plant: Plant) -> None:
    refused = plant.run("check", "cluster:elsewhere", "--for", "contoso.yaml")
    assert refused.code == 2
    assert "there is no context 'elsewhere'" in refused.err
    assert "admin" in refused.err


def test_inspect_says_how_to_look_into_a_cluster(plant: Plant) -> None:
    refused = plant.run("inspect", "cluster:")
    assert refused.code == 2
    assert "certwright cluster export" in refused.err


def test_an_export_holds_no_secret_and_is_judged_elsewhere(plant: Plant) -> None:
    plant.applied()
    controlled(plant)
    text = json.dumps({"data": {"password": "aHVudGVyMg==", "tls.key": None}})
    plant.server.kubectl("-n", "azure-iot-operations", "patch", "secret", "camera-trust", "-p", text)
    keys = [plant.live("secrets", "external-tls")["data"]["tls.key"]]
    keys.append(plant.live("secrets", "aio-opc-ua-broker-client-certificate")["data"]["opcua-connector.pem"])
    done = plant.cluster("export", "-o", "objects.json")
    assert done.code == 0
    written = (plant.folder / "objects.json").read_text()
    assert "aHVudGVyMg" not in written
    assert not [one for one in keys if one[200:240] in written]
    assert written.count("BEGIN CERTIFICATE") >= 4
    for item in json.loads(written)["items"]:
        for value in item.get("data", {}).values() if item["kind"] == "Secret" else ():
            assert b"PRIVATE KEY" not in b64decode(value)
    foreign = "azure-iot-operations.trust-as-delivered"  # what was put into that trust list
    assert failures(checked(plant, "objects.json")) == failures(checked(plant, "cluster:admin")) == [foreign]


def test_nothing_applied_is_nothing_to_export(plant: Plant) -> None:
    refused = plant.cluster("export", "-o", "objects.json")
    assert refused.code == 2
    assert not (plant.folder / "objects.json").exists()
