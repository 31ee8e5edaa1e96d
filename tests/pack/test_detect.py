"""What a file is, is told by its content: files of many tools, and bytes of nobody."""

import base64
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.pack.detect import FORMS, MOST_BYTES, detect
from certwright.pack.inside import Inside
from certwright.pack.inspecting import Light, inspect

CASES = Path(__file__).parent.parent / "cases"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
SEEDS = [
    path.read_bytes()
    for folder in ("pfx", "x509", "pack", "inspect", "kubernetes/kubectl")
    for path in sorted((CASES / folder).iterdir())
    if path.is_file() and path.stat().st_size < 20_000 and "iterations" not in path.name
]


def look(name: str, *passwords: str) -> tuple[Inside, ...]:
    return inspect((CASES / name).read_bytes(), Light(passwords, NOW, {}))


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("pfx/windows.pfx", "pfx"),
        ("pfx/indefinite.pfx", "pfx"),
        ("pfx/java-truststore.pfx", "pfx"),
        ("inspect/java.p12", "pfx"),
        ("x509/one.der", "certificate"),
        ("x509/keytool.der", "certificate"),
        ("x509/two-der.p7b", "p7b"),
        ("x509/two-indefinite.p7b", "p7b"),
        ("x509/two-pem.p7b", "pem"),
        ("x509/two-bag-attributes.txt", "pem"),
        ("x509/two-bom-crlf.txt", "pem"),
        ("x509/two-utf16.txt", "pem"),
        ("x509/one.b64", "base64"),
        ("x509/two.crl", "crl"),
        ("kubernetes/pki/line-ca.crl", "crl"),
        ("kubernetes/pki/line-ca.crl.pem", "pem"),
        ("inspect/request.der", "request"),
        ("inspect/request.pem", "pem"),
        ("inspect/locked.der", "locked-key"),
        ("inspect/public.der", "public-key"),
        ("pack/leaf.pkcs8", "key"),
        ("pack/traditional.key", "pem"),
        ("inspect/tree.zip", "zip"),
        ("inspect/keystore.yaml", "objects"),
        ("kubernetes/kubectl/list.json", "objects"),
        ("kubernetes/kubectl/redirected-by-powershell.yaml", "objects"),
        ("kubernetes/kubectl/config-map.yaml", "objects"),  # its PEM lies in the open
    ],
)
def test_the_content_tells_the_form(name: str, form: str) -> None:
    assert detect((CASES / name).read_bytes()) == form
    assert form in FORMS


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello", "holds no certificate"),
        (b"0815 is a number", "looks like DER"),
        (b"certwright: 1\nsites:\n  - kind: embedded\n", "holds no certificate"),
        (bytes.fromhex("3003020105"), "nothing of this trade"),
        (bytes.fromhex("30820500") + b"\x30", "cut off"),
        ((CASES / "inspect/old.jks").read_bytes(), "old JKS form"),
        ((CASES / "inspect/old.jceks").read_bytes(), "old JCEKS form"),
        (b"\0\0\0\1CERT", "no certificate, key, request"),
        (b"\x1f\x8b\x08", "gzip"),
        (bytes(MOST_BYTES + 1), "more than"),
    ],
)
def test_what_it_is_not_is_said(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        detect(content)


def test_text_that_begins_with_a_zero_is_still_text() -> None:
    assert detect(b"0 is its number\n" + (CASES / "x509/two-text.txt").read_bytes()) == "pem"


def mutations() -> st.SearchStrategy[bytes]:
    def bent(seed: bytes, places: list[tuple[int, int]], keep: int) -> bytes:
        content = bytearray(seed)
        for place, octet in places:
            content[place % len(content)] = octet
        return bytes(content[: max(1, keep % (2 * len(content)))])

    spots = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=6)
    return st.builds(bent, st.sampled_from(SEEDS), spots, st.integers(0, 100_000))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | mutations())
def test_any_bytes_are_a_form_or_unreadable(content: bytes) -> None:
    with suppress(Unreadable):
        assert detect(content) in FORMS


@settings(max_examples=150, deadline=None)
@given(mutations())
def test_bent_files_are_looked_into_or_unreadable_and_soon(content: bytes) -> None:
    began = time.process_time()
    with suppress(Unreadable):
        assert all(isinstance(one, Inside) for one in inspect(content, Light(("secret",), NOW, {})))
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "content",
    [
        b"\x30\x84\x00\x0f\xff\xfa" + b"\x05\x00" * 524_285,
        b"-----BEGIN X-----\nAA==\n-----END X-----\n" * 25_000,
        b"\x30\x80" * 500_000,
        b"apiVersion: v1\n" + b"- " * 500_000,
        b"MI" + b"A" * 1_000_000,
    ],
)
def test_a_hostile_megabyte_is_seen_through_quickly(content: bytes) -> None:
    began = time.process_time()
    with suppress(Unreadable):
        assert not any(one.certificates for one in inspect(content, Light((), NOW, {})))
    assert time.process_time() - began < 2


# ── what belongs together ──


def test_a_pfx_tells_bags_keys_owners_and_its_chain() -> None:
    (inside,) = look("pfx/windows.pfx", "wrong", "secret")
    assert inside.unlocked == "given"
    assert [key.owner for key in inside.keys] == [1]
    assert inside.keys[0].bag is not None
    assert inside.keys[0].bag.pkcs8 == b""
    assert inside.pfx is not None
    assert inside.pfx.keys == ()
    (chain,) = inside.chains
    assert inside.numbers(chain.path) == [1, 2, 3]
    assert chain.complete
    assert not inside.closed


def test_without_its_password_a_pfx_tells_what_lies_open() -> None:
    (inside,) = look("pfx/open-certificates.pfx")
    assert len(inside.certificates) == 3
    assert [one.reason for one in inside.closed] == ["no password was given"]
    (inside,) = look("pfx/windows.pfx", "wrong")
    assert inside.certificates == ()
    assert {one.reason for one in inside.closed} == {"the password does not fit"}
    assert inside.keys[0].bag is not None
    assert inside.keys[0].bag.local_machine


def test_an_empty_password_needs_nobody_to_say_it() -> None:
    (inside,) = look("pfx/empty-password.pfx", "wrong")
    assert inside.unlocked == "empty"
    assert not inside.closed


def test_damage_is_told_apart_from_a_wrong_password() -> None:
    (inside,) = look("pfx/altered.pfx", "secret")
    assert all("content is not what was written" in one.reason for one in inside.closed)
    with pytest.raises(Unreadable, match="truncated"):
        look("pfx/truncated.pfx", "secret")
    (inside,) = look("pfx/rc4.pfx", "secret")
    assert [one.where for one in inside.closed] == ["safe 1"]
    assert "is not supported" in inside.closed[0].reason


@pytest.mark.parametrize("name", ["locked.key", "locked.der", "locked-tripledes.key", "locked-gnutls.key"])
def test_keys_under_a_password_open_with_it(name: str) -> None:
    (inside,) = look(f"inspect/{name}", "wrong", "secret")
    assert [key.facts and key.facts.algorithm for key in inside.keys] == ["ec"]
    assert not inside.closed
    (inside,) = look(f"inspect/{name}", "wrong")
    assert inside.keys[0].facts is None
    assert inside.keys[0].encryption is not None
    assert [one.reason for one in inside.closed] == ["the password does not fit"]


def test_a_key_encrypted_the_old_way_opens_too() -> None:
    (inside,) = look("x509/one-with-old-key.txt", "wrong", "secret")
    assert [key.facts and key.facts.algorithm for key in inside.keys] == ["rsa"]
    assert [key.encryption and key.encryption.name for key in inside.keys] == ["RFC 1421"]
    assert not inside.closed


def test_what_no_reader_opens_is_said_and_its_neighbours_are_read() -> None:
    (inside,) = look("inspect/locked-scrypt.key", "secret")
    assert "not supported" in inside.closed[0].reason
    (inside,) = look("x509/one-with-old-key.txt", "wrong")
    assert len(inside.certificates) == 1
    assert inside.closed[0].reason == "the password does not fit"


@pytest.mark.parametrize("name", ["request.der", "request.pem"])
def test_a_request_tells_what_it_asks_for(name: str) -> None:
    (inside,) = look(f"inspect/{name}")
    facts = inside.requests[0].facts
    assert facts.subject == "CN=portal.contoso.com,O=Contoso"
    assert [str(one) for one in facts.names] == ["dns:portal.contoso.com", "ip:10.0.0.7"]
    assert facts.key_usage == {"digitalSignature"}
    assert facts.extended_key_usage == ("1.3.6.1.5.5.7.3.1",)
    assert facts.signed
    bent = bytearray((CASES / "inspect/request.der").read_bytes())
    bent[-1] ^= 1
    (other,) = inspect(bytes(bent), Light((), NOW, {}))
    assert not other.requests[0].facts.signed


def test_key_and_certificate_of_a_secret_find_each_other_across_its_entries() -> None:
    (inside,) = look("kubernetes/kubectl/tls-secret.json")
    assert inside.keys[0].where.startswith("tls.key")
    assert inside.certificates[inside.keys[0].owner - 1].where.startswith("tls.crt")


def test_a_keystore_in_a_secret_is_a_content_of_its_own_and_text_is_never_shown() -> None:
    secret, store = look("inspect/keystore.yaml", "secret1")
    assert secret.other == ("password: 7 bytes",)
    assert (store.form, store.unlocked) == ("pfx", "given")
    assert store.title.endswith("key keystore.p12")


def test_a_revocation_list_knows_its_issuer_beside_it() -> None:
    crl = (CASES / "pack/issuing.crl.pem").read_bytes()
    issuing = (CASES / "pack/issuing.der").read_bytes()
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(issuing) + b"\n-----END CERTIFICATE-----\n"
    (inside,) = inspect(crl + pem, Light((), NOW, {}))
    assert inside.crls[0].owner == 1


def test_curve_parameters_are_no_key() -> None:
    """`openssl ecparam -param_enc explicit` writes them, before a key for instance, and they begin like one."""
    (inside,) = look("inspect/explicit-curve.pem")
    assert not inside.keys
    assert inside.other == ("EC PARAMETERS (PEM block 1)",)
