"""The states of generations: written once each, only forward, and seen without opening the inventory."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certwright.errors import Problem, Unreadable
from certwright.generations import Generation, State
from certwright.inventory import Inventory
from certwright.inventory.glance import ends_of, generations_of
from certwright.model import Held

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    with Inventory.open(tmp_path / "inventory.db") as opened:
        yield opened


def moved(inventory: Inventory, *steps: tuple[int, State]) -> None:
    for days, (number, state) in enumerate(steps):
        with inventory.writing() as book:
            book.move_generation(Generation("contoso", number, state, NOW + timedelta(days=days), "it ends"))


def test_the_last_state_counts(inventory: Inventory) -> None:
    moved(inventory, (2, State.STAGED), (1, State.VERIFY_ONLY), (2, State.SIGNING))
    wanted = (
        Generation("contoso", 1, State.VERIFY_ONLY, NOW + timedelta(days=1), "it ends"),
        Generation("contoso", 2, State.SIGNING, NOW + timedelta(days=2), "it ends"),
    )
    with inventory.reading() as reading:
        assert reading.generations() == wanted
    assert generations_of(inventory.path) == wanted


def test_a_step_may_be_left_out(inventory: Inventory) -> None:
    moved(inventory, (2, State.SIGNING), (2, State.RETIRED))
    assert [one.state for one in generations_of(inventory.path)] == [State.RETIRED]


@pytest.mark.parametrize("again", [State.SIGNING, State.STAGED, State.DECLARED])
def test_nothing_goes_back(inventory: Inventory, again: State) -> None:
    moved(inventory, (2, State.STAGED), (2, State.SIGNING))
    with pytest.raises(Problem):
        moved(inventory, (2, again))
    assert [one.state for one in generations_of(inventory.path)] == [State.SIGNING]


@pytest.mark.parametrize("statement", ["DELETE FROM generations", "UPDATE generations SET state = 'staged'"])
def test_history_stays(inventory: Inventory, statement: str) -> None:
    moved(inventory, (2, State.SIGNING))
    with closing(sqlite3.connect(inventory.path)) as database, pytest.raises(sqlite3.Error, match="append-only"):
        database.execute(statement)


def test_before_anything_was_made_there_is_none(tmp_path: Path) -> None:
    assert generations_of(tmp_path / "inventory.db") == ()
    assert ends_of(tmp_path / "inventory.db") == {}
    assert not list(tmp_path.iterdir()), "looking makes nothing"


def test_an_inventory_of_before_has_none(inventory: Inventory) -> None:
    with closing(sqlite3.connect(inventory.path)) as database, database:
        database.execute("DROP TABLE generations")
        database.execute("UPDATE alembic_version SET version_num = '0003'")
    assert generations_of(inventory.path) == ()


def test_a_damaged_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "inventory.db").write_bytes(b"damaged" * 1000)
    with pytest.raises(Unreadable):
        generations_of(tmp_path / "inventory.db")


def test_ends_are_those_of_what_is_held_now(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.add_key("k", "EC 256", b"spki", b"sealed", NOW)
        for serial, days in ((1, 10), (2, 20)):
            end = NOW + timedelta(days=days)
            book.hold([Held("contoso/root", b"%d" % serial, (), "k", serial, NOW, end, "d", "contoso/root")], NOW)
    assert ends_of(inventory.path) == {"contoso/root": NOW + timedelta(days=20)}


def test_all_that_was_ever_signed_is_known(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.add_key("k", "EC 256", b"spki", b"sealed", NOW)
        for serial, (place, issuer) in enumerate((("a", "x/issuing"), ("a", "x/issuing"), ("b", "x/issuing-2")), 1):
            book.hold([Held(place, b"%d" % serial, (), "k", serial, NOW, NOW + timedelta(days=9), "d", issuer)], NOW)
    with inventory.reading() as reading:
        assert [(one.place, one.serial) for one in reading.signed_by(["x/issuing"])] == [("a", 1), ("a", 2)]
        assert reading.signed_by([]) == ()
