"""Azure IoT Operations as it is planned, packed and judged. Expected values are typed from the vendor's pages.

The deployments and the plant's own certificates are in tests/cases/kubernetes; see make.sh there.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from jsonschema import Draft202012Validator

from certwright.check import judge
from certwright.model import GeneralName, KeySpec, Report, Status
from certwright.pack.kubernetes import data_of, read_objects
from certwright.wiring.applying import apply
from certwright.wiring.loading import Loaded, load

CASES = Path(__file__).parents[1] / "cases" / "kubernetes"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Files = Mapping[str, bytes]


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def deployed(name: str, folder: Path) -> tuple[Loaded, Files]:
    """A deployment of the cases, applied once: what was planned, and every file by its path below the site."""
    (folder / "pki").mkdir()
    for one in (CASES / "pki").iterdir():
        (folder / "pki" / one.name).write_bytes(one.read_bytes())
    (folder / name).write_bytes(case(name))
    loaded = load(folder / name, now=NOW)
    apply(loaded)
    found = {str(p.relative_to(loaded.output)): p.read_bytes() for p in loaded.output.rglob("*") if p.is_file()}
    return loaded, found


@pytest.fixture(scope="module")
def plant1(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Files]:
    return deployed("plant1.yaml", tmp_path_factory.mktemp("plant1"))


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Files]:
    return deployed("offline.yaml", tmp_path_factory.mktemp("offline"))


OFFLINE = case("offline.yaml").decode()


def objects(files: Files, path: str) -> dict[str, Any]:
    (found,) = read_objects(files[f"plant1/{path}"])
    return dict(found)


# ── the plan ──────────────────────────────────────────────────────────────────────────────────────


def test_the_places_of_a_plant(plant1: tuple[Loaded, Files]) -> None:
    places = [place.id.removeprefix("plant1/") for place in plant1[0].plan.places if place.site == "plant1"]
    assert places == [
        "internal-issuer", "internal-trust", "listener/line1", "automatic-listener/line2", "mqtt-client-ca",
        "mqtt-client/thermostat-1", "custom-auth-client", "custom-auth-server-ca", "opcua-connector",
        "opcua-server/press-1", "opcua-server/line-root", "opcua-issuer/line-ca", "opcua-issuer-crl/line-ca",
        "opcua-trust-list", "opcua-issuer-list", "connector-trust/camera-trust", "dataflow-ca/kafka-hub",
        "dataflow-client/kafka-hub", "dataflow-client-chain/kafka-hub",
    ]  # fmt: skip


def test_without_a_vault_no_file_is_made_for_one(offline: tuple[Loaded, Files]) -> None:
    forms = {package.form for place in offline[0].plan.places for package in place.packages}
    assert not [form for form in forms if "vault" in form or "sync" in form or "provider" in form]
    assert "plant1/vault-access.sh" not in offline[1]


def test_the_internal_issuer_is_an_authority_below_the_root(plant1: tuple[Loaded, Files]) -> None:
    place = plant1[0].plan.place("plant1/internal-issuer")
    assert (place.kind, place.issuer) == ("authority", "contoso/root")
    assert (place.draft.authority, place.draft.path_length, place.draft.key) == (True, 0, KeySpec("rsa", 2048))
    assert place.draft.key_usage >= {"keyCertSign", "cRLSign"}


def test_a_listener_has_the_names_of_its_service_and_those_from_outside(plant1: tuple[Loaded, Files]) -> None:
    draft = plant1[0].plan.place("plant1/listener/line1").draft
    assert list(map(str, draft.names)) == [
        "dns:aio-broker-line1",
        "dns:aio-broker-line1.azure-iot-operations",
        "dns:aio-broker-line1.azure-iot-operations.svc",
        "dns:aio-broker-line1.azure-iot-operations.svc.cluster.local",
        "dns:mqtt.plant1.contoso.com",
        "ip:192.0.2.10",
    ]
    assert draft.extended_key_usage == ("serverAuth",)


def test_the_connector_for_opc_ua_is_what_opc_ua_expects(plant1: tuple[Loaded, Files]) -> None:
    draft = plant1[0].plan.place("plant1/opcua-connector").draft
    assert draft.subject == "CN=aio-opc-opcuabroker"
    assert draft.names == (
        GeneralName("uri", "urn:microsoft.com:aio:opc:ua:broker"),
        GeneralName("dns", "connector.plant1.contoso.com"),
    )
    assert draft.key_usage == {"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment"}
    assert set(draft.extended_key_usage) == {"serverAuth", "clientAuth"}
    assert draft.key == KeySpec("rsa", 2048)


def test_a_device_is_named_by_its_common_name(plant1: tuple[Loaded, Files]) -> None:
    draft = plant1[0].plan.place("plant1/mqtt-client/thermostat-1").draft
    assert (draft.subject, draft.names, draft.extended_key_usage) == ("CN=thermostat-1", (), ("clientAuth",))


# ── the files ─────────────────────────────────────────────────────────────────────────────────────

COMMON = [
    "internal.sh", "internal/issuer-secret.yaml", "internal/issuer.yaml", "internal/trust.pem", "internal/trust.yaml",
    "listeners.sh", "listeners/line1/listener.json", "listeners/line1/listener.yaml", "listeners/line1/secret.yaml",
    "listeners/line2/listener.json", "listeners/line2/listener.yaml", "listeners/line2/trust.pem",
    "clients.sh", "mqtt/authentication.json", "mqtt/authentication.yaml", "mqtt/client-ca.yaml",
    "mqtt/clients/thermostat-1/client.key", "mqtt/clients/thermostat-1/client.pem",
    "custom-auth.sh", "custom-auth/client-secret.yaml", "custom-auth/server-ca.yaml",
    "opcua-client.sh", "opcua/client/opcua-connector.der", "opcua/client/opcua-connector.pem",
    "opcua.sh", "opcua/trust/press-1.der", "opcua/trust/line-root.der", "opcua/issuers/line-ca.der",
    "opcua/trust-list.yaml", "opcua/issuer-list.yaml",
    "connectors.sh", "connectors/camera-trust.yaml",
    "dataflow.sh", "dataflow/kafka-hub/ca.yaml", "dataflow/kafka-hub/client-secret.yaml",
]  # fmt: skip
WITH_VAULT = [
    "vault-access.sh", "opcua/client/sync/opcua-connector.yaml", "opcua/provider-class.yaml", "opcua/vault.json",
    "opcua/issuers/line-ca.crl", "connectors/camera-trust.pem", "connectors/camera-trust.provider-class.yaml",
    "connectors/camera-trust.vault.json", "dataflow/kafka-hub/kafka-hub.cert.pem",
    "dataflow/kafka-hub/kafka-hub.key.pem", "dataflow/kafka-hub/kafka-hub.chain.pem",
    "dataflow/kafka-hub/provider-class.yaml", "dataflow/kafka-hub/vault.json",
]  # fmt: skip
WITHOUT = ["opcua/client/secret/opcua-connector.yaml"]


def below(files: Files) -> set[str]:
    return {path.removeprefix("plant1/") for path in files if path.startswith("plant1/")}


def test_what_a_plant_gets(plant1: tuple[Loaded, Files], offline: tuple[Loaded, Files]) -> None:
    assert below(plant1[1]) == {*COMMON, *WITH_VAULT}
    assert below(offline[1]) == {*COMMON, *WITHOUT}


def test_nothing_is_due_afterwards(plant1: tuple[Loaded, Files], offline: tuple[Loaded, Files]) -> None:
    for loaded, _ in (plant1, offline):
        again = apply(loaded)
        assert (again.made, again.delivered, again.messages) == ((), (), ())


def every(files: Files) -> Iterator[Mapping[str, Any]]:
    for path, content in files.items():
        if path.endswith(".yaml"):
            yield from read_objects(content)


def test_every_object_is_one_kubernetes_takes(plant1: tuple[Loaded, Files], offline: tuple[Loaded, Files]) -> None:
    kinds = set()
    for found in (*every(plant1[1]), *every(offline[1])):
        kinds.add(found["kind"])
        if found["apiVersion"] == "v1":
            kubernetes_validate.validate(dict(found), "1.32", strict=True)
        else:
            words = re.sub("(?<!^)(?=[A-Z])", "-", found["kind"]).lower()
            Draft202012Validator(json.loads(case(f"schemas/{words}.json"))).validate(found)
    assert kinds == {
        "Secret", "ConfigMap", "ClusterIssuer", "Issuer", "Bundle", "BrokerListener", "BrokerAuthentication",
        "SecretProviderClass", "SecretSync",
    }  # fmt: skip


def carried(path: str, content: bytes) -> bytes:
    """A file and everything its objects hold, as one text."""
    held = [data_of(one) for one in read_objects(content)] if path.endswith(".yaml") else []
    return b"".join((content, *(value for data in held for value in data.values())))


def test_only_files_with_a_key_are_kept_from_others(plant1: tuple[Loaded, Files]) -> None:
    loaded, files = plant1
    closed = {path for path in files if (loaded.output / path).stat().st_mode & 0o077 == 0}
    assert closed == {path for path, content in files.items() if b"PRIVATE KEY" in carried(path, content)}
    assert len(closed) == 6  # issuer, listener, device, custom server, connector, endpoint


def place_of(found: Mapping[str, Any]) -> tuple[str, str, str]:
    return found["kind"], found["metadata"].get("namespace", ""), found["metadata"]["name"]


def test_a_cluster_issuer_reads_its_secret_from_cert_managers_namespace(plant1: tuple[Loaded, Files]) -> None:
    files = plant1[1]
    assert place_of(objects(files, "internal/issuer-secret.yaml")) == ("Secret", "cert-manager", "enterprise-ca")
    assert place_of(objects(files, "internal/issuer.yaml")) == ("ClusterIssuer", "", "enterprise-issuer")
    trust = objects(files, "internal/trust.yaml")
    assert place_of(trust) == ("ConfigMap", "azure-iot-operations", "enterprise-trust")
    assert list(trust["data"]) == ["ca.crt"]


def test_an_issuer_and_its_secret_live_with_the_instance(offline: tuple[Loaded, Files]) -> None:
    files = offline[1]
    assert place_of(objects(files, "internal/issuer-secret.yaml"))[1] == "azure-iot-operations"
    assert place_of(objects(files, "internal/issuer.yaml")) == ("Issuer", "azure-iot-operations", "enterprise-issuer")
    assert place_of(objects(files, "internal/trust.yaml")) == ("Bundle", "", "enterprise-trust")


def test_the_old_root_stays_in_the_bundle(offline: tuple[Loaded, Files]) -> None:
    (text,) = data_of(objects(offline[1], "internal/trust.yaml")).values()
    assert text.count(b"BEGIN CERTIFICATE") == 2
    assert case("pki/other-root.crt").strip() in text


def test_the_lists_of_the_connector_have_the_vendors_names(offline: tuple[Loaded, Files]) -> None:
    wanted = {
        "opcua/client/secret/opcua-connector.yaml": (
            "aio-opc-ua-broker-client-certificate", ["opcua-connector.der", "opcua-connector.pem"],
        ),
        "opcua/trust-list.yaml": ("aio-opc-ua-broker-trust-list", ["press-1.der", "line-root.der"]),
        "opcua/issuer-list.yaml": (
            "aio-opc-ua-broker-issuer-list",
            ["opcua-connector-ca-1.der", "opcua-connector-ca-2.der", "line-ca.der", "line-ca.crl"],
        ),
        "connectors/camera-trust.yaml": ("camera-trust", ["ca.crt"]),
        "dataflow/kafka-hub/client-secret.yaml": (
            "kafka-hub-client", ["client_cert.pem", "client_key.pem", "client_intermediate_certs.pem"],
        ),
    }  # fmt: skip
    for path, (name, keys) in wanted.items():
        found = objects(offline[1], path)
        assert place_of(found) == ("Secret", "azure-iot-operations", name)
        assert list(data_of(found)) == keys


def test_the_vault_gives_the_same_keys(plant1: tuple[Loaded, Files]) -> None:
    wanted = {
        "opcua/client/sync/opcua-connector.yaml": (
            "aio-opc-ua-broker-client-certificate", "opc-ua-connector",
            {"opcua-connector.der": "opcua-connector-der", "opcua-connector.pem": "opcua-connector-pem"},
        ),
        "opcua/trust-list.yaml": (
            "aio-opc-ua-broker-trust-list", "opc-ua-connector",
            {"press-1.der": "press-1-der", "line-root.der": "line-root-der"},
        ),
        "opcua/issuer-list.yaml": (
            "aio-opc-ua-broker-issuer-list", "opc-ua-connector",
            {"line-ca.der": "line-ca-der", "line-ca.crl": "line-ca-crl"},
        ),
        "connectors/camera-trust.yaml": ("camera-trust", "camera-trust-vault", {"ca.crt": "camera-trust-pem"}),
    }  # fmt: skip
    for path, (name, provider, keys) in wanted.items():
        found = objects(plant1[1], path)
        assert place_of(found) == ("SecretSync", "azure-iot-operations", name)
        assert found["spec"]["secretProviderClassName"] == provider
        data = found["spec"]["secretObject"]["data"]
        assert {one["targetKey"]: one["sourcePath"] for one in data} == keys


# ── the verdict ───────────────────────────────────────────────────────────────────────────────────


def codes(report: Report) -> set[str]:
    return {one.code.removeprefix("azure-iot-operations.") for one in report.findings()}


@pytest.mark.parametrize("name", ["plant1", "offline"])
def test_what_was_made_is_accepted(name: str, request: pytest.FixtureRequest) -> None:
    loaded, files = request.getfixturevalue(name)
    report = judge(loaded.plan, files, {}, NOW)
    assert codes(report) == set()
    assert report.unjudged == ()
    assert report.count(Status.OK) > 100


def with_data(files: Files, path: str, data: Mapping[str, object], part: str = "data") -> bytes:
    return json.dumps({**{k: v for k, v in objects(files, path).items() if k != "data"}, part: data}).encode()


def test_a_der_trust_is_told_from_a_text_one(plant1: tuple[Loaded, Files]) -> None:
    loaded, files = plant1
    trust = read_objects(case("kubectl/config-map-of-der.yaml"))[0]
    binary = with_data(files, "internal/trust.yaml", trust["binaryData"], "binaryData")
    assert "trust-text" in codes(judge(loaded.plan, {**files, "plant1/internal/trust.yaml": binary}, {}, NOW))


def exchanged(one: tuple[Loaded, Files], path: str, content: bytes) -> set[str]:
    loaded, files = one
    return codes(judge(loaded.plan, {**files, f"plant1/{path}": content}, {}, NOW))


def test_a_wrong_key_name_is_found_before_pods_crash(plant1: tuple[Loaded, Files]) -> None:
    data = objects(plant1[1], "internal/trust.yaml")["data"]
    wrong = with_data(plant1[1], "internal/trust.yaml", {"root.crt": data["ca.crt"]})
    assert exchanged(plant1, "internal/trust.yaml", wrong) == {"trust-key-name"}


def test_a_pair_that_does_not_belong_together(plant1: tuple[Loaded, Files]) -> None:
    other = plant1[1]["plant1/mqtt/clients/thermostat-1/client.key"]
    assert exchanged(plant1, "opcua/client/opcua-connector.pem", other) == {"key-belongs"}


def test_another_application(plant1: tuple[Loaded, Files]) -> None:
    found = exchanged(plant1, "opcua/client/opcua-connector.der", case("pki/press-1.der"))
    assert {"opcua-uri", "opcua-subject", "key-belongs"} <= found


def test_a_server_the_connector_would_refuse(plant1: tuple[Loaded, Files]) -> None:
    assert exchanged(plant1, "opcua/trust/press-1.der", case("pki/weak.der")) == {"entry-key-length"}
    assert exchanged(plant1, "opcua/trust/press-1.der", case("pki/other-root.crt")) == {"entry-der"}
    assert exchanged(plant1, "opcua/trust/press-1.der", case("pki/two-roots.pem")) == {
        "entry-der", "entry-single", "entry-unique",
    }  # fmt: skip


def test_an_issuer_that_is_no_authority(plant1: tuple[Loaded, Files]) -> None:
    assert exchanged(plant1, "opcua/issuers/line-ca.der", case("pki/press-1.der")) == {
        "issuer-entry-authority", "entry-unique", "crl-signed",
    }  # fmt: skip


def test_the_tools_defect_a_key_in_a_trust_list(plant1: tuple[Loaded, Files]) -> None:
    key = plant1[1]["plant1/opcua/client/opcua-connector.pem"]
    mixed = plant1[1]["plant1/internal/trust.pem"] + key
    assert exchanged(plant1, "internal/trust.pem", mixed) == {"no-key-in-trust"}


def test_a_missing_root_is_found(tmp_path: Path) -> None:
    text = "\n".join(line for line in OFFLINE.splitlines() if "name: line-root" not in line) + "\n"
    (tmp_path / "site").mkdir()
    for one in (CASES / "pki").iterdir():
        (tmp_path / "site" / one.name).write_bytes(one.read_bytes())
    (tmp_path / "site" / "site.yaml").write_text(text.replace("pki/", ""))
    loaded = load(tmp_path / "site" / "site.yaml", now=NOW)
    apply(loaded)
    files = {str(p.relative_to(loaded.output)): p.read_bytes() for p in loaded.output.rglob("*") if p.is_file()}
    assert codes(judge(loaded.plan, files, {}, NOW)) == {"issuer-root-trusted"}


def test_a_chain_of_one_kind_of_key(tmp_path: Path) -> None:
    loaded, files = deployed("elliptic.yaml", tmp_path)
    assert codes(judge(loaded.plan, files, {}, NOW)) == set()
    assert loaded.plan.place("plant2/internal-issuer").draft.key == KeySpec("ec", 256)


def test_the_installers_root_is_judged_when_it_was_exported(tmp_path: Path) -> None:
    loaded, files = deployed("quickstart.yaml", tmp_path)
    report = judge(loaded.plan, files, {}, NOW)
    assert codes(report) == {"not-for-production"}
    assert Status.OK in {one.status for one in report.results if one.code == "azure-iot-operations.quickstart-name"}
    path = "lab/internal/installer-root.pem"
    assert codes(judge(loaded.plan, {**files, path: case("pki/line-root.crt")}, {}, NOW)) == {"quickstart-name"}
