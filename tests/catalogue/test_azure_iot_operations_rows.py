"""What the catalogue says about Azure IoT Operations, and which wishes it refuses. Expected values are typed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from certwright.catalogue.load import load as catalogue
from certwright.errors import Impossible, Mistakes
from certwright.model import Plan, Severity
from certwright.wiring.loading import load

CASES = Path(__file__).parents[1] / "cases" / "kubernetes"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRODUCT = catalogue("azure-iot-operations")
PLANT1 = (CASES / "plant1.yaml").read_text()

# ── the catalogue ─────────────────────────────────────────────────────────────────────────────────

ROWS = {  # every kind of certificate the product knows, and where the catalogue speaks of it
    "aio-default-root": "quickstart-root",
    "aio-byo-issuer": "internal-issuer",
    "aio-byo-bundle": "internal-trust",
    "aio-broker-default": "default-listener",
    "aio-listener-auto": "automatic-listener",
    "aio-listener-manual": "listener",
    "aio-internal": "internal-traffic",
    "aio-client-ca": "mqtt-client-ca",
    "aio-mqtt-client": "mqtt-client",
    "aio-custom-auth": "custom-auth-client",
    "aio-ua-default": "opcua-default-names",
    "aio-ua-enterprise": "opcua-connector",
    "aio-ua-trust": "opcua-trust-list",
    "aio-ua-issuer": "opcua-issuer-list",
    "aio-ua-crl": "opcua-issuer-crl",
    "aio-conn-trust": "connector-trust",
    "aio-df-ca": "dataflow-ca",
    "aio-df-client": "dataflow-client",
}


def test_every_certificate_of_the_product_is_spoken_of() -> None:
    known = {place.id for place in PRODUCT.places} | {one.id.partition(".")[2] for one in PRODUCT.requirements}
    assert set(ROWS.values()) <= known


def test_every_contradiction_is_there_and_touches_something() -> None:
    found = {one.id: one.touches for one in PRODUCT.contradictions}
    assert set(found) >= {f"AIO-C{number:02}" for number in range(1, 28)}
    assert set(found) - {f"AIO-C{number:02}" for number in range(1, 28)} == {"X-C02", "X-C05", "X-C06", "X-C07"}
    assert all(found.values())


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("issuer-is-authority", Severity.ERROR),
        ("one-key-kind", Severity.ERROR),
        ("opcua-uri", Severity.ERROR),
        ("opcua-subject", Severity.ERROR),
        ("opcua-key-usage", Severity.WARNING),  # the standard asks for it, the vendor's page is silent
        ("opcua-extended-usage", Severity.WARNING),
        ("trust-text", Severity.ERROR),
    ],
)
def test_how_much_a_requirement_weighs(name: str, severity: Severity) -> None:
    assert next(one for one in PRODUCT.requirements if one.id == f"azure-iot-operations.{name}").severity is severity


# ── what cannot be ────────────────────────────────────────────────────────────────────────────────


def planned(text: str, folder: Path) -> Plan:
    """The plan of plant1.yaml with lines changed."""
    for one in (CASES / "pki").iterdir():
        (folder / one.name).write_bytes(one.read_bytes())
    (folder / "site.yaml").write_text(text.replace("pki/", ""))
    return load(folder / "site.yaml", now=NOW).plan


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("kind: embedded, organization: Contoso, root: { key: rsa-2048 }, issuing: { key: rsa-2048 }", "kind: public",
         "azure-iot-operations.issuer-not-public"),
        ("    tenant: ", "    # ", "azure-iot-operations.opcua-trust-list"),
        ("    custom_auth_endpoint: ", "    # ", "azure-iot-operations.custom_endpoint"),
        ("file: pki/press-1.der", "file: pki/line-ca.crl.hex", "certwright.anchor-file"),
        ("    key_vault:", "    key_algorithm: ec\n    key_vault:", "azure-iot-operations.one-key-kind"),
    ],
)  # fmt: skip
def test_wishes_that_contradict_the_product(old: str, new: str, code: str, tmp_path: Path) -> None:
    assert old in PLANT1
    with pytest.raises(Impossible) as caught:
        planned(PLANT1.replace(old, new), tmp_path)
    assert code in {one.code for one in caught.value.conflicts}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("custom_location: plant1-location", f"custom_location: {'a' * 64}", "custom_location does not fit"),
        ("key_vault: plant1-kv", "key_vault: 1", "key_vault does not fit"),
        ("name: line1,", "name: Line_1,", "name does not fit"),
        ("tls: automatic", "tls: off", "tls does not fit"),
        ("duration: 720h", "duration: 30 days", "duration does not fit"),
        ("{ name: thermostat-1 }", "{ name: thermostat-1 }\n      - { name: thermostat-1 }", "thermostat-1 twice"),
    ],
)
def test_mistakes_in_the_file(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert old in PLANT1
    with pytest.raises(Mistakes, match=told):
        planned(PLANT1.replace(old, new), tmp_path)
