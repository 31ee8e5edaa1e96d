"""A plant as certwright made it, and its objects laid out as files, the way a cluster hands them to programs."""

import base64
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import yaml

from certwright.flow.world import Applied
from certwright.wiring.applying import apply
from certwright.wiring.loading import load
from certwright.wiring.revoking import revoke

CASES = Path(__file__).parents[1] / "cases" / "peers"
FILE = "plant.yaml"


def planned(folder: Path, case: str) -> Path:
    """A new folder with that deployment file in it, and the machines of the plant."""
    (folder / "machines").mkdir(parents=True)
    shutil.copy(CASES / case, folder / FILE)
    subprocess.run([CASES / "make.sh", folder / "machines"], check=True)
    return folder


def edited(folder: Path, old: str, new: str) -> None:
    """The deployment file says something else from now on."""
    text = (folder / FILE).read_text()
    assert old in text
    (folder / FILE).write_text(text.replace(old, new))


def applied(folder: Path, now: datetime) -> Applied:
    """What `certwright apply` did on that day."""
    done = apply(load(folder / FILE, now=now))
    assert not done.waiting
    return done


def revoked(folder: Path, place: str, now: datetime) -> None:
    """`certwright revoke` and the `apply` after it."""
    revoke(load(folder / FILE, now=now), place, "keyCompromise")
    applied(folder, now)


def mounted(file: Path, folder: Path) -> Path:
    """The object in a delivered file as its volume: one file a key."""
    found = yaml.safe_load(file.read_text())
    folder.mkdir(parents=True)
    for name, value in found["data"].items():
        (folder / name).write_bytes(base64.b64decode(value) if found["kind"] == "Secret" else value.encode())
    return folder
