"""An OPC UA server goes on working while the issuing CA of its connector is replaced in an emergency."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asyncua import ua

from certwright.wiring.applying import apply
from certwright.wiring.declaring import Wish, declare_compromised
from certwright.wiring.forcing import force, next_gate
from certwright.wiring.loading import Loaded, load

from .plant import applied, planned
from .press import SPEED, Lists, Press, started
from .test_opcua import PAIR, Plant, connector, refused

PLACE = "plant1/opcua-connector"


@dataclass(frozen=True)
class Emergency:
    """The plant after the emergency, whose connector has what it had; and a copy of it that did not wait."""

    plant: Plant
    hasty: Plant


def loaded(plant: Plant) -> Loaded:
    return load(plant.folder / "plant.yaml", now=plant.now)


@pytest.fixture(scope="module")
def emergency(tmp_path_factory: pytest.TempPathFactory) -> Emergency:
    plant = Plant(planned(tmp_path_factory.mktemp("emergency") / "plant", "opcua.yaml"), datetime.now(UTC))
    applied(plant.folder, plant.now)
    believing(plant, "authority")
    plant.keep("old")
    declare_compromised(loaded(plant), "contoso", Wish("stolen", "issuing")).write()
    assert dict(apply(loaded(plant)).waiting).keys() == {PLACE}
    assert (plant.folder / f"out/plant1/{PAIR}.der").read_bytes() == plant.pair("old")[0].read_bytes()
    hasty = Plant(Path(shutil.copytree(plant.folder, tmp_path_factory.mktemp("hasty") / "plant")), plant.now)
    force(loaded(hasty), next_gate(loaded(hasty), "contoso", "retired"), "the press stands still")
    assert PLACE in apply(loaded(hasty)).made
    hasty.keep("new")
    return Emergency(plant, hasty)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def press(emergency: Emergency, loop: asyncio.Runner) -> Iterator[Press]:
    """press-1 at work, with the lists it was once given."""
    running = loop.run(started(emergency.plant.machines, "press-1", Lists(emergency.plant.folder / "server")))
    yield running
    loop.run(running.server.stop())


def believing(plant: Plant, what: str) -> None:
    """The server's lists: those from before the emergency, or those that are handed out in it."""
    lists, out = Lists(plant.folder / "server"), plant.folder / "out"
    if what == "authority":
        crls = (out / "pki").glob("*.crl")
        lists.filled([plant.authority("root.cer")], [plant.authority("issuing.cer")], crls)
    else:
        servers = out / "plant1/opcua/servers"
        crls = (*(servers / "trusted/crl").iterdir(), *(servers / "issuers/crl").iterdir())
        lists.filled((servers / "trusted/certs").iterdir(), (servers / "issuers/certs").iterdir(), crls)


def test_what_the_connector_has_works_until_the_lists_are_there_and_what_it_would_get_works_from_then_on(
    emergency: Emergency, press: Press, loop: asyncio.Runner, tmp_path: Path
) -> None:
    plant, hasty = emergency.plant, emergency.hasty
    assert loop.run(connector(plant, "old", tmp_path / "1").read(press)) == SPEED
    assert refused(connector(hasty, "new", tmp_path / "2"), press, loop) == "BadCertificateUntrusted"
    believing(plant, "handed out")
    assert loop.run(connector(hasty, "new", tmp_path / "3").read(press)) == SPEED
    with pytest.raises(ua.UaStatusCodeError):
        loop.run(connector(plant, "old", tmp_path / "4").read(press))
