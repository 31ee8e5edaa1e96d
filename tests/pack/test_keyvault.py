"""Key Vault secrets: the hex other tools make, names the vault takes, what is refused before anything is uploaded."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Refused, Unreadable
from certwright.pack.credential import Credential
from certwright.pack.keyvault import LONGEST_VALUE, content_type, decode, described, encode, secret_name, secret_names
from certwright.pack.opened import open_package
from certwright.pack.packing import pack

from .conftest import case, package, place, steady

PKI = Path(__file__).parents[1] / "cases" / "kubernetes" / "pki"


def pki(name: str) -> bytes:
    return (PKI / name).read_bytes()


# ── the value ─────────────────────────────────────────────────────────────────────────────────────


def test_the_value_is_what_od_writes() -> None:
    assert encode(pki("line-ca.crl")) == pki("line-ca.crl.hex").decode()


@given(st.binary(min_size=1))
def test_what_was_encoded_is_decoded(content: bytes) -> None:
    assert decode(encode(content)) == content
    assert decode(f" {encode(content).upper()}\n") == content
    assert encode(content) == encode(content).lower()


@given(st.text(max_size=30))
def test_any_text_is_decoded_or_refused(text: str) -> None:
    with suppress(Unreadable):
        assert encode(decode(text)) == text.strip().lower()


@pytest.mark.parametrize("text", ["", "  ", "a", "abc", "0x41", "zz", "-----BEGIN CERTIFICATE-----", "４１", "41 42"])
def test_what_is_no_hex(text: str) -> None:
    with pytest.raises(Unreadable, match="hexadecimal"):
        decode(text)


# ── the name ──────────────────────────────────────────────────────────────────────────────────────


def test_dots_become_hyphens() -> None:
    assert secret_name("my-server.der") == "my-server-der"
    assert secret_names(["a.der", "a.crl", "root-ca.crt", "ca.crt"]) == {
        "a.der": "a-der",
        "a.crl": "a-crl",
        "root-ca.crt": "root-ca-crt",
        "ca.crt": "ca-crt",  # not the same, though the vendor's tool compares ends only
    }


@pytest.mark.parametrize("name", ["", "a_b.der", "a b.der", "ä.der", "a/b.der", "a.der\n", "a" * 124 + ".der"])
def test_a_name_the_vault_would_refuse(name: str) -> None:
    with pytest.raises(Refused, match="secret name"):
        secret_name(name)


@pytest.mark.parametrize("other", ["a-b.der", "A.b.der", "a.b-der"])
def test_two_files_of_one_name_are_refused(other: str) -> None:
    with pytest.raises(Refused, match="would both be"):
        secret_names(["a.b.der", other])


@given(st.from_regex(r"[0-9a-zA-Z.-]{1,127}", fullmatch=True))
def test_a_name_obeys_the_rule_of_the_vault(name: str) -> None:
    assert set(secret_name(name)) <= set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-")


# ── the content type ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("file", "wanted"),
    [("c.pem", "application/x-pem-file"), ("c.der", "application/pkix-cert"), ("c.crl", "application/pkix-crl")],
)
def test_the_content_type_follows_the_extension(file: str, wanted: str) -> None:
    assert content_type(file) == wanted
    assert described(file) == {
        "name": f"c-{file[2:]}",
        "contentType": wanted,
        "tags": {"file-encoding": "hex"},
        "file": file,
    }


@pytest.mark.parametrize("file", ["c.CRT", "c.DER", "c.pfx", "c"])
def test_other_extensions_have_none(file: str) -> None:
    with pytest.raises(Refused, match="content type"):
        content_type(file)


# ── the files ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("certificate-der", ("leaf.der",)),
        ("certificate", ("leaf.der",)),
        ("chain", ("leaf.der", "issuing.der")),
        ("full-chain", ("leaf.der", "issuing.der", "root.der")),
        ("intermediates", ("issuing.der",)),
        ("anchors", ("root.der",)),
    ],
)
def test_a_file_of_certificates_is_no_secret(word: str, wanted: tuple[str, ...], credential: Credential) -> None:
    (artifact,) = pack(package("keyvault-secret", entry=word), credential, None, steady)
    assert not artifact.secret
    assert open_package("keyvault-secret", artifact.content, None).certificates == tuple(map(case, wanted))


def test_the_key_is_one(credential: Credential) -> None:
    (artifact,) = pack(package("keyvault-key"), credential, None, steady)
    assert artifact.secret
    assert open_package("keyvault-key", artifact.content, None).pkcs8 == case("leaf.pkcs8")


def test_a_crl_leaves_as_der_beside_the_certificate_that_signed_it() -> None:
    anchor = Credential(place("anchors"), anchors=(case("issuing.der"),))
    for given_as in ("issuing.crl", "issuing.crl.pem"):
        (artifact,) = pack(package("keyvault-secret", entry="crl", content=case(given_as)), anchor, None, steady)
        assert artifact.content == case("issuing.crl")
    other = package("keyvault-secret", entry="crl", content=pki("line-ca.crl"))
    with pytest.raises(Refused, match="a CRL signed by CN=Pack Issuing, found one that names CN=Plant line-ca"):
        pack(other, anchor, None, steady)
    with pytest.raises(Refused, match="option content"):
        pack(package("keyvault-secret", entry="crl"), anchor, None, steady)


def test_more_than_a_vault_takes_is_refused() -> None:
    many = tuple(case("root.der")[:-1] + bytes([n]) for n in range(2 + LONGEST_VALUE // (2 * len(case("root.der")))))
    with pytest.raises(Refused, match="takes 1 to 12500"):
        pack(package("keyvault-secret", entry="anchors"), Credential(place("anchors"), anchors=many), None, steady)


def test_nothing_is_refused_too() -> None:
    self_signed = Credential(place(), case("leaf.pkcs8"), case("leaf.der"), (case("root.der"),))
    with pytest.raises(Refused, match="has 0 bytes"):
        pack(package("keyvault-secret", entry="intermediates"), self_signed, None, steady)


def test_the_list_for_the_vault_holds_no_value(credential: Credential) -> None:
    (artifact,) = pack(package("keyvault-list", files=("connector.der", "connector.pem")), credential, None, steady)
    assert not artifact.secret
    assert json.loads(artifact.content) == [described("connector.der"), described("connector.pem")]
    with pytest.raises(Refused, match="would both be"):
        pack(package("keyvault-list", files=("a.b.der", "a-b.der")), credential, None, steady)
