"""`inspect` with its adapters: files, folders and archives are read, pack says what they hold."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from certwright.errors import Refused, Unreadable
from certwright.pack.detect import MOST_BYTES, detect
from certwright.pack.inspecting import Light, inspect
from certwright.pfx.kdf import MOST_ITERATIONS, Budget
from certwright.report.inspection import Inspected
from certwright.wiring.archive import members
from certwright.wiring.endpoints import inspect_endpoint
from certwright.wiring.online import OFFLINE, Asking

MOST_FILES = 20_000
MOST_ARCHIVE_ROUNDS = 10 * MOST_ITERATIONS  # of key derivation: a set of files, so more than one file may cost
_ENDINGS = ".pfx .p12 .cer .crt .cert .pem .der .p7b .p7c .spc .key .p8 .csr .req .p10 .crl .jks .jceks .keystore .sst"
TRADE = frozenset(_ENDINGS.split())  # whoever ends like this claims to be of this trade


def inspect_paths(
    paths: Sequence[Path],
    *,
    passwords: Sequence[str] = (),
    asking: Asking = OFFLINE,
    now: datetime | None = None,
) -> tuple[tuple[Inspected, ...], datetime]:
    """What is inside these files and folders, what these servers send, and the time it was judged by.

    What cannot be opened says so. Refused when there are more than MOST_FILES files.
    """
    light = Light(tuple(passwords), now or datetime.now(UTC).replace(microsecond=0), {})
    files = tuple(one for path in paths for one in _of_path(path, light))
    return (*files, *(inspect_endpoint(one, asking, light) for one in asking.endpoints)), light.now


def _of_path(path: Path, light: Light) -> Iterator[Inspected]:
    if not path.is_dir():
        yield from _of_file(path, light, named=True)
        return
    for count, file in enumerate(_walk(path)):
        if count >= MOST_FILES:
            raise Refused(f"{path}: more than {MOST_FILES} files", "name the folder they are in more closely")
        yield from _of_file(file, light, named=False)


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below, in the order of names. Links to folders are not followed: they may lead in circles."""
    for at, folders, files in os.walk(folder):
        folders.sort()
        yield from (file for name in sorted(files) if (file := Path(at, name)).is_file())


def _of_file(file: Path, light: Light, *, named: bool) -> Iterator[Inspected]:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as failure:
        yield Inspected(str(file), reason=f"it cannot be read ({failure.strerror})", hint="see to the right to read it")
        return
    try:
        is_archive = detect(content) == "zip"
    except Unreadable:
        is_archive = False  # what it is instead, if anything, is said below
    yield from _of_archive(str(file), content, light) if is_archive else [_look(str(file), content, light, named=named)]


def _of_archive(name: str, content: bytes, light: Light) -> Iterator[Inspected]:
    light = replace(light, budget=Budget(MOST_ARCHIVE_ROUNDS * (len(light.passwords) + 1)))
    try:
        for member in members(content):
            path = f"{name}!{member.name}"
            if member.trouble:
                yield Inspected(path, reason=member.trouble)
            else:
                yield _look(path, member.content, light, named=False)
            del member  # its content, before the next one is unpacked
    except Unreadable as problem:
        yield Inspected(name, len(content), reason=problem.what, hint=problem.hint)


def _look(path: str, content: bytes, light: Light, *, named: bool) -> Inspected:
    """`named` files were asked for by name, so that they are nothing of this trade is worth an exit code."""
    try:
        return Inspected(path, len(content), inspect(content, light))
    except Unreadable as problem:
        foreign = not named and os.path.splitext(path)[1].lower() not in TRADE and not _claims(content)
        return Inspected(path, len(content), reason=str(problem), hint=problem.hint, foreign=foreign)


def _claims(content: bytes) -> bool:
    """Whether the content itself looks like this trade, whatever its name."""
    try:
        detect(content)
    except Unreadable:
        return False
    return True
