"""Bytes made to hurt: whatever they are, they are read, or refused as Unreadable, and soon."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.pfx.ber import tlv
from certwright.pfx.facts import Mac
from certwright.pfx.read import outline_pfx, read_pfx

Case = Callable[[str], bytes]

DATA = bytes.fromhex("06092a864886f70d010701")
LONGEST = 20  # seconds of the processor, of a slow one: what others do on this machine does not count

edits = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True), st.sampled_from(("set", "cut", "put")), st.binary(min_size=1, max_size=3)
    ),
    min_size=1,
    max_size=4,
)


def bent(content: bytes, changes: list[tuple[float, str, bytes]]) -> bytes:
    for place, kind, value in changes:
        at = int(place * len(content))
        rest = content[at:] if kind == "put" else content[at + len(value) :]
        content = content[:at] + (b"" if kind == "cut" else value) + rest
    return content


def read_or_refuse(content: bytes, password: str | None) -> None:
    started = time.process_time()
    for reader in (outline_pfx, lambda content: read_pfx(content, password)):
        try:
            reader(content)
        except Unreadable as problem:
            assert str(problem)  # noqa: PT017 - either outcome is right
    assert time.process_time() - started < LONGEST


@pytest.mark.parametrize(
    "name", ["windows", "one-iteration", "no-encryption", "nested", "indefinite-inside", "pbmac1-sha256", "rc2-40"]
)
@settings(max_examples=60, deadline=None)
@given(changes=edits)
def test_mutated_files(case: Case, name: str, changes: list[tuple[float, str, bytes]]) -> None:
    read_or_refuse(bent(case(name), changes), "secret")


@settings(max_examples=150, deadline=None)
@given(changes=edits)
def test_mutated_bags(case: Case, changes: list[tuple[float, str, bytes]]) -> None:
    """No MAC and no encryption stand before the bags here, and their lengths are put right again."""
    content = case("no-encryption")
    start = content.index(bytes.fromhex("060b2a864886f70d010c0a01")) - 4
    info = tlv(0x30, DATA + tlv(0xA0, tlv(0x04, tlv(0x30, bent(content[start:], changes)))))
    read_or_refuse(tlv(0x30, b"\x02\x01\x03" + tlv(0x30, DATA + tlv(0xA0, tlv(0x04, tlv(0x30, info))))), None)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=10)))
def test_any_bytes_and_any_password(content: bytes, password: str | None) -> None:
    read_or_refuse(content, password)
    read_or_refuse(tlv(0x30, content), password)


def test_a_wide_file() -> None:
    """As many elements as fit: a hundred thousand are too many, and that is noticed in time."""
    content = tlv(0x30, b"\x02\x01\x03" + tlv(0x30, b"\x05\x00" * 4_000_000))
    started = time.process_time()
    with pytest.raises(Unreadable, match="more than 100000 elements"):
        read_pfx(content, None)
    assert time.process_time() - started < LONGEST


@pytest.mark.parametrize("iterations", [4_000_001, 2**31, 2**63 - 1])
def test_a_slow_file(iterations: int) -> None:
    digest = tlv(0x30, tlv(0x30, bytes.fromhex("06052b0e03021a")) + tlv(0x04, bytes(20)))
    mac = tlv(0x30, digest + tlv(0x04, b"saltsalt") + tlv(0x02, iterations.to_bytes(8, "big")))
    content = tlv(0x30, b"\x02\x01\x03" + tlv(0x30, DATA + tlv(0xA0, tlv(0x04, b"\x30\x00"))) + mac)
    assert outline_pfx(content).mac == Mac("pkcs12", "sha1", iterations, 8, verified=False)
    with pytest.raises(
        Unreadable, match=f"asks for {iterations:,} iterations, and the limit is 4,000,000 for all keys"
    ):
        read_pfx(content, "secret")


def test_much_rc2(case: Case) -> None:
    """Plain Python is slow, so a mebibyte of it is more work than a file may ask for."""
    content = case("rc2-40")
    start = content.index(bytes.fromhex("060a2a864886f70d010c0106")) - 2
    algorithm = content[start : start + 2 + content[start + 1]]
    encrypted = bytes.fromhex("06092a864886f70d010706")
    secret = tlv(0x30, DATA + algorithm + tlv(0x80, bytes(1 << 20)))
    info = tlv(0x30, encrypted + tlv(0xA0, tlv(0x30, b"\x02\x01\x00" + secret)))
    started = time.process_time()
    with pytest.raises(Unreadable, match="more than 4,000,000 rounds of hashing or decrypting"):
        read_pfx(tlv(0x30, b"\x02\x01\x03" + tlv(0x30, DATA + tlv(0xA0, tlv(0x04, tlv(0x30, info))))), "secret")
    assert time.process_time() - started < LONGEST
