"""Killed while somebody else is asked, `apply` ends where an undisturbed run ends, and asks nothing twice."""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pytest

from certwright.flow.standing import look
from certwright.inventory import Inventory
from certwright.targets.folder import Folder
from certwright.wiring.applying import preview
from certwright.wiring.checking import check
from certwright.wiring.loading import Loaded, load

from .foreign import NOW

HERE = Path(__file__).parent
HELD = {"ask": set(), "answer": {"east/shop-front"}}
PENDING = {
    "ask": {"east/shop-front", "east/coffee-machine", "east/van/blue"},
    "answer": {"east/coffee-machine"},
}


@dataclass
class Journeys:
    name: str
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
        [sys.executable, HERE / "interrupted.py", folder], capture_output=True, text=True, check=False, timeout=1800
    )
    assert run.returncode == 0, run.stderr
    return folder, json.loads(run.stdout)


@pytest.fixture(scope="module", params=["ask", "answer"])
def journeys(request: pytest.FixtureRequest, driven: tuple[Path, dict[str, dict[str, list]]]) -> Journeys:
    folder, told = driven[0] / request.param, driven[1][request.param]
    with chdir(folder / "whole"):
        loaded = load(Path("bakery.yaml"), now=NOW)
    return Journeys(request.param, folder, loaded, told["points"], [tuple(end) for end in told["ends"]])


def files(loaded: Loaded) -> set[str]:
    root = loaded.path.parent
    found = {file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file()}
    return {name for name in found if not name.endswith(("-wal", "-shm"))}


def test_the_points_are_worth_it(journeys: Journeys) -> None:
    wanted = {
        "ask": {"before requests are written down", "after requests are written down", "before a request is submitted"},
        "answer": {"before an answer is held", "after an answer is held", "after files are taken away"},
    }
    assert wanted[journeys.name] <= set(journeys.points)


def test_every_run_finished_when_run_again(journeys: Journeys) -> None:
    assert [again for _, again in journeys.ends] == [0] * len(journeys.points)
    assert {first for first, _ in journeys.ends} <= {signal.SIGKILL, 0}


def test_every_journey_ends_alike(journeys: Journeys) -> None:
    with chdir(journeys.folder / "whole"):
        wanted = files(journeys.loaded)
    for point in journeys:
        assert files(journeys.loaded) == wanted, f"killed {point}"
        with Inventory.open(journeys.loaded.database) as inventory, inventory.reading() as reading:
            assert reading.held().keys() == HELD[journeys.name], f"killed {point}"
            assert reading.pending().keys() == PENDING[journeys.name], f"killed {point}"
            assert all(reading.sealed_key(one.key) for one in reading.pending().values())
            assert all(one.done for one in reading.deliveries())


def test_nothing_is_asked_twice(journeys: Journeys) -> None:
    for point in journeys:
        with Inventory.open(journeys.loaded.database) as inventory, inventory.reading() as reading:
            asked = Counter((one.kind, one.place) for one in reading.events(1000))
        for kind in ("requested", "answered"):
            times = {place: count for (what, place), count in asked.items() if what == kind}
            assert times == dict.fromkeys(times, 1), f"killed {point}"


def test_nothing_is_due_and_nothing_is_wrong_after_any_journey(journeys: Journeys) -> None:
    for point in journeys:
        assert preview(journeys.loaded) == (), f"killed {point}"
        with Inventory.open(journeys.loaded.database) as inventory:
            standing = look(journeys.loaded.plan, inventory, Folder(journeys.loaded.output))
        assert all(standing.is_there(one) for one in standing.deliveries), f"killed {point}"
        wrong = {result.place for result in check(journeys.loaded).findings()} & HELD[journeys.name]
        assert not wrong, f"killed {point}"
