"""Killed at any point and run again, `apply` ends where an undisturbed run ends."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certwright.flow.standing import look
from certwright.inventory import Inventory, Outcome
from certwright.targets.folder import Folder
from certwright.wiring.applying import preview
from certwright.wiring.checking import check
from certwright.wiring.loading import Loaded, load
from certwright.x509.pem import certificates_in
from certwright.x509.read import read_certificate

HERE = Path(__file__).parent
FIRST = datetime(2026, 11, 21, 12, tzinfo=UTC)
TIMES = {"first": FIRST, "renewal": FIRST + timedelta(days=70)}


@dataclass
class Journeys:
    """What `killed.py` did below `folder`, and the plan it did it for. Iterating enters one folder after the other."""

    folder: Path
    loaded: Loaded
    points: list[str]
    ends: list[tuple[int, int]]

    def __iter__(self) -> Iterator[str]:
        for number, point in enumerate(self.points, 1):
            with chdir(self.folder / str(number)):
                yield point


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, list[tuple[int, int]]]]]:
    folder = tmp_path_factory.mktemp("killed")
    run = subprocess.run(
        [sys.executable, HERE / "killed.py", folder], capture_output=True, text=True, check=False, timeout=1800
    )
    assert run.returncode == 0, run.stderr
    return folder, json.loads(run.stdout)


@pytest.fixture(scope="module", params=["first", "renewal"])
def journeys(request: pytest.FixtureRequest, driven: tuple[Path, dict[str, dict[str, list]]]) -> Journeys:
    folder, told = driven[0] / request.param, driven[1][request.param]
    with chdir(folder / "whole"):
        loaded = load(Path("bakery.yaml"), now=TIMES[request.param])
    return Journeys(folder, loaded, told["points"], [tuple(end) for end in told["ends"]])


@dataclass(frozen=True)
class State:
    """What must be the same after every journey."""

    files: frozenset[str]
    live: frozenset[str]
    outcomes: frozenset[Outcome]
    passwords: frozenset[str]
    lists: frozenset[str]


def state(loaded: Loaded) -> State:
    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        return State(
            files=frozenset(files(loaded)),
            live=frozenset(reading.held()),
            outcomes=frozenset(reading.outcomes()) - {"abandoned"},
            passwords=frozenset(reading.passwords()),
            lists=frozenset(reading.revoked.lists()),
        )


def files(loaded: Loaded) -> set[str]:
    """Everything beside the deployment file but what SQLite puts beside its own, by path."""
    root = loaded.path.parent
    found = {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()}
    return {name for name in found if not name.endswith(("-wal", "-shm"))}


def test_the_points_are_worth_it(journeys: Journeys) -> None:
    assert len(journeys.points) >= 20
    assert len(set(journeys.points)) >= 9, sorted(set(journeys.points))


def test_every_run_finished_when_run_again(journeys: Journeys) -> None:
    assert [again for _, again in journeys.ends] == [0] * len(journeys.points)
    killed = [first for first, _ in journeys.ends]
    # Keys get ready together or one by one, so that a run may have a few points less than the undisturbed one.
    assert set(killed) <= {signal.SIGKILL, 0}
    assert killed.count(0) <= 12


def test_every_journey_ends_alike(journeys: Journeys) -> None:
    with chdir(journeys.folder / "whole"):
        wanted = state(journeys.loaded)
    assert wanted.outcomes == {"issued"}
    assert len(wanted.live) == 5  # root, issuing CA, shop, coffee machine, van
    loaded = journeys.loaded
    for point in journeys:
        assert state(loaded) == wanted, f"killed {point}"


def test_nothing_is_due_and_nothing_is_wrong_after_any_journey(journeys: Journeys) -> None:
    loaded = journeys.loaded
    for point in journeys:
        assert preview(loaded) == (), f"killed {point}"
        report = check(loaded)
        assert not report.findings(), f"killed {point}"
        assert not report.unjudged, f"killed {point}"


def test_every_serial_is_accounted_for(journeys: Journeys) -> None:
    abandoned = 0
    loaded = journeys.loaded
    for point in journeys:
        with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
            outcomes = {intent.serial: intent.outcome for intent in reading.intents()}
            held = {one.serial for one in reading.held().values()}
        assert "" not in outcomes.values(), f"killed {point}"
        assert {outcomes[serial] for serial in held} == {"issued"}
        abandoned += sum(came == "abandoned" for came in outcomes.values())
        for file in (loaded.output / "pki").glob("*.cer"):
            (der,) = certificates_in(file.read_bytes())
            assert read_certificate(der).serial in held
    assert abandoned, "no kill hit between recording an intent and holding its certificate"


def test_every_file_is_as_it_was_recorded(journeys: Journeys) -> None:
    loaded = journeys.loaded
    for point in journeys:
        with Inventory.open(loaded.database) as inventory:
            standing = look(loaded.plan, inventory, Folder(loaded.output))
        assert all(one.done and standing.is_there(one) for one in standing.deliveries), f"killed {point}"
