"""The database: made once, versioned, refused with a reason when it cannot be used, and never half written."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from tests.world import as_somebody_else, files_no_longer_than, folder_for_all

from certwright.errors import Broken, Locked, Problem, Refused, Unreadable
from certwright.inventory import Inventory
from certwright.inventory.glance import places_held, stored_version
from certwright.inventory.store import HEAD


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inventory.db"


def made(path: Path) -> None:
    with Inventory.open(path):
        pass


def described(path: Path) -> list[tuple[str, str, str]]:
    """Every table, index and trigger with its statement, blanks aside."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1, 2")
        return [(kind, name, "".join(sql.replace('"', "").split())) for kind, name, sql in rows]


def test_a_new_inventory_is_at_head_and_its_owners_alone(path: Path) -> None:
    with Inventory.open(path):
        assert stored_version(path) == HEAD
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {0o600}


def test_it_is_synced_at_every_commit_and_keeps_its_references(path: Path) -> None:
    with Inventory.open(path) as inventory, inventory.reading() as reading:
        answers = [
            reading._ask(f"PRAGMA {name}").fetchone() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
        assert answers == [("wal",), (2,), (1,)]


def test_what_was_written_is_there_when_it_is_opened_again(path: Path) -> None:
    with Inventory.open(path) as inventory, inventory.writing() as book:
        book.write_setting("a", b"1")
    with Inventory.open(path) as inventory, inventory.reading() as reading:
        assert reading.setting("a") == b"1"
        assert reading.setting("b") is None


def write_twice(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.write_setting("a", b"1")
        book.write_setting("a", b"2")


def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    with Inventory.open(path) as inventory:
        with pytest.raises(Problem):
            write_twice(inventory)
        with inventory.reading() as reading:
            assert reading.setting("a") is None


# ── versions ──


def test_a_database_of_a_newer_version_is_refused(path: Path) -> None:
    made(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refused, match=r"a newer certwright made this inventory \(schema 9999, this one knows"):
        Inventory.open(path)


def test_migrations_end_where_a_new_inventory_begins(path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", "certwright.inventory:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
    made(path)
    before_the_first = path.with_name("old.db")
    with closing(sqlite3.connect(before_the_first)) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    with Inventory.open(before_the_first) as inventory, inventory.writing() as book:
        book.write_setting("a", b"1")
    tables = [one for one in described(path) if one[1] != "alembic_version"]
    assert [one for one in described(before_the_first) if one[1] != "alembic_version"] == tables
    assert stored_version(before_the_first) == stored_version(path) == HEAD


def of_version(path: Path, version: str) -> None:
    """A database as that version left it."""
    config = Config()
    config.set_main_option("script_location", "certwright.inventory:migrations")
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()


def test_what_the_first_version_held_is_held_by_this_one(path: Path) -> None:
    of_version(path, "0001")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO keys VALUES ('east/portal.1', 'EC 256', x'01', x'02', 5)")
        database.execute("INSERT INTO certificates VALUES ('f1', x'30')")
        database.execute("INSERT INTO intents VALUES ('2a', 'contoso/issuing', 'east/portal', x'01', 5, 'issued')")
        for held, gone in ((6, 7), (7, None)):
            row = ("east/portal", "f1", "f1", "east/portal.1", "2a", 5, 500, "1.x", "contoso/issuing", held, gone)
            database.execute(
                "INSERT INTO credentials (place, certificate, chain, key, serial, not_before, not_after, demanded,"
                " issuer, held_at, superseded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
    with Inventory.open(path) as inventory, inventory.reading() as reading:
        held = reading.held()["east/portal"]
        assert (held.serial, held.key, held.chain) == (0x2A, "east/portal.1", (b"\x30",))
        assert reading.pending() == {}
    new = path.with_name("new.db")
    made(new)
    assert described(path) == described(new)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM credentials").fetchone() == (2,)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_migration_that_stops_half_way_leaves_nothing(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        database.execute("CREATE TABLE events (number INTEGER)")  # the last of the tables cannot be made
    before = described(path)
    with pytest.raises(Problem, match="events already exists"):
        Inventory.open(path)
    assert described(path) == before


def test_two_that_make_one_inventory_at_once_both_get_it(path: Path) -> None:
    program = (
        f"from pathlib import Path; from certwright.inventory import Inventory; Inventory.open(Path({str(path)!r}))"
    )
    both = [subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) for _ in range(2)]
    assert [one.communicate()[1] for one in both] == [b"", b""]
    assert stored_version(path) == HEAD


def test_a_version_nobody_knows_is_told(path: Path) -> None:
    made(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(Unreadable, match="a schema nobody knows"):
        Inventory.open(path)


def test_a_known_version_loads_neither_alembic_nor_sqlalchemy(path: Path) -> None:
    made(path)
    program = (
        "import sys; from pathlib import Path; from certwright.inventory import Inventory;"
        f"Inventory.open(Path({str(path)!r}));"
        "assert not {'sqlalchemy', 'alembic'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_glance_sees_what_is_there(path: Path) -> None:
    assert places_held(path) == frozenset()
    made(path)
    assert places_held(path) == frozenset()
    path.write_bytes(b"no database" * 100)
    assert places_held(path) == frozenset()


# ── what can be wrong with it ──


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(Unreadable, match=r"inventory\.db: the inventory is damaged") as failure:
        Inventory.open(path)
    assert "backup" in failure.value.hint


def test_somebody_elses_database_is_told(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE bookmarks (address TEXT)")
    with pytest.raises(Unreadable, match=r"inventory\.db: this database is no inventory"):
        Inventory.open(path)


def last_setting(path: Path) -> bytes | None:
    with Inventory.open(path) as inventory, inventory.reading() as reading:
        return reading.setting("name 199")


def test_a_damaged_page_is_told(path: Path) -> None:
    with Inventory.open(path) as inventory, inventory.writing() as book:
        for number in range(200):
            book.write_setting(f"name {number}", bytes(400))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)
    path.with_name("inventory.db-wal").unlink(missing_ok=True)
    with pytest.raises(Unreadable, match="the inventory is damaged"):
        last_setting(path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="cannot be written here"):
        Inventory.open(tmp_path / "nowhere" / "inventory.db")


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder below one that everybody may enter."""
    with folder_for_all() as folder:
        yield folder


def test_a_read_only_folder_is_told(public_folder: Path) -> None:
    path = public_folder / "inventory.db"
    with Inventory.open(path) as inventory, inventory.writing() as book:
        book.write_setting("a", b"1")
    path.chmod(0o444)
    public_folder.chmod(0o555)
    with as_somebody_else(), pytest.raises(Broken, match="the inventory cannot be written here") as failure:
        Inventory.open(path)
    assert "writable for this user" in failure.value.hint


def test_a_read_only_inventory_can_be_read(public_folder: Path) -> None:
    path = public_folder / "inventory.db"
    with Inventory.open(path) as inventory, inventory.writing() as book:
        book.write_setting("a", b"1")
    path.chmod(0o444)
    public_folder.chmod(0o555)
    with as_somebody_else(), Inventory.open_to_read(path) as inventory:
        with inventory.reading() as reading:
            assert reading.setting("a") == b"1"
        with pytest.raises(Broken, match="cannot be written here"), inventory.writing() as book:
            book.write_setting("a", b"2")
    assert {file.name for file in public_folder.iterdir()} == {"inventory.db"}


def test_what_was_not_closed_is_put_in_order_only_where_it_can_be(public_folder: Path) -> None:
    path = public_folder / "inventory.db"
    program = (
        "import os, sys; from pathlib import Path; from certwright.inventory import Inventory;"
        "inventory = Inventory.open(Path(sys.argv[1]));"
        "book = inventory.writing().__enter__(); book.write_setting('a', b'1'); inventory._connection.commit();"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, path], check=True)
    path.with_name("inventory.db-shm").unlink()
    for file in public_folder.iterdir():
        file.chmod(0o444)
    public_folder.chmod(0o555)
    with as_somebody_else(), pytest.raises(Broken, match="was not closed and cannot be put in order here") as failure:
        Inventory.open_to_read(path)
    assert "certwright status" in failure.value.hint
    public_folder.chmod(0o755)
    with Inventory.open_to_read(path) as inventory, inventory.reading() as reading:
        assert reading.setting("a") == b"1"


def test_an_unreadable_file_is_told(public_folder: Path) -> None:
    path = public_folder / "inventory.db"
    made(path)
    path.chmod(0)
    with as_somebody_else(), pytest.raises(Broken, match="the inventory cannot be read"):
        Inventory.open(path)


def write_much(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book.write_setting("big", bytes(1_000_000))


def test_a_full_disk_is_told_and_costs_nothing_that_was_there(path: Path) -> None:
    with Inventory.open(path) as inventory, inventory.writing() as book:
        book.write_setting("before", b"safe")
    with Inventory.open(path) as inventory, files_no_longer_than(300_000), pytest.raises(Broken) as failure:
        write_much(inventory)
    assert "free some space" in failure.value.hint
    with Inventory.open(path) as inventory, inventory.reading() as reading:
        assert (reading.setting("before"), reading.setting("big")) == (b"safe", None)


def fill(inventory: Inventory) -> None:
    with inventory.writing() as book:
        book._connection.execute("PRAGMA max_page_count = 1")
        book.write_setting("big", bytes(1_000_000))


def test_a_database_that_is_full_says_so(path: Path) -> None:
    with Inventory.open(path) as inventory:
        with pytest.raises(Broken, match="the disk is full; what was written before is safe"):
            fill(inventory)
        with inventory.reading() as reading:
            assert reading.setting("big") is None


def test_another_writer_is_told(path: Path) -> None:
    with Inventory.open(path, patience=0.1) as inventory, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Locked, match="another process is writing to the inventory"), inventory.writing():
            pass
        with inventory.reading() as reading:  # readers are not in anybody's way
            assert reading.held() == {}
