"""Files that hold certificates, as people and tools really write them."""

import base64
import re
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.x509 import pem
from certwright.x509.pem import certificates_in, decode_base64, is_pem, split_pem

Case = Callable[[str], bytes]

TWO = [
    "two-text.txt", "two-utf16.txt", "two-bom-crlf.txt", "two-bag-attributes.txt", "two-der.p7b", "two-pem.p7b",
    "two-indefinite.p7b",
]  # fmt: skip
ONE = ["rsa-2048.pem", "one.der", "one.b64", "one-trusted.pem", "one-with-old-key.txt"]


def one(case: Case, name: str) -> bytes:
    (found,) = certificates_in(case(name))
    return found


@pytest.mark.parametrize("name", TWO)
def test_two_certificates_are_found(case: Case, name: str) -> None:
    expected = [one(case, "rsa-2048.pem"), one(case, "authority.pem")]
    found = certificates_in(case(name))
    assert sorted(found) == sorted(expected)
    assert name == "two-indefinite.p7b" or [*found] == expected  # the order of the file; openssl cms turns it round


@pytest.mark.parametrize("name", ONE)
def test_one_certificate_is_found(case: Case, name: str) -> None:
    assert certificates_in(case(name)) == (case("one.der"),)


def test_more_ways_to_write_it(case: Case) -> None:
    der, text = case("one.der"), case("rsa-2048.pem")
    assert certificates_in(der + b"\r\n") == (der,)
    assert certificates_in(der + der) == (der, der)
    assert certificates_in(b"".join(text.splitlines()[1:-1])) == (der,)
    assert certificates_in(b" \n" + text.replace(b"\n", b"\n\n")) == (der,)
    assert certificates_in(text.decode().encode("utf-16-be")) == (der,)
    assert certificates_in("\ufeff".encode("utf-16-be") + text.decode().encode("utf-16-be")) == (der,)
    assert certificates_in(text.decode().encode("utf-16-le")) == (der,)
    assert certificates_in(b"0 s:CN=a\n" + text) == (der,)
    wrapped = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(case("two-der.p7b")) + b"\n-----END CERTIFICATE-----"
    assert len(certificates_in(wrapped)) == 2  # what certutil -encode makes of a P7B


def test_labels_and_keys(case: Case) -> None:
    (_, certificate), (label, key) = split_pem(case("one-with-old-key.txt"))
    assert certificate == case("one.der")
    assert label == "ENCRYPTED RSA PRIVATE KEY"
    assert not key.startswith(b"0\x82")
    assert [label for label, _ in split_pem(case("two-pem.p7b"))] == ["PKCS7"]
    assert split_pem(b"nothing here") == ()


UNREADABLE = [
    (b"", "no certificate in it"),
    (b"hello", "no certificate in it"),
    (b"0" * 50, "no certificate in it"),
    (b"\xff\xfe", "no certificate in it"),
    (b"-----BEGIN CERTIFICATE-----", "'CERTIFICATE' has no END line"),
    (b"-----BEGIN CERTIFICATE-----\nMIIB", "PEM block 1: 'CERTIFICATE' has no END line"),
    (b"-----BEGIN CERTIFICATE", "first line"),
    (b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----", "holds no Base64"),
    (b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----", "holds no Base64"),
    (b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----", "certificate 1: it is neither"),
    (b"-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----", "no certificate in it"),
    (bytes.fromhex("300b06092a864886f70d010701"), "something else than signed data"),
    (bytes.fromhex("300b06092a864886f70d010702"), "no P7B"),
    (bytes.fromhex("308006092a864886f70d0107020000"), "no P7B"),
]


@pytest.mark.parametrize(("content", "words"), UNREADABLE)
def test_what_holds_none_is_unreadable(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        certificates_in(content)
    assert words in str(caught.value)


def test_cut_off_files_are_not_half_read(case: Case) -> None:
    for name in ("two-text.txt", "two-bom-crlf.txt", "two-der.p7b"):
        content = case(name)
        with pytest.raises(Unreadable):
            certificates_in(content[: len(content) - 60])


def test_size_is_bounded(case: Case) -> None:
    with pytest.raises(Unreadable, match="more than 67108864"):
        certificates_in(bytes(pem.MOST_OCTETS + 1))
    tiny = b"\x30\x06\x30\x00\x30\x00\x03\x00"  # what a walker takes for a certificate, until somebody reads it
    assert len(certificates_in(tiny * pem.MOST_CERTIFICATES)) == pem.MOST_CERTIFICATES
    with pytest.raises(Unreadable, match="more than 20000 certificates"):
        certificates_in(tiny * (pem.MOST_CERTIFICATES + 1))


def test_many_parts_cost_no_memory() -> None:
    parts = b"\x05\x00" * 2_000_000
    tracemalloc.start()
    with pytest.raises(Unreadable):
        certificates_in(b"\x30\x83" + len(parts).to_bytes(3, "big") + parts)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("start", [b"\x30\x80\x06\x03abc", b"\x30\x80\x06"])
def test_indefinite_lengths_behind_a_certificate_are_not_looked_at(case: Case, start: bytes) -> None:
    (one, *_) = certificates_in(case("two-der.p7b"))
    assert certificates_in(one + start) == (one,)


def test_many_open_blocks_cost_linear_time() -> None:
    with pytest.raises(Unreadable):
        split_pem(b"-----BEGIN A-----" * 500_000)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["CERTIFICATE", "PRIVATE KEY"]), st.binary(min_size=1, max_size=90)), max_size=4)
)
def test_blocks_survive_the_way_there_and_back(blocks: list[tuple[str, bytes]]) -> None:
    text = b"".join(
        b"text: around\n-----BEGIN %b-----\n%b-----END %b-----\n"
        % (label.encode(), base64.encodebytes(der), label.encode())
        for label, der in blocks
    )
    assert split_pem(text) == tuple(blocks)
    assert split_pem(text.decode().encode("utf-16")) == tuple(blocks)


@settings(deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"0\x80\x06", b"\x30\x30\x30\x10", b"-----BEGIN CERTIFICATE-----"])
)
def test_noise_is_unreadable_or_bytes(noise: bytes, start: bytes) -> None:
    with suppress(Unreadable):
        assert all(found[:1] == b"\x30" for found in certificates_in(start + noise))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1600), st.integers(0, 255)), min_size=1, max_size=8), st.booleans())
def test_a_bent_p7b_is_read_or_refused(changes: list[tuple[int, int]], indefinite: bool) -> None:
    bent = bytearray(P7B[indefinite])
    for place, octet in changes:
        bent[place % len(bent)] = octet
    with suppress(Unreadable):
        assert all(isinstance(found, bytes) for found in certificates_in(bytes(bent)))


P7B: dict[bool, bytes] = {}


@pytest.fixture(autouse=True, scope="module")
def _p7b(case: Case) -> None:
    P7B.update({False: case("two-der.p7b"), True: case("two-indefinite.p7b")})


def test_der_that_quotes_pem_is_der(forge: Callable[..., Any]) -> None:
    comment = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"-----BEGIN CERTIFICATE-----")
    der = forge("CN=quoting", extensions=((comment, False),)).facts.der
    assert b"-----BEGIN" in der
    assert not is_pem(der)
    assert certificates_in(der) == (der,)


@given(st.binary(max_size=40), st.sampled_from([b"", b"\n", b" \t\r\n"]))
def test_base64_is_what_python_takes_for_it(octets: bytes, blank: bytes) -> None:
    text = base64.encodebytes(octets).replace(b"\n", b"\n" + blank)
    assert decode_base64(text) == octets


@given(st.binary(max_size=12).map(lambda some: bytes(b"Ab9+/= \n-\xff"[one % 10] for one in some)))
def test_what_is_no_base64_is_nothing(text: bytes) -> None:
    packed = text.replace(b" ", b"").replace(b"\n", b"")
    sound = re.fullmatch(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", packed)
    found = decode_base64(text)
    assert found == base64.b64decode(packed) if sound else found == b"" or packed.endswith(b"=")
