"""Whoever else can get at a secret is found out before it is read, and the line that mends it is right."""

import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from certwright.errors import Refused
from certwright.secret_files import MOST_BYTES, judged, read_secret


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may pass through, as all above it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def secret(folder: Path, mode: int, name: str = "pin.txt") -> Path:
    file = folder / name
    file.write_text("sesame\n")
    file.chmod(mode)
    return file


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_secret_of_its_owner_alone_is_read_in_silence(mode: int, open_folder: Path) -> None:
    said: list[str] = []
    assert read_secret(secret(open_folder, mode), said.append) == b"sesame\n"
    assert said == []


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o666, 0o602, 0o777])
def test_what_everybody_can_get_at_is_refused_before_it_is_used(mode: int, open_folder: Path) -> None:
    file = secret(open_folder, mode)
    with pytest.raises(
        Refused, match=f"everybody on this machine can get at this secret \\(mode {mode:o}\\)"
    ) as refusal:
        read_secret(file, pytest.fail)
    subprocess.run(["sh", "-c", refusal.value.hint], check=True)
    assert read_secret(file, pytest.fail) == b"sesame\n"


def test_the_line_to_type_works_for_every_name(open_folder: Path) -> None:
    file = secret(open_folder, 0o644, "the pin's $(file); name.txt")
    with pytest.raises(Refused) as refusal:
        read_secret(file, pytest.fail)
    subprocess.run(["sh", "-c", refusal.value.hint], check=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_closed_folder_above_keeps_everybody_out_and_is_said(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir()
    closed.chmod(0o700)
    inside = closed / "inside"
    inside.mkdir()
    inside.chmod(0o755)
    said: list[str] = []
    file = secret(inside, 0o644)
    read_secret(file, said.append)
    assert said == [f"{file}: only a folder above it keeps others from this secret (mode 644): chmod 600 {file}"]


def test_a_link_is_judged_by_where_it_leads(open_folder: Path) -> None:
    (open_folder / "link").symlink_to(secret(open_folder, 0o644))
    with pytest.raises(Refused):
        read_secret(open_folder / "link", pytest.fail)


@pytest.mark.parametrize("mode", [0o640, 0o660, 0o620])
def test_a_group_is_said(mode: int, open_folder: Path) -> None:
    said: list[str] = []
    file = secret(open_folder, mode)
    assert read_secret(file, said.append) == b"sesame\n"
    assert said == [f"{file}: others can get at this secret (mode {mode:o}): chmod 600 {file}"]


def test_another_owner_is_said(open_folder: Path) -> None:
    file = secret(open_folder, 0o600)
    told = str(judged(file, owned_by(54321, file), 1000))
    assert told == f"{file}: this secret belongs to user 54321, who can get at it, too: chown 1000 {file}"


def owned_by(number: int, file: Path) -> os.stat_result:
    mode, inode, device, links, _, *others = file.stat()
    return os.stat_result((mode, inode, device, links, number, *others))


def test_what_root_hands_to_us_is_in_order(open_folder: Path) -> None:
    """A credential of systemd, a Secret in a pod: a group, or an access list, is how we are let in."""
    file = secret(open_folder, 0o440)
    assert judged(file, owned_by(0, file), 1000) is None
    file.chmod(0o444)
    exposed = judged(file, owned_by(0, file), 1000)
    assert exposed
    assert exposed.grave


def test_a_pipe_is_read_as_it_is(open_folder: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as out:
        out.write(b"sesame\n")
    assert read_secret(Path(f"/dev/fd/{reading}"), pytest.fail) == b"sesame\n"
    os.close(reading)


def test_what_never_ends_is_no_secret(open_folder: Path) -> None:
    with pytest.raises(Refused, match="holds more than any secret"):
        read_secret(Path("/dev/zero"), pytest.fail)
    assert MOST_BYTES < 1 << 24
