"""Sealing: what goes in comes out, under its own name and with the right secret only."""

import json
import secrets
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Locked, Unreadable
from certwright.keys.seal import DRAWN, NONCE, THOUGHT_OF, Cost, new_box, open_box

CHEAP = Cost(n=2)
WRITTEN, BOX = new_box("correct horse", CHEAP, secrets.token_bytes)


@given(st.text(), st.binary())
def test_what_is_sealed_comes_out(name: str, content: bytes) -> None:
    assert BOX.open(name, BOX.seal(name, content)) == content


@given(st.binary(min_size=1))
def test_nothing_sealed_shows_its_content_or_comes_out_twice_alike(content: bytes) -> None:
    one, other = BOX.seal("key:a", content), BOX.seal("key:a", content)
    assert one != other
    assert len(content) < 4 or content not in one


def test_the_secret_opens_the_box_again() -> None:
    sealed = BOX.seal("key:a", b"content")
    assert open_box(WRITTEN, "correct horse", secrets.token_bytes).open("key:a", sealed) == b"content"


@pytest.mark.parametrize("secret", ["", "Correct horse", "correct horse ", "another"])
def test_a_wrong_secret_is_told_as_such_and_not_repeated(secret: str) -> None:
    with pytest.raises(Locked, match="the secret in a file does not open this inventory") as refusal:
        open_box(WRITTEN, secret, secrets.token_bytes, source="the secret in a file")
    assert "--unlock-file" in refusal.value.hint
    assert "horse" not in str(refusal.value)


def test_another_name_does_not_open_it() -> None:
    with pytest.raises(Unreadable, match=r"key:b: the sealed bytes are damaged or belong to something else"):
        BOX.open("key:b", BOX.seal("key:a", b"content"))


@given(st.integers(0), st.integers(1, 255))
def test_a_flipped_bit_is_noticed(where: int, mask: int) -> None:
    sealed = bytearray(BOX.seal("key:a", b"content"))
    sealed[where % len(sealed)] ^= mask
    with pytest.raises(Unreadable):
        BOX.open("key:a", bytes(sealed))


@given(st.binary(max_size=NONCE + 15))
def test_what_is_too_short_is_damaged(stump: bytes) -> None:
    with pytest.raises(Unreadable):
        BOX.open("key:a", stump)


@pytest.mark.parametrize(
    "damage",
    [b"", b"{}", b"[]", b"null", b'{"kdf": "scrypt", "n": 2}', json.dumps({**json.loads(WRITTEN), "n": "x"}).encode()],
)
def test_a_damaged_wrapping_is_told_as_such(damage: bytes) -> None:
    with pytest.raises(Unreadable, match="the wrapped master key is damaged"):
        open_box(damage, "correct horse", secrets.token_bytes)


def test_a_wrapping_whose_master_key_was_changed_opens_for_nobody() -> None:
    told = json.loads(WRITTEN)
    wrapped = bytearray(b64decode(told["master"]))
    wrapped[-1] ^= 1
    with pytest.raises(Locked):
        open_box(
            json.dumps({**told, "master": b64encode(wrapped).decode()}).encode(), "correct horse", secrets.token_bytes
        )


def test_the_cost_is_written_beside_what_it_protects() -> None:
    told = json.loads(WRITTEN)
    assert (told["kdf"], told["n"], told["r"], told["p"]) == ("scrypt", 2, 8, 1)


def test_what_a_person_thought_of_costs_a_guesser_128_mebibytes() -> None:
    assert 128 * THOUGHT_OF.n * THOUGHT_OF.r == 128 * 2**20
    assert DRAWN.n < THOUGHT_OF.n
