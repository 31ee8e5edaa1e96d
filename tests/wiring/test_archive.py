"""Archives are read in memory and within bounds: bombs, damage and encryption are said, never suffered."""

import io
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.wiring.archive import MOST_MEMBERS, MOST_UNFOLDED, Member, members

CASES = Path(__file__).parent.parent / "cases" / "inspect"
TREE = (CASES / "tree.zip").read_bytes()


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_members_come_in_order_with_their_content() -> None:
    found = {one.name: one for one in members(TREE)}
    assert found.keys() == {"east/portal.cer", "east/java.p12", "notes.txt"}
    assert found["east/portal.cer"].content == (CASES / "own.pem").read_bytes()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ((CASES / "bomb.zip").read_bytes(), "200 times its size"),
        (b"PK\x03\x04" + b"PK\x01\x02" * (MOST_MEMBERS + 1), f"more than {MOST_MEMBERS} members"),
        (TREE[:-30], "damaged"),
    ],
)
def test_bombs_and_damage_are_refused(content: bytes, reason: str) -> None:
    began = time.process_time()
    with pytest.raises(Unreadable, match=reason):
        list(members(content))
    assert time.process_time() - began < 1


def test_what_unfolds_to_too_much_is_refused_by_its_promise() -> None:
    honest = zipped(a=bytes(2_000_000))
    place = honest.rindex(b"PK\x01\x02") + 24
    lying = honest[:place] + (MOST_UNFOLDED + 1).to_bytes(4, "little") + honest[place + 4 :]
    with pytest.raises(Unreadable, match="unfolds to"):
        list(members(lying))


def test_a_promise_that_is_too_small_does_not_let_more_out() -> None:
    honest = zipped(a=bytes(2_000_000))
    place = honest.rindex(b"PK\x01\x02") + 24
    lying = honest[:place] + (100).to_bytes(4, "little") + honest[place + 4 :]
    (one,) = members(lying)
    assert len(one.content) <= 100


def test_an_encrypted_member_says_so() -> None:
    (one,) = members((CASES / "locked.zip").read_bytes())
    assert "encrypted" in one.trouble


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(TREE) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_bent_archives_give_members_or_unreadable(places: list[tuple[int, int]]) -> None:
    content = bytearray(TREE)
    for place, octet in places:
        content[place] = octet
    try:
        found = list(members(bytes(content)))
    except Unreadable:
        return
    assert all(isinstance(one, Member) for one in found)
