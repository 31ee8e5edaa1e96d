"""The unlock secret is changed: what the old one opened, the new one opens, and the old one nothing."""

import json
import shutil
import sqlite3
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.wiring.test_vault_story import CASES, SITE

from certwright.errors import Locked, Refused, Unreadable
from certwright.flow.resealing import ADDRESSES, reseal
from certwright.inventory import Inventory
from certwright.inventory.seals import SEALED
from certwright.keys.seal import DRAWN, Box, new_box, open_box
from certwright.keys.unlock import Secret, Unlock, next_file
from certwright.wiring.applying import apply
from certwright.wiring.loading import Loaded, load
from certwright.wiring.standing import events, show_password
from certwright.wiring.unlocking import change, drawn_or_typed, from_file, look, typed
from certwright.wiring.vault import WRAPPING
from certwright.wiring.vaults.adding import Wanted, add
from certwright.wiring.vaults.applying import apply as apply_vault
from certwright.wiring.vaults.ground import Asked

NOW = datetime(2027, 1, 1, tzinfo=UTC)
NOBODY = Unlock(keyring=False)
HUB = """  - name: east
    product: azure-stack-hub
    region: east
    fqdn: azurestack.contoso.com
"""
POINTS = ["after the new secret is written", "after everything is sealed anew", "after the new secret is in its place"]


class Killed(BaseException):
    """Stops like a kill: nothing catches it, and what was not committed is gone."""


def drawn(before: Secret) -> None:
    return None


def killed_at(wanted: str) -> Callable[[str], None]:
    def at(point: str) -> None:
        if point == wanted:
            raise Killed(point)

    return at


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that can be sealed: keys, passwords, a secret in several versions, an entry, a change that waits."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copytree(CASES, folder, dirs_exist_ok=True)
    file = folder / "plant.yaml"
    file.write_text(SITE + HUB)
    pair = Wanted("client", (folder / "connector.der", folder / "connector.pem"), overwrite=True)
    asked = Asked(file, "plant1", NOBODY, NOW)
    apply(load(file, now=NOW), unlock=NOBODY)
    add(asked, pair)
    apply_vault(asked)
    add(asked, pair)
    return file


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Loaded:
    return load(shutil.copytree(made.parent, tmp_path / "here") / made.name, now=NOW)


def box_of(loaded: Loaded, text: str) -> Box:
    with Inventory.open_to_read(loaded.database) as inventory, inventory.reading() as reading:
        return open_box(reading.setting(WRAPPING) or b"", text, bytes)


def contents(loaded: Loaded, text: str) -> dict[tuple[str, ...], bytes]:
    """Everything that is sealed, opened with that secret. Locked or Unreadable when anything does not open."""
    box, found = box_of(loaded, text), {}
    with sqlite3.connect(loaded.database) as database:
        for kind, table in SEALED.items():
            columns = ", ".join((*table.names, table.sealed))
            for *names, sealed in database.execute(f"SELECT {columns} FROM {table.table} WHERE {table.which}"):
                address = ADDRESSES[kind](*map(str, names))
                found[kind, *map(str, names)] = box.open(address, sealed)
    database.close()
    return found


def test_everything_is_sealed_anew(here: Loaded) -> None:
    old = here.unlock_file.read_text().strip()
    before, password = contents(here, old), show_password(here, "east/core", unlock=NOBODY)
    assert {kind for kind, *_ in before} == SEALED.keys()
    wrapped = wrapping(here)
    done = change(here, NOBODY, drawn)
    new = here.unlock_file.read_text().strip()
    assert new != old
    assert contents(here, new) == before
    with pytest.raises(Locked):
        contents(here, old)
    assert done.counts == look(here, NOBODY).counts
    assert sum(done.counts.values()) == len(before)
    assert show_password(here, "east/core", unlock=NOBODY) == password
    assert not apply(here, unlock=NOBODY).made
    last = events(here)[-1]
    assert (last.kind, last.text.partition(";")[0]) == ("unlock", "the unlock secret was changed")
    assert not next_file(here.unlock_file).exists()
    assert here.unlock_file.stat().st_mode & 0o777 == 0o600
    files = [one for one in here.path.parent.rglob("*") if one.is_file()]
    assert not [one for one in files if wrapped in one.read_bytes()], "the old master key is still there"


def wrapping(loaded: Loaded) -> bytes:
    """The old master key as it is written down: whoever has it and the old secret opens whatever it sealed."""
    with Inventory.open_to_read(loaded.database) as inventory, inventory.reading() as reading:
        master = json.loads(reading.setting(WRAPPING) or b"{}")["master"]
    assert b64decode(master)
    return str(master).encode()


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_one_of_the_two_opens_everything(point: str, here: Loaded) -> None:
    old = here.unlock_file.read_text().strip()
    before = contents(here, old)
    with pytest.raises(Killed):
        change(here, NOBODY, drawn, killed_at(point))
    candidates = {
        old,
        *(one.read_text().strip() for one in (here.unlock_file, next_file(here.unlock_file)) if one.exists()),
    }
    opening = [one for one in candidates if opens(here, one)]
    assert len(opening) == 1, "exactly one of the two"
    assert contents(here, opening[0]) == before
    assert look(here, NOBODY).counts, "whoever has the file of the secret needs to know nothing of the kill"
    assert show_password(here, "east/core", unlock=NOBODY)
    change(here, NOBODY, drawn)
    assert contents(here, here.unlock_file.read_text().strip()) == before
    assert not next_file(here.unlock_file).exists()
    assert not apply(here, unlock=NOBODY).made


def opens(loaded: Loaded, text: str) -> bool:
    try:
        box_of(loaded, text)
    except Locked:
        return False
    return True


def test_stopped_half_way_through_nothing_is_changed(here: Loaded) -> None:
    old = here.unlock_file.read_text().strip()
    before, box, left = contents(here, old), box_of(here, old), 3

    class Dying:
        def seal(self, name: str, content: bytes) -> bytes:
            nonlocal left
            left -= 1
            if not left:
                raise Killed
            return b"sealed anew"

        def open(self, name: str, sealed: bytes) -> bytes:
            raise AssertionError

    with Inventory.open(here.database) as inventory, pytest.raises(Killed):
        reseal(inventory, (box, Dying()), (WRAPPING, b"{}"), NOW)
    assert contents(here, old) == before


def test_what_does_not_open_stops_the_change(here: Loaded) -> None:
    old = here.unlock_file.read_text().strip()
    with sqlite3.connect(here.database) as database:
        database.execute("UPDATE passwords SET sealed = zeroblob(60)")
    database.close()
    with pytest.raises(Unreadable, match="password:east/core:1"):
        change(here, NOBODY, drawn)
    assert opens(here, old)
    assert here.unlock_file.read_text().strip() == old


def test_a_file_of_ones_own_takes_the_place_of_the_one_that_was_drawn(here: Loaded, tmp_path: Path) -> None:
    before = contents(here, here.unlock_file.read_text().strip())
    given = tmp_path / "credential"
    given.write_text("correct horse battery staple\n")
    given.chmod(0o600)
    done = change(here, NOBODY, from_file(given, pytest.fail))
    assert done.source == f"the secret in {given}"
    assert contents(here, "correct horse battery staple") == before
    assert not here.unlock_file.exists(), "it opens nothing any more"
    assert look(here, replace(NOBODY, file=given)).counts == done.counts
    with pytest.raises(Refused, match="this is the secret it has"):
        change(here, replace(NOBODY, file=given), from_file(given, pytest.fail))
    again = tmp_path / "another"
    again.write_text("staple battery horse correct\n")
    again.chmod(0o600)
    done = change(here, replace(NOBODY, file=given), from_file(again, pytest.fail))
    assert done.messages[0] == f"the secret in {given} opens nothing any more: put the new one there"
    assert given.read_text() == "correct horse battery staple\n", "a file of somebody else's is left alone"


def test_a_secret_that_is_typed_is_typed_twice(here: Loaded) -> None:
    answers = iter(["horse", "horsf", "horse", "horse"])
    wished = typed(lambda question: next(answers))
    with pytest.raises(Refused, match="the two are not the same"):
        change(here, NOBODY, wished)
    change(here, NOBODY, wished)
    assert opens(here, "horse")
    with pytest.raises(Refused, match="nobody is at the terminal"):
        change(here, replace(NOBODY, prompt=lambda question: "horse"), drawn_or_typed(here, None))
    with pytest.raises(Locked):
        change(here, replace(NOBODY, prompt=lambda question: "horsf"), drawn)


def test_nothing_to_open(tmp_path: Path) -> None:
    file = tmp_path / "plant.yaml"
    shutil.copytree(CASES, tmp_path, dirs_exist_ok=True)
    file.write_text(SITE)
    loaded = load(file, now=NOW)
    with pytest.raises(Refused, match="nothing has been made yet"):
        look(loaded, NOBODY)
    with pytest.raises(Refused, match="nothing has been made yet"):
        change(loaded, NOBODY, drawn)


def test_every_sealed_column_is_known(here: Loaded) -> None:
    """A migration that adds one has to say how it is sealed anew."""
    with sqlite3.connect(here.database) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        having = {one for one in tables for row in database.execute(f"PRAGMA table_info({one})") if row[1] == "sealed"}
    database.close()
    assert having == {table.table for table in SEALED.values()}
    assert ADDRESSES.keys() == SEALED.keys()


def test_a_key_in_a_token_is_left_alone(here: Loaded) -> None:
    """What is written down of one is where it lies, and is not sealed."""
    reference = b"pkcs11:hsm:certwright contoso/root.0a0b"
    with sqlite3.connect(here.database) as database:
        database.execute("INSERT INTO keys VALUES ('contoso/root.0a0b', 'rsa 2048', x'00', ?, 0)", [reference])
    database.close()
    count = look(here, NOBODY).counts["key"]
    assert change(here, NOBODY, drawn).counts["key"] == count
    with Inventory.open_to_read(here.database) as inventory, inventory.reading() as reading:
        assert reading.sealed_key("contoso/root.0a0b") == reference


def test_a_new_box_is_another_one() -> None:
    """The master key is new, too: who has the old secret and an old copy cannot read what is sealed from now on."""
    _, box = new_box("horse", DRAWN, lambda count: b"\1" * count)
    other, _ = new_box("horse", DRAWN, lambda count: b"\2" * count)
    sealed = box.seal("key:x", b"content")
    with pytest.raises(Unreadable):
        open_box(other, "horse", bytes).open("key:x", sealed)
