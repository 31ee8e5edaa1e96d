"""The unlock secret is found where it should be, in that order, and made only when asked to."""

import secrets
import stat
from pathlib import Path

import pytest

from certwright.errors import Broken, Locked, Refused
from certwright.keys.seal import DRAWN, THOUGHT_OF
from certwright.keys.unlock import Unlock, ask_secret, find_secret, make_secret

NOWHERE = Unlock(keyring=False)


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    return tmp_path / "contoso.unlock"


def test_a_named_file_comes_first(tmp_path: Path, quick: Path) -> None:
    named = tmp_path / "secret.txt"
    named.write_text("from the file\r\n")
    quick.write_text("from the quick start\n")
    found = find_secret(Unlock(named, {"CERTWRIGHT_UNLOCK": "from the environment"}, keyring=False), quick, "me")
    assert found
    assert (found.text, found.source, found.cost) == ("from the file", f"the secret in {named}", THOUGHT_OF)


def test_the_environment_comes_before_the_quick_start(quick: Path) -> None:
    quick.write_text("from the quick start\n")
    unlock = Unlock(environment={"CERTWRIGHT_UNLOCK": "from the environment"}, keyring=False)
    found = find_secret(unlock, quick, "me")
    assert found
    assert (found.text, found.source) == ("from the environment", "the secret in CERTWRIGHT_UNLOCK")


def test_an_empty_variable_is_none(quick: Path) -> None:
    assert find_secret(Unlock(environment={"CERTWRIGHT_UNLOCK": ""}, keyring=False), quick, "me") is None


def test_the_quick_start_file_is_found_again(quick: Path) -> None:
    made = make_secret(quick, secrets.token_bytes)
    found = find_secret(NOWHERE, quick, "me")
    assert found
    assert found.text == made.text
    assert (made.cost, made.made) == (DRAWN, quick)
    assert found.made is None


def test_a_made_secret_has_256_bits_and_one_reader(quick: Path) -> None:
    one = make_secret(quick, secrets.token_bytes)
    assert stat.S_IMODE(quick.stat().st_mode) == 0o600
    assert len(one.text) == 43
    assert [file.name for file in quick.parent.iterdir()] == [quick.name]
    assert make_secret(quick.with_name("other.unlock"), secrets.token_bytes).text != one.text


def test_what_a_killed_run_left_is_in_nobodys_way(quick: Path) -> None:
    quick.with_name("contoso.unlock.unfinished").write_text("")
    assert find_secret(NOWHERE, quick, "me") is None
    make_secret(quick, secrets.token_bytes)
    assert [file.name for file in quick.parent.iterdir()] == [quick.name]


def test_a_secret_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Broken, match=r"gone/x.unlock: the unlock secret could not be written") as failure:
        make_secret(tmp_path / "gone" / "x.unlock", secrets.token_bytes)
    assert "--unlock-file" in failure.value.hint


@pytest.mark.parametrize(("content", "told"), [(b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe", "not UTF-8 text")])
def test_a_file_without_a_secret_is_refused(content: bytes, told: str, quick: Path) -> None:
    quick.write_bytes(content)
    with pytest.raises(Refused, match=told):
        find_secret(Unlock(quick, keyring=False), quick, "me")


def test_a_byte_order_mark_is_no_part_of_the_secret(quick: Path) -> None:
    quick.write_bytes(b"\xef\xbb\xbfsesame\r\n")
    found = find_secret(Unlock(quick, keyring=False), quick, "me")
    assert found is not None
    assert found.text == "sesame"


def test_a_file_that_is_not_there_is_refused(quick: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        find_secret(Unlock(quick, keyring=False), quick, "me")


def test_a_person_is_asked_when_there_is_one() -> None:
    assert ask_secret(Unlock(prompt=lambda what: f"typed for {what}")).text == "typed for Unlock secret"
    with pytest.raises(Refused, match="empty"):
        ask_secret(Unlock(prompt=lambda what: ""))


def test_nobody_to_ask_is_told_with_the_ways_out() -> None:
    with pytest.raises(Locked, match="was not found") as refusal:
        ask_secret(NOWHERE)
    assert "--unlock-file" in refusal.value.hint
    assert "CERTWRIGHT_UNLOCK" in refusal.value.hint


def test_the_keyring_is_asked_last_and_may_be_missing(quick: Path) -> None:
    assert find_secret(Unlock(), quick, f"no such account {secrets.token_hex(4)}") is None


def test_nothing_shows_a_secret(quick: Path) -> None:
    unlock = Unlock(environment={"CERTWRIGHT_UNLOCK": "hidden-secret"}, keyring=False)
    assert "hidden-secret" not in repr(unlock)
    assert "hidden-secret" not in repr(find_secret(unlock, quick, "me"))
