"""The keeper of `Target` that is a folder a web server shows: it is never made.

A folder that is not there may be a disk that is not mounted; what is written below it then, nobody ever sees.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from certwright.errors import Broken
from certwright.model import Artifact
from certwright.speech import tr
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
