"""Runs the command line in this process, in a folder of its own, and hands back what it said."""

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
    """`run("plan", "contoso.yaml")` in an empty folder."""

    def in_folder(*arguments: str) -> Said:
        with chdir(tmp_path), pytest.raises(SystemExit) as ended:
            main(arguments)
        told = capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    return in_folder
