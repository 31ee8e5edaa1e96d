"""Kills `apply` at one point after the other while it takes the steps of a rotation, and lets each run finish.

Called by test_rotation_killed.py: `python rotation_killed.py FOLDER`. See journeys/killed.py, which does the killing.
"""

import json
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "journeys")]

from killed import journeys  # type: ignore[import-not-found]  # noqa: E402 - found beside this script
from rotated import NOW, Bakery  # noqa: E402

from certwright.wiring.declaring import Wish, declare_compromised  # noqa: E402


def copied(source: Path) -> Callable[[Path], object]:
    return lambda there: shutil.copytree(source, there)


def main(folder: Path) -> None:
    made = Bakery(_new(folder / "made"))
    made.apply()

    declared = Bakery(_copy(made, folder / "declared"))
    declared.declare()

    staged = Bakery(_copy(declared, folder / "staged"))
    staged.apply(1)
    staged.see()
    signing = Bakery(_copy(staged, folder / "signing"))
    signing.apply(2)
    signing.see()

    beside = Bakery(_copy(made, folder / "beside"))  # its issuing CA is compromised while another root is staged
    beside.declare()
    beside.apply(1)
    declare_compromised(beside.loaded(), "contoso", Wish("stolen", "issuing")).write()
    withdrawn = Bakery(_copy(made, folder / "withdrawn"))  # the root that is staged is compromised
    withdrawn.declare()
    withdrawn.apply(1)
    declare_compromised(withdrawn.loaded(), "contoso", Wish("stolen", "root"), 2).write()

    days = {"sign": (staged, 2), "retire": (signing, 850), "compromise": (beside, 2), "withdraw": (withdrawn, 2)}
    told = {
        name: journeys(folder / name, NOW + timedelta(days=day), copied(start.folder))
        for name, (start, day) in days.items()
    }
    print(json.dumps(told))


def _new(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _copy(bakery: Bakery, folder: Path) -> Path:
    return Path(shutil.copytree(bakery.folder, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
