"""The quick-start of an evaluation in a real API server: its names and marks are accepted, found and warned of."""

import json

from .plant import Plant
from .test_reading import READY, checked, failures

SECRET, ISSUER = "azure-iot-operations-aio-ca-certificate", "azure-iot-operations-aio-certificate-issuer"
TRUST = "azure-iot-operations-aio-ca-trust-bundle"


def test_the_quick_start_is_applied_and_known_again(plant: Plant) -> None:
    plant.edit("trust: bring-your-own", "trust: quickstart")
    plant.edit("trust_manager: true", "trust_manager: false")
    made = plant.run("apply", "contoso.yaml")
    assert made.code == 0, made.out + made.err
    plant.applied()
    assert SECRET in plant.names("secrets", "cert-manager")
    assert TRUST in plant.names("configmaps")
    marked = json.loads(plant.server.kubectl(
        "get", "secrets,configmaps,clusterissuers", "-A", "-l", "certwright/not-for-production=true", "-o", "json"
    ))  # fmt: skip
    assert {one["metadata"]["name"] for one in marked["items"]} == {SECRET, ISSUER, TRUST}
    plant.server.kubectl("patch", "clusterissuer", ISSUER, "--type=merge", "-p", json.dumps(READY))
    told = checked(plant, "cluster:")
    assert failures(told) == []
    warned = {(one["code"], one["place"].partition("/")[2]) for one in told["results"] if one["status"] == "Warning"}
    assert warned == {
        ("azure-iot-operations.not-for-production", "quickstart-issuer"),
        ("azure-iot-operations.not-for-production", "quickstart-trust"),
    }
