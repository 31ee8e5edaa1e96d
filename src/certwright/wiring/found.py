"""Files and folders a user names → contents under planned paths, and the part of the plan they stand for."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from certwright.errors import Refused
from certwright.model import Plan
from certwright.plan.locate import part, planned, prefix_of
from certwright.value import field, value


@value
class Found:
    """What one path holds: contents by planned path; that of an empty folder ends in a slash.

    A file nobody planned counts as there and is not read: it may be the disk image that the set is for.
    A single file is not `whole`: nothing can be missing beside it.
    """

    plan: Plan
    files: Mapping[str, bytes] = field(repr=False)
    whole: bool


def find(path: Path, output: Path, plan: Plan) -> Found:
    """Read a file or a folder, wherever it was copied to. Refused when nothing in it is planned, or cannot be read."""
    is_file = path.is_file()
    root = path.parent if is_file else path
    files = [path] if is_file else sorted(file for file in path.rglob("*") if file.is_file())
    names = {file.relative_to(root).as_posix(): file for file in files}
    prefix = _prefix(root, names, output, plan)
    start = f"{prefix}/" if prefix else ""
    paths = {f"{start}{name}": file for name, file in names.items()}
    known = {one.lower() for one in planned(plan)}
    contents = {one: _content(file) if one.lower() in known else b"" for one, file in paths.items()}
    if not is_file:
        contents |= {f"{start}{folder.relative_to(root).as_posix()}/": b"" for folder in _empty(root)}
    return Found(plan if is_file else part(plan, prefix), contents, whole=not is_file)


def _empty(root: Path) -> Iterator[Path]:
    """Those below `root`. A folder that may not be read is passed over, as its files are."""
    empty = (Path(folder) for folder, folders, files in os.walk(root) if not folders and not files)
    return (folder for folder in empty if folder != root)


def _prefix(root: Path, names: Mapping[str, Path], output: Path, plan: Plan) -> str:
    """The planned folder that `root` is: by where it lies, or else by what lies in it."""
    here, there = root.resolve(), output.resolve()
    if here.is_relative_to(there):
        return "" if here == there else here.relative_to(there).as_posix()
    return prefix_of(plan, names, here.name)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as failure:
        told = f"{file}: cannot be read ({failure.strerror})"
        raise Refused(told, "give this user the right to read it") from failure
