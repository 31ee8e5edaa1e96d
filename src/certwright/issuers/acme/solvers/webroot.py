"""http-01 answered by a web server of the user's: files below a folder that it serves (RFC 8555 8.3)."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from certwright.acme.challenges import HTTP_FOLDER
from certwright.acme.proof import HTTP
from certwright.errors import Broken
from certwright.issuers.acme.solvers import Proof
from certwright.speech import tr

MODE = 0o644  # for the web server's user, whoever that is; an answer is no secret


class Webroot:
    """Writes answers below `root`, whole or not at all. Folders it had to make go with the last answer."""

    kind, lasting = HTTP, True

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / HTTP_FOLDER.strip("/")

    def put_up(self, proofs: Sequence[Proof]) -> None:
        if not self._root.is_dir():
            raise Broken(
                tr("the folder of webroot: is not there: {path}", path=self._root),
                tr("name the folder your web server serves at /"),
            )
        with _told(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            for one in proofs:
                self._write(one)

    def take_away(self, proofs: Sequence[Proof]) -> None:
        with _told(self._folder):
            for one in proofs:
                (self._folder / one.token).unlink(missing_ok=True)
                _unfinished(self._folder / one.token).unlink(missing_ok=True)
            for folder in (self._folder, self._folder.parent):
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()

    def _write(self, proof: Proof) -> None:
        """A token names a file; that it is Base64url and nothing else was seen to when it was read."""
        file = self._folder / proof.token
        unfinished = _unfinished(file)
        unfinished.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(unfinished, flags, MODE), "wb") as out:
            out.write(proof.authorization.encode("ascii"))
        unfinished.chmod(MODE)
        unfinished.replace(file)


def _unfinished(file: Path) -> Path:
    return file.with_name(f".{file.name[:200]}.unfinished")


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        raise Broken(
            tr("{path} cannot be written ({reason})", path=failure.filename or folder, reason=failure.strerror),
            tr("give this user the right to write below webroot:"),
        ) from failure
