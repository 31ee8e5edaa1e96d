"""A repaired folder: refused where it could touch anything else, written whole, and known again afterwards.

Beside folder NAME lies NAME.certwright: the list of what was written there, and drawn passwords.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from certwright.errors import Broken, Refused
from certwright.model import Artifact
from certwright.report.repair import Mended
from certwright.speech import os_words, tr
from certwright.targets.folder import UNFINISHED, Folder
from certwright.value import field, value

LIST = "SHA256SUMS"


@value
class Repairing:
    """A repair that is ready: what to tell about it, and what `deliver` writes."""

    mended: Mended
    output: Path
    artifacts: tuple[Artifact, ...] = field(repr=False)
    secrets: tuple[Artifact, ...] = field(repr=False)

    @property
    def beside(self) -> Path:
        """The folder beside the output: the list of what was written, and drawn passwords."""
        return beside(self.output)


def beside(output: Path) -> Path:
    """Where the list of a repaired folder and its drawn passwords lie."""
    return output.with_name(f"{output.name}.certwright")


# ── writing ───────────────────────────────────────────────────────────────────────────────────────


def deliver(ready: Repairing) -> None:
    """Write the new folder, and beside it the list of what was written and the drawn passwords, closed to others.

    The list is written before the files, so that a run that was interrupted can be done again. Broken when the disk or
    a permission is in the way.
    """
    old, folder = _listed(ready.output), Folder(ready.output)
    new = {artifact.path: hashlib.sha256(artifact.content).hexdigest() for artifact in ready.artifacts}
    Folder(ready.beside).deliver([_list({one: (new[one],) for one in new}, old), *ready.secrets])
    folder.sweep(new)
    folder.deliver(ready.artifacts)
    for path in old.keys() - new.keys():
        _remove(ready.output / path)
    Folder(ready.beside).deliver([_list({one: (new[one],) for one in new}, {})])


def _list(new: Mapping[str, Sequence[str]], old: Mapping[str, Sequence[str]]) -> Artifact:
    """Lines as `sha256sum --check` reads them. While files are being replaced, a path has its old line too."""
    lines = [f"{digest}  {path}" for digests in (new, old) for path in sorted(digests) for digest in digests[path]]
    return Artifact(LIST, "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode(), secret=False)


def _listed(output: Path) -> dict[str, list[str]]:
    """What was written to that folder, by path; nothing when there is no list."""
    file = beside(output) / LIST
    found: dict[str, list[str]] = {}
    if file.is_file():
        for line in file.read_text("utf-8").splitlines():
            digest, _, path = line.partition("  ")
            found.setdefault(path, []).append(digest)
    return found


def refuse_output(path: Path, output: Path) -> None:
    """Raise Refused when writing there could touch the input, or anything else that is not ours."""
    here, there = path.resolve(), output.resolve()
    if there.is_relative_to(here) or here.is_relative_to(there):
        raise Refused(
            tr("{output} and {path} lie in one another; the input is never changed", output=output, path=path),
            tr("choose a folder beside it"),
        )
    if output.exists() and not output.is_dir():
        raise Refused(tr("{path} is not a folder", path=output), tr("choose a new one"))
    known = _listed(output)
    for file in sorted(output.rglob("*")) if output.is_dir() else ():
        name = file.relative_to(output).as_posix()
        if (file.is_dir() and not file.is_symlink()) or _unfinished(name, known):
            continue
        if (
            file.is_symlink()
            or not file.is_file()
            or hashlib.sha256(file.read_bytes()).hexdigest() not in known.get(name, ())
        ):
            raise Refused(
                tr("{folder} holds {name}, which no repair wrote", folder=output, name=name),
                tr("choose a new folder, or an empty one"),
            )


def _unfinished(name: str, known: Mapping[str, object]) -> bool:
    folder, slash, last = name.rpartition("/")
    return last.endswith(UNFINISHED) and any(one.startswith(f"{folder}{slash}") for one in known)


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
        folder = file.parent
        while not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
    except OSError as failure:
        what = tr("{file} cannot be removed ({reason})", file=file, reason=os_words(failure))
        raise Broken(what, tr("remove it, and run again")) from failure
