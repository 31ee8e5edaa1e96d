"""Trust lists in a real cluster: seen as its components see them; whatever cannot be seen says why."""

import json
import shutil
from typing import Any

from .plant import Plant

COMPONENTS, CLIENTS = "plant1/components", "plant1/broker-client-authorities"
NAMESPACE = ("-n", "azure-iot-operations")


def trusts(plant: Plant) -> dict[str, str]:
    """Whether each consumer trusts the only generation there is."""
    told: Any = json.loads(plant.run("ca", "status", "contoso.yaml", "--format", "json").out)
    return {one["id"]: one["generations"][0]["trusts"] for one in told["issuers"][0]["consumers"]}


def test_what_components_trust_is_seen_in_the_cluster(plant: Plant) -> None:
    plant.applied()
    first = plant.run("ca", "look", "contoso.yaml", "--cluster")
    assert first.code == 5, "trust-manager is not there to write the ConfigMap of the components"
    assert f"{COMPONENTS} was not seen: ConfigMap azure-iot-operations/enterprise-trust is not there" in first.text
    assert (trusts(plant)[COMPONENTS], trusts(plant)[CLIENTS]) == ("unseen", "yes")

    bundle = plant.folder / "out/plant1/internal/trust.pem"
    plant.server.kubectl(*NAMESPACE, "create", "configmap", "enterprise-trust", f"--from-file=ca.crt={bundle}")
    assert plant.run("ca", "look", "contoso.yaml", "--cluster").code == 0
    assert trusts(plant)[COMPONENTS] == "yes"


def test_another_key_and_a_foreign_root_are_not_taken_for_trust(plant: Plant) -> None:
    foreign = plant.folder / "certificates/line-root.der"
    plant.server.kubectl(*NAMESPACE, "create", "configmap", "enterprise-trust", f"--from-file=ca.pem={foreign}")
    plant.server.kubectl(*NAMESPACE, "create", "configmap", "client-ca", f"--from-file=client_ca.pem={foreign}")
    told = plant.run("ca", "look", "contoso.yaml", "--cluster")
    assert (told.code, "has no key ca.crt; there are: ca.pem" in told.text) == (5, True)
    assert (trusts(plant)[COMPONENTS], trusts(plant)[CLIENTS]) == ("unseen", "no")


def test_every_key_of_a_secret_is_one_trust_list(plant: Plant) -> None:
    """As the connector for OPC UA has it: a key a certificate, DER."""
    look = "cluster:azure-iot-operations/secret:aio-opc-ua-broker-trust-list/*"
    plant.edit(
        "    trust: bring-your-own\n", f'    trust: bring-your-own\n    consumers: [{{name: ua, look: "{look}"}}]\n'
    )
    root, foreign = plant.folder / "root.der", plant.folder / "certificates/line-root.der"
    shutil.copy(plant.folder / "out/pki/contoso-root.cer", root)
    name = ("create", "secret", "generic", "aio-opc-ua-broker-trust-list")
    plant.server.kubectl(*NAMESPACE, *name, f"--from-file=a.der={foreign}", f"--from-file=b.crt={root}")
    assert plant.run("ca", "look", "contoso.yaml", "--cluster").code == 0
    assert trusts(plant) == {"plant1/ua": "yes"}


def test_who_may_not_read_says_so(plant: Plant) -> None:
    stranger = plant.as_user(plant.server.signed("stranger"))
    told = stranger.run("ca", "look", "contoso.yaml", "--cluster")
    assert told.code == 5
    assert "forbidden" in told.text or "may not" in told.text or "cannot" in told.text
    assert trusts(plant)[COMPONENTS] == "unseen"


def test_who_may_read_what_was_delivered_sees_it(plant: Plant) -> None:
    """With the permissions that `cluster rbac` prints for reading."""
    plant.applied()
    bundle = plant.folder / "out/plant1/internal/trust.pem"
    plant.server.kubectl(*NAMESPACE, "create", "configmap", "enterprise-trust", f"--from-file=ca.crt={bundle}")
    plant.server.kubectl("apply", "-f", "-", given=plant.cluster("rbac", "--user", "reader", "--read-only").out)
    reader = plant.as_user(plant.server.signed("reader"))
    told = reader.run("ca", "look", "contoso.yaml", "--cluster")
    assert (told.code, told.out) == (0, told.out)
    assert trusts(plant)[COMPONENTS] == trusts(plant)[CLIENTS] == "yes"
