"""What is no file is said at once, and links may lead wherever they like."""

import os
import shutil
import socket
import zipfile
from pathlib import Path

import pytest
from tests.world import as_somebody_else, folder_for_all

from certwright.errors import Unreadable
from certwright.pack.detect import MOST_BYTES
from certwright.wiring.reading import DEEPEST, Tree, read_file, read_tree


def names(tree: Tree) -> dict[str, bytes | str]:
    return {entry.name: entry.content for entry in tree.entries}


def test_a_pipe_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "server.pfx")
    with pytest.raises(Unreadable, match="it is a pipe") as failure:
        read_file(tmp_path / "server.pfx")
    assert "to a file" in failure.value.hint


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_not_read(device: str) -> None:
    with pytest.raises(Unreadable, match="a device or a socket"):
        read_file(Path(device))


def test_a_socket_and_a_folder_are_no_files(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        with pytest.raises(Unreadable, match="a device or a socket"):
            read_file(tmp_path / "s")
    with pytest.raises(Unreadable, match="it is a folder"):
        read_file(tmp_path)


def test_a_file_that_is_too_long_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "disk.vhdx").open("wb") as image:
        image.truncate(1 << 40)  # a hole, which takes no room
    with pytest.raises(Unreadable, match=f"has {1 << 40} bytes, more than {MOST_BYTES}"):
        read_file(tmp_path / "disk.vhdx")
    (entry,) = read_tree(tmp_path).entries
    assert entry.size == 1 << 40


def test_links_that_lead_in_circles(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    (tmp_path / "gone").symlink_to("nowhere")
    with pytest.raises(Unreadable, match="leads in a circle"):
        read_file(tmp_path / "one")
    (tmp_path / "east").mkdir()
    (tmp_path / "east/up").symlink_to("..")
    (tmp_path / "east/a").write_bytes(b"a")
    found = names(read_tree(tmp_path))
    assert found.pop("east/a") == b"a"
    assert found == {
        "one": "it is a link that leads in a circle",
        "other": "it is a link that leads in a circle",
        "gone": "it is a link to something that is not there",
    }


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.cer").write_bytes(b"a")
    (tmp_path / "certs").mkdir()
    (tmp_path / "certs/Public Portal").symlink_to(tmp_path / "real")
    assert names(read_tree(tmp_path / "certs")) == {"Public Portal/a.cer": b"a"}


def test_a_folder_without_end(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*"a" * (DEEPEST + 3))
    folder.mkdir(parents=True)
    (entry,) = read_tree(tmp_path).entries
    assert "deeper than" in str(entry.content)


def test_what_this_user_may_not_read_says_so() -> None:
    with folder_for_all() as folder:
        (folder / "closed").mkdir()
        (folder / "closed/a").write_bytes(b"a")
        (folder / "closed").chmod(0)
        (folder / "b").write_bytes(b"b")
        (folder / "b").chmod(0)
        with as_somebody_else():
            found = names(read_tree(folder))
        (folder / "closed").chmod(0o700)
    assert found.keys() == {"b", "closed/"}
    assert all("Permission denied" in str(reason) for reason in found.values())


def test_an_archive_is_a_folder(tmp_path: Path) -> None:
    for name in ("hand over/Public Portal/a.pfx", "hand over/empty", "hand over/b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    archive = Path(shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path, "hand over"))
    tree = read_tree(archive)
    assert (tree.kind, tree.top) == ("archive", "hand over/")
    assert names(tree)["Public Portal/a.pfx"] == b"hand over/Public Portal/a.pfx"
    assert tree.label("b") == f"{archive}!hand over/b"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\a.pfx", "./a", "c/../../a"])
def test_names_in_an_archive_never_lead_out_of_it(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"1")
        archive.writestr("beside", b"2")
    for entry in read_tree(tmp_path / "a.zip").entries:
        assert not entry.name.startswith("/")
        assert ".." not in entry.name.split("/")


def test_an_archive_in_a_folder_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "one.pem").write_bytes(b"one")
    for name in ("a", "b", "c"):
        with zipfile.ZipFile(tmp_path / "box" / f"{name}.ZIP", "w") as archive:
            archive.writestr("x/1.cer", f"{name}1")
            archive.writestr("../2.cer", f"{name}2")
    (tmp_path / "text.zip").write_bytes(b"no archive")
    (tmp_path / "torn.zip").write_bytes((tmp_path / "box" / "a.ZIP").read_bytes()[:60])
    found = {entry.name: entry.content for entry in read_tree(tmp_path).entries}
    assert found.pop("one.pem") == b"one"
    assert found.pop("text.zip") == b"no archive"
    assert "damaged" in str(found.pop("torn.zip"))
    assert found == {
        f"box/{name}.ZIP/{member}": f"{name}{number}".encode()
        for name in ("a", "b", "c")
        for number, member in ((1, "x/1.cer"), (2, "2.cer"))
    }
