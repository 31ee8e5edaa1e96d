"""`check`, `status` and `password show` for somebody who may read everything and write nothing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = str(Path(sys.executable).with_name("certwright"))
# Root that has given up every capability is held to the modes of what it owns, as anybody else is.
ANYBODY = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []


@pytest.fixture
def shared(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of what `apply` made, which belongs to who looks at it, and which nobody may change."""
    folder = tmp_path / "shared"
    shutil.copytree(made, folder)
    for one in (*folder.rglob("*"), folder):
        one.chmod((0o555 if one.is_dir() else 0o444) & one.stat().st_mode)
    assert subprocess.run([*ANYBODY, "touch", folder / "contoso.certwright/x"], capture_output=True).returncode
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
    done = subprocess.run([*ANYBODY, PROGRAM, *arguments], cwd=shared, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert told in done.stdout
    assert done.stdout.strip()
    assert state(shared) == before
