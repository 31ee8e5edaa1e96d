"""One run at a time; the next one waits, and says for whom."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certwright.errors import Broken, Locked
from certwright.inventory import run_lock

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOLD = """
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from certwright.inventory import run_lock
with run_lock(Path(sys.argv[1]), datetime(2026, 11, 21, 12, tzinfo=UTC)):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def holder(path: Path, seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, path, str(seconds)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_the_lock_is_free_again_after_its_block(tmp_path: Path) -> None:
    for _ in range(2):
        with run_lock(tmp_path / "lock", NOW, wait=0):
            pass


def test_it_is_not_given_twice_and_names_the_holder(tmp_path: Path) -> None:
    with holder(tmp_path / "lock", 30) as process:
        try:
            with pytest.raises(Locked) as refusal, run_lock(tmp_path / "lock", NOW, wait=0.2):
                pass
        finally:
            process.kill()
    assert f"process {process.pid} on " in refusal.value.what
    assert "since 2026-11-21T12:00:00+00:00" in refusal.value.what
    assert "run again" in refusal.value.hint


def test_who_waits_long_enough_gets_it(tmp_path: Path) -> None:
    with holder(tmp_path / "lock", 0.5), run_lock(tmp_path / "lock", NOW, wait=60):
        pass


def test_it_dies_with_its_holder(tmp_path: Path) -> None:
    with holder(tmp_path / "lock", 30) as process:
        process.kill()
        process.wait()
        with run_lock(tmp_path / "lock", NOW, wait=0):
            pass


def test_a_holder_that_has_not_signed_yet_is_told_too(tmp_path: Path) -> None:
    with holder(tmp_path / "lock", 30) as process:
        (tmp_path / "lock").write_bytes(b"")
        try:
            with pytest.raises(Locked, match="a process that has just begun"), run_lock(tmp_path / "lock", NOW, wait=0):
                pass
        finally:
            process.kill()


def test_a_lock_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="the lock cannot be opened"), run_lock(tmp_path / "nowhere" / "lock", NOW):
        pass
