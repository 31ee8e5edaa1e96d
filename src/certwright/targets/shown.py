"""The keeper of `Target` that is a folder a web server shows: what lies there can be read, and it is never made.

A folder that is not there may be a disk that is not mounted; what is written below it then, nobody ever sees.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from certwright.errors import Broken
from certwright.model import Artifact
from certwright.speech import os_words, tr
from certwright.targets.folder import Folder


class ShownFolder(Folder):
    """Files for everybody to read, each of them whole at any moment. `at` is told where we are."""

    def __init__(self, root: Path, at: Callable[[str], None] = lambda point: None) -> None:
        super().__init__(root, at)
        self._shown = root

    def deliver(self, artifacts: Sequence[Artifact]) -> None:
        """Write these files as every target does. Broken when the folder is not there."""
        if not self._shown.is_dir():
            told = tr("{folder}: there is no such folder to publish in", folder=self._shown)
            raise Broken(told, tr("mount it or make it, let this user write there, and run again"))
        super().deliver(artifacts)

    def read(self, name: str) -> bytes | None:
        """A file's content; None when there is none. Broken when it cannot be read."""
        try:
            return (self._shown / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as failure:
            told = tr("{path} cannot be written or read ({reason})", path=self._shown / name, reason=os_words(failure))
            raise Broken(told, tr("let this user read and write what is published")) from failure
