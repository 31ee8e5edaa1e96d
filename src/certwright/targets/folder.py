"""The keeper of `Target` that is a folder: each file is written beside its place, synced, and moved there whole.

The mode of files and folders follows from secrecy, here and nowhere else. Links inside the folder are not followed.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import copy_context
from pathlib import Path

from certwright.errors import Broken, Refused
from certwright.model import Artifact
from certwright.speech import tr
from certwright.targets.paths import refuse_path

FILE_MODE = {True: 0o600, False: 0o644}  # secret or not
FOLDER_MODE = {True: 0o700, False: 0o755}  # holds a secret or not
AT_ONCE = 8  # files that are synced side by side
UNFINISHED = ".certwright-unfinished"  # one fixed name a file, so that a later run finds what a killed one left


class Folder:
    """Artifacts as files below `root`. `at` is told where we are."""

    def __init__(self, root: Path, at: Callable[[str], None] = lambda point: None) -> None:
        self._root = root
        self._at = at

    def observe(self, paths: Iterable[str]) -> Mapping[str, str]:
        """The SHA-256 of each of these files that is there. Broken when one is there and cannot be read."""
        found = {}
        for path, file in self._names(paths).items():
            with _told(file), suppress(FileNotFoundError), open(file, "rb") as content:
                found[path] = hashlib.sha256(content.read()).hexdigest()
        return found

    def read(self, path: str) -> bytes | None:
        """That file's content; None when it is not there. Broken when it cannot be read."""
        (file,) = self._places([path]).values()
        with _told(file):
            try:
                return file.read_bytes()
            except FileNotFoundError:
                return None

    def deliver(self, artifacts: Sequence[Artifact]) -> None:
        """Write these files, all of each or nothing of it; when this returns they are on the disk."""
        places = self._places(artifact.path for artifact in artifacts)
        folders = self._folders([(places[artifact.path].parent, artifact.secret) for artifact in artifacts])
        written = [(places[artifact.path], artifact) for artifact in artifacts]
        _side_by_side(_write, written, lambda: self._at("after a file is written beside its place"))
        for file in places.values():
            with _told(file):
                _unfinished(file).replace(file)
            self._at("after a file is moved to its place")
        _side_by_side(_sync_folder, [(folder,) for folder in folders])

    def remove(self, paths: Iterable[str]) -> None:
        """Remove these files, and the folders that are empty then."""
        for file in self._places(paths).values():
            with _told(file):
                file.unlink(missing_ok=True)
            for folder in file.relative_to(self._root).parents[:-1]:
                with suppress(OSError):  # it holds something else
                    (self._root / folder).rmdir()

    def opened(self, paths: Iterable[str]) -> Mapping[str, int]:
        """The mode of each of these that others than its owner can get at; nothing on Windows."""
        found = {}
        for path, file in self._places(paths if os.name != "nt" else ()).items():
            with _told(file), suppress(FileNotFoundError):
                if (mode := stat.S_IMODE(file.lstat().st_mode)) & ~FOLDER_MODE[True]:
                    found[path] = mode
        return found

    def close(self, paths: Iterable[str]) -> None:
        """Leave these to their owner alone. Broken when they belong to somebody else."""
        for file in self._places(paths).values():
            with _told(file):
                file.chmod(FILE_MODE[True])

    def sweep(self, paths: Iterable[str]) -> None:
        """Remove what an interrupted delivery of these files left beside their places."""
        for file in self._places(paths).values():
            with _told(file):
                _unfinished(file).unlink(missing_ok=True)

    def _folders(self, wanted: Iterable[tuple[Path, bool]]) -> Sequence[Path]:
        """These folders, made if need be, closed if they hold a secret; all whose content changes, deepest first."""
        secret: dict[Path, bool] = {}
        for folder, has_secret in wanted:
            secret[folder] = secret.get(folder, False) or has_secret
        changed = set(secret)
        for folder in sorted(secret):
            with _told(folder):
                changed |= set(self._make(folder, secret=secret[folder]))
        return sorted(changed, key=lambda folder: -len(folder.parts))

    def _make(self, folder: Path, *, secret: bool) -> Iterator[Path]:
        if not folder.is_dir():
            if folder != self._root:
                yield from self._make(folder.parent, secret=False)
            folder.mkdir(mode=FOLDER_MODE[secret], parents=folder == self._root)
            folder.chmod(FOLDER_MODE[secret])  # whatever the process's umask took from it
            yield folder.parent
        elif secret and folder != self._root:
            folder.chmod(FOLDER_MODE[secret])

    def _places(self, paths: Iterable[str]) -> dict[str, Path]:
        """Where these paths lie. Refused when any part of one, below the root, is a link or not what it must be."""
        return {path: Path(file) for path, file in self._names(paths).items()}

    def _names(self, paths: Iterable[str]) -> dict[str, str]:
        """The same as text, which is all that looking at a thousand files needs."""
        root, parts = str(self._root), {path: refuse_path(path) for path in paths}
        for folder in sorted({names[:length] for names in parts.values() for length in range(1, len(names))}):
            _refuse_other(os.path.join(root, *folder), stat.S_ISDIR)
        places = {path: os.path.join(root, *names) for path, names in parts.items()}
        for file in places.values():
            _refuse_other(file, stat.S_ISREG)
        return places


def _refuse_other(path: str, wanted: Callable[[int], bool]) -> None:
    """Raise Refused when there is something at `path`, and it is not what is wanted there."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as failure:
        raise _broken(path, failure) from failure
    if not wanted(mode):
        told = tr(
            "{path} is something else than the file or folder that belongs there; nothing is written through it",
            path=path,
        )
        if stat.S_ISLNK(mode):
            told = tr("{path} is a link; nothing is written through it", path=path)
        raise Refused(told, tr("remove it, and run again"))


def _unfinished(file: Path) -> Path:
    """The name a file is written under. It keeps below the longest name a file system takes."""
    name = f".{file.name}{UNFINISHED}"
    if len(name.encode()) > 255:
        name = f".{hashlib.sha256(file.name.encode()).hexdigest()}{UNFINISHED}"
    return file.with_name(name)


def _side_by_side(
    work: Callable[..., None], some: Sequence[tuple[object, ...]], after_each: Callable[[], None] = lambda: None
) -> None:
    """Work that waits for the disk: several files are safe on it in hardly more time than one. Nothing of it goes on
    when this returns, or raises.
    """
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="files")
    try:
        begun = [pool.submit(copy_context().run, work, *one) for one in some]  # in our language
        for one in begun:
            one.result()
            after_each()
    finally:
        pool.shutdown(cancel_futures=True)


def _write(file: Path, artifact: Artifact) -> None:
    """Write a file beside its place, and sync it."""
    unfinished, mode = _unfinished(file), FILE_MODE[artifact.secret]
    with _told(file):
        unfinished.unlink(missing_ok=True)
        number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        with os.fdopen(number, "wb") as out:
            out.write(artifact.content)
            out.flush()
            os.fsync(out.fileno())
        unfinished.chmod(mode)  # whatever the process's umask took from it


def _sync_folder(folder: Path) -> None:
    """Make names durable. Windows has no such call, and keeps its directories consistent by itself."""
    if os.name == "nt":
        return
    with _told(folder):
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


@contextmanager
def _told(path: Path | str) -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        raise _broken(path, failure) from failure


def _broken(path: Path | str, failure: OSError) -> Broken:
    return Broken(
        tr("{path} cannot be written or read ({reason})", path=path, reason=failure.strerror),
        _remedy(failure.errno),
    )


def _remedy(number: int | None) -> str:
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return tr("free space, and run again: nothing is lost")
    if number in (errno.ENOTDIR, errno.EEXIST):
        return tr("move away the file that is where a folder belongs, and run again: nothing is lost")
    return tr("give this user the right to write there, and to read what is there, and run again: nothing is lost")
