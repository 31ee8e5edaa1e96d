"""Lists as they are written: lines by the million, shards, headings; read back by other people's readers."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Broken, Refused
from certwright.model import Draft
from certwright.x509.crl import read_crl, signed_by
from certwright.x509.crl_lines import REASONS, sheets
from certwright.x509.crl_sign import Heading, sign_list, write_crl
from certwright.x509.facts import Revoked
from certwright.x509.read import read_certificate
from certwright.x509.shards import Shard, shard_of, unsharded
from certwright.x509.write import Profile, prepare

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WEEK = timedelta(days=7)
HEADING = Heading(1795219200, NOW, NOW + WEEK, NOW + WEEK / 2)
WHOLE = "http://pki.contoso.com/crl/contoso-issuing.crl"
MOMENTS = st.integers(-631_152_000, 4_102_444_800)  # 1950 to 2100: both forms of a Time
SERIALS = st.integers(1, (1 << 159) - 1)
REVOKED = st.dictionaries(SERIALS, st.tuples(MOMENTS, st.sampled_from(["", *sorted(REASONS)])), max_size=40)


@pytest.fixture(scope="module")
def authority(forge: Callable[..., Any]) -> Any:
    return forge("CN=CRL Root,O=Contoso", key_usage=("key_cert_sign", "crl_sign"))


@settings(deadline=None)
@given(REVOKED, st.integers(1, 9))
def test_another_reader_reads_what_was_written(
    authority: Any, revoked: dict[int, tuple[int, str]], shards: int
) -> None:
    rows = [(f"{serial:x}", when, reason) for serial, (when, reason) in revoked.items()]
    pages = sheets(rows, (shards, 1))
    whole = x509.load_der_x509_crl(sign_list(authority.facts, authority.key, HEADING, pages[shards]))
    assert read_back(whole) == {
        serial: (when, reason.replace("unspecified", "")) for serial, (when, reason) in revoked.items()
    }
    parts = [sign_list(authority.facts, authority.key, HEADING, [page]) for page in pages[shards]]
    cut = [read_back(x509.load_der_x509_crl(part)) for part in parts]
    assert [serial % shards for part in cut for serial in part] == [n for n, part in enumerate(cut) for _ in part]
    assert sum(map(len, cut)) == len(revoked)
    assert b"".join(pages[1]) == b"".join(line for line in pages[1])


def read_back(crl: x509.CertificateRevocationList) -> dict[int, tuple[int, str]]:
    found = {}
    for one in crl:
        reasons = [e.value.reason.value for e in one.extensions if isinstance(e.value, x509.CRLReason)]
        found[one.serial_number] = (int(one.revocation_date_utc.timestamp()), "".join(reasons))
    return found


@settings(deadline=None, max_examples=20)
@given(st.integers(0, (1 << 159) - 1), st.datetimes(datetime(1950, 1, 1), datetime(2099, 1, 1)))
def test_a_heading_is_read_as_it_was_meant(authority: Any, number: int, begins: datetime) -> None:
    begins = begins.replace(tzinfo=UTC, microsecond=0)
    heading = Heading(number, begins, begins + WEEK, begins + WEEK / 2, (WHOLE, "http://b/c.crl"), "users")
    crl = x509.load_der_x509_crl(sign_list(authority.facts, authority.key, heading, []))
    assert (crl.last_update_utc, crl.next_update_utc) == (begins, begins + WEEK)
    told = {one.oid.dotted_string: one for one in crl.extensions}
    assert list(told) == ["2.5.29.35", "2.5.29.20", "1.3.6.1.4.1.311.21.4", "2.5.29.28"]
    assert [one.critical for one in told.values()] == [False, False, False, True]
    assert crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == number
    point = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    assert [name.value for name in point.full_name or ()] == [WHOLE, "http://b/c.crl"]
    assert (point.only_contains_user_certs, point.only_contains_ca_certs, point.indirect_crl) == (True, False, False)
    assert crl.is_signature_valid(authority.key.public_key())


def test_the_next_publication_is_a_time_as_windows_reads_it(authority: Any) -> None:
    made = sign_list(authority.facts, authority.key, HEADING, [])
    assert bytes.fromhex("06092b0601040182371504040f170d") + b"261124120000Z" in made


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_openssl_gnutls_and_java_read_a_shard(forge: Callable[..., Any], kind: str, tmp_path: Path) -> None:
    root = rsa_root() if kind == "rsa" else forge("CN=Judges", key_usage=("key_cert_sign", "crl_sign"))
    shard = shard_of(0x4D, 4)
    rows = [(f"{serial:x}", int(NOW.timestamp()), "superseded") for serial in range(1, 400)]
    heading = replace(HEADING, points=(shard.address(WHOLE),), only="users")
    made = sign_list(root.facts, root.key, heading, [sheets(rows, (4,))[4][shard.number]])
    (tmp_path / "list.crl").write_bytes(made)
    root_pem = x509.load_der_x509_certificate(root.facts.der).public_bytes(Encoding.PEM)
    (tmp_path / "root.pem").write_bytes(root_pem)
    openssl = said("openssl", "crl", "-inform", "DER", "-in", "list.crl", "-CAfile", "root.pem", "-text", at=tmp_path)
    assert "verify OK" in openssl
    assert f"URI:{shard.address(WHOLE)}" in openssl
    assert "Only User Certificates" in openssl
    assert "Serial Number: 4D" in openssl
    assert "Revoked certificates (100):" in said(
        "certtool", "--crl-info", "--inder", "--infile", "list.crl", at=tmp_path
    )
    words = ("keytool", "-importcert", "-noprompt", "-storepass", "changeit", "-keystore", "k", "-file", "root.pem")
    said(*words, at=tmp_path)
    java = said("keytool", "-printcrl", "-file", "list.crl", "-keystore", "k", "-storepass", "changeit", at=tmp_path)
    assert "Verified by mykey in keystore" in " ".join(java.split()), java
    assert "Revoked Certificates: 100" in java


def rsa_root() -> Any:
    key = rsa.generate_private_key(65537, 2048)
    draft = Draft("CN=Judges", authority=True, key_usage=frozenset(("keyCertSign", "cRLSign")))
    profile = Profile(draft, key.public_key(), 1, NOW - WEEK, NOW + 50 * WEEK)
    der = prepare(profile, key, lambda facts: ()).sign(key)
    return SimpleNamespace(facts=read_certificate(der), key=key)


def said(*command: str, at: Path) -> str:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def test_one_line_after_the_other_is_one_list(authority: Any) -> None:
    """A list of pieces is the list of the whole, octet for octet but for the signature."""
    rows = [(f"{serial:x}", 1_700_000_000 + serial, "") for serial in range(1, 200)]
    pieces = sheets(rows, (7,))[7]
    one = sign_list(authority.facts, authority.key, HEADING, pieces)
    two = sign_list(authority.facts, authority.key, HEADING, [b"".join(pieces)])
    assert x509.load_der_x509_crl(one).tbs_certlist_bytes == x509.load_der_x509_crl(two).tbs_certlist_bytes


def test_what_nobody_wrote_is_no_reason() -> None:
    with pytest.raises(Refused, match="no known reason: 'lost'"):
        sheets([("4d", 0, "lost")], (1,))


def test_a_key_that_signs_wrongly_is_found_out(authority: Any, forge: Callable[..., Any]) -> None:
    class Faulty:
        """The authority's name on somebody else's signature."""

        def public_key(self) -> Any:
            return authority.key.public_key()

        def sign(self, *words: Any) -> bytes:
            return bytes(forge("CN=another").key.sign(*words))

    with pytest.raises(Broken, match="does not verify"):
        sign_list(authority.facts, Faulty(), HEADING, [])  # type: ignore[arg-type]


def test_a_heading_without_a_zone_is_refused(authority: Any) -> None:
    with pytest.raises(Refused, match="without a time zone"):
        sign_list(authority.facts, authority.key, replace(HEADING, next_publish=NOW.replace(tzinfo=None)), [])


# ── what we read of it ──


def test_our_reader_tells_a_part_from_the_whole(authority: Any) -> None:
    shard = replace(HEADING, points=(Shard(3, 16).address(WHOLE),), only="users")
    facts = read_crl(sign_list(authority.facts, authority.key, shard, []))
    assert facts.points == ("http://pki.contoso.com/crl/contoso-issuing-s03of16.crl",)
    assert (facts.only, facts.next_publish, facts.defects) == ("users", NOW + WEEK / 2, ())
    assert signed_by(facts, authority.facts)
    whole = read_crl(write_crl(authority.facts, authority.key, 1, [Revoked(7, NOW)], NOW, NOW + WEEK))
    assert (whole.points, whole.only, whole.next_publish) == (None, "", None)


@given(SERIALS, st.integers(2, 256))
def test_an_address_says_which_shard_it_is(serial: int, shards: int) -> None:
    shard = shard_of(serial, shards)
    assert unsharded(shard.address(WHOLE)) == (WHOLE, shard)
    assert unsharded(WHOLE) == (WHOLE, None)
