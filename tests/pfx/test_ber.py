"""The BER reader and the DER writer: every rule of X.690 they keep, and every bound they set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.pfx import ber, der
from certwright.pfx.ber import Decoder, Element


def decode(content: bytes) -> Element:
    return Decoder().decode(content, "it")


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        decode(content)
    return str(caught.value)


def trees(depth: int = 4) -> st.SearchStrategy[bytes]:
    """DER of any shape."""
    primitive = st.builds(ber.tlv, st.sampled_from((0x02, 0x04, 0x05, 0x06, 0x0C, 0x80)), st.binary(max_size=300))
    return st.recursive(
        primitive,
        lambda inner: st.builds(
            lambda tag, parts: ber.tlv(tag, b"".join(parts)), st.sampled_from((0x30, 0x31, 0xA0)), st.lists(inner)
        ),
        max_leaves=12,
    )


def indefinitely(element: Element) -> bytes:
    if not element.tag & 0x20:
        return element.encoded()
    return bytes((element.tag, 0x80)) + b"".join(map(indefinitely, element.children)) + b"\0\0"


@given(trees())
def test_der_comes_back_as_it_was(content: bytes) -> None:
    decoder = Decoder()
    assert decoder.decode(content, "it").encoded() == content
    assert not decoder.indefinite


@given(trees())
def test_indefinite_lengths_become_definite(content: bytes) -> None:
    decoder = Decoder()
    bent = indefinitely(decode(content))
    assert decoder.decode(bent, "it").encoded() == content
    assert decoder.indefinite == (bent != content)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        element = decode(content)
    except Unreadable:
        return
    assert (element.start, element.end) == (0, len(content))


def test_a_length_may_be_longer_than_it_needs() -> None:
    assert decode(bytes.fromhex("0483000001ff")).octets("it") == b"\xff"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "it, byte 0: the end comes in the middle of an element"),
        ("04", "it, byte 0: the end comes in the middle of an element"),
        ("3003020101ff", "it, byte 5: 1 bytes follow the end"),
        ("0402ff", "it, byte 0: an element of 2 bytes with 1 left: truncated?"),
        ("30040403010203", "it, byte 2: an element of 3 bytes with 2 left: truncated?"),
        ("0482ff", "it, byte 0: an element of 255 bytes with 0 left: truncated?"),
        ("30030482ffff", "it, byte 2: an element of 65535 bytes with 0 left: truncated?"),
        ("1f0100", "it, byte 0: tag 0x1f has no place in a PFX"),
        ("bf810000", "it, byte 0: tag 0xbf has no place in a PFX"),
        ("0000", "it, byte 0: tag 0x00 has no place in a PFX"),
        ("0480ff0000", "it, byte 0: an indefinite length on a primitive element"),
        ("3080020101", "it, byte 5: the end comes in the middle of an element"),
        ("308002010100", "it, byte 5: the end comes in the middle of an element"),
        ("30033080000000", "it, byte 4: the end comes in the middle of an element"),
    ],
)
def test_damage_is_told_with_its_place(content: str, complaint: str) -> None:
    assert refused(bytes.fromhex(content)) == complaint


@pytest.mark.parametrize("content", ["30050403010203", "30800201010000", "0400", "3000", "30800000"])
def test_what_is_whole_is_read(content: str) -> None:
    assert decode(bytes.fromhex(content)).end == len(content) // 2


def test_depth_is_bounded() -> None:
    def nest(depth: int) -> bytes:
        content = b"\x05\x00"
        for _ in range(depth):
            content = ber.tlv(0x30, content)
        return content

    decode(nest(ber.MOST_DEPTH))
    assert f"nested deeper than {ber.MOST_DEPTH}" in refused(nest(ber.MOST_DEPTH + 1))


def test_elements_are_counted_over_all_byte_strings() -> None:
    half = ber.tlv(0x30, b"\x05\x00" * (ber.MOST_ELEMENTS // 2 - 1))
    decoder = Decoder()
    decoder.decode(half, "one")
    decoder.decode(half, "two")
    with pytest.raises(Unreadable, match=r"three, byte 0: more than 100000 elements"):
        decoder.decode(b"\x05\x00", "three")


def test_fields_and_explicit() -> None:
    element = decode(bytes.fromhex("3008a003020101020102"))
    wrapped, plain = element.fields("a thing", 2)
    assert wrapped.explicit(0, "a number").integer("a number") == 1
    assert plain.integer("a number") == 2
    with pytest.raises(Unreadable, match=r"it, byte 0: a thing needs 3 fields, found 2"):
        element.fields("a thing", 3)
    with pytest.raises(Unreadable, match=r"it, byte 7: expected a thing \(tag 0x30\), found tag 0x02"):
        plain.fields("a thing")
    with pytest.raises(Unreadable, match=r"it, byte 2: expected a number \(tag 0xa1\), found tag 0xa0"):
        wrapped.explicit(1, "a number")
    with pytest.raises(Unreadable, match="wraps 2 elements, expected one"):
        decode(bytes.fromhex("a006020101020102")).explicit(0, "a number")


def test_octet_strings_in_pieces() -> None:
    assert decode(bytes.fromhex("240c0402 0102 2406 0401 03 0401 04".replace(" ", ""))).octets("it") == b"\1\2\3\4"
    assert decode(bytes.fromhex("a0040402beef")).octets("it", 0x80) == b"\xbe\xef"
    assert decode(bytes.fromhex("8002beef")).octets("it", 0x80) == b"\xbe\xef"
    with pytest.raises(Unreadable, match="found tag 0x02"):
        decode(bytes.fromhex("2403020101")).octets("it")
    with pytest.raises(Unreadable, match="found tag 0x80"):
        decode(bytes.fromhex("a0048002beef")).octets("it", 0x80)


@pytest.mark.parametrize(
    ("content", "number"), [("020100", 0), ("02020080", 128), ("0201ff", -1), ("02087f" + "ff" * 7, 2**63 - 1)]
)
def test_integers(content: str, number: int) -> None:
    assert decode(bytes.fromhex(content)).integer("it") == number


@pytest.mark.parametrize("content", ["0200", "0209" + "01" * 9])
def test_integers_of_no_or_too_many_bytes_are_refused(content: str) -> None:
    with pytest.raises(Unreadable, match="expected 1 to 8"):
        decode(bytes.fromhex(content)).integer("it")


@pytest.mark.parametrize("content", ["0600", "060180", "0641" + "2a" * 65])
def test_nonsense_is_no_object_identifier(content: str) -> None:
    with pytest.raises(Unreadable, match="is not an object identifier"):
        decode(bytes.fromhex(content)).oid("it")


def test_an_object_identifier_of_64_bytes_is_one() -> None:
    assert decode(ber.tlv(0x06, b"\x2a" + b"\x01" * 63)).oid("it") == "1.2" + ".1" * 63


arcs = st.one_of(
    st.tuples(st.integers(0, 1), st.integers(0, 39)), st.tuples(st.just(2), st.integers(0, 2**40))
).flatmap(lambda top: st.lists(st.integers(0, 2**40), max_size=6).map(lambda rest: (*top, *rest)))


@given(arcs)
def test_object_identifiers_come_back(parts: tuple[int, ...]) -> None:
    dotted = ".".join(map(str, parts))
    assert decode(der.oid(dotted)).oid("it") == dotted


def test_the_identifiers_that_matter_in_bytes() -> None:
    assert der.oid("1.3.6.1.4.1.311.17.2").hex() == "06092b0601040182371102"
    assert der.oid("2.16.840.1.101.3.4.1.42").hex() == "060960864801650304012a"


@given(st.integers(0, 2**63 - 1))
def test_numbers_come_back(value: int) -> None:
    assert decode(der.integer(value)).integer("it") == value


@pytest.mark.parametrize(("size", "head"), [(127, "047f"), (128, "048180"), (255, "0481ff"), (256, "04820100")])
def test_lengths_are_the_shortest(size: int, head: str) -> None:
    assert der.octets(bytes(size))[: len(head) // 2].hex() == head


def test_the_rest_of_the_writer() -> None:
    assert der.set_of(b"\x04\x01\x02", b"\x02\x01\x01").hex() == "3106020101040102"
    assert der.set_of().hex() == "3100"
    assert der.explicit(0, b"\x05\x00").hex() == "a0020500"
    assert der.implicit_octets(0, b"\xff").hex() == "8001ff"
    assert der.bmp_string("Aé😀").hex() == "1e08004100e9d83dde00"
    assert der.integer(128).hex() == "02020080"
