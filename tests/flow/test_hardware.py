"""Authorities whose keys lie in a PKCS#11 token: everything is made, checked and renewed, and a kill loses nothing."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import chdir
from datetime import timedelta
from pathlib import Path

import pytest
from tests.flow.hardware import CASES, described
from tests.hsm import PIN, token
from tests.journeys.killed import NOW

from certwright.errors import Broken, Refused
from certwright.inventory import Inventory
from certwright.model import Status
from certwright.wiring.applying import apply, preview
from certwright.wiring.checking import check
from certwright.wiring.loading import load

HERE = Path(__file__).parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    token()
    (tmp_path / "bakery.toml").write_bytes((CASES / "products" / "bakery.toml").read_bytes())
    described(tmp_path / "bakery.yaml")
    return tmp_path


def test_a_set_is_made_with_authorities_in_a_token(folder: Path) -> None:
    loaded = load(folder / "bakery.yaml", now=NOW)
    assert {"contoso/root", "contoso/issuing"} < set(apply(loaded).made)
    report = check(load(folder / "bakery.yaml", now=NOW))
    assert not report.count(Status.FAIL)
    assert apply(load(folder / "bakery.yaml", now=NOW)).made == ()
    with sqlite3.connect(loaded.database) as database:
        kept = dict(database.execute("SELECT name, sealed FROM keys WHERE name LIKE 'contoso/%'"))
    assert all(sealed.startswith(b"pkcs11:hsm:") for sealed in kept.values()), "only where it lies is written down"
    assert len(kept) == 2


def test_what_a_token_signed_is_renewed_with_it(folder: Path) -> None:
    apply(load(folder / "bakery.yaml", now=NOW))
    later = load(folder / "bakery.yaml", now=NOW + timedelta(days=70))
    assert apply(later).made == ("east/van/blue",)
    assert preview(later) == ()


def test_a_key_whose_token_is_forgotten_is_told(folder: Path) -> None:
    apply(load(folder / "bakery.yaml", now=NOW))
    file = folder / "bakery.yaml"
    text = file.read_text()
    file.write_text("\n".join(line for line in text.splitlines() if "hsm" not in line and line != "keys:"))
    with pytest.raises(Refused, match="no longer describes") as told:
        apply(load(file, now=NOW + timedelta(days=70)))
    assert "keys:" in told.value.hint


def test_a_wrong_pin_and_a_missing_file_are_told_and_nothing_is_made(folder: Path) -> None:
    loaded = load(folder / "bakery.yaml", now=NOW)
    (folder / "pin.txt").unlink()
    with pytest.raises(Refused, match="the PIN of hsm cannot be read"):
        apply(loaded)
    file = folder / "bakery.yaml"
    file.write_text(file.read_text().replace("token: contoso", "token: fabrikam"))
    (folder / "pin.txt").write_text(PIN)
    with pytest.raises(Broken, match="no token called fabrikam"):
        apply(load(file, now=NOW))
    assert not (folder / "out").exists()
    described(file)
    assert apply(load(file, now=NOW)).made


def test_a_wrong_pin_is_told_by_a_process_of_its_own(folder: Path) -> None:
    (folder / "pin.txt").write_text("0000-wrong\n")
    command = [sys.executable, "-m", "certwright", "apply", "bakery.yaml"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ})
    assert (run.returncode, "refused the PIN" in run.stderr) == (3, True), run.stderr
    assert "0000-wrong" not in run.stdout + run.stderr


def test_every_killed_run_finishes_and_keys_left_in_the_token_are_named(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, HERE / "hardware.py", tmp_path], capture_output=True, text=True, check=False, timeout=1800
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    ends = [tuple(end) for end in told["ends"]]
    assert [again for _, again in ends] == [0] * len(told["points"]), run.stderr
    assert {first for first, _ in ends} == {signal.SIGKILL}
    assert "before certificates are held" in told["points"], "the key is in the token then, and written down nowhere"
    wanted = None
    for number in range(1, len(ends) + 1):
        with chdir(tmp_path / "runs" / str(number)):
            loaded = load(Path("bakery.yaml"), now=NOW)
            assert preview(loaded) == ()
            with Inventory.open(loaded.database) as inventory, inventory.reading() as reading:
                held = reading.held()
                assert all(reading.sealed_key(one.key) for one in held.values())
                assert not [one for one in reading.intents() if not one.outcome]
        wanted = wanted or held.keys()
        assert held.keys() == wanted
