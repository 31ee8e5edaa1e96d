"""One run at a time: an operating-system lock on a file, which dies with the process that holds it.

The file says who holds it, so that the one who waits can tell.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from certwright.errors import Broken, Locked
from certwright.speech import tr

PAUSE = 0.05  # seconds between two tries
if sys.platform == "win32":
    import msvcrt

    BEYOND = 1 << 30  # Windows locks are mandatory: lock a byte far behind the text, so that others can read it

    def _try(file: int) -> bool:
        os.lseek(file, BEYOND, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def run_lock(path: Path, now: datetime, wait: float = 10.0) -> Iterator[None]:
    """Hold the lock while the block runs. Locked, naming the holder, when it is not free within `wait` seconds."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as failure:
        raise Broken(
            tr("{path}: the lock cannot be opened ({reason})", path=path, reason=failure.strerror),
            tr("make the folder writable for this user"),
        ) from failure
    try:
        _wait(file, path, wait)
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": now.isoformat(timespec="seconds")}
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(holder).encode())
        yield
    finally:
        os.close(file)


def _wait(file: int, path: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while not _try(file):
        if time.monotonic() >= until:
            raise Locked(
                tr("another run holds this inventory: {holder}", holder=_holder(path)),
                tr("wait until it is done, or end it, and run again"),
            )
        time.sleep(PAUSE)


def _holder(path: Path) -> str:
    try:
        told = json.loads(path.read_bytes())
        return tr("process {pid} on {host}, since {since}", pid=told["pid"], host=told["host"], since=told["since"])
    except (OSError, ValueError, KeyError, TypeError):  # it took the lock this very moment and has not signed yet
        return tr("a process that has just begun")
