"""The installed program as nobody at a terminal runs it: another process, no standard input, a clean environment."""

import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("certwright")
PATIENCE = 240  # seconds; a run takes a few of them, on a busy machine ten times that


@dataclass(frozen=True)
class Said:
    """How a run ended, and what it wrote."""

    code: int
    out: str
    err: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def certwright(folder: Path, *arguments: str) -> Said:
    """Run `certwright …` in that folder. Nobody can be asked: standard input is closed, and there is no terminal."""
    return closed("<&-", folder, *arguments)


def closed(streams: str, folder: Path, *arguments: str) -> Said:
    """Run it with those streams closed, in the spelling of the shell."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" "$@" {streams}', PROGRAM, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        start_new_session=True,
        umask=0,  # whoever is careless: modes must follow from secrecy, not from this
    )
    return Said(done.returncode, done.stdout, done.stderr)


def told(*command: str | Path, secret: str = "", folder: Path | None = None) -> str:
    """What a foreign tool says; it must be content. `secret` is what it reads from its standard input."""
    done = subprocess.run(
        command, cwd=folder, input=secret, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr
