"""Runs the command line in this process, in a folder of its own, and hands back what it said."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pytest

from certwright.cli import main


@dataclass(frozen=True)
class Said:
    """How a run ended, and what it wrote to standard output and to standard error."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("plan", "contoso.yaml")` in an empty folder, or in the folder given as `folder`."""

    def in_folder(*arguments: str, folder: Path = tmp_path) -> Said:
        with chdir(folder), pytest.raises(SystemExit) as ended:
            main(arguments)
        told = capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    return in_folder


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the installed program has run `init azure-local` and `apply`. Tests leave it as it is."""
    folder = tmp_path_factory.mktemp("made")
    program = str(Path(sys.executable).with_name("certwright"))
    with (folder / "contoso.yaml").open("w") as file:
        subprocess.run([program, "init", "azure-local"], cwd=folder, stdout=file, check=True)
    done = subprocess.run([program, "apply", "contoso.yaml"], cwd=folder, capture_output=True, text=True, check=True)
    (folder / "apply.out").write_text(done.stdout)
    (folder / "apply.err").write_text(done.stderr)
    return folder


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to be spoiled."""
    return Path(shutil.copytree(made, tmp_path / "copied"))
