"""An inventory that cannot be used says why in German to whoever speaks it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.german import english

from certwright.errors import Locked, Problem
from certwright.inventory import Inventory, run_lock
from certwright.speech import speaking

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_somebody_elses_database(tmp_path: Path) -> None:
    path = tmp_path / "inventory.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE apples (size)")
    with speaking("de"), pytest.raises(Problem) as caught, Inventory.open(path):
        pass
    assert caught.value.what == f"{path}: diese Datenbank ist kein Inventar"
    assert not english(caught.value.hint)


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "inventory.db"
    path.write_bytes(b"no database" * 1000)
    with speaking("de"), pytest.raises(Problem, match="das Inventar ist beschädigt") as caught, Inventory.open(path):
        pass
    assert caught.value.hint == "aus einer Sicherung wiederherstellen; nichts wurde geändert"


def test_a_lock_that_is_held(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with speaking("de"), run_lock(path, NOW), pytest.raises(Locked) as caught, run_lock(path, NOW, wait=0):
        pass
    assert caught.value.what.startswith("ein anderer Lauf hält dieses Inventar: Prozess ")
    assert not english(caught.value.what, caught.value.hint)
