"""Names: what is read can be written, what people type is understood, what is wrong is told."""

from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import example, given, settings
from hypothesis import strategies as st

from certwright.errors import Refused
from certwright.x509.der import Malformed
from certwright.x509.name import SHORT_NAMES, escape, parse_name, read_name, spelled

READABLE = [  # what is typed, what it is
    ("CN=a", "CN=a"),
    ("CN=a,O=b", "CN=a,O=b"),
    ("cn = a ,  o=Contoso Ltd", "CN=a,O=Contoso Ltd"),
    ("CN=portal,S=Bavaria,emailAddress=a@b.c", "CN=portal,ST=Bavaria,E=a@b.c"),
    (r"CN=a\, b\+c,O=\#1 \"x\"", r"CN=a\, b\+c,O=\#1 \"x\""),
    (r"CN=\ a\ ,O=b\\", r"CN=\ a\ ,O=b\\"),
    (r"CN=M\C3\BCller", "CN=Müller"),
    ("CN=Müller", "CN=Müller"),
    ("CN=a+UID=b,O=c", "CN=a+UID=b,O=c"),
    ("CN=a=b", "CN=a=b"),
    ("CN=#0c0161", "CN=a"),
    ("1.3.6.1.4.1.99999.1=#0c0161,CN=b", "1.3.6.1.4.1.99999.1=#0c0161,CN=b"),
    ("DC=contoso,DC=com", "DC=contoso,DC=com"),
    ("", ""),
    ("   ", ""),
]


@pytest.mark.parametrize(("typed", "meant"), READABLE)
def test_what_is_typed_is_understood(typed: str, meant: str) -> None:
    text, _ = read_name(parse_name(typed).public_bytes())
    assert sorted(text.split("+")) == sorted(meant.split("+")) if "+UID" in meant else text == meant


def test_the_most_specific_is_written_last() -> None:
    """RFC 4514 2.1 turns the order round; the library has them in the order of the encoding."""
    oids = [attribute.oid for attribute in parse_name("CN=a,OU=b,O=c,C=DE")]
    assert oids == [
        NameOID.COUNTRY_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.ORGANIZATIONAL_UNIT_NAME,
        NameOID.COMMON_NAME,
    ]


def test_common_names_come_plain() -> None:
    assert read_name(parse_name(r"CN=a\, b,CN=c,O=d").public_bytes())[1] == ("c", "a, b")
    assert read_name(parse_name(r"CN=a\00b").public_bytes())[1] == (r"a\00b",)


REFUSED = [
    ("portal", "'portal' is not attribute=value"),
    ("CN=a,portal", "'portal' is not attribute=value"),
    ("XY=a", "'XY' is no attribute of a name; expected one of CN, L"),
    ("CN=", "'CN=': its value is empty"),
    ("CN=a,,O=b", "empty part"),
    ("CN=a,", "empty part"),
    ("CN=a++O=b", "empty part"),
    ("CN=a\\", "empty part, or a backslash at the end"),
    ('CN="a,b"', "without a backslash"),
    ("CN=a;O=b", "without a backslash"),
    (r"CN=a\xb", "no escape of RFC 4514"),
    (r"CN=\FF", "invalid start byte"),
    ("CN=" + "a" * 65, "it was 65"),
    ("C=Germany", "it was 7"),
    ("CN=#zz", "non-hexadecimal"),
    ("CN=#0c05", "cut off"),
    ("CN=a+CN=a", "duplicate"),
    ("9.1=a", "no attribute"),
]


@pytest.mark.parametrize(("typed", "words"), REFUSED)
def test_what_is_wrong_is_refused_with_its_part(typed: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_name(typed)
    assert words in caught.value.what
    assert repr(typed) in caught.value.what
    assert "RFC 4514" in caught.value.hint


texts = st.text(min_size=1, max_size=16).filter(lambda text: len(text.encode("utf-8", "replace")) <= 64)
encodable = texts.filter(lambda text: text.isprintable() or text.encode("utf-8", "replace").decode() == text)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME]), encodable), max_size=4))
def test_every_name_survives_the_way_there_and_back(parts: list[tuple[x509.ObjectIdentifier, str]]) -> None:
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])
    text, _ = read_name(name.public_bytes())
    assert text.isprintable()
    assert parse_name(text).public_bytes() == name.public_bytes()


@settings(deadline=None)
@given(encodable)
def test_the_library_understands_our_escapes(value: str) -> None:
    theirs = x509.Name.from_rfc4514_string(f"CN={escape(value)}")
    assert [attribute.value for attribute in theirs] == [value]


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_noise_is_malformed_or_a_name(noise: bytes) -> None:
    with suppress(Malformed):
        assert read_name(b"\x30" + bytes([len(noise)]) + noise)[0].isprintable()


def test_every_attribute_can_be_written_by_its_name() -> None:
    for dotted, short in SHORT_NAMES.items():
        (attribute,) = parse_name(f"{short}=de")
        assert attribute.oid.dotted_string == dotted


@given(
    st.one_of(
        st.from_regex(r"CN=[0-9A-Za-z.*-]{1,64}", fullmatch=True), st.from_regex(r"CN=[ -~]{1,9}", fullmatch=True)
    )
)
@example("CN=" + "a" * 64)
@example("CN=#0c0161")
@example("cn=a")
@example("CN=a\n")
@example("CN=ä")
@example("CN=a,O=b")
def test_a_plain_common_name_is_written_like_any_other(text: str) -> None:
    try:
        encoded = parse_name(text).public_bytes()
    except Refused:
        with pytest.raises(Refused):
            spelled(text)
    else:
        assert spelled(text) == (encoded, *read_name(encoded))
