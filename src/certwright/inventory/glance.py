"""A look at the database before it is opened: its version, and which places hold something.

Key generation can start on this, while the rest is still being loaded.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from certwright.errors import Unreadable


def stored_version(path: Path) -> str | None:
    """The schema version written in the file, "" for one before the first; None when nothing is there.

    Unreadable for a database that is somebody else's, sqlite3.Error for a file that is none.
    """
    if not path.exists() or not path.stat().st_size:
        return None
    with closing(sqlite3.connect(path)) as database:
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        if not names:
            return None
        if "alembic_version" not in names:
            raise Unreadable("this database is no inventory", where=str(path), hint="move it away")
        row = database.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""


def places_held(path: Path) -> frozenset[str]:
    """The places that hold a credential now. Empty when the file cannot tell: this is a guess, `Inventory` decides."""
    try:
        if stored_version(path) is None:
            return frozenset()
        with closing(sqlite3.connect(path)) as database:
            rows = database.execute("SELECT place FROM credentials WHERE superseded_at IS NULL")
            return frozenset(str(place) for (place,) in rows)
    except (sqlite3.Error, Unreadable):
        return frozenset()
