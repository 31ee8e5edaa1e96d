"""Revocation lists: ours before foreign judges, foreign ones before us."""

import subprocess
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Refused, Unreadable
from certwright.x509.crl import read_crl, signed_by, write_crl
from certwright.x509.facts import CertificateFacts, Revoked
from certwright.x509.standing import read_list

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WEEK = timedelta(days=7)
LINES = (Revoked(0x1F, NOW, "keyCompromise"), Revoked(1 << 158, NOW - WEEK), Revoked(3, NOW, "superseded"))


@pytest.fixture
def authority(forge: Callable[..., Any]) -> Any:
    return forge("CN=CRL Root,O=Contoso", key_usage=("key_cert_sign", "crl_sign"))


def test_what_is_written_is_read(authority: Any) -> None:
    facts = read_crl(write_crl(authority.facts, authority.key, 42, LINES, NOW, NOW + WEEK))
    assert facts.defects == ()
    assert (facts.number, facts.this_update, facts.next_update) == (42, NOW, NOW + WEEK)
    assert (facts.issuer, facts.issuer_der) == (authority.facts.subject, authority.facts.subject_der)
    assert facts.authority_key_identifier == authority.facts.subject_key_identifier
    assert facts.revoked == {line.serial: line for line in LINES}
    assert (facts.signature_hash, signed_by(facts, authority.facts)) == ("sha256", True)


def test_openssl_and_gnutls_accept_it(authority: Any, tmp_path: Path) -> None:
    (tmp_path / "list.crl").write_bytes(write_crl(authority.facts, authority.key, 42, LINES, NOW, NOW + WEEK))
    root = x509.load_der_x509_certificate(authority.facts.der).public_bytes(Encoding.PEM)
    (tmp_path / "root.pem").write_bytes(root)
    openssl = ["openssl", "crl", "-inform", "DER", "-in", tmp_path / "list.crl", "-noout"]
    checked = subprocess.run([*openssl, "-CAfile", tmp_path / "root.pem"], capture_output=True, check=True)
    assert checked.stderr == b"verify OK\n"
    shown = subprocess.run([*openssl, "-text"], capture_output=True, check=True).stdout.decode()
    for words in ("Serial Number: 1F", "Key Compromise", "Superseded", "X509v3 CRL Number: \n                42"):
        assert words in shown
    certtool = ["certtool", "--crl-info", "--inder", "--infile", tmp_path / "list.crl"]
    shown = subprocess.run(certtool, capture_output=True, check=True).stdout.decode()
    assert "Revoked certificates (3):" in shown


def test_openssl_refuses_the_revoked_leaf(forge: Callable[..., Any], authority: Any, tmp_path: Path) -> None:
    leaf = forge("CN=leaf", authority, authority=False, serial=0x1F)
    made = write_crl(authority.facts, authority.key, 1, LINES, NOW, NOW + WEEK)
    (tmp_path / "list.pem").write_bytes(x509.load_der_x509_crl(made).public_bytes(Encoding.PEM))
    for name, facts in (("root", authority.facts), ("leaf", leaf.facts)):
        (tmp_path / f"{name}.pem").write_bytes(x509.load_der_x509_certificate(facts.der).public_bytes(Encoding.PEM))
    told = subprocess.run(
        [
            "openssl", "verify", "-crl_check", "-CRLfile", tmp_path / "list.pem", "-CAfile", tmp_path / "root.pem",
            "-attime", str(int((NOW + timedelta(days=1)).timestamp())), tmp_path / "leaf.pem",
        ],
        capture_output=True,
    )  # fmt: skip
    assert b"certificate revoked" in told.stderr


def test_unspecified_is_not_written(authority: Any) -> None:
    facts = read_crl(write_crl(authority.facts, authority.key, 1, (Revoked(5, NOW, "unspecified"),), NOW, NOW + WEEK))
    assert facts.revoked == {5: Revoked(5, NOW, "")}


def test_an_empty_list(authority: Any) -> None:
    facts = read_crl(write_crl(authority.facts, authority.key, 0, (), NOW, NOW + WEEK))
    assert (facts.number, facts.revoked) == (0, {})


def test_a_foreign_list(case: Callable[[str], bytes], facts_of: Callable[[str], CertificateFacts]) -> None:
    facts = read_crl(case("two.crl"))
    assert {line.serial: line.reason for line in facts.revoked.values()} == {0x1000: "keyCompromise", 0x1001: ""}
    assert (facts.number, facts.next_update) == (0x1F, datetime(2026, 2, 1, tzinfo=UTC))
    assert signed_by(facts, facts_of("authority.pem"))
    assert facts.issuer == facts_of("authority.pem").subject


@pytest.mark.parametrize(("bits", "read"), [(63, True), (64, True), (159, True), (160, False), (40_000, False)])
def test_a_number_has_twenty_octets_and_no_more(authority: Any, bits: int, read: bool) -> None:
    """The longest has more digits than Python writes out."""
    number = (1 << bits) - 1
    name = x509.load_der_x509_certificate(authority.facts.der).subject
    builder = x509.CertificateRevocationListBuilder(name, NOW, NOW + WEEK)
    signed = builder.add_extension(x509.CRLNumber(number), critical=False).sign(authority.key, SHA256())
    der = signed.public_bytes(Encoding.DER)
    facts, listed = read_crl(der), read_list(der)
    assert facts.number == listed.number == (number if read else None)
    assert [one.part for one in facts.defects] == ([] if read else ["2.5.29.20"])
    assert (listed.is_last, listed.octets_of_number) == (bits >= 159, bits // 8 + 1)


def test_who_signed_it(authority: Any, forge: Callable[..., Any]) -> None:
    facts = read_crl(write_crl(authority.facts, authority.key, 1, LINES, NOW, NOW + WEEK))
    namesake = forge("CN=CRL Root,O=Contoso", key="another")
    assert not signed_by(facts, namesake.facts)
    assert not signed_by(facts, forge("CN=other", key="CN=CRL Root,O=Contoso").facts)
    assert not signed_by(replace(facts, der=b"damaged"), authority.facts)
    bent = bytearray(facts.der)
    bent[-1] ^= 1
    assert not signed_by(read_crl(bytes(bent)), authority.facts)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"number": -1}, "its number"),
    ({"number": 1 << 159}, "its number"),
    ({"next_update": NOW}, "is not after this one"),
    ({"this_update": NOW.replace(tzinfo=None)}, "without a time zone"),
    ({"revoked": (Revoked(5, NOW.replace(tzinfo=None)),)}, "without a time zone"),
    ({"revoked": (Revoked(5, NOW), Revoked(5, NOW))}, "appears twice"),
    ({"revoked": (Revoked(0, NOW),)}, "0 is no serial"),
    ({"revoked": (Revoked(5, NOW, "lost"),)}, "no such reason: 'lost'"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_must_not_be_is_refused(authority: Any, change: dict[str, Any], words: str) -> None:
    given = {"number": 1, "revoked": LINES, "this_update": NOW, "next_update": NOW + WEEK} | change
    with pytest.raises(Refused) as caught:
        write_crl(authority.facts, authority.key, **given)
    assert words in caught.value.what
    assert "CN=CRL Root" in caught.value.what


def test_who_must_not_sign_is_refused(authority: Any, forge: Callable[..., Any]) -> None:
    with pytest.raises(Refused, match="not the issuer's key"):
        write_crl(authority.facts, forge("CN=other").key, 1, (), NOW, NOW + WEEK)
    mute = forge("CN=mute", key_usage=("key_cert_sign",))
    with pytest.raises(Refused, match="no cRLSign"):
        write_crl(mute.facts, mute.key, 1, (), NOW, NOW + WEEK)


def test_many_lines_cost_linear_time(authority: Any) -> None:
    """The fluent builder would copy the list two hundred million times here."""
    lines = [Revoked(serial, NOW) for serial in range(1, 20_001)]
    assert len(read_crl(write_crl(authority.facts, authority.key, 1, lines, NOW, NOW + WEEK)).revoked) == 20_000


# ── hostile bytes ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("content", [b"", b"hello", b"0\x03\x02\x01\x01"])
def test_what_is_no_list_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable, match="no CRL"):
        read_crl(content)


def test_the_corpus_is_read_or_refused() -> None:
    read, defective = 0, set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in sorted(Path(str(files("cryptography_vectors") / "x509")).rglob("*")):
            if path.suffix in (".crl", ".der") or (path.suffix == ".pem" and "crl" in path.name):
                content = path.read_bytes()
                with suppress(ValueError, TypeError, x509.InvalidVersion):
                    content = x509.load_pem_x509_crl(content).public_bytes(Encoding.DER)
                with suppress(Unreadable):
                    facts = read_crl(content)
                    read += 1
                    defective |= {path.name} if facts.defects else set()
    assert read >= 180
    assert "crl_unsupported_reason.pem" in defective


SEED = (Path(__file__).parent.parent / "cases" / "x509" / "two.crl").read_bytes()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_bent_list_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    bent = bytearray(SEED)
    for place, octet in changes:
        bent[place % len(bent)] = octet
    with suppress(Unreadable):
        assert read_crl(bytes(bent)).issuer.isprintable()
