"""Files, folders and archives a user names → contents under paths of the plan, and the part of the plan they stand for.

First by their paths; what lies nowhere planned is matched by what it holds, in `wiring.shelf`.
"""

from collections.abc import Mapping
from pathlib import Path

from certwright.errors import Refused
from certwright.flow.beside import extra_paths
from certwright.model import Plan
from certwright.plan.locate import part, planned, rivals_of
from certwright.value import field, value
from certwright.wiring.reading import Content, Contents, Entry, Tree, read_tree


@value
class Found:
    """What one path holds: contents, or reasons, by planned path; that of an empty folder ends in a slash.

    `loose` are entries that are planned nowhere, by the path they have in the plan's tree: they are not read, and may
    be the disk image that the set is for. `by_path` says that anything of it is planned. A single file is not `whole`:
    nothing can be missing beside it. `prefix` is the folder of the plan that it stands for, `rivals` are those
    between which the names cannot decide.
    """

    tree: Tree
    plan: Plan
    files: Contents = field(repr=False)
    whole: bool
    loose: Mapping[str, Entry] = field(default_factory=dict, repr=False)
    by_path: bool = True
    rivals: tuple[str, ...] = ()
    prefix: str = ""


def find(path: Path, output: Path, plan: Plan) -> Found:
    """What lies at that path, wherever it was copied to. Unreadable for an archive that is damaged."""
    tree = read_tree(path)
    here, there = tree.root.resolve(), output.resolve()
    if here.is_relative_to(there) and tree.kind != "archive":
        return find_below("" if here == there else here.relative_to(there).as_posix(), tree, plan)
    try:
        first, *rivals = rivals_of(plan, [one.name for one in tree.entries if not one.is_folder], here.name)
    except Refused:  # no name tells where it belongs; what is in the files may
        rivals, first = [], None
    if first is not None and not rivals:
        return find_below(first, tree, plan)
    loose = {_name(tree, entry): entry for entry in tree.entries if not entry.is_folder}
    several = (first, *rivals) if first is not None else ()
    return Found(tree, plan, Contents(), whole=not tree.is_file, loose=loose, by_path=False, rivals=several)


def find_below(prefix: str, tree: Tree, plan: Plan) -> Found:
    """A tree whose root stands for that folder of the plan."""
    start = f"{prefix}/" if prefix else ""
    known = {one.casefold() for one in planned(plan)}
    extras = {one.casefold() for one in extra_paths(plan)}
    files: dict[str, Entry | Content] = {}
    loose: dict[str, Entry] = {}
    for entry in tree.entries:
        name = f"{start}{entry.name}"
        if name.casefold() in known:
            files[name] = entry
        elif entry.is_folder:
            files |= _closed(name, entry, plan)
        else:
            if name.casefold() not in extras:
                loose[name if tree.kind != "file" else str(tree.path)] = entry
            files |= {} if tree.is_file else {name: b""}
    mine = plan if tree.is_file else part(plan, prefix)
    return Found(tree, mine, Contents(files), not tree.is_file, loose, prefix=prefix)


def _name(tree: Tree, entry: Entry) -> str:
    return str(tree.path) if tree.is_file else entry.name


def _closed(name: str, entry: Entry, plan: Plan) -> dict[str, Content]:
    """An empty folder; or one that cannot be read, which is why nothing planned in it can be."""
    reason = entry.content
    if isinstance(reason, bytes):
        return {name: b""}
    start = "" if name == "./" else name
    return {one: reason for one in planned(plan) if one.casefold().startswith(start.casefold())}
