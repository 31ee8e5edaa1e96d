"""Runs `apply` again and again in processes that kill themselves at one point after the other, and lets each finish.

Called by test_kill.py: `python killed.py FOLDER`. FOLDER/first/whole is an undisturbed first run, FOLDER/first/<n> one
that was killed at its n-th point and then run again; FOLDER/renewal the same of a run seventy days later.
Prints one JSON object: for both, the names of the points, and how the processes ended.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from certwright.wiring.applying import apply
from certwright.wiring.loading import Loaded, load

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=70)  # two thirds of the van's ninety days are over
CASES = Path(__file__).parent.parent / "cases"


def deployment(folder: Path) -> None:
    """A small deployment in a folder of its own."""
    folder.mkdir(parents=True)
    shutil.copy(CASES / "products" / "bakery.toml", folder)
    shutil.copy(CASES / "flow" / "bakery.yaml", folder)


def in_a_process(work: Callable[[], object]) -> int:
    """Do the work in a process of its own, warmed up like this one. How it ended, as `os.waitpid` tells it."""
    process = os.fork()
    if process:
        return os.waitpid(process, 0)[1]
    try:
        work()
        os._exit(0)
    except BaseException as failure:
        print(repr(failure), file=sys.stderr)
        os._exit(1)


def killed_at(number: int) -> Callable[[str], None]:
    """A hook that kills its process at the n-th point it hears of."""
    left = iter(range(number, 0, -1))

    def at(point: str) -> None:
        if next(left) == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def run(folder: Path, loaded: Loaded, at: Callable[[str], None] = lambda point: None) -> int:
    def work() -> None:
        os.chdir(folder)  # the plan was made once, and its paths are relative
        apply(loaded, at=at)

    return in_a_process(work)


def points(folder: Path, loaded: Loaded) -> list[str]:
    """The points an undisturbed run comes by, in order."""
    told = folder.parent / "points"
    with told.open("w") as out:
        assert run(folder, loaded, at=lambda point: print(point, file=out, flush=True)) == 0
    return told.read_text().splitlines()


def journeys(folder: Path, now: datetime, start: Callable[[Path], object]) -> dict[str, object]:
    """An undisturbed run and every killed one, each from its own `start`."""
    start(folder / "whole")
    os.chdir(folder / "whole")
    loaded = load(Path("bakery.yaml"), now=now)
    names = points(folder / "whole", loaded)
    ends = []
    for number in range(1, len(names) + 1):
        start(folder / str(number))
        killed = run(folder / str(number), loaded, killed_at(number))
        ends.append((killed, run(folder / str(number), loaded)))
    return {"points": names, "ends": ends}


def main(folder: Path) -> None:
    first = journeys(folder / "first", NOW, deployment)
    renewal = journeys(folder / "renewal", LATER, lambda there: shutil.copytree(folder / "first" / "whole", there))
    print(json.dumps({"first": first, "renewal": renewal}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
