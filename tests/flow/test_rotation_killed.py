"""Killed at any point of a rotation and run again, `apply` ends where an undisturbed run ends."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from certwright.flow.standing import look
from certwright.inventory import Inventory
from certwright.targets.folder import Folder
from certwright.wiring.applying import preview
from certwright.wiring.checking import check
from certwright.wiring.loading import Loaded, load

from .rotated import NOW

HERE = Path(__file__).parent
DAYS = {"sign": 2, "retire": 850, "compromise": 2, "withdraw": 2}
STATES = {
    "sign": {1: "verify-only", 2: "signing"},
    "retire": {1: "retired", 2: "signing"},
    "compromise": {1: "retired", 2: "staged", 3: "signing"},
    "withdraw": {2: "retired", 3: "staged"},
}


@dataclass
class Journeys:
    name: str
    folder: Path
    points: list[str]
    ends: list[tuple[int, int]]

    def __iter__(self) -> Iterator[tuple[str, Loaded]]:
        for number, point in enumerate(self.points, 1):
            with chdir(self.folder / str(number)):
                yield point, self.loaded()

    def loaded(self) -> Loaded:
        return load(Path("bakery.yaml"), now=NOW + timedelta(days=DAYS[self.name]))


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, list[tuple[int, int]]]]]:
    folder = tmp_path_factory.mktemp("killed")
    run = subprocess.run(
        [sys.executable, HERE / "rotation_killed.py", folder], capture_output=True, text=True, check=False, timeout=1800
    )
    assert run.returncode == 0, run.stderr
    return folder, json.loads(run.stdout)


@pytest.fixture(scope="module", params=list(DAYS))
def journeys(request: pytest.FixtureRequest, driven: tuple[Path, dict[str, dict[str, list]]]) -> Journeys:
    told = driven[1][request.param]
    return Journeys(request.param, driven[0] / request.param, told["points"], [tuple(end) for end in told["ends"]])


def state(loaded: Loaded) -> tuple[object, ...]:
    root = loaded.path.parent
    found = {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()}
    with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
        generations = {one.number: str(one.state) for one in reading.generations()}
        signers = {place: one.issuer for place, one in reading.held().items()}
        revoked = sorted((one.place, one.reason) for one in reading.revoked.of_held())
    return {name for name in found if not name.endswith(("-wal", "-shm"))}, generations, signers, revoked


def test_the_points_are_worth_it(journeys: Journeys) -> None:
    assert {"before a generation moves", "after a generation moved"} <= set(journeys.points)


def test_every_run_finished_when_run_again(journeys: Journeys) -> None:
    assert [again for _, again in journeys.ends] == [0] * len(journeys.points)
    assert {first for first, _ in journeys.ends} <= {signal.SIGKILL, 0}


def test_every_journey_ends_alike(journeys: Journeys) -> None:
    with chdir(journeys.folder / "whole"):
        wanted = state(journeys.loaded())
    assert wanted[1] == STATES[journeys.name]
    for point, loaded in journeys:
        assert state(loaded) == wanted, f"killed {point}"


def test_no_step_is_taken_twice(journeys: Journeys) -> None:
    for point, loaded in journeys:
        with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
            told = [(one.place, one.text) for one in reading.events(1000) if one.kind in ("generation", "revoked")]
        assert len(told) == len(set(told)), f"killed {point}"


def test_nothing_is_due_and_nothing_is_wrong_after_any_journey(journeys: Journeys) -> None:
    for point, loaded in journeys:
        assert preview(loaded) == (), f"killed {point}"
        with Inventory.open(loaded.database) as inventory:
            standing = look(loaded.plan, inventory, Folder(loaded.output))
        assert all(one.done and standing.is_there(one) for one in standing.deliveries), f"killed {point}"
        report = check(loaded)
        assert not report.findings(), f"killed {point}"
        assert not report.unjudged, f"killed {point}"
