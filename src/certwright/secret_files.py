"""Files that hold a secret: one rule for all that are read. What everybody can get at is refused, what some can, said.

Modes are those of POSIX; Windows has none, and what its access lists say is not looked at.
"""

import os
import shlex
import stat
from collections.abc import Callable
from pathlib import Path

from certwright.errors import Refused
from certwright.speech import tr
from certwright.value import value

MOST_BYTES = 1 << 20  # of a secret; a device that never ends is none
SOMEBODY, EVERYBODY = 0o066, 0o006  # bits to read or to write; named users of an access list count as the group


@value
class Exposed:
    """Who else can get at a secret. `remedy` is a line to type; `grave` says that everybody can."""

    what: str
    remedy: str
    grave: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.remedy}"


def read_secret(path: Path, say: Callable[[str], None]) -> bytes:
    """The content of a file that holds a secret; `say` hears who else can get at it.

    Refused, with the line that mends it, when everybody can, and for more than a mebibyte. OSError when it cannot be
    read. A pipe is read as it is: nobody else has it.
    """
    with path.open("rb") as stream:
        if exposed := _judged(path, os.fstat(stream.fileno())):
            if exposed.grave:
                raise Refused(exposed.what, exposed.remedy)
            say(str(exposed))
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(tr("{path}: holds more than any secret", path=path), tr("name the file of the secret"))
    return content


def exposure(path: Path) -> Exposed | None:
    """Who else can get at that file. OSError when it cannot be looked at."""
    return _judged(path, path.stat())


def _judged(path: Path, found: os.stat_result) -> Exposed | None:
    """Nothing on Windows, and of what is no regular file."""
    if os.name == "nt" or not stat.S_ISREG(found.st_mode):
        return None
    return judged(path, found, os.geteuid())


def judged(path: Path, found: os.stat_result, me: int) -> Exposed | None:
    """Who else than the user `me` can get at a file. What root hands to a group is for us: a credential of systemd, a
    Secret in a pod.
    """
    mode = stat.S_IMODE(found.st_mode)
    told, remedy = f"{mode:03o}", f"chmod 600 {shlex.quote(str(path))}"
    if mode & EVERYBODY and _reachable(path):
        what = tr("{path}: everybody on this machine can get at this secret (mode {mode})", path=path, mode=told)
        return Exposed(what, remedy, grave=True)
    if mode & EVERYBODY:
        what = tr("{path}: only a folder above it keeps others from this secret (mode {mode})", path=path, mode=told)
        return Exposed(what, remedy)
    if mode & SOMEBODY and found.st_uid == me:
        return Exposed(tr("{path}: others can get at this secret (mode {mode})", path=path, mode=told), remedy)
    if found.st_uid not in (0, me):
        what = tr(
            "{path}: this secret belongs to user {number}, who can get at it, too", path=path, number=found.st_uid
        )
        return Exposed(what, f"chown {me} {shlex.quote(str(path))}")
    return None


def _reachable(path: Path) -> bool:
    """Whether everybody may pass through all folders above."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)
