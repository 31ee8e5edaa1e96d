"""Every example, and what `init` prints, from a file to delivered certificates by the installed program.

Counts and names of files and folders are typed from the vendors' pages.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from certwright.catalogue.load import PRODUCTS

from .command import certwright, closed
from .travelled import EXAMPLES, HERE, Journey, travel

FQDN = "autonomous.contoso.com"
INGRESS = [  # 24, by the page of February 2026; a wildcard's file goes without its star
    *("blob", "edgeacr", "queue", "servicebus", "table", "vault"),
    *("adminmanagement", "agentserviceapi", "amcs.monitoring", "arckubernetesconfig", "armmanagement", "management"),
    *("catalogapi", "data.policy", "dp.appliances", "dp.aszrp", "frontend.appliances", "graph"),
    *("guestnotificationservice", "his", "hosting", "login", "metricsingestiongateway.monitoring", "portal"),
]
ENTRA = [  # 11 folders of an Azure Stack Hub, each with one file
    *("Public Portal/PublicPortal.pfx", "Admin Portal/AdminPortal.pfx"),
    *("ARM Public/ARMPublic.pfx", "ARM Admin/ARMAdmin.pfx"),
    *("ACSBlob/ACSBlob.pfx", "ACSTable/ACSTable.pfx", "ACSQueue/ACSQueue.pfx"),
    *("KeyVault/KeyVault.pfx", "KeyVaultInternal/KeyVaultInternal.pfx"),
    *("Admin Extension Host/AdminExtensionHost.pfx", "Public Extension Host/PublicExtensionHost.pfx"),
]
ADFS = [*ENTRA, "ADFS/ADFS.pfx", "Graph/Graph.pfx"]
REGISTRY = "Container Registry/ContainerRegistry.pfx"
PROVIDERS = [
    *("AppServices/DefaultDomain/DefaultDomain.pfx", "AppServices/API/API.pfx"),
    *("AppServices/Publishing/Publishing.pfx", "AppServices/Identity/Identity.pfx"),
    *("DBAdapter/DBAdapter.pfx", "EventHubs/EventHubs.pfx", "IoTHub/IoTHub.pfx", REGISTRY),
]
PUBLIC = ["issuing.cer", "issuing.crl", "root.cer", "root.crl"]


def below(journey: Journey, folder: str) -> list[str]:
    """What lies below a folder of the output, without scripts and texts."""
    return [path for path in journey.below(folder) if not path.endswith((".ps1", ".sh", ".txt"))]


# ── the way ───────────────────────────────────────────────────────────────────────────────────────


def test_every_example_is_here() -> None:
    deployments = {file.parent.name for file in HERE.glob("*/*.yaml")}
    assert deployments == EXAMPLES.keys()


def test_every_step_ends_well_and_is_quiet(journey: Journey) -> None:
    assert {step: (said.code, said.err) for step, said in journey.said.items()} == dict.fromkeys(journey.said, (0, ""))


def test_apply_made_everything_and_the_next_does_nothing(journey: Journey) -> None:
    said = journey.said["apply"].out
    assert re.search(r"^\d+ certificates made: ", said, re.MULTILINE)
    assert said.splitlines()[-1].startswith("nothing is due; next: ")
    assert re.fullmatch(r"nothing is due; next: .* on \d{4}-\d\d-\d\d\n", journey.said["again"].out)


def test_apply_counts_what_lies_there(journey: Journey) -> None:
    told = re.search(r"^(\d+) files delivered to out$", journey.said["apply"].out, re.MULTILINE)
    assert told is not None
    assert int(told[1]) == len(journey.files())


def test_check_finds_nothing_wrong_in_many_judgements(journey: Journey) -> None:
    told = re.fullmatch(
        r"(\d+) files judged: 0 Fail, 0 Warning, (\d+) OK, \d+ Skipped", journey.said["check"].out.splitlines()[-1]
    )
    assert told is not None
    assert int(told[2]) > 3 * int(told[1])


def test_status_knows_every_place_and_nothing_due(journey: Journey) -> None:
    table, _, rest = journey.said["status"].out.partition("\n\n")
    rows = table.splitlines()[1:]
    assert all(row.endswith(" ok") for row in rows), rows
    assert rest.splitlines()[-1] == journey.said["again"].out.removesuffix("\n")
    for row in rows:
        held, wanted = re.search(r" (\d+)/(\d+) ", row).groups()  # type: ignore[union-attr]
        assert held == wanted


def test_plan_names_every_file_and_writes_nothing(journey: Journey) -> None:
    told = re.sub(r"\s+", "", journey.said["plan"].out)
    scripts = (".ps1", ".sh", ".txt", ".crl")
    missing = [path for path in journey.files() if not path.endswith(scripts) and re.sub(r"\s+", "", path) not in told]
    assert not missing


def test_what_lies_beside_the_deployment_file(journey: Journey) -> None:
    name = Path(journey.deployment).stem
    before = {path.name for path in (HERE / journey.name).iterdir()}
    after = {path.name for path in journey.folder.iterdir()}
    assert after - before == {"out", f"{name}.unlock", f"{name}.certwright"}


# ── the trees ─────────────────────────────────────────────────────────────────────────────────────


def test_azure_local_gets_24_and_2_and_the_root(travelled: Callable[[str], Journey]) -> None:
    journey = travelled("azure-local")
    assert len(INGRESS) == 24
    assert below(journey, "plant1/IngressEndpointsCerts") == sorted(f"{name}.{FQDN}.pfx" for name in INGRESS)
    assert below(journey, "plant1") == sorted(
        [
            *(f"IngressEndpointsCerts/{name}.{FQDN}.pfx" for name in INGRESS),
            "ManagementEndpointCerts/ManagementEndpointClientAuth.pfx",
            "ManagementEndpointCerts/ManagementEndpointSsl.pfx",
            "applianceRoot.cer",
            "backup/BackupEncryption.cer",
            "backup/offline/BackupEncryption.pfx",
        ]
    )
    assert below(journey, "pki") == [f"contoso-{name}" for name in PUBLIC]


def test_azure_stack_hub_gets_13_in_each_tree_and_the_providers(travelled: Callable[[str], Journey]) -> None:
    journey = travelled("azure-stack-hub")
    assert (len(ENTRA), len(ADFS), len(PROVIDERS)) == (11, 13, 8)
    assert below(journey, "east/deployment") == sorted(f"Certificates/ADFS/{path}" for path in ADFS)
    assert below(journey, "east/rotation") == sorted(f"Certificates/ADFS/{path}" for path in [*ADFS, REGISTRY])
    assert below(journey, "east/validation") == sorted([*(f"Deployment/{path}" for path in ADFS), *PROVIDERS])
    assert below(journey, "east/providers") == sorted([*PROVIDERS, "AppServices/Identity.cer"])
    assert [path for path in below(journey, "east") if "/" not in path] == ["root.cer"]


def test_the_same_certificate_lies_in_every_tree(travelled: Callable[[str], Journey]) -> None:
    """Each file has salts of its own, but what is inside is one key and one certificate."""
    journey = travelled("azure-stack-hub")
    inside = {path: re.sub(r"(?s).*?(-----BEGIN)", r"\1", text, count=1) for path, text in journey.opened.items()}
    for path in ADFS:
        trees = ("deployment/Certificates/ADFS", "rotation/Certificates/ADFS", "validation/Deployment")
        assert len({inside[f"east/{tree}/{path}"] for tree in trees}) == 1, path
    for path in PROVIDERS:
        assert inside[f"east/providers/{path}"] == inside[f"east/validation/{path}"], path
    assert inside[f"east/rotation/Certificates/ADFS/{REGISTRY}"] == inside[f"east/providers/{REGISTRY}"]
    assert len(set(inside.values())) == len(ADFS) + len(PROVIDERS)


def test_azure_iot_operations_gets_its_objects_and_lists(travelled: Callable[[str], Journey]) -> None:
    assert below(travelled("azure-iot-operations"), "plant1") == [
        "connectors/camera-trust.yaml",
        "dataflow/historian/ca.yaml",
        "dataflow/historian/client-secret.yaml",
        "internal/issuer-secret.yaml",
        "internal/issuer.yaml",
        "internal/trust.pem",
        "internal/trust.yaml",
        "listeners/external/listener.json",
        "listeners/external/listener.yaml",
        "listeners/external/secret.yaml",
        "mqtt/authentication.json",
        "mqtt/authentication.yaml",
        "mqtt/client-ca.yaml",
        "mqtt/clients/press-1/client.key",
        "mqtt/clients/press-1/client.pem",
        "mqtt/clients/thermostat-1/client.key",
        "mqtt/clients/thermostat-1/client.pem",
        "opcua/client/opcua-connector.der",
        "opcua/client/opcua-connector.pem",
        "opcua/client/secret/opcua-connector.yaml",
        "opcua/issuer-list.yaml",
        "opcua/issuers/line-issuing.der",
        "opcua/trust-list.yaml",
        "opcua/trust/line-root.der",
        "opcua/trust/press-1.der",
    ]


def test_configuration_manager_gets_a_file_for_every_role(travelled: Callable[[str], Journey]) -> None:
    assert below(travelled("configuration-manager"), "hq") == [
        "clients/kiosk1.pfx",
        "clients/kiosk2.pfx",
        "cloud-management-gateways/granitefalls.pfx",
        "os-deployment/distribution-points/dp1.pfx",
        "os-deployment/media/boot-usb.pfx",
        "proxies/proxy1.pfx",
        "servers/ccp1/cmg-connection-point.pfx",
        "servers/db1/sql-server.pfx",
        "servers/dp1/web-server.pfx",
        "servers/mp1/monitoring.pfx",
        "servers/mp1/web-server.pfx",
        "servers/mp2/monitoring.pfx",
        "servers/mp2/web-server.pfx",
        "servers/smp1/monitoring.pfx",
        "servers/smp1/web-server.pfx",
        "servers/sup1/web-server.pfx",
        "sql-clusters/sqlc1/sql-cluster.pfx",
        "trust/intermediate.cer",
        "trust/root.cer",
    ]


def test_an_own_product_gets_its_files(travelled: Callable[[str], Journey]) -> None:
    journey = travelled("own-product")
    servers = [f"tomcat/{node}/server.{kind}" for node in ("t1", "t2") for kind in ("crt", "key")]
    assert below(journey, "prod") == sorted(["iis/w1.pfx", "iis/w2.pfx", "tomcat/root.pem", *servers])
    assert below(journey, "pki") == [f"farm-{name}" for name in PUBLIC]


# ── what init prints ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=PRODUCTS)
def printed(request: pytest.FixtureRequest, root: Path) -> Journey:
    """The journey of what `init` prints."""
    return travel("printed", request.param, root)


def test_what_init_prints_is_applied_as_it_stands(printed: Journey) -> None:
    said = printed.said
    assert {step: (one.code, one.err) for step, one in said.items()} == dict.fromkeys(said, (0, ""))
    assert said["apply"].out.splitlines()[-1].startswith("nothing is due; next: ")
    assert " 0 Fail, 0 Warning, " in said["check"].out.splitlines()[-1]
    if printed.name == "azure-stack-hub":
        assert below(printed, "stack-hub/deployment") == sorted(f"Certificates/AAD/{path}" for path in ENTRA)
        assert below(printed, "stack-hub/validation") == sorted(f"Deployment/{path}" for path in ENTRA)
    if printed.name == "azure-local":
        assert len(below(printed, "local/IngressEndpointsCerts")) == 24
        assert len(below(printed, "local/ManagementEndpointCerts")) == 2


def test_azure_stack_hub_gets_11_in_each_tree_with_entra(tmp_path: Path) -> None:
    text = (HERE / "azure-stack-hub" / "contoso.yaml").read_text()
    assert "identity: adfs" in text
    (tmp_path / "contoso.yaml").write_text(text.replace("identity: adfs", "identity: entra"))
    planned = json.loads(certwright(tmp_path, "plan", "contoso.yaml", "--json").out)
    paths = {package["path"] for place in planned["places"] for package in place["files"]}
    for tree, more in (
        ("east/deployment/Certificates/AAD", []),
        ("east/rotation/Certificates/AAD", [REGISTRY]),
        ("east/validation/Deployment", []),
    ):
        inside = [path.removeprefix(f"{tree}/") for path in paths if path.startswith(f"{tree}/")]
        assert sorted(inside) == sorted([*ENTRA, *more]), tree
    assert not [path for path in paths if "ADFS" in path or "Graph" in path]


def test_closed_streams_do_no_harm(travelled: Callable[[str], Journey], tmp_path: Path) -> None:
    """The first file opened gets the number of the first closed stream: what is printed must not go there."""
    folder = shutil.copytree(travelled("own-product").folder, tmp_path / "copy")
    shutil.rmtree(folder / "out" / "prod")
    assert closed("<&- >&- 2>&-", folder, "apply", "farm.yaml").code == 0
    said = certwright(folder, "apply", "farm.yaml")
    assert (said.code, said.out) == (0, travelled("own-product").said["again"].out)
