"""Certificates of other people's tools, and what we read in them."""

import re
import subprocess
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.x509.facts import CertificateFacts
from certwright.x509.pem import certificates_in, split_pem
from certwright.x509.read import read_certificate

CASES = Path(__file__).parent.parent / "cases" / "x509"
FactsOf = Callable[[str], CertificateFacts]

# ── cases ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_server_certificate_reads_whole(facts_of: FactsOf) -> None:
    facts = facts_of("rsa-2048.pem")
    assert facts.subject == "CN=rsa-2048,O=Contoso\\, Ltd.,C=DE"
    assert facts.common_names == ("rsa-2048",)
    assert [*map(str, facts.names)] == ["dns:portal.east.contoso.com", "dns:*.east.contoso.com"]
    assert facts.key_usage == {"digitalSignature", "keyEncipherment"}
    assert facts.extended_key_usage == ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")
    assert facts.crl_distribution_points == ("http://pki.contoso.com/a.crl", "ldap:///CN=a")
    assert facts.authority_information_access == ("http://pki.contoso.com/a.cer", "http://ocsp.contoso.com")
    assert facts.critical == {"2.5.29.15", "2.5.29.19"}
    assert (facts.version, facts.self_issued, facts.has_names, facts.defects) == (3, True, True, ())
    assert facts.subject_key_identifier == facts.authority_key_identifier
    assert re.fullmatch(r"[0-9A-F]{6}\*{28}[0-9A-F]{6}", facts.masked_thumbprint)


ALGORITHMS = [  # case, key, bits, hash
    ("rsa-2048.pem", "rsa", 2048, "sha256"),
    ("rsa-1024.pem", "rsa", 1024, "sha256"),
    ("sha1.pem", "rsa", 2048, "sha1"),
    ("md5.pem", "rsa", 2048, "md5"),
    ("sha384.pem", "rsa", 2048, "sha384"),
    ("pss-sha256.pem", "rsa", 2048, "sha256"),
    ("pss-sha1.pem", "rsa", 2048, "sha1"),
    ("ec-p384.pem", "ec", 384, "sha384"),
    ("ed25519.pem", "ed25519", 255, ""),
    ("keytool.der", "rsa", 2048, "sha256"),
    ("certtool.pem", "rsa", 2048, "sha256"),
]


@pytest.mark.parametrize(("name", "algorithm", "bits", "digest"), ALGORITHMS)
def test_algorithms(facts_of: FactsOf, name: str, algorithm: str, bits: int, digest: str) -> None:
    facts = facts_of(name)
    assert (facts.key.algorithm, facts.key.bits, facts.signature_hash) == (algorithm, bits, digest)
    assert facts.defects == ()


NAMES = [
    ("san-ip.pem", ["ip:10.0.0.7", "ip:2001:db8::7"]),
    ("san-uri.pem", ["uri:urn:contoso:opc:server"]),
    ("san-mail.pem", ["email:admin@contoso.com"]),
    ("san-other.pem", ["other:1.3.6.1.4.1.311.20.2.3:admin@contoso.com", "other:[8]#2a0304"]),
    ("san-dn.pem", ["dn:O=Contoso,CN=a\\+b"]),
    ("wildcard.pem", ["dns:*.apps.east.contoso.com"]),
    ("empty-subject.pem", ["dns:empty.contoso.com"]),
    ("keytool.der", ["dns:java.contoso.com", "ip:10.0.0.8"]),
    ("certtool.pem", ["dns:gnutls.contoso.com", "ip:10.0.0.9"]),
]


def test_a_name_that_cannot_be_shown_is_given_as_hex(facts_of: FactsOf) -> None:
    facts = facts_of("san-other.pem")
    hidden = read_certificate(facts.der.replace(b"admin@contoso", b"admin\x1bcontoso"))
    assert hidden.names[0].value == "1.3.6.1.4.1.311.20.2.3:#" + b"\x0c\x11admin\x1bcontoso.com".hex()


@pytest.mark.parametrize(("name", "names"), NAMES)
def test_names(facts_of: FactsOf, name: str, names: list[str]) -> None:
    facts = facts_of(name)
    assert [*map(str, facts.names)] == names
    assert facts.has_names


def test_absent_is_not_empty(facts_of: FactsOf) -> None:
    facts = facts_of("v1.pem")
    assert (facts.version, facts.names, facts.has_names) == (1, (), False)
    assert facts.key_usage is facts.extended_key_usage is facts.authority is facts.path_length is None
    assert facts.subject_key_identifier is facts.crl_distribution_points is None
    assert not facts_of("no-names.pem").has_names
    assert facts_of("empty-subject.pem").subject == ""


def test_authorities(facts_of: FactsOf) -> None:
    ours, java = facts_of("authority.pem"), facts_of("keytool.der")
    assert (ours.authority, ours.path_length, ours.key_usage) == (True, 0, {"keyCertSign", "cRLSign"})
    assert (java.authority, java.path_length) == (True, 1)
    assert facts_of("certtool.pem").authority is False


DEFECTS = [
    ("names-of-garbage.pem", "2.5.29.17", "ascii"),
    ("names-with-nul.pem", "2.5.29.17", "control"),
    ("names-twice.pem", "2.5.29.17", "second time"),
    ("address-of-five.pem", "2.5.29.17", "5 octets"),
    ("constraints-of-garbage.pem", "2.5.29.19", "0x30 is expected"),
    ("serial-negative.pem", "serial", "not positive"),
    ("serial-zero.pem", "serial", "not positive"),
    ("serial-huge.pem", "serial", "25 octets"),
    ("no-such-day.pem", "not after", "20991331235959Z"),
]


@pytest.mark.parametrize(("name", "part", "words"), DEFECTS)
def test_defects_are_told_and_the_rest_is_read(facts_of: FactsOf, name: str, part: str, words: str) -> None:
    facts = facts_of(name)
    assert [defect.part for defect in facts.defects] == [part]
    assert words in facts.defects[0].reason
    assert facts.common_names == (name.removesuffix(".pem"),)
    assert facts.key.bits == 256


def test_two_algorithms_are_a_defect(facts_of: FactsOf) -> None:
    sha256, sha384 = (bytes.fromhex(f"2a864886f70d0101{last}") for last in ("0b", "0c"))
    der = facts_of("rsa-2048.pem").der
    bent = read_certificate(der.replace(sha256, sha384, 1))
    assert [defect.part for defect in bent.defects] == ["signature"]
    assert bent.signature_hash == "sha256"  # the outer one, which a verifier goes by


def test_lengths_are_written_in_the_shortest_form(facts_of: FactsOf) -> None:
    der = facts_of("rsa-2048.pem").der
    with pytest.raises(Unreadable, match="not the shortest form"):
        read_certificate(b"\x30\x83\x00" + der[2:])


def test_an_authority_spelt_out_as_none(facts_of: FactsOf) -> None:
    """BER writers say FALSE where DER is silent."""
    der = facts_of("authority.pem").der
    constraints = bytes.fromhex("30060101ff020100")
    assert constraints in der
    assert read_certificate(der.replace(constraints, bytes.fromhex("3006010100020100"))).authority is False


def test_what_defects_leave_behind(facts_of: FactsOf) -> None:
    assert [*map(str, facts_of("names-twice.pem").names)] == ["dns:a"]
    assert facts_of("serial-negative.pem").serial == -5
    assert facts_of("no-such-day.pem").not_after == datetime(1970, 1, 1, tzinfo=UTC)
    garbage = facts_of("constraints-of-garbage.pem")
    assert (garbage.authority, garbage.key_usage) == (None, {"digitalSignature", "keyEncipherment"})


def test_dates_at_the_edges(facts_of: FactsOf) -> None:
    assert facts_of("far.pem").not_after == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert facts_of("far.pem").not_before == datetime(2049, 1, 1, tzinfo=UTC)
    assert facts_of("expired.pem").not_after == datetime(2016, 1, 1, tzinfo=UTC)
    backwards = facts_of("backwards.pem")
    assert backwards.not_after < backwards.not_before
    assert backwards.defects == ()


def test_an_unknown_critical_extension_is_named(facts_of: FactsOf) -> None:
    assert "1.3.6.1.4.1.99999.7" in facts_of("critical-unknown.pem").critical


def test_what_follows_is_not_the_certificate(case: Callable[[str], bytes], facts_of: FactsOf) -> None:
    facts = read_certificate(case("one.der") + b"\r\n")
    assert facts.fingerprint == facts_of("rsa-2048.pem").fingerprint
    assert [defect.reason for defect in facts.defects] == ["2 octets follow its end"]


@pytest.mark.parametrize("content", [b"", b"0", b"0\x80", b"\x30\x03\x02\x01\x01", b"hello", bytes(100), b"\x30" * 100])
def test_what_is_no_certificate_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable, match="no certificate") as caught:
        read_certificate(content)
    assert caught.value.hint


# ── a foreign judge ───────────────────────────────────────────────────────────────────────────────

PEM_CASES = sorted(path.name for path in CASES.glob("*.pem"))


@pytest.mark.parametrize("name", PEM_CASES)
def test_openssl_reads_the_same(facts_of: FactsOf, name: str) -> None:
    facts = facts_of(name)
    asked = ("-serial", "-subject", "-issuer", "-fingerprint", "-sha1", "-dates", "-dateopt", "iso_8601")
    told = subprocess.run(
        ["openssl", "x509", "-in", CASES / name, "-noout", "-nameopt", "RFC2253,-esc_msb,utf8", *asked],
        capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    answers = dict(line.split("=", 1) for line in told.splitlines())
    assert answers["sha1 Fingerprint"].replace(":", "") == facts.thumbprint
    assert int(answers["serial"], 16) == facts.serial
    if name != "no-such-day.pem":
        assert answers["notAfter"] == f"{facts.not_after:%Y-%m-%d %H:%M:%S}Z"
    assert answers["notBefore"] == f"{facts.not_before:%Y-%m-%d %H:%M:%S}Z"
    for part, ours in (("subject", facts.subject), ("issuer", facts.issuer)):
        theirs = answers[part].replace("emailAddress=", "E=")  # its name for the attribute, ours is Windows'
        assert [sorted(rdn.lower().split("+")) for rdn in theirs.split(",")] == [
            sorted(rdn.lower().split("+"))
            for rdn in ours.split(",")  # openssl turns the order within one round too
        ]


# ── the library's own corpus ──────────────────────────────────────────────────────────────────────

VECTORS = Path(str(files("cryptography_vectors") / "x509"))
TAKEN = (".pem", ".der", ".crt")


def corpus() -> Iterator[tuple[str, bytes]]:
    for path in sorted(path for path in VECTORS.rglob("*") if path.suffix in TAKEN):
        content = path.read_bytes()
        if content.startswith(b"0"):
            yield path.name, content
            continue
        for place, (label, block) in enumerate(split_pem(content)):
            if "CERTIFICATE" in label:
                yield f"{path.name} {place}", block


def load(content: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(content)
    except (ValueError, x509.InvalidVersion):
        return None


def extension(certificate: x509.Certificate, kind: type[x509.ExtensionType]) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


USAGES = {
    "digital_signature": "digitalSignature", "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment", "data_encipherment": "dataEncipherment", "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign", "crl_sign": "cRLSign", "_encipher_only": "encipherOnly",
    "_decipher_only": "decipherOnly",
}  # fmt: skip


def as_the_library_says(one: x509.Certificate) -> dict[str, Any]:
    """The same facts through the library. Raises what the library raises."""
    usage, constraints = extension(one, x509.KeyUsage), extension(one, x509.BasicConstraints)
    purposes, names = extension(one, x509.ExtendedKeyUsage), extension(one, x509.SubjectAlternativeName)
    points, parent = extension(one, x509.CRLDistributionPoints), extension(one, x509.AuthorityKeyIdentifier)
    key_id = extension(one, x509.SubjectKeyIdentifier)
    return {
        "thumbprint": one.fingerprint(hashes.SHA1()).hex().upper(),
        "serial": one.serial_number,
        "subject_der": one.subject.public_bytes(),
        "issuer_der": one.issuer.public_bytes(),
        "common_names": tuple(a.value for a in one.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)),
        "not_before": one.not_valid_before_utc,
        "not_after": one.not_valid_after_utc,
        "signature_algorithm": one.signature_algorithm_oid.dotted_string,
        "authority": constraints and constraints.ca,
        "path_length": constraints and constraints.path_length,
        "key_usage": usage and {ours for theirs, ours in USAGES.items() if getattr(usage, theirs)},
        "extended_key_usage": purposes and tuple(usage.dotted_string for usage in purposes),
        "subject_key_identifier": key_id and key_id.digest,
        "authority_key_identifier": parent and parent.key_identifier,
        "critical": {found.oid.dotted_string for found in one.extensions if found.critical},
        "dns": names and names.get_values_for_type(x509.DNSName),
        "ip": names and [*map(str, names.get_values_for_type(x509.IPAddress))],
        "crl_distribution_points": points
        and tuple(
            name.value
            for point in points
            for name in point.full_name or ()
            if isinstance(name, x509.UniformResourceIdentifier)
        ),
    }


def as_we_say(facts: CertificateFacts, field: str) -> Any:
    if field in ("dns", "ip"):
        return [name.value for name in facts.names if name.kind == field] if facts.has_names else None
    return getattr(facts, field)


def test_the_corpus_reads_as_the_library_reads_it() -> None:
    """Wherever the library has an opinion on all of a certificate, it is ours; and nothing but Unreadable is raised."""
    compared = refused_by_both = 0
    only_we_refuse, differing = [], set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in corpus():
            loaded = load(content)
            try:
                facts = read_certificate(content)
            except Unreadable:
                refused_by_both += loaded is None
                only_we_refuse += [name] * (loaded is not None)
                continue
            try:
                theirs = as_the_library_says(loaded) if loaded else {}
            except (ValueError, KeyError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
                continue
            compared += bool(theirs)
            differing |= {(name, field) for field, value in theirs.items() if as_we_say(facts, field) != value}
    assert only_we_refuse == []
    assert differing == {("utf8-dnsname.pem 0", "dns")}  # names that are no IA5String are defects, and not names
    assert compared >= 512  # of the corpus of 50.0.2; it only grows
    assert refused_by_both >= 61


# ── hostile bytes ─────────────────────────────────────────────────────────────────────────────────

SEEDS = [certificates_in((CASES / name).read_bytes())[0] for name in ("rsa-2048.pem", "san-other.pem", "pss-sha1.pem")]


@settings(deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.integers(0, 1200), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 2000),
)
def test_a_bent_certificate_is_read_or_refused(seed: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    bent = bytearray(seed)
    for place, octet in changes:
        bent[place % len(bent)] = octet
    try:
        facts = read_certificate(bytes(bent[:cut]) if cut < 100 else bytes(bent))
    except Unreadable:
        return
    assert facts.subject.isprintable()
    assert all(name.value.isprintable() for name in facts.names)
    assert str(facts.serial)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_unreadable(noise: bytes) -> None:
    with pytest.raises(Unreadable):
        read_certificate(noise)


def test_nothing_follows_the_value_of_an_extension(facts_of: FactsOf) -> None:
    """Found by fuzzing: critical said behind the value, where what reads the last part takes it for the value."""
    whole, bent = "0603551d130101ff040830060101ff020100", "0603551d13040830060101ff0201000101ff"
    der = facts_of("authority.pem").der.hex()
    assert whole in der
    facts = read_certificate(bytes.fromhex(der.replace(whole, bent)))
    assert ("extension", "has bytes after its end") in [(one.part, one.reason) for one in facts.defects]
    assert not facts.authority


def test_policies_are_read_without_their_qualifiers() -> None:
    folder = Path(__file__).parents[1] / "cases" / "terms"
    (public,) = certificates_in((folder / "issuer.kind" / "bad.pem").read_bytes())
    (private,) = certificates_in((folder / "names.required" / "good.pem").read_bytes())
    assert read_certificate(public).policies == ("2.23.140.1.2.1",)
    assert read_certificate(private).policies is None
