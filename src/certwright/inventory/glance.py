"""A look at the database before it is opened: its version, and which places hold something.

Key generation can start on this, while the rest is still being loaded.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from certwright.errors import Broken, Unreadable
from certwright.generations import Generation, State
from certwright.inventory.rows import moment
from certwright.inventory.told import told
from certwright.speech import tr

PATIENCE = 5.0  # seconds SQLite waits for another writer


def stored_version(path: Path) -> str | None:
    """The schema version written in the file, "" for one before the first; None when nothing is there.

    Unreadable for a database that is somebody else's, sqlite3.Error for a file that is none.
    """
    if not path.exists() or not path.stat().st_size:
        return None
    with closing(connect_to_read(path)) as database:
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if not names:
            return None
        if "alembic_version" not in names:
            raise Unreadable(tr("this database is no inventory"), where=str(path), hint=tr("move it away"))
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""


def places_held(path: Path) -> frozenset[str]:
    """The places that hold a credential now, or wait for one. Empty when the file cannot tell: it is a guess."""
    try:
        if stored_version(path) is None:
            return frozenset()
        with closing(connect_to_read(path)) as database:
            rows = database.execute(
                "SELECT place FROM credentials WHERE superseded_at IS NULL UNION SELECT place FROM requests"
            )
            return frozenset(str(place) for (place,) in rows)
    except (sqlite3.Error, Unreadable, Broken):
        return frozenset()


def generations_of(path: Path) -> tuple[Generation, ...]:
    """The generations of authorities as they stand; none where nothing was made yet, or nothing was ever rotated.

    Unreadable for a damaged file, or one that is no inventory; Broken where it cannot be read.
    """
    with told(path):
        version = stored_version(path)
        if version is None or version < "0004":
            return ()
        with closing(connect_to_read(path)) as database:
            return newest_generations(database.execute)


def ends_of(path: Path) -> dict[str, datetime]:
    """When what every place holds ends, of those that hold something."""
    with told(path):
        if stored_version(path) is None:
            return {}
        with closing(connect_to_read(path)) as database:
            rows = database.execute("SELECT place, not_after FROM credentials WHERE superseded_at IS NULL")
            return {place: moment(end) for place, end in rows}


def newest_generations(ask: Callable[[str], sqlite3.Cursor]) -> tuple[Generation, ...]:
    """Of every generation the row of its last state."""
    rows = ask(
        "SELECT issuer, number, state, since, reason, max(step) FROM generations"
        " GROUP BY issuer, number ORDER BY issuer, number"
    )
    return tuple(
        Generation(issuer, number, State(state), moment(since), reason)
        for issuer, number, state, since, reason, _ in rows
    )


def connect_to_read(path: Path, patience: float = PATIENCE) -> sqlite3.Connection:
    """A connection for questions. Broken when this user may not read the file, or it cannot be put in order.

    SQLite keeps an index of its log beside a database that is open. Where that cannot be made, a database whose log is
    empty is complete in itself, and nobody can change it meanwhile (https://sqlite.org/wal.html, read-only databases).
    """
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError as failure:
        told = tr("{path}: the inventory cannot be read ({reason})", path=path, reason=failure.strerror)
        raise Broken(told, tr("make it readable for this user")) from failure
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    connection = _connection(path, "rw" if writable else "ro", patience)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.OperationalError as failure:
        connection.close()
        if not failure.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
            raise
        if _log_size(path):
            told = tr("{path}: the inventory was not closed and cannot be put in order here", path=path)
            hint = tr("run certwright status once as a user who may write its folder")
            raise Broken(told, hint) from failure
        return _connection(path, "ro&immutable=1", patience)
    return connection


def _connection(path: Path, mode: str, patience: float) -> sqlite3.Connection:
    address = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)


def _log_size(path: Path) -> int:
    log = path.with_name(f"{path.name}-wal")
    return log.stat().st_size if log.exists() else 0
