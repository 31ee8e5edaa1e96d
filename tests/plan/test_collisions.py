"""No two places are one object of a cluster: the last one applied would win, and nobody would be told."""

import shutil
from pathlib import Path

import pytest

from certwright.errors import Impossible
from certwright.wiring.loading import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "azure-iot-operations"
SYNCED = "    key_vault: plant1-kv\n    tenant: contoso\n    managed_identity: sync\n    opcua: true\n"


@pytest.fixture(params=["plain", "synced"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = Path(shutil.copytree(EXAMPLE, tmp_path / "here")) / "contoso.yaml"
    if request.param == "synced":
        file.write_text(file.read_text().replace("    opcua: true\n", SYNCED))
    return file


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("aio-opc-ua-broker-trust-list", "plant1/opcua-trust-list"),
        ("aio-opc-ua-broker-client-certificate", "plant1/opcua-connector"),
        ("external-tls", "plant1/listener/external"),
        ("historian-client", "plant1/dataflow-client/historian"),
    ],
)
def test_a_list_is_not_called_like_another_secret(name: str, other: str, file: Path) -> None:
    file.write_text(file.read_text().replace("{name: camera-trust,", f"{{name: {name},"))
    with pytest.raises(Impossible) as impossible:
        load(file)
    assert {one.code for one in impossible.value.conflicts} == {"certwright.one-object"}
    told = [one for one in impossible.value.conflicts if f"Secret azure-iot-operations/{name}," in one.found]
    assert [other in (one.place, one.found.split()[-3]) for one in told] == [True], told


def test_the_example_has_none(file: Path) -> None:
    assert load(file).plan.places
