"""Turns what a database driver says into a Problem that names the file, what happened and what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from certwright.errors import Broken, Locked, Problem, Unreadable

BACKUP = "restore it from a backup; nothing was changed"


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
        return Locked(f"{path}: another process is writing to the inventory", "wait until it is done and run again")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Unreadable(f"the inventory is damaged ({failure})", where=str(path), hint=BACKUP)
    if name.startswith("SQLITE_FULL"):
        return Broken(f"{path}: the disk is full; what was written before is safe", "free some space and run again")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return Broken(
            f"{path}: the inventory cannot be written here ({failure})",
            "make the folder and the files in it writable for this user",
        )
    if name.startswith("SQLITE_IOERR"):
        return Broken(f"{path}: the disk failed ({failure})", "free some space or mend the disk, and run again")
    return Broken(f"{path}: the inventory refused ({failure})", BACKUP)
