"""`certwright unlock`: whoever types it sees what a secret opens, changes it, and is told what is left to do."""

from pathlib import Path
from typing import Any

import pytest
from tests.german import english


def sentences(said: Any) -> str:
    return " ".join((said.out + said.err).split())


def test_what_a_secret_opens_and_how_it_is_changed(run: Any, copied: Path) -> None:
    file = copied / "contoso.unlock"
    before = file.read_text()
    said = run("unlock", "contoso.yaml", folder=copied)
    assert (said.code, said.err) == (0, "")
    assert "the secret in contoso.unlock opens contoso.certwright: 28 keys, 2 passwords" in sentences(said)
    said = run("unlock", "contoso.yaml", "--change", folder=copied)
    assert said.code == 0
    assert sentences(said).startswith("the unlock secret was changed the secret in contoso.unlock opens")
    assert file.read_text() != before
    assert all(len(line) <= 80 for line in said.out.splitlines())
    (copied / "old").write_text(before)
    (copied / "old").chmod(0o600)
    said = run("password", "show", "contoso.yaml", "local/ingress", "--unlock-file", "old", folder=copied)
    assert said.code == 3
    assert "the secret in old does not open this inventory" in said.err
    assert run("password", "show", "contoso.yaml", "local/ingress", folder=copied).code == 0
    assert run("apply", "contoso.yaml", folder=copied).code == 0


def test_the_file_may_be_called_by_its_whole_path(run: Any, copied: Path) -> None:
    before = (copied / "contoso.unlock").read_text()
    named = str(copied / "contoso.unlock")
    assert run("unlock", "contoso.yaml", "--change", "--unlock-file", named, folder=copied).code == 0
    assert (copied / "contoso.unlock").read_text() != before
    assert run("unlock", "contoso.yaml", folder=copied).code == 0


def test_a_file_of_ones_own(run: Any, copied: Path) -> None:
    new = copied / "new"
    new.write_text("correct horse battery staple\n")
    new.chmod(0o600)
    assert run("unlock", "contoso.yaml", "--change", "--new-file", "new", folder=copied).code == 0
    assert not (copied / "contoso.unlock").exists()
    assert run("unlock", "contoso.yaml", folder=copied).code == 3
    said = run("unlock", "contoso.yaml", "--unlock-file", "new", folder=copied)
    assert said.code == 0
    new.chmod(0o640)
    said = run("unlock", "contoso.yaml", "--unlock-file", "new", folder=copied)
    assert (said.code, said.err) == (0, "warning: new: others can get at this secret (mode 640): chmod 600 new\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--new-file", "contoso.unlock"), "--new-file and --ask go with --change"),
        (("--change", "--ask", "--new-file", "contoso.unlock"), "--new-file and --ask: one of them"),
        (("--change", "--ask"), "nobody is at the terminal to type the new secret"),
        (("--change", "--new-file", "contoso.unlock"), "this is the secret it has; nothing was changed"),
        (("--change", "--new-file", "gone"), "'gone' does not exist"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Any, copied: Path, arguments: tuple[str, ...], told: str) -> None:
    before = (copied / "contoso.unlock").read_bytes()
    said = run("unlock", "contoso.yaml", *arguments, folder=copied)
    assert said.code == 2
    assert told in said.err
    assert (copied / "contoso.unlock").read_bytes() == before


def test_all_of_it_in_german(run: Any, copied: Path) -> None:
    for arguments in ((), ("--change",), ("--change", "--ask"), ("--change", "--new-file", "contoso.unlock")):
        said = run("unlock", "contoso.yaml", *arguments, "--lang", "de", folder=copied)
        assert not english(*(said.out + said.err).splitlines()), arguments
    assert run("unlock", "--help", "--lang", "de", folder=copied).out.count("Geheimnis") > 3
