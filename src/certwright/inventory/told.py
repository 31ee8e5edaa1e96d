"""Turns what a database driver says into a Problem that names the file, what happened and what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certwright.errors import Broken, Locked, Problem, Unreadable
from certwright.speech import noted, tr

BACKUP = noted("restore it from a backup; nothing was changed")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Run the block; whatever a database raises in it comes out as Locked, Unreadable or Broken."""
    try:
        yield
    except Problem:
        raise
    except sqlite3.Error as failure:
        raise _problem(path, failure) from failure
    except Exception as failure:
        # A migration speaks through SQLAlchemy, which is not loaded otherwise; the driver's error lies inside its own.
        driver = getattr(failure, "orig", None)
        if not isinstance(driver, sqlite3.Error):
            raise
        raise _problem(path, driver) from failure


def _problem(path: Path, failure: sqlite3.Error) -> Problem:
    name = getattr(failure, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Locked(
            tr("{path}: another process is writing to the inventory", path=path),
            tr("wait until it is done and run again"),
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Unreadable(tr("the inventory is damaged ({reason})", reason=failure), where=str(path), hint=tr(BACKUP))
    if name.startswith("SQLITE_FULL"):
        return Broken(
            tr("{path}: the disk is full; what was written before is safe", path=path),
            tr("free some space and run again"),
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return Broken(
            tr("{path}: the inventory cannot be written here ({reason})", path=path, reason=failure),
            tr("make the folder and the files in it writable for this user"),
        )
    if name.startswith("SQLITE_IOERR"):
        return Broken(
            tr("{path}: the disk failed ({reason})", path=path, reason=failure),
            tr("free some space or mend the disk, and run again"),
        )
    return Broken(tr("{path}: the inventory refused ({reason})", path=path, reason=failure), tr(BACKUP))
