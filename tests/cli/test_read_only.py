"""`check`, `status` and `password show` for somebody who may read everything and write nothing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world import folder_for_all

# Everything is loaded by a first run as the user who may read the interpreter's own files; then the user is given up.
PROGRAM = """
import contextlib, io, os, sys
from certwright.cli import main
quiet = io.StringIO()
with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet), contextlib.suppress(SystemExit):
    main(sys.argv[1:])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
with contextlib.suppress(PermissionError):
    open("contoso.certwright/probe", "w")
    raise SystemExit("the folder can be written to")
main(sys.argv[1:])
"""


@pytest.fixture
def shared(made: Path) -> Iterator[Path]:
    """A copy of what `apply` made, which belongs to who looks at it, and which nobody may change."""
    with folder_for_all() as top:
        folder = top / "shared"
        shutil.copytree(made, folder)
        for one in (*folder.rglob("*"), folder):
            if os.geteuid() == 0:
                os.chown(one, 65534, 65534)
            one.chmod((0o555 if one.is_dir() else 0o444) & one.stat().st_mode)
        yield folder
        for one in (folder, *folder.rglob("*")):
            one.chmod(0o700)


def state(folder: Path) -> dict[str, bytes]:
    """Every file and folder with what it holds."""
    return {str(one.relative_to(folder)): one.read_bytes() if one.is_file() else b"" for one in folder.rglob("*")}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("status", "contoso.yaml"), "nothing is due"),
        (("check", "out", "--for", "contoso.yaml"), "0 Fail"),
        (("password", "show", "contoso.yaml", "local/ingress"), ""),
        (("plan", "contoso.yaml"), "certificates"),
    ],
)
def test_who_may_only_read_is_answered(shared: Path, arguments: tuple[str, ...], told: str) -> None:
    before = state(shared)
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM, *arguments], cwd=shared, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert told in done.stdout
    assert done.stdout.strip()
    assert state(shared) == before
