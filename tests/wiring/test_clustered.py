"""What lies in a cluster, against what was delivered for it: as `kubectl get -o json` shows it, good and spoilt."""

import base64
import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from certwright.errors import Refused
from certwright.model import Report, Result, Status
from certwright.pack.keyvault import secret_name
from certwright.pack.kubernetes import object_of
from certwright.pack.object_text import write_objects
from certwright.pack.objects import read_objects
from certwright.report.html import html_text
from certwright.report.markdown import markdown_text
from certwright.terms.cluster import EVERYTHING
from certwright.wiring.alone import check_product
from certwright.wiring.applying import apply
from certwright.wiring.checking import check
from certwright.wiring.clustered import Dump, judge_cluster, judge_clusters
from certwright.wiring.judging import Known
from certwright.wiring.loading import Loaded, load

CASES = Path(__file__).parents[1] / "cases" / "kubernetes"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NS = "azure-iot-operations"
Objects = list[dict[str, Any]]
VERIFIED = {"type": "Ready", "status": "True", "reason": "KeyPairVerified", "message": "Signing CA verified"}
SYNCED = {"type": "Synced", "status": "True", "reason": "Synced", "message": "Successfully synced"}


def deployed(folder: Path, *changes: tuple[str, str], name: str = "offline.yaml") -> Loaded:
    (folder / "pki").mkdir()
    for one in (CASES / "pki").iterdir():
        (folder / "pki" / one.name).write_bytes(one.read_bytes())
    text = (CASES / name).read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / name).write_text(text)
    loaded = load(folder / name, now=NOW)
    apply(loaded)
    return loaded


def live(loaded: Loaded, site: str = "plant1") -> Objects:
    """What the cluster shows after everything was applied, and the controllers have done their work."""
    objects: Objects = []
    for path in sorted((loaded.output / site).rglob("*.yaml")):
        objects += [{**one} for one in read_objects(path.read_bytes())]
    for one in tuple(objects):
        one["metadata"] = {**one["metadata"], "uid": "0", "resourceVersion": "1", "generation": 1}
        if one["kind"] in ("Issuer", "ClusterIssuer"):
            one["status"] = {"conditions": [VERIFIED]}
        if one["kind"] == "Bundle":
            one["status"] = {"conditions": [SYNCED]}
            key = one["spec"]["target"]["configMap"]["key"]
            objects.append(
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": one["metadata"]["name"], "namespace": NS},
                    "data": {key: one["spec"]["sources"][0]["inLine"]},
                }
            )
    return objects


def listed(objects: Sequence[Any]) -> bytes:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}).encode()


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Objects]:
    loaded = deployed(tmp_path_factory.mktemp("plant"))
    return loaded, live(loaded)


def judged(loaded: Loaded, objects: Sequence[Any]) -> Report:
    known = Known()
    dump = Dump("objects.json", read_objects(listed(objects)))
    return judge_cluster([dump], loaded.plan, NOW, known, loaded.output)


def findings(report: Report) -> list[Result]:
    return [one for one in report.results if one.is_finding]


def codes(report: Report) -> set[str]:
    return {one.code.removeprefix("azure-iot-operations.") for one in findings(report)}


def only(objects: Objects, kind: str, name: str) -> dict[str, Any]:
    (found,) = [one for one in objects if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


# ── as it should be ───────────────────────────────────────────────────────────────────────────────


def test_a_cluster_in_which_all_was_applied_has_no_finding(plant: tuple[Loaded, Objects], tmp_path: Path) -> None:
    loaded, objects = plant
    (tmp_path / "objects.json").write_bytes(listed(objects))
    report = check(loaded, paths=[tmp_path / "objects.json"])
    assert findings(report) == []
    heard = {one.code for one in report.results if one.status is Status.OK}
    assert {f"azure-iot-operations.{name}" for name in ("issuer-ready", "trust-agrees", "as-delivered")} <= heard


def test_objects_may_come_in_several_files_and_as_yaml(plant: tuple[Loaded, Objects], tmp_path: Path) -> None:
    loaded, objects = plant
    first, second = tmp_path / "one.yaml", tmp_path / "other.json"
    first.write_bytes(write_objects([{"apiVersion": "v1", "kind": "List", "items": objects[:6]}]))
    second.write_bytes(listed(objects[6:]))
    report = check(loaded, paths=[first, second])
    assert findings(report) == []
    assert report.judged == 2
    assert check(loaded, paths=[tmp_path]).results == report.results
    (tmp_path / "notes.txt").write_text("no object")
    assert check(loaded, paths=[tmp_path]).results != report.results


def test_a_single_kind_says_nothing_of_the_others(plant: tuple[Loaded, Objects], tmp_path: Path) -> None:
    loaded, objects = plant
    (tmp_path / "issuers.json").write_bytes(listed([one for one in objects if one["kind"] == "Issuer"]))
    report = check(loaded, paths=[tmp_path / "issuers.json"])
    assert findings(report) == []
    silent = {one.code: one.reason for one in report.results if one.status is Status.SKIPPED}
    assert silent["azure-iot-operations.trust-key-live"] == (
        "no ConfigMap was looked at: kubectl get configmaps -n azure-iot-operations -o json"
    )


def test_without_a_cluster_it_is_said_how_to_look_at_one(plant: tuple[Loaded, Objects]) -> None:
    silent = {one.code: one.reason for one in check(plant[0]).results if one.status is Status.SKIPPED}
    assert EVERYTHING in silent["azure-iot-operations.issuer-ready"]


def test_manifests_that_nobody_applied_are_judged_as_files(plant: tuple[Loaded, Objects], tmp_path: Path) -> None:
    loaded, _ = plant
    copied = tmp_path / "secret.yaml"
    copied.write_bytes((loaded.output / "plant1" / "listeners" / "line1" / "secret.yaml").read_bytes())
    report = check(loaded, paths=[copied])
    assert {one.place for one in report.results if one.status is Status.OK} == {"plant1/listener/line1"}


def test_without_a_deployment_file_the_laws_of_the_product_hold(plant: tuple[Loaded, Objects], tmp_path: Path) -> None:
    facts = {"instance": "i", "cluster": "c", "resource_group": "r", "subscription": "s", "custom_location": "l"}
    facts |= {"issuer_scope": "Issuer", "trust_manager": "true"}
    objects = [one for one in plant[1] if one["metadata"]["name"] != "line1-tls"]
    (tmp_path / "objects.json").write_bytes(listed(objects))
    report = check_product("azure-iot-operations", facts, paths=[tmp_path / "objects.json"], now=NOW)
    assert codes(report) == {"listener-secret-live"}


# ── spoilt ────────────────────────────────────────────────────────────────────────────────────────


def drop(kind: str, name: str) -> Callable[[Objects], Objects]:
    return lambda objects: [one for one in objects if (one["kind"], one["metadata"]["name"]) != (kind, name)]


def change(kind: str, name: str, how: Callable[[dict[str, Any]], Any]) -> Callable[[Objects], Objects]:
    def changed(objects: Objects) -> Objects:
        how(only(objects, kind, name))
        return objects

    return changed


LIST = "aio-opc-ua-broker-trust-list"


def failed(row: dict[str, str]) -> Callable[[dict[str, Any]], None]:
    return lambda one: one.update(status={"conditions": [{**row, "status": "False"}]})


SPOILT: dict[str, tuple[Callable[[Objects], Objects], set[str]]] = {
    "issuer gone": (drop("Issuer", "enterprise-issuer"), {"issuer-ready", "as-delivered", "listener-issuer-live"}),
    "issuer not ready": (
        change("Issuer", "enterprise-issuer", failed(VERIFIED)),
        {"issuer-ready", "listener-issuer-live"},
    ),
    "secret elsewhere": (
        change("Secret", "enterprise-ca", lambda one: one["metadata"].update(namespace="cert-manager")),
        {"issuer-secret-live", "as-delivered"},
    ),
    "bundle not synced": (
        change("Bundle", "enterprise-trust", failed(SYNCED)),
        {"bundle-synced"},
    ),
    "trust of somebody else": (
        change("ConfigMap", "enterprise-trust", lambda one: one.update(
            data={"ca.crt": (CASES / "pki" / "other-root.crt").read_text()})),
        {"trust-agrees"},
    ),
    "trust in binary": (
        change("ConfigMap", "enterprise-trust", lambda one: one.update(
            data={}, binaryData={"ca.crt": base64.b64encode((CASES / "pki" / "press-1.der").read_bytes()).decode()})),
        {"trust-text-live", "trust-agrees"},
    ),
    "trust under another key": (
        change("ConfigMap", "enterprise-trust", lambda one: one.update(data={"root.pem": one["data"]["ca.crt"]})),
        {"trust-key-live", "trust-agrees"},
    ),
    "listener secret gone": (drop("Secret", "line1-tls"), {"listener-secret-live", "as-delivered"}),
    "listener renamed": (
        change("BrokerListener", "line1", lambda one: one["spec"].update(serviceName="aio-broker-other")),
        {"as-delivered"},
    ),
    "client authorities gone": (drop("ConfigMap", "client-ca"), {"policies-live", "trust-as-delivered"}),
    "a rogue authority of clients": (
        change("ConfigMap", "client-ca", lambda one: one["data"].update(
            {"more.pem": (CASES / "pki" / "quickstart.pem").read_text()})),
        {"trust-as-delivered"},
    ),
    "tokens dropped": (
        change("BrokerAuthentication", "default", lambda one: one["spec"]["authenticationMethods"].pop(0)),
        {"policy-keeps-tokens", "trust-as-delivered"},
    ),
    "a rogue server trusted": (
        change("Secret", LIST, lambda one: one["data"].update(
            {"rogue.der": base64.b64encode((CASES / "pki" / "weak.der").read_bytes()).decode()})),
        {"opcua-lists-live"},
    ),
    "an entry missing": (
        change("Secret", LIST, lambda one: one["data"].pop("press-1.der")),
        {"opcua-lists-live"},
    ),
    "root of issuers missing": (
        change("Secret", LIST, lambda one: one["data"].pop("line-root.der")),
        {"opcua-lists-live", "issuer-root-trusted"},
    ),
    "dataflow key renamed": (
        change("Secret", "kafka-hub-client", lambda one: one["data"].update(
            {"tls.key": one["data"].pop("client_key.pem")})),
        {"as-delivered", "dataflows-live"},
    ),
}  # fmt: skip
ENDPOINT = {
    "apiVersion": "connectivity.iotoperations.azure.com/v1",
    "kind": "DataflowEndpoint",
    "metadata": {"name": "kafka-hub", "namespace": NS},
    "spec": {
        "kafkaSettings": {
            "tls": {"trustedCaCertificateConfigMapRef": "kafka-hub-ca"},
            "authentication": {"x509CertificateSettings": {"secretRef": "kafka-hub-client"}},
        }
    },
}


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_spoilt_is_told(plant: tuple[Loaded, Objects], name: str) -> None:
    loaded, objects = plant
    spoil, wanted = SPOILT[name]
    report = judged(loaded, spoil([*copy.deepcopy(objects), copy.deepcopy(ENDPOINT)]))
    assert codes(report) == wanted
    for one in findings(report):
        assert one.requirement is not None
        assert one.requirement.sources
        assert one.mismatches


def test_a_finding_says_what_to_type(plant: tuple[Loaded, Objects]) -> None:
    loaded, objects = plant
    (found,) = findings(judged(loaded, SPOILT["a rogue server trusted"][0](copy.deepcopy(objects))))
    assert found.place == "plant1/opcua-trust-list"
    assert found.fix.splitlines()[-1] == (
        f'kubectl patch secrets {LIST} -n {NS} --type=json -p \'[{{"op": "remove", "path": "/data/rogue.der"}}]\''
    )


def test_what_to_type_stands_as_code_in_pages(plant: tuple[Loaded, Objects]) -> None:
    loaded, objects = plant
    report = judged(loaded, SPOILT["listener secret gone"][0](copy.deepcopy(objects)))
    typed = f"kubectl create secret tls line1-tls -n {NS} --cert=chain.pem --key=key.pem --dry-run=client -o yaml"
    assert f"\n  - `{typed} | kubectl apply --server-side --force-conflicts -f -`\n" in markdown_text(report)
    assert f"<code>{typed} | kubectl apply" in html_text(report, "0")


def test_no_key_is_told(plant: tuple[Loaded, Objects]) -> None:
    loaded, objects = plant
    spoilt = copy.deepcopy(objects)
    key = only(spoilt, "Secret", "enterprise-ca")["data"]["tls.key"]
    only(spoilt, "Secret", "line1-tls")["data"]["tls.key"] = key
    report = judged(loaded, spoilt)
    assert codes(report) == {"key-belongs", "as-delivered"}
    told = repr(tuple(report.results))
    assert key[:60] not in told
    assert base64.b64decode(key).decode()[40:90] not in told


# ── a vault ───────────────────────────────────────────────────────────────────────────────────────


def synchronised(loaded: Loaded, objects: Objects) -> Objects:
    """The Secrets that the synchronisation writes from the files that were put into the vault."""
    files = [path for path in (loaded.output / "plant1").rglob("*") if path.suffix in (".der", ".crt", ".crl", ".pem")]
    vault = {secret_name(path.name): base64.b64encode(path.read_bytes()).decode() for path in files}
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": one["metadata"]["name"], "namespace": NS, "uid": "1"},
            "type": "Opaque",
            "data": {row["targetKey"]: vault[row["sourcePath"]] for row in one["spec"]["secretObject"]["data"]},
        }
        for one in objects
        if one["kind"] == "SecretSync"
    ]


def test_what_the_synchronisation_wrote_is_judged_and_compared_with_the_vault(tmp_path: Path) -> None:
    loaded = deployed(tmp_path, name="plant1.yaml")
    objects = live(loaded)
    secrets = synchronised(loaded, objects)
    assert findings(judged(loaded, [*objects, *secrets])) == []
    heard = {one.path for one in judged(loaded, [*objects, *secrets]).results if one.status is Status.OK}
    assert {f"objects.json!Secret {NS}/{one['metadata']['name']}" for one in secrets} <= heard
    stale = copy.deepcopy(secrets)
    weak = base64.b64encode((CASES / "pki" / "weak.der").read_bytes()).decode()
    only(stale, "Secret", LIST)["data"]["press-1.der"] = weak
    told = findings(judged(loaded, [*objects, *stale]))
    assert {one.code for one in told} == {"azure-iot-operations.opcua-lists-live"}
    assert "press-1.der" in told[0].mismatches[0].where


def test_a_pair_that_the_synchronisation_mixed_up_is_told(tmp_path: Path) -> None:
    loaded = deployed(tmp_path, name="plant1.yaml")
    objects = live(loaded)
    secrets = synchronised(loaded, objects)
    pair = only(secrets, "Secret", "aio-opc-ua-broker-client-certificate")["data"]
    other = only(secrets, "Secret", "kafka-hub-client")["data"]
    pair["opcua-connector.pem"] = other["client_key.pem"]
    assert codes(judged(loaded, [*objects, *secrets])) == {"key-belongs", "opcua-lists-live"}


@pytest.mark.parametrize("name", ["plant1.yaml", "offline.yaml"])
def test_every_object_that_is_delivered_is_compared(name: str) -> None:
    loaded = load(CASES / name, now=NOW)
    for place in loaded.plan.places:
        if any(object_of(package) for package in place.packages):
            assert "cluster.delivered" in {one.requirement.term for one in place.demands}, place.id


# ── which site ────────────────────────────────────────────────────────────────────────────────────


def two_sites(plan: Any) -> Any:
    """The plan of a second plant beside the first, of the same names."""
    other = tuple(
        replace(
            place, id=place.id.replace("plant1/", "plant2/"), site="plant2", set=place.set.replace("plant1", "plant2")
        )
        for place in plan.places
        if place.site == "plant1"
    )
    return replace(plan, places=(*plan.places, *other))


def test_a_file_called_after_a_site_is_of_that_site(plant: tuple[Loaded, Objects]) -> None:
    loaded, objects = plant
    plan, parsed = two_sites(loaded.plan), read_objects(listed(objects))
    with pytest.raises(Refused, match="which site"):
        judge_cluster([Dump("objects.json", parsed)], plan, NOW, Known())
    report = judge_cluster([Dump("dumps/plant2.json", parsed)], plan, NOW, Known())
    assert {one.place.partition("/")[0] for one in report.results} == {"plant2"}


def test_two_files_called_after_sites_are_two_clusters(plant: tuple[Loaded, Objects]) -> None:
    loaded, objects = plant
    plan, parsed = two_sites(loaded.plan), read_objects(listed(objects))
    first, second = judge_clusters([Dump("plant1.json", parsed), Dump("plant2.json", parsed)], plan, NOW, Known())
    assert {one.place.partition("/")[0] for one in first.results} == {"plant1"}
    assert {one.place.partition("/")[0] for one in second.results} == {"plant2"}


def test_what_a_live_cluster_does_not_have_is_missing_unless_it_may_not_be_read(plant: tuple[Loaded, Objects]) -> None:
    loaded, objects = plant
    parsed = read_objects(listed([one for one in objects if one["kind"] != "ConfigMap"]))
    dump = Dump("cluster:plant1", parsed, live=True)
    wanted = {"trust-key-live", "policies-live", "trust-as-delivered"}
    assert codes(judge_cluster([dump], loaded.plan, NOW, Known(), loaded.output)) == wanted
    shut = replace(dump, closed=frozenset({("ConfigMap", NS)}))
    assert codes(judge_cluster([shut], loaded.plan, NOW, Known(), loaded.output)) == set()


def test_objects_of_no_kind_that_is_looked_at_are_refused(plant: tuple[Loaded, Objects]) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "uid": "1"}}
    with pytest.raises(Refused, match="no object in it"):
        judged(plant[0], [pod, pod])
