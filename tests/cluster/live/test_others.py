"""Objects and fields of others: reported, left alone, taken over only when that is said; and objects no longer ours."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from tests.german import english

from .apiserver import ROOT
from .plant import Plant

EXAMPLE = ROOT / "examples" / "azure-iot-operations"
WHERE = ("-n", "azure-iot-operations")
MQTT_CLIENTS = """    mqtt_x509: true
    mqtt_clients:
      - {name: thermostat-1}
      - {name: press-1, algorithm: rsa}
"""


def foreign_map(plant: Plant, name: str, **data: str) -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
    plant.server.kubectl(*WHERE, "create", "-f", "-", given=text)


def test_an_object_that_is_there_is_not_taken_over(plant: Plant) -> None:
    foreign_map(plant, "client-ca", other="kept")
    told = plant.cluster("diff")
    assert told.code == 1
    assert "! ConfigMap azure-iot-operations/client-ca: is there, and this deployment did not apply it" in told.text
    assert "managed by kubectl-create" in told.out
    refused = plant.cluster("apply", "--yes", "--force-conflicts")
    assert refused.code == 2
    assert "ConfigMap azure-iot-operations/client-ca is there, managed by kubectl-create" in refused.err
    assert "--adopt" in refused.err
    assert plant.live("configmaps", "client-ca")["data"] == {"other": "kept"}
    assert not plant.names("secrets"), "nothing may be applied where one thing is refused"


def test_an_object_that_is_there_is_taken_over_when_that_is_said(plant: Plant) -> None:
    foreign_map(plant, "client-ca", other="kept")
    done = plant.cluster("apply", "--yes", "--adopt")
    assert done.code == 0, done.err
    assert "ConfigMap azure-iot-operations/client-ca: taken over" in done.out
    data = plant.live("configmaps", "client-ca")["data"]
    assert set(data) == {"other", "client_ca.pem"}, "what others wrote beside ours stays"
    assert plant.cluster("diff").code == 0


def test_adopting_does_not_take_fields(plant: Plant) -> None:
    foreign_map(plant, "client-ca", **{"client_ca.pem": "theirs"})
    refused = plant.cluster("apply", "--yes", "--adopt")
    assert refused.code == 2
    assert "ConfigMap azure-iot-operations/client-ca: .data.client_ca.pem belongs to kubectl-create" in refused.err
    assert "--force-conflicts" in refused.err
    assert plant.live("configmaps", "client-ca")["data"] == {"client_ca.pem": "theirs"}
    assert plant.cluster("apply", "--yes", "--adopt", "--force-conflicts").code == 0
    assert "BEGIN CERTIFICATE" in plant.live("configmaps", "client-ca")["data"]["client_ca.pem"]


def test_a_field_that_somebody_took_is_named_with_its_owner(plant: Plant) -> None:
    plant.applied()
    text = json.dumps(
        {
            "apiVersion": "mqttbroker.iotoperations.azure.com/v1",
            "kind": "BrokerListener",
            "metadata": {"name": "external"},
            "spec": {"serviceName": "theirs"},
        }
    )
    plant.server.kubectl(
        *WHERE, "apply", "--server-side", "--force-conflicts", "--field-manager=gitops", "-f", "-", given=text
    )
    told = plant.cluster("diff", "--json")
    listener = next(one for one in told.json["objects"] if one["object"]["kind"] == "BrokerListener")
    assert listener["conflicts"] == [{"field": ".spec.serviceName", "manager": "gitops"}]
    assert listener["changes"] == [{"field": ".spec.serviceName", "before": "theirs", "after": "aio-broker-external"}]
    refused = plant.cluster("apply", "--yes")
    assert refused.code == 2
    assert ".spec.serviceName belongs to gitops" in refused.err
    assert plant.live("brokerlisteners", "external")["spec"]["serviceName"] == "theirs"
    assert plant.cluster("apply", "--yes", "--force-conflicts").code == 0
    assert plant.live("brokerlisteners", "external")["spec"]["serviceName"] == "aio-broker-external"


def test_fields_beside_ours_stay(plant: Plant) -> None:
    plant.applied()
    plant.server.kubectl(*WHERE, "label", "secret", "external-tls", "team=plant")
    assert plant.cluster("diff").code == 0
    revoked = plant.run("revoke", "contoso.yaml", "plant1/listener/external", "--reason", "superseded", "--yes")
    assert revoked.code == 0
    assert plant.run("apply", "contoso.yaml").code == 0
    plant.applied()
    assert plant.live("secrets", "external-tls")["metadata"]["labels"] == {"team": "plant"}


def test_what_is_no_longer_delivered_is_reported_and_deleted_only_with_prune(plant: Plant) -> None:
    plant.applied()
    plant.edit(MQTT_CLIENTS, "")
    assert plant.run("apply", "contoso.yaml").code == 0
    told = plant.cluster("diff")
    assert told.code == 1
    assert "- ConfigMap azure-iot-operations/client-ca: was applied before and is no longer delivered" in told.text
    assert "11 objects as delivered, 2 no longer delivered" in told.text
    assert plant.cluster("apply", "--yes", "--force-conflicts").code == 0
    assert "client-ca" in plant.names("configmaps")
    pruned = plant.cluster("apply", "--yes", "--prune")
    assert pruned.code == 0
    assert "ConfigMap azure-iot-operations/client-ca: deleted" in pruned.out
    assert "client-ca" not in plant.names("configmaps")
    assert ("pruned", "plant1", "ConfigMap azure-iot-operations/client-ca from admin (remove)") in plant.log()
    assert plant.cluster("diff").code == 0


def test_what_others_manage_now_is_left_by_prune(plant: Plant) -> None:
    plant.applied()
    plant.edit(MQTT_CLIENTS, "")
    assert plant.run("apply", "contoso.yaml").code == 0
    plant.server.kubectl(*WHERE, "delete", "configmap", "client-ca")
    foreign_map(plant, "client-ca", other="theirs")
    pruned = plant.cluster("apply", "--yes", "--prune")
    assert pruned.code == 0
    assert "ConfigMap azure-iot-operations/client-ca: left to those who manage it now" in pruned.out
    assert plant.live("configmaps", "client-ca")["data"] == {"other": "theirs"}
    assert plant.cluster("diff").code == 0


def test_another_deployment_does_not_take_what_this_one_applied(plant: Plant, tmp_path: Path) -> None:
    """The same names, another CA: a copy of the folder, tried in the wrong context."""
    plant.applied()
    other = replace(plant, folder=tmp_path / "other")
    shutil.copytree(EXAMPLE, other.folder)
    assert other.run("apply", "contoso.yaml").code == 0
    refused = other.cluster("apply", "--yes", "--force-conflicts")
    assert refused.code == 2
    assert "Secret cert-manager/enterprise-ca is there, managed by another deployment of certwright" in refused.err
    assert plant.cluster("diff").code == 0
    assert other.cluster("apply", "--yes", "--adopt").code == 0
    assert plant.cluster("diff").code == 1


def test_what_is_as_delivered_is_known_again_after_the_inventory_was_restored(plant: Plant, tmp_path: Path) -> None:
    before = shutil.copytree(plant.folder, tmp_path / "before")
    plant.applied()
    restored = replace(plant, folder=Path(before))
    assert restored.cluster("diff").code == 0
    assert restored.cluster("apply", "--yes").code == 0
    revoked = restored.run("revoke", "contoso.yaml", "plant1/listener/external", "--reason", "superseded", "--yes")
    assert revoked.code == 0
    assert restored.run("apply", "contoso.yaml").code == 0
    assert restored.cluster("apply", "--yes").code == 0


def test_a_type_that_cannot_change_says_what_to_do(plant: Plant) -> None:
    text = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": {"name": "external-tls"}}
    plant.server.kubectl(*WHERE, "create", "-f", "-", given=json.dumps({**text, "data": {"password": "aHVudGVyMg=="}}))
    refused = plant.cluster("apply", "--yes", "--adopt", "--force-conflicts")
    assert refused.code == 2
    assert "kubectl -n azure-iot-operations delete secret external-tls" in refused.err
    assert "aHVudGVyMg" not in refused.err + refused.out


def test_it_is_all_said_in_german(plant: Plant) -> None:
    foreign_map(plant, "client-ca", **{"client_ca.pem": "theirs"})
    told = plant.cluster("diff", "--lang", "de")
    refused = plant.cluster("apply", "--yes", "--adopt", "--lang", "de")
    done = plant.cluster("apply", "--yes", "--adopt", "--force-conflicts", "--lang", "de")
    plant.edit(MQTT_CLIENTS, "")
    assert plant.run("apply", "contoso.yaml").code == 0
    gone = plant.cluster("apply", "--yes", "--prune", "--force-conflicts", "--lang", "de")
    heard = "".join(one.out + one.err for one in (told, refused, done, gone))
    assert not english(*(line for line in heard.splitlines() if not line.startswith(("    ", "      "))))
