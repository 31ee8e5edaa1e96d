"""A world that does not do what was asked: another user, a full disk, a folder that others may only look into."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Act as a user who owns nothing, because root may write everywhere."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """A disk that takes so many bytes a file and then fails, as a full one does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def folder_for_all(mode: int = 0o755) -> Iterator[Path]:
    """A folder below one that everybody may enter; pytest's own are closed to others."""
    with TemporaryDirectory(prefix="certwright-") as folder:
        Path(folder).chmod(mode)
        yield Path(folder)
