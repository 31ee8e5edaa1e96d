"""Files are delivered whole, with the mode their secrecy asks for, and never through a link."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world import as_somebody_else, files_no_longer_than, folder_for_all

from certwright.errors import Broken, Refused
from certwright.model import Artifact
from certwright.targets.folder import Folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "out"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def everything(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_what_is_delivered_is_observed(root: Path) -> None:
    folder = Folder(root)
    folder.deliver([Artifact("a/b/c.pfx", b"secret"), Artifact("a/d.cer", b"public", secret=False)])
    assert folder.observe(["a/b/c.pfx", "a/d.cer", "a/e.cer", "x/y"]) == {
        "a/b/c.pfx": hashlib.sha256(b"secret").hexdigest(),
        "a/d.cer": hashlib.sha256(b"public").hexdigest(),
    }
    assert everything(root) == {"a/b/c.pfx", "a/d.cer"}


def test_nothing_is_observed_where_nothing_is(root: Path) -> None:
    assert Folder(root).observe(["a/b"]) == {}
    Folder(root).deliver([])
    assert not root.exists()


def test_secrecy_decides_the_mode(root: Path) -> None:
    for mask in (0o022, 0o077, 0o000):
        before = os.umask(mask)
        try:
            Folder(root).deliver(
                [
                    Artifact(f"{mask}/secret/a.pfx", b""),
                    Artifact(f"{mask}/public/a.cer", b"", secret=False),
                    Artifact(f"{mask}/both/a.cer", b"", secret=False),
                    Artifact(f"{mask}/both/a.pfx", b""),
                ]
            )
        finally:
            os.umask(before)
        top = root / str(mask)
        assert [mode(top / name) for name in ("secret/a.pfx", "both/a.pfx")] == [0o600, 0o600]
        assert [mode(top / name) for name in ("public/a.cer", "both/a.cer")] == [0o644, 0o644]
        assert [mode(top / name) for name in ("secret", "both")] == [0o700, 0o700]
        assert [mode(path) for path in (top / "public", top, root)] == [0o755, 0o755, 0o755]


def test_a_folder_that_gets_a_secret_is_closed(root: Path) -> None:
    Folder(root).deliver([Artifact("a/b.cer", b"", secret=False)])
    assert mode(root / "a") == 0o755
    Folder(root).deliver([Artifact("a/b.pfx", b"")])
    assert mode(root / "a") == 0o700
    assert mode(root) == 0o755


def test_a_file_that_was_open_to_all_is_closed_when_it_becomes_secret(root: Path) -> None:
    Folder(root).deliver([Artifact("a", b"public", secret=False)])
    Folder(root).deliver([Artifact("a", b"secret")])
    assert mode(root / "a") == 0o600


def test_a_delivery_replaces_what_was_there(root: Path) -> None:
    for content in (b"long content", b"short"):
        Folder(root).deliver([Artifact("a/b", content)])
        assert (root / "a/b").read_bytes() == content
    assert everything(root) == {"a/b"}


class Stop(Exception):  # noqa: N818 - it stands for a kill
    pass


def stopping_at(number: int) -> Iterator[None]:
    for count in range(1, number + 1):
        if count == number:
            raise Stop
        yield None


@pytest.mark.parametrize("number", range(1, 7))
def test_a_delivery_that_stops_leaves_whole_files_and_is_swept(number: int, root: Path) -> None:
    files = ["a/one", "a/two", "b/three"]
    Folder(root).deliver([Artifact(path, b"old") for path in files])
    steps = stopping_at(number)
    with pytest.raises(Stop):
        Folder(root, at=lambda point: next(steps)).deliver([Artifact(path, b"new " * 1000) for path in files])
    assert {(root / path).read_bytes() for path in files} <= {b"old", b"new " * 1000}
    Folder(root).sweep(files)
    assert everything(root) == set(files)
    Folder(root).deliver([Artifact(path, b"new") for path in files])
    assert everything(root) == set(files)


def test_sweeping_takes_nothing_else(root: Path) -> None:
    Folder(root).deliver([Artifact("a/one", b"1")])
    (root / "a" / ".one.swp").write_bytes(b"somebody else's")
    Folder(root).sweep(["a/one", "a/two", "nowhere/at/all"])
    assert everything(root) == {"a/one", "a/.one.swp"}


def test_the_longest_name_can_be_delivered(root: Path) -> None:
    name = "x" * 251 + ".pfx"
    Folder(root).deliver([Artifact(f"a/{name}", b"1")])
    assert everything(root) == {f"a/{name}"}


# ── links and other things in the way ──


@pytest.mark.parametrize("act", ["deliver", "observe", "sweep"])
def test_a_link_on_the_way_is_refused(act: str, root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b").write_bytes(b"precious")
    root.mkdir()
    (root / "a").symlink_to(elsewhere)
    asked = [Artifact("a/b", b"new")] if act == "deliver" else ["a/b"]
    with pytest.raises(Refused, match=r"out/a is a link; nothing is written through it"):
        getattr(Folder(root), act)(asked)
    assert (elsewhere / "b").read_bytes() == b"precious"


def test_a_link_in_the_files_place_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    root.mkdir()
    (root / "a").symlink_to(tmp_path / "precious")
    with pytest.raises(Refused, match="out/a is a link"):
        Folder(root).deliver([Artifact("a", b"new")])
    assert (tmp_path / "precious").read_bytes() == b"precious"


def test_a_link_under_the_unfinished_name_is_taken_away_and_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    root.mkdir()
    (root / ".a.certwright-unfinished").symlink_to(tmp_path / "precious")
    Folder(root).deliver([Artifact("a", b"new")])
    assert (tmp_path / "precious").read_bytes() == b"precious"
    assert everything(root) == {"a"}


def test_the_root_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "mounted").mkdir()
    root.symlink_to(tmp_path / "mounted")
    Folder(root).deliver([Artifact("a/b", b"new")])
    assert (tmp_path / "mounted/a/b").read_bytes() == b"new"


@pytest.mark.parametrize("path", ["a/b/c", "a"])
def test_something_else_in_the_way_is_refused(path: str, root: Path) -> None:
    Folder(root).deliver([Artifact("a/b", b"1")])
    with pytest.raises(Refused, match="something else than the file or folder that belongs there"):
        Folder(root).deliver([Artifact(path, b"2")])
    assert everything(root) == {"a/b"}


def test_a_path_that_leads_outside_is_refused(root: Path) -> None:
    for act in (Folder(root).observe, Folder(root).sweep):
        with pytest.raises(Refused, match="never lead upwards"):
            act(["../a"])
    with pytest.raises(Refused, match="never lead upwards"):
        Folder(root).deliver([Artifact("good", b""), Artifact("../a", b"1")])
    assert not root.exists()


# ── a world that does not do what was asked ──


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder everybody may look into and nobody may write to."""
    with folder_for_all(0o555) as folder:
        yield folder


def test_a_folder_nobody_may_write_to_is_told(closed_folder: Path) -> None:
    for path in ("a", "b/c"):
        with as_somebody_else(), pytest.raises(Broken, match="Permission denied") as failure:
            Folder(closed_folder).deliver([Artifact(path, b"1")])
        assert "right to write there" in failure.value.hint


def test_a_file_nobody_may_read_is_told() -> None:
    with folder_for_all() as folder:
        (folder / "a").write_bytes(b"1")
        (folder / "a").chmod(0)
        with as_somebody_else(), pytest.raises(Broken, match="cannot be written or read"):
            Folder(folder).observe(["a"])


def test_a_full_disk_costs_nothing_that_was_there(root: Path) -> None:
    Folder(root).deliver([Artifact("a/b", b"old")])
    new = [Artifact("a/b", bytes(10_000)), Artifact("a/c", b"fits")]
    with files_no_longer_than(5_000), pytest.raises(Broken, match="cannot be written or read") as failure:
        Folder(root).deliver(new)
    assert failure.value.hint.startswith("free space, ")
    assert (root / "a/b").read_bytes() == b"old"
    assert not (root / "a/c").exists()
    Folder(root).deliver(new)
    assert everything(root) == {"a/b", "a/c"}


def test_a_root_that_is_a_file_is_told(root: Path) -> None:
    root.write_bytes(b"1")
    with pytest.raises(Broken, match="out cannot be written or read") as failure:
        Folder(root).deliver([Artifact("a", b"1")])
    assert failure.value.hint.startswith("move away the file that is where a folder belongs, ")
    with pytest.raises(Broken, match="Not a directory") as failure:
        Folder(root).observe(["a/b"])
    assert failure.value.hint.startswith("move away the file that is where a folder belongs, ")
