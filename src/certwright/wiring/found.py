"""Files and folders a user names → planned paths. A folder is recognised by what lies in it, wherever it was copied to."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from certwright.errors import Refused
from certwright.model import Plan


@dataclass(frozen=True, slots=True)
class Found:
    """What was named: contents by planned path, and where whole folders of the plan begin ("" is all of it)."""

    files: Mapping[str, bytes] = field(repr=False)
    folders: tuple[str, ...]


def find(paths: Sequence[Path], output: Path, plan: Plan) -> Found:
    """Read these files and folders. Refused when they cannot be read, or could be several parts of the plan."""
    known = _Known(plan, output)
    files: dict[str, bytes] = {}
    folders = []
    for path in paths:
        inside = _inside(path)
        start = known.start(path, [relative for relative, _ in inside])
        if path.is_dir():
            folders.append(start)
        files.update({start + relative: _content(file) for relative, file in inside})
    return Found(files, tuple(folders))


def narrow(plan: Plan, found: Found) -> tuple[Plan, bool]:
    """The part of the plan that was named; and whether its sets can be judged, because whole folders were."""
    if "" in found.folders:
        return plan, True
    named = {path.lower() for path in found.files}

    def meant(path: str) -> bool:
        return path.startswith(found.folders) or path.lower() in named

    places = tuple(
        replace(place, packages=packages)
        for place in plan.places
        if (packages := tuple(package for package in place.packages if meant(package.path)))
    )
    left = {place.id for place in places}
    sets = tuple(
        replace(one, places=members)
        for one in plan.sets
        if (members := tuple(place for place in one.places if place in left))
    )
    return replace(plan, places=places, sets=sets), bool(found.folders)


class _Known:
    """The plan's paths, to be recognised by their ends. Case does not count: the files come from Windows."""

    def __init__(self, plan: Plan, output: Path) -> None:
        self._output = output
        self._paths: Mapping[str, list[str]] = defaultdict(list)
        for place in plan.places:
            for package in place.packages:
                self._paths[_name(package.path)].append(package.path)

    def start(self, path: Path, relatives: Sequence[str]) -> str:
        """What to put before names relative to `path` to get planned paths: nothing, or a folder with its slash."""
        root = path if path.is_dir() else path.parent
        if root.resolve().is_relative_to(self._output.resolve()):
            inside = root.resolve().relative_to(self._output.resolve()).as_posix()
            return "" if inside == "." else f"{inside}/"
        votes = Counter(start for relative in relatives for start in self._starts(relative))
        most = max(votes.values(), default=0)
        best = sorted(start for start, count in votes.items() if count == most)
        if len(best) > 1:
            raise Refused(
                f"{path} could be {' or '.join(start or 'the whole output' for start in best)}",
                "check a folder whose path ends like one of these",
            )
        if not best:
            raise Refused(
                f"{path}: no file in it has the path or the name of a planned one", "compare with `certwright plan`"
            )
        return best[0]

    def _starts(self, relative: str) -> Iterator[str]:
        for planned in self._paths[_name(relative)]:
            if f"/{planned}".lower().endswith(f"/{relative}".lower()):
                yield planned[: len(planned) - len(relative)]


def _name(path: str) -> str:
    return path.rpartition("/")[2].lower()


def _inside(path: Path) -> list[tuple[str, Path]]:
    """The files meant by a path, with their names relative to it (or to the folder of a single file)."""
    if not path.is_dir():
        return [(path.name, path)]
    return [(file.relative_to(path).as_posix(), file) for file in sorted(path.rglob("*")) if file.is_file()]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as failure:
        raise Refused(
            f"{file}: cannot be read ({failure.strerror})", "give this user the right to read it"
        ) from failure
