"""Which relative paths may be written: those that mean the same file on every system, inside the folder they are given.

A path comes from a catalogue and a deployment file; both may be somebody else's.
"""

import re
from functools import lru_cache

from certwright.errors import Refused
from certwright.speech import tr

# Names Windows gives to devices, with any extension; what it cannot write; endings it takes off.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_UNWRITABLE = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
LONGEST = 255  # bytes of one name, on every file system in use


def refuse_path(path: str) -> tuple[str, ...]:
    """The path as its parts. Refused, saying which part and why, when it is not one to write."""
    parts = tuple(path.split("/"))
    for part in parts:
        if not _is_sound(part):
            raise Refused(
                tr("{path!r} cannot be delivered: {part!r} {fault}", path=path, part=part, fault=_fault(part)),
                tr("correct the path in the catalogue file, or the name in the deployment file that it is made from"),
            )
    return parts


@lru_cache(maxsize=8192)  # a run asks for the same ones again and again
def _is_sound(part: str) -> bool:
    return not _fault(part)


def _fault(part: str) -> str:
    if part in ("", ".", ".."):
        return tr("is not a name; paths are relative and never lead upwards")
    if found := _UNWRITABLE.search(part):
        return tr("holds {character!r}, which Windows cannot write", character=found[0])
    if part[-1] in ". ":
        return tr("ends in a dot or a blank, which Windows takes off")
    if _DEVICES.fullmatch(part):
        return tr("is the name of a device on Windows")
    return tr("is longer than {longest} bytes", longest=LONGEST) if len(part.encode()) > LONGEST else ""
