"""Every reader, on cases that hypothesis has bent: read, or refused in our own words. `proof/fuzz.py` goes further."""

import random
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutate import mutated, parse
from readers import READERS, Reader, accepts, seeds

from certwright.errors import Unreadable


def bent(content: bytes, seed: int) -> bytes:
    """A content with some of its octets changed, dropped or repeated."""
    chance, octets = random.Random(seed), bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(octets) + 1)
        octets[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    return bytes(octets)


@cache
def started(name: str) -> list[bytes]:
    return list(seeds(READERS[name])) or [b""]


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_bent_cases(name: str, data: st.DataObject) -> None:
    reader = READERS[name]
    content = data.draw(st.sampled_from(started(name)))
    seed = data.draw(st.integers(0, 1 << 32))
    if reader.der:
        content = mutated(content, 1 << 16, seed, lambda part, most: bent(part, seed)[:most])
    accepts(reader, bent(content, seed) if seed % 2 else content)


def test_a_crash_is_none_of_our_words() -> None:
    def crash(_: bytes) -> object:
        raise IndexError("tripped")

    def refuse(_: bytes) -> object:
        raise Unreadable("no")

    assert not accepts(Reader(refuse), b"")
    with pytest.raises(IndexError):
        accepts(Reader(crash), b"")


def test_mutations_keep_lengths_right() -> None:
    content = next(iter(seeds(READERS["certificate"])))
    assert b"".join(node.encoded() for node in parse(content) or []) == content
    whole = sum(parse(mutated(content, 1 << 16, seed, lambda part, _: part)) is not None for seed in range(200))
    assert whole == 200
