"""Windows store exports, by the document: certificates, lists, and what Windows notes beside them."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.x509.windows import (
    ARCHIVED,
    CERTIFICATE,
    CRL,
    CTL,
    DESCRIPTION,
    FRIENDLY_NAME,
    PROVIDER,
    SHA1,
    element,
    provider,
    store,
    wide,
)

from certwright.errors import Unreadable
from certwright.x509.store import StoreFacts, read_store

CASES = Path(__file__).parent.parent / "cases" / "pack"
LEAF, ISSUING, LIST = ((CASES / name).read_bytes() for name in ("leaf.der", "issuing.der", "issuing.crl"))
NOTED = {
    SHA1: bytes(20),
    FRIENDLY_NAME: wide("Portal für alle"),
    DESCRIPTION: wide("the portal"),
    PROVIDER: provider("te-1234", "Microsoft Software Key Storage Provider", machine=True),
}
STORE = store((CERTIFICATE, LEAF, NOTED), (CERTIFICATE, ISSUING, {}), (CRL, LIST, {}), (CTL, b"0", {SHA1: bytes(20)}))


def test_everything_in_a_store_comes_back_in_its_order() -> None:
    found = read_store(STORE)
    assert [one.der for one in found.certificates] == [LEAF, ISSUING]
    assert found.crls == (LIST,)
    assert (found.trust_lists, found.defects) == (1, ())
    leaf, issuing = found.certificates
    assert (leaf.friendly_name, leaf.description) == ("Portal für alle", "the portal")
    assert (leaf.container, leaf.provider) == ("te-1234", "Microsoft Software Key Storage Provider")
    assert leaf.local_machine
    assert not leaf.archived
    assert leaf.properties == tuple(NOTED)
    assert (issuing.friendly_name, issuing.provider, issuing.properties) == ("", "", ())


def test_properties_belong_to_what_follows_them() -> None:
    found = read_store(store((CRL, LIST, {FRIENDLY_NAME: wide("a list")}), (CERTIFICATE, LEAF, {ARCHIVED: b""})))
    assert found.certificates[0].friendly_name == ""
    assert found.certificates[0].archived


def test_an_empty_store_is_a_store() -> None:
    assert read_store(store()) == StoreFacts()


@pytest.mark.parametrize("value", [b"", bytes(27), b"\xff" * 28, provider("a", "b", machine=False)[:-5]])
def test_a_property_that_does_not_fit_tells_nothing_and_hides_nothing(value: bytes) -> None:
    (one,) = read_store(store((CERTIFICATE, LEAF, {PROVIDER: value, FRIENDLY_NAME: b"\0"}))).certificates
    assert one.der == LEAF


def test_a_store_that_was_cut_off_gives_what_is_whole() -> None:
    found = read_store(store((CERTIFICATE, LEAF, {}), (CERTIFICATE, ISSUING, {}), end=b"")[:-5])
    assert [one.der for one in found.certificates] == [LEAF]
    assert "runs over the end" in found.defects[0]
    assert "no end marker" in read_store(store((CERTIFICATE, LEAF, {}), end=b"")).defects[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\1\0\0\0CERT" + bytes(12), "not a serialized certificate store"),
        (b"\0\0\0\0CERT", "no end marker"),
        (b"\0\0\0\0CERT" + element(CERTIFICATE, LEAF)[:-1], "runs over the end"),
        (b"\0\0\0\0CERT\x20\0\0\0\1\0\0\0\xff\xff\xff\xff", "runs over the end"),
    ],
)
def test_what_is_no_store_is_told(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_store(content)


@given(st.data())
@example(None)
def test_a_bent_store_gives_facts_or_unreadable(data: st.DataObject | None) -> None:
    content = bytearray(STORE)
    for _ in range(3 if data else 0):
        assert data
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_store(bytes(content))
    except Unreadable:
        return
    assert isinstance(found, StoreFacts)
