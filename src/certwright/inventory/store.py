"""The inventory's database: opened, versioned, one writer at a time. SQLite in WAL mode, synced at every commit.

Reading happens in `read`, writing in `book`; this file is about the connection.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from certwright.errors import Broken, Refused, Unreadable
from certwright.inventory.book import Book
from certwright.inventory.glance import stored_version
from certwright.inventory.read import Reading
from certwright.inventory.schema import HEAD, NEVER_CHANGED, tables
from certwright.inventory.told import BACKUP, told

if TYPE_CHECKING:
    from sqlalchemy import Engine

PATIENCE = 5.0  # seconds SQLite waits for another writer


class Inventory:
    """An open inventory. `reading()` and `writing()` are transactions; leave it to close the database."""

    def __init__(self, path: Path, engine: "Engine") -> None:
        self.path = path
        self._engine = engine

    @classmethod
    def open(cls, path: Path, patience: float = PATIENCE) -> "Inventory":
        """Open, make or bring up to date the database at `path`.

        Refused when a newer certwright made it, Unreadable when it is damaged, Broken when it cannot be written,
        Locked when another process is writing to it for longer than `patience` seconds.
        """
        with told(path):
            version = stored_version(path)
            if version is not None and version > HEAD:
                raise Refused(
                    f"{path}: a newer certwright made this inventory (schema {version}, this one knows {HEAD})",
                    "install that version or a later one",
                )
            inventory = cls(path, _engine(path, patience))
            if version is None:
                inventory._make()
            elif version != HEAD:
                inventory._migrate()
        return inventory

    def __enter__(self) -> "Inventory":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A consistent view of what is held."""
        with told(self.path), self._engine.connect() as connection, connection.begin():
            yield Reading(connection)

    @contextmanager
    def writing(self) -> Iterator[Book]:
        """All of the block is written down, or nothing of it."""
        with told(self.path), self._engine.connect() as connection:
            connection = connection.execution_options(certwright_writes=True)
            with connection.begin():
                yield Book(connection)

    def _make(self) -> None:
        with self._engine.connect() as connection:
            connection = connection.execution_options(certwright_writes=True)
            with connection.begin():
                if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar():
                    return  # another process was faster
                tables().create_all(connection)
                for statement in (*NEVER_CHANGED, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"):
                    connection.exec_driver_sql(statement)
                connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (HEAD,))

    def _migrate(self) -> None:
        from alembic import command  # noqa: PLC0415 - slow to load and almost never needed
        from alembic.config import Config  # noqa: PLC0415
        from alembic.util import CommandError  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", "certwright.inventory:migrations")
        with self._engine.connect() as connection:
            connection = connection.execution_options(certwright_writes=True)
            with connection.begin():
                config.attributes["connection"] = connection
                try:
                    command.upgrade(config, HEAD)
                except CommandError as unknown:
                    told = f"the inventory has a schema nobody knows ({unknown})"
                    raise Unreadable(told, where=str(self.path), hint=BACKUP) from unknown


def _engine(path: Path, patience: float) -> "Engine":
    from sqlalchemy import create_engine, event  # noqa: PLC0415 - 200 ms, see schema
    from sqlalchemy.engine import URL  # noqa: PLC0415

    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # what SQLite puts beside it takes over its mode
    except OSError as failure:
        raise Broken(
            f"{path}: the inventory cannot be written here ({failure.strerror})",
            "make the folder and the files in it writable for this user",
        ) from failure
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": patience})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # transactions are begun below, not guessed by the driver
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    writes = connection.get_execution_options().get("certwright_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
