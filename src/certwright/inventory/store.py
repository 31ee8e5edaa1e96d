"""The inventory's database: opened, versioned, one writer at a time. SQLite in WAL mode, synced at every commit.

Reading happens in `read`, writing in `book`; this file is about the connection.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from certwright.errors import Broken, Refused, Unreadable
from certwright.inventory.book import Book
from certwright.inventory.glance import PATIENCE, connect_to_read, stored_version
from certwright.inventory.read import Reading
from certwright.inventory.told import BACKUP, told
from certwright.speech import tr

HEAD = "0006"  # the newest of the migrations; a test holds the two together


class Inventory:
    """An open inventory. `reading()` and `writing()` are transactions; leave it to close the database."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

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
                    tr(
                        "{path}: a newer certwright made this inventory (schema {found}, this one knows {known})",
                        path=path,
                        found=version,
                        known=HEAD,
                    ),
                    tr("install that version or a later one"),
                )
            inventory = cls(path, _connect(path, patience))
            if version != HEAD:
                inventory._migrate()
        return inventory

    @classmethod
    def open_to_read(cls, path: Path, patience: float = PATIENCE) -> "Inventory":
        """Open the database at `path`, which need not be writable, nor the folder it lies in; `writing` will fail then.

        One of an older version is brought up to date first, and must be writable for that. Problems are those of
        `open`; Broken also for a database that was not closed, where it cannot be put in order.
        """
        with told(path):
            if stored_version(path) != HEAD:
                return cls.open(path, patience)
            return cls(path, connect_to_read(path, patience))

    def __enter__(self) -> "Inventory":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A consistent view of what is held."""
        with told(self.path), self._transaction("BEGIN"):
            yield Reading(self._connection)

    @contextmanager
    def writing(self) -> Iterator[Book]:
        """All of the block is written down, or nothing of it."""
        with told(self.path), self._transaction("BEGIN IMMEDIATE"):
            yield Book(self._connection)

    @contextmanager
    def replacing(self) -> Iterator[Book]:
        """`writing`, where nothing of what is replaced stays in the database: what it lay in is overwritten.

        What was written to the log of SQLite goes with `forget`.
        """
        self._connection.execute("PRAGMA secure_delete = ON")
        with self.writing() as book:
            yield book

    def forget(self) -> bool:
        """Empty the log of SQLite, in which older states lie; False while another process reads the inventory."""
        with told(self.path):
            ((busy, *_),) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return not busy

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._connection.execute(begin)
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _migrate(self) -> None:
        """Every step from the stored version to the newest, or none of them: they are one transaction."""
        from alembic import command  # noqa: PLC0415 - half a second to load, and needed once in a version's life
        from alembic.config import Config  # noqa: PLC0415
        from alembic.util import CommandError  # noqa: PLC0415
        from sqlalchemy import create_engine  # noqa: PLC0415
        from sqlalchemy.pool import StaticPool  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", "certwright.inventory:migrations")
        engine = create_engine("sqlite://", creator=lambda: self._connection, poolclass=StaticPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # who is about to do the same waits, and finds it done
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, HEAD)
            except CommandError as unknown:
                what = tr("the inventory has a schema nobody knows ({reason})", reason=unknown)
                raise Unreadable(what, where=str(self.path), hint=tr(BACKUP)) from unknown


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # what SQLite puts beside it takes over its mode
    except OSError as failure:
        raise Broken(
            tr("{path}: the inventory cannot be written here ({reason})", path=path, reason=failure.strerror),
            tr("make the folder and the files in it writable for this user"),
        ) from failure
    # Transactions are begun by `_transaction`, not guessed by the driver; one thread at a time uses the connection.
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
