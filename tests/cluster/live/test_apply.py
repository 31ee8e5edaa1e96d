"""What was delivered, compared with a real API server and applied to it: everything, in order, and nothing else."""

import json
import sqlite3
from base64 import b64decode

import jsonschema

from .apiserver import ROOT
from .plant import Plant

LISTENER = "plant1/listeners/external"


def test_everything_is_new_then_as_delivered_and_then_nothing_is_done(plant: Plant) -> None:
    before = plant.cluster("diff", "--json")
    assert before.code == 1
    document = before.json
    jsonschema.validate(document, json.loads((ROOT / "docs/schemas/cluster-diff.schema.json").read_text()))
    assert {one["verdict"] for one in document["objects"]} == {"create"}
    assert len(document["objects"]) == 13
    assert not plant.names("secrets")
    assert not plant.names("clusterissuers", "")

    plant.applied()
    assert plant.cluster("diff").code == 0
    assert {"external-tls", "historian-client"} <= plant.names("secrets")
    revision = plant.live("secrets", "external-tls")["metadata"]["resourceVersion"]
    log = plant.log()
    assert plant.cluster("apply", "--yes").code == 0
    assert plant.live("secrets", "external-tls")["metadata"]["resourceVersion"] == revision
    assert plant.log() == log


def test_what_is_applied_is_what_was_delivered(plant: Plant) -> None:
    plant.applied()
    live = plant.live("secrets", "external-tls")
    assert live["type"] == "kubernetes.io/tls"
    held = (plant.folder / "out" / LISTENER / "secret.yaml").read_text()
    assert all(text in held for text in live["data"].values())
    assert b"PRIVATE KEY" in b64decode(live["data"]["tls.key"])
    assert plant.live("clusterissuers", "enterprise-issuer", "")["spec"] == {"ca": {"secretName": "enterprise-ca"}}
    managers = {(one["manager"], one["operation"]) for one in live["metadata"]["managedFields"]}
    assert managers == {("certwright", "Apply")}


def test_trust_comes_before_issuers_and_issuers_before_listeners(plant: Plant) -> None:
    done = plant.cluster("apply", "--yes")
    kinds = [line.split()[0] for line in done.out.splitlines() if line.endswith(": created")]
    order = ["ConfigMap", "Bundle", "Secret", "ClusterIssuer", "BrokerAuthentication", "BrokerListener"]
    assert list(dict.fromkeys(kinds)) == order
    logged = [text.split()[0] for kind, _, text in plant.log() if kind == "applied"]
    assert logged == kinds


def test_the_log_says_what_was_applied_for_which_place(plant: Plant) -> None:
    plant.applied()
    lines = [(place, text) for kind, place, text in plant.log() if kind == "applied"]
    assert len(lines) == 13
    place, text = next(one for one in lines if "external-tls" in one[1])
    assert place == "plant1/listener/external"
    assert text.startswith("Secret azure-iot-operations/external-tls to admin (create), sha256 ")


def test_no_secret_is_ever_shown(plant: Plant) -> None:
    first = plant.cluster("diff")
    plant.applied()
    data = [text for name in plant.names("secrets") for text in plant.live("secrets", name)["data"].items()]
    patch = json.dumps({"data": {"tls.key": "aHVudGVyMg=="}})
    plant.server.kubectl("-n", "azure-iot-operations", "patch", "secret", "external-tls", "-p", patch)
    later = plant.cluster("diff")
    told = "".join((first.out, first.err, later.out, later.err, plant.cluster("diff", "--json").out))
    assert later.code == 1
    assert "aHVudGVyMg" not in told
    assert "hunter2" not in told
    for _, text in data:
        assert text[:40] not in told
        lines = b64decode(text).decode("latin-1").splitlines()
        assert not [line for line in lines if len(line) == 64 and line[:24] in told]
    assert "7 bytes, not shown" in told  # somebody else's value, of which even a digest would tell too much


def test_a_dry_run_changes_nothing(plant: Plant) -> None:
    tried = plant.cluster("apply", "--dry-run")
    assert tried.code == 0
    assert not plant.names("secrets")
    assert not [one for one in plant.log() if one[0] == "applied"]


def test_nobody_to_confirm_is_a_refusal(plant: Plant) -> None:
    refused = plant.cluster("apply")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert not plant.names("secrets")


def test_a_file_that_was_changed_reaches_no_cluster(plant: Plant) -> None:
    for name in ("listener.yaml", "secret.yaml"):
        file = plant.folder / "out" / LISTENER / name
        file.write_text(file.read_text() + "# mine\n")
    for verb in ("diff", "apply"):
        refused = plant.cluster(verb, *(["--yes"] if verb == "apply" else []))
        assert refused.code == 2
        assert "listener.yaml" in refused.err
        assert "secret.yaml" in refused.err
        assert "--replace" in refused.err
    assert not plant.names("secrets")


def test_what_is_not_delivered_waits_with_what_needs_it(plant: Plant) -> None:
    (plant.folder / "out" / LISTENER / "secret.yaml").unlink()
    told = plant.cluster("diff")
    assert told.code == 1
    assert "plant1/listeners/external/secret.yaml is not delivered yet" in told.text
    done = plant.cluster("apply", "--yes")
    assert done.code == 5
    assert not plant.names("brokerlisteners")
    assert "enterprise-ca" in plant.names("secrets", "cert-manager")
    assert plant.run("apply", "contoso.yaml").code == 0
    assert plant.cluster("apply", "--yes").code == 0
    assert plant.names("brokerlisteners") == {"external"}


def test_drift_is_shown_and_mended(plant: Plant) -> None:
    plant.applied()
    patch = json.dumps({"spec": {"ports": [{"port": 1883, "protocol": "Mqtt"}]}})
    where = ("-n", "azure-iot-operations")
    plant.server.kubectl(*where, "patch", "brokerlistener", "external", "--type=merge", "-p", patch)
    told = plant.cluster("diff")
    assert told.code == 1
    assert "- 1883" in told.out
    assert "+ 8884" in told.out
    assert "1 of 13 objects differs" in told.out


def test_renewal_replaces_what_is_live(plant: Plant) -> None:
    plant.applied()
    before = plant.live("secrets", "external-tls")["data"]["tls.crt"]
    revoked = plant.run("revoke", "contoso.yaml", "plant1/listener/external", "--reason", "superseded", "--yes")
    assert revoked.code == 0
    stale = plant.cluster("diff")
    assert "plant1/listener/external" in stale.out
    assert plant.run("apply", "contoso.yaml").code == 0
    told = plant.cluster("diff")
    assert told.code == 1
    assert "data.tls\\.crt" in told.out
    assert "data.tls\\.key" in told.out
    plant.applied()
    assert plant.live("secrets", "external-tls")["data"]["tls.crt"] != before


def test_a_cluster_without_the_kinds_or_the_namespace_says_what_is_missing(plant: Plant) -> None:
    plant.edit("    trust: bring-your-own", "    namespace: elsewhere\n    trust: bring-your-own")
    assert plant.run("apply", "contoso.yaml").code == 0
    refused = plant.cluster("apply", "--yes")
    assert refused.code == 2
    assert refused.err.count("the namespace elsewhere is not there") > 5
    assert "kubectl create namespace elsewhere" in refused.err
    assert not plant.names("bundles", "")


def test_another_cluster_than_before_is_refused(plant: Plant) -> None:
    plant.applied()
    system = plant.live("namespaces", "kube-system", "")["metadata"]["uid"]
    database = plant.folder / "contoso.certwright" / "inventory.db"
    with sqlite3.connect(database) as book:
        changed = book.execute("UPDATE observations SET value = 'another' WHERE value = ?", (system,)).rowcount
    book.close()
    assert changed == 1
    refused = plant.cluster("diff")
    assert refused.code == 2
    assert "--other-cluster" in refused.err
    assert plant.cluster("diff", "--other-cluster").code == 0
