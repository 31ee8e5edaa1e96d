"""Who trusts an issuer: whom a site declares, or whom the catalogue knows; every place shown is one of the plan."""

from pathlib import Path

import pytest

from certwright.generations import Consumer
from certwright.looks import read_look
from certwright.plan.consumers import consumers_of
from certwright.wiring.loading import load

EXAMPLES = Path(__file__).parents[2] / "examples"


def known(product: str, folder: Path, *changes: tuple[str, str]) -> dict[str, Consumer]:
    """The consumers of an example, by what stands behind the site, after its text was changed."""
    source = EXAMPLES / product / "contoso.yaml"
    text = source.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    for beside in source.parent.iterdir():
        (folder / beside.name).symlink_to(beside) if beside != source else None
    (folder / source.name).write_text(text)
    loaded = load(folder / source.name)
    found = consumers_of(loaded.deployment, loaded.products, loaded.plan)
    places = {place.id for place in loaded.plan.places}
    for one in found:
        read_look(one.look)
        assert places.issuperset(one.shows)
        assert one.id.startswith(f"{one.site}/")
        assert one.title
        assert "{" not in one.title + one.look
    assert len({one.id for one in found}) == len(found)
    return {one.id.partition("/")[2]: one for one in found}


def test_a_plant_is_its_config_maps_its_devices_and_its_peers(tmp_path: Path) -> None:
    found = known("azure-iot-operations", tmp_path)
    assert found["components"].look == "cluster:azure-iot-operations/enterprise-trust/ca.crt"
    assert found["broker-client-authorities"].look == "cluster:azure-iot-operations/client-ca/client_ca.pem"
    assert found["device/thermostat-1"].shows == ("plant1/mqtt-client/thermostat-1",)
    assert found["opcua-peer/press-1"].stack == "opcua"
    assert found["dataflow-peer/historian"].look == "report"
    assert "listener-clients/external" not in found, "its devices are known one by one"


def test_clients_of_a_listener_stand_for_those_nobody_named(tmp_path: Path) -> None:
    devices = "    mqtt_clients:\n      - {name: thermostat-1}\n      - {name: press-1, algorithm: rsa}\n"
    found = known("azure-iot-operations", tmp_path, (devices, ""))
    assert found["listener-clients/external"].title == "Clients of listener external"


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ("azure-local", {"nodes": "windows", "clients": "windows", "command-line-bundle": "tls"}),
        ("azure-stack-hub", {"clients": "windows", "command-line-bundle": "tls", "resource-providers": "windows"}),
    ],
)
def test_appliances_are_trusted_by_nodes_and_clients(product: str, expected: dict[str, str], tmp_path: Path) -> None:
    assert {name: one.stack for name, one in known(product, tmp_path).items()} == expected


def test_a_site_of_configuration_manager_is_its_servers_its_list_and_its_gateways(tmp_path: Path) -> None:
    found = known("configuration-manager", tmp_path)
    assert found["site-system/dp1"].shows == ("hq/web-intranet/dp1", "hq/distribution-point/dp1")
    assert {"site-list", "gateway-roots/granitefalls", "clients", "bridging-proxy/proxy1"} <= found.keys()


def test_whoever_declares_consumers_has_these_and_no_others(tmp_path: Path) -> None:
    own = "    trust: bring-your-own\n    consumers:\n      - {name: gateway, shows: [plant1/mqtt-client/press-1]}\n"
    found = known("azure-iot-operations", tmp_path, ("    trust: bring-your-own\n", own))
    assert found == {
        "gateway": Consumer("plant1/gateway", "plant1", "contoso", "gateway", shows=("plant1/mqtt-client/press-1",))
    }


def test_nobody_can_rotate_the_authority_of_somebody_else(tmp_path: Path) -> None:
    before = "    kind: embedded\n    organization: Contoso\n    crl: http://pki.contoso.com/crl\n"
    after = "    kind: files\n    roots: certificates/line-root.der\n"
    assert not known("azure-iot-operations", tmp_path, (before, after))
