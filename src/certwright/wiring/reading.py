"""What a user names, read within bounds: a pipe, a device, a link in a circle or a disk image is said, never suffered.

A folder and a zip archive are the same thing here: entries under relative names. The input is only ever read.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal, TypeAlias

from certwright.errors import Refused, Unreadable
from certwright.pack.detect import MOST_BYTES
from certwright.speech import os_words, tr
from certwright.value import field, value
from certwright.wiring.archive import Member, packed

Content: TypeAlias = bytes | str  # what a file holds, or why it cannot be read
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
DEEPEST = 40  # folders in folders
MOST_ENTRIES = 1_000_000
_OPENING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


@value
class Entry:
    """A file of a tree. `name` is relative, with forward slashes; that of an empty or closed folder ends in a slash.

    `size` is in bytes, 0 when unknown. What it holds is read when it is asked for, and not kept.
    """

    name: str
    _read: Callable[[], Content] = field(repr=False)
    size: int = 0

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")

    @property
    def content(self) -> Content:
        """What it holds, or why it cannot be read."""
        return self._read()


class Contents(Mapping[str, Content]):
    """What files hold, by path. It is read whenever it is asked for, so that no folder is too large for the memory."""

    def __init__(self, sources: "Mapping[str, Entry | Content] | None" = None) -> None:
        self._sources = dict(sources or {})

    def __getitem__(self, path: str) -> Content:
        source = self._sources[path]
        return source.content if isinstance(source, Entry) else source

    def __contains__(self, path: object) -> bool:
        return path in self._sources

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def also(self, more: "Mapping[str, Entry | Content]") -> "Contents":
        """These, and others beside or instead of them."""
        return Contents({**self._sources, **more})


@value
class Tree:
    """A file, a folder or an archive that a user named. A file is a tree with itself as its only entry."""

    path: Path
    kind: Literal["file", "folder", "archive"]
    entries: tuple[Entry, ...]
    top: str = ""  # the folder that all of an archive lies in, left away in the names

    @property
    def is_file(self) -> bool:
        return self.kind == "file"

    @property
    def root(self) -> Path:
        """The folder that the names of the entries are relative to."""
        return self.path.parent if self.is_file else self.path

    def label(self, name: str) -> str:
        """What to call an entry before the user."""
        if self.is_file:
            return str(self.path)
        return f"{self.path}!{self.top}{name}" if self.kind == "archive" else str(self.path / name)


def read_tree(path: Path) -> Tree:
    """What lies at that path. Refused for more than MOST_ENTRIES files, Unreadable for an archive that is damaged."""
    if path.is_dir():
        return Tree(path, "folder", tuple(one for entry in walk(path) for one in _opened(path, entry)))
    if is_zip(path):
        return _archive(path)
    return Tree(path, "file", (_file(path.name, str(path), path.stat),))


def _file(name: str, file: str, stat_of: Callable[[], os.stat_result]) -> Entry:
    try:
        size = stat_of().st_size
    except OSError:
        size = 0  # why it cannot be read, is said by whoever reads it
    return Entry(name, partial(_content, file), size)


def _content(file: str) -> Content:
    try:
        return read_file(file)
    except Unreadable as problem:
        return f"{problem}; {problem.hint}" if problem.hint else str(problem)


def _closed(name: str, reason: str) -> Entry:
    return Entry(name, lambda: reason)


def read_file(file: Path | str, most: int = MOST_BYTES) -> bytes:
    """The content of a regular file. Unreadable, without waiting, for anything else, and beyond `most` bytes."""
    try:
        _refuse_other(os.stat(file).st_mode)  # before it is opened, which some devices notice
        with os.fdopen(os.open(file, _OPENING), "rb") as stream:
            found = os.fstat(stream.fileno())
            _refuse_other(found.st_mode)  # it may have been exchanged meanwhile
            content = stream.read(most + 1) or b""
    except OSError as failure:
        if failure.errno == errno.ELOOP:
            raise Unreadable(tr("it is a link that leads in a circle")) from failure
        if isinstance(failure, FileNotFoundError):
            raise Unreadable(tr("it is a link to something that is not there")) from failure
        reason = tr("it cannot be read ({reason})", reason=os_words(failure))
        raise Unreadable(reason, hint=tr("see to the right to read it")) from failure
    if len(content) > most:
        raise Unreadable(tr("it has {size} bytes, more than {most}", size=max(found.st_size, len(content)), most=most))
    return content


def _refuse_other(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    hint = tr("write what it gives to a file, and name that")
    if stat.S_ISFIFO(mode):
        raise Unreadable(tr("it is a pipe, and no file"), hint=hint)
    if stat.S_ISDIR(mode):
        raise Unreadable(tr("it is a folder, and no file"))
    raise Unreadable(tr("it is a device or a socket, and no file"), hint=hint)


# ── trees ─────────────────────────────────────────────────────────────────────────────────────────


def walk(folder: Path) -> Iterator[Entry]:
    """Everything below a folder, in the order of names. Refused for more than MOST_ENTRIES files."""
    for count, entry in enumerate(_below(folder, "", ())):
        if count >= MOST_ENTRIES:
            told = tr("{folder}: more than {count} files", folder=folder, count=MOST_ENTRIES)
            raise Refused(told, tr("name the folder they are in more closely"))
        yield entry


def _below(folder: Path, prefix: str, above: tuple[tuple[int, int], ...]) -> Iterator[Entry]:
    """Links to folders are followed, unless they lead to a folder they lie in."""
    try:
        found = folder.stat()
        inside = sorted(os.scandir(folder), key=lambda one: one.name)
    except OSError as failure:
        yield _closed(prefix or "./", tr("it cannot be read ({reason})", reason=os_words(failure)))
        return
    here = (found.st_dev, found.st_ino)
    if here in above:  # a circle: all of it is seen where it begins
        return
    if len(above) > DEEPEST:
        yield _closed(prefix, tr("it lies deeper than {count} folders", count=DEEPEST))
        return
    if not inside and prefix:
        yield Entry(prefix, bytes)
    for one in inside:
        if _is_folder(one):
            yield from _below(folder / one.name, f"{prefix}{one.name}/", (*above, here))
        else:
            yield _file(f"{prefix}{one.name}", one.path, one.stat)


def _is_folder(one: "os.DirEntry[str]") -> bool:
    try:
        return one.is_dir()
    except OSError:  # a link that leads in a circle: reading it says so
        return False


def is_zip(path: Path) -> bool:
    """Whether a regular file begins as an archive does."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as stream:
            return stream.read(4) in ZIP
    except OSError:  # whoever reads the whole of it says so
        return False


def _archive(path: Path) -> Tree:
    """The members under names that lie in it."""
    found = [(_inside(name), size, unpack) for name, size, unpack in packed(read_file(path))]
    tops = {name.partition("/")[0] for name, _, _ in found}
    top = f"{tops.pop()}/" if len(tops) == 1 and all("/" in name for name, _, _ in found) else ""
    entries = (Entry(name.removeprefix(top), partial(_unpacked, unpack), size) for name, size, unpack in found)
    return Tree(path, "archive", tuple(entries), top)


def _opened(folder: Path, entry: Entry) -> Iterator[Entry]:
    """The members of an archive, as if it were unpacked there; the archive, with the reason, when it is damaged."""
    if not (entry.name.lower().endswith(".zip") and is_zip(folder / entry.name)):
        yield entry
        return
    path = folder / entry.name
    try:
        for number, (member, size, _) in enumerate(_packed(path)):
            yield Entry(f"{entry.name}/{_inside(member)}", partial(_again, path, number), size)
    except Unreadable as problem:
        reason = f"{problem}; {problem.hint}" if problem.hint else str(problem)
        yield Entry(entry.name, lambda: reason)


@lru_cache(maxsize=2)  # a folder may hold more archives than the memory, and they are gone through one by one
def _packed(path: Path) -> list[tuple[str, int, Callable[[], Member]]]:
    return list(packed(read_file(path)))


def _again(path: Path, number: int) -> Content:
    try:
        found = _packed(path)
    except Unreadable as problem:
        return str(problem)
    return _unpacked(found[number][2]) if number < len(found) else tr("it was changed meanwhile")


def _unpacked(unpack: Callable[[], Member]) -> Content:
    member = unpack()
    return member.trouble or member.content


def _inside(name: str) -> str:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or name
