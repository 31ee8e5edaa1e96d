"""`inspect` with its adapters: files, folders and archives are read, pack says what they hold."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from certwright.errors import Refused, Unreadable
from certwright.pack.detect import TRADE, detect
from certwright.pack.inspecting import Light, inspect
from certwright.pfx.kdf import MOST_ITERATIONS, Budget
from certwright.report.inspection import Inspected
from certwright.speech import tr
from certwright.typed import naming
from certwright.wiring.archive import members
from certwright.wiring.endpoints import inspect_endpoint
from certwright.wiring.online import OFFLINE, Asking
from certwright.wiring.passwords import Passwords
from certwright.wiring.reading import is_zip, read_file, walk

MOST_FILES = 20_000
MOST_ARCHIVE_ROUNDS = 10 * MOST_ITERATIONS  # of key derivation: a set of files, so more than one file may cost


def inspect_paths(
    paths: Sequence[Path],
    *,
    passwords: Passwords | None = None,
    asking: Asking = OFFLINE,
    now: datetime | None = None,
) -> tuple[tuple[Inspected, ...], datetime]:
    """What is inside these files and folders, what these servers send, and the time it was judged by.

    What cannot be opened says so. Refused when there are more than MOST_FILES files.
    """
    now = now or datetime.now(UTC).replace(microsecond=0)
    look = _Look(passwords or Passwords(), Light((), now, {}))
    files = tuple(one for path in paths for one in look.at(path))
    return (*files, *(inspect_endpoint(one, asking, look.light) for one in asking.endpoints)), now


@dataclass(frozen=True)
class _Look:
    """A way to look into files, each with the passwords that may open it."""

    passwords: Passwords
    light: Light

    def at(self, path: Path) -> Iterator[Inspected]:
        if path.is_dir():
            yield from self._folder(path)
        elif is_zip(path):
            yield from self._archive(path)
        else:
            yield self._entry(str(path), partial(read_file, path), named=True)

    def _folder(self, folder: Path) -> Iterator[Inspected]:
        for count, entry in enumerate(walk(folder)):
            if count >= MOST_FILES:
                told = tr("{folder}: more than {count} files", folder=folder, count=MOST_FILES)
                raise Refused(told, tr("name the folder they are in more closely"))
            path = folder / entry.name
            if not entry.is_folder and is_zip(path):
                yield from self._archive(path)
            elif not entry.is_folder:
                yield self._entry(str(path), partial(read_file, path), named=False)
            elif isinstance(reason := entry.content, str):
                yield Inspected(str(path), reason=reason)

    def _archive(self, path: Path) -> Iterator[Inspected]:
        """Members one after the other: each is let go before the next one is unpacked."""
        most = MOST_ARCHIVE_ROUNDS * (len(self.passwords.told) + len(self.passwords.others) + 1)
        look = replace(self, light=replace(self.light, budget=Budget(most)))
        content = b""
        try:
            content = read_file(path)
            for member in members(content):
                name = f"{path}!{member.name}"
                if member.trouble:
                    yield Inspected(name, reason=member.trouble)
                else:
                    yield look.content(name, member.content, named=False)
                del member
        except Unreadable as problem:
            yield Inspected(str(path), len(content), reason=problem.what, hint=problem.hint)

    def _entry(self, name: str, read: Callable[[], bytes], *, named: bool) -> Inspected:
        try:
            content = read()
        except Unreadable as problem:
            foreign = not named and _ending(name) not in TRADE and not os.path.isfile(name)
            return Inspected(name, reason=str(problem), hint=problem.hint, foreign=foreign)
        return self.content(name, content, named=named)

    def content(self, path: str, content: bytes, *, named: bool) -> Inspected:
        """`named` files were asked for by name, so that they are nothing of this trade is worth an exit code."""
        light = replace(self.light, passwords=self.passwords.to_try(path))
        try:
            return Inspected(path, len(content), inspect(content, light))
        except Unreadable as problem:
            foreign = not named and _ending(path) not in TRADE and not _claims(content)
            return Inspected(path, len(content), reason=str(problem), hint=naming(problem.hint, path), foreign=foreign)


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower()


def _claims(content: bytes) -> bool:
    """Whether the content itself looks like this trade, whatever its name."""
    try:
        detect(content)
    except Unreadable:
        return False
    return True
