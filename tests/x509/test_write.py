"""What we write, before foreign judges; and that the real key signs nothing that was not judged."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Broken, Refused
from certwright.model import Draft, GeneralName, Mismatch
from certwright.x509.facts import CertificateFacts
from certwright.x509.read import read_certificate
from certwright.x509.write import Profile, Token, prepare, request, spki

NOW = datetime(2026, 11, 21, 12, 30, 45, tzinfo=UTC)
YEAR = timedelta(days=365)
ROOT = Draft(
    subject="CN=Contoso Root,O=Contoso\\, Ltd.,C=DE",
    authority=True,
    path_length=1,
    key_usage=frozenset({"keyCertSign", "cRLSign"}),
)
LEAF = Draft(
    subject="CN=portal.east.contoso.com",
    names=(
        GeneralName("dns", "portal.east.contoso.com"),
        GeneralName("dns", "*.east.contoso.com"),
        GeneralName("ip", "2001:db8::7"),
        GeneralName("uri", "urn:contoso:server"),
        GeneralName("email", "pki@contoso.com"),
        GeneralName("dn", "CN=a,O=b"),
        GeneralName("other", "1.3.6.1.4.1.311.20.2.3:admin@contoso.com"),
    ),
    key_usage=frozenset({"digitalSignature", "keyEncipherment"}),
    extended_key_usage=("serverAuth", "1.3.6.1.5.5.7.3.2"),
    crl_distribution_points=("http://pki.contoso.com/a.crl",),
)

Keys = Callable[[str], Any]


def accept(_: CertificateFacts) -> tuple[Mismatch, ...]:
    return ()


def root_of(key: Any, throwaway: Any, draft: Draft = ROOT, years: int = 10) -> CertificateFacts:
    profile = Profile(draft, key.public_key(), 1, NOW, NOW + years * YEAR)
    return read_certificate(prepare(profile, throwaway, accept).sign(key))


def openssl(*arguments: str | Path, content: bytes = b"") -> str:
    return subprocess.run(["openssl", *arguments], input=content, capture_output=True, check=True).stdout.decode()


def certtool(*arguments: str | Path) -> str:
    return subprocess.run(["certtool", *arguments], capture_output=True, check=True).stdout.decode()


@pytest.fixture(scope="module", params=["rsa", "ec"])
def keys(request: pytest.FixtureRequest, rsa_keys: Keys, ec_keys: Keys) -> Keys:
    return rsa_keys if request.param == "rsa" else ec_keys


@pytest.fixture(scope="module")
def root(keys: Keys) -> CertificateFacts:
    return root_of(keys("root"), keys("throwaway"))


@pytest.fixture
def profile(keys: Keys, root: CertificateFacts) -> Profile:
    return Profile(LEAF, keys("leaf").public_key(), 0xABCDEF, NOW, NOW + YEAR, root)


# ── what is written ───────────────────────────────────────────────────────────────────────────────


def test_the_leaf_says_what_was_drafted(profile: Profile, root: CertificateFacts, keys: Keys) -> None:
    facts = read_certificate(prepare(profile, keys("throwaway"), accept).sign(keys("root")))
    assert facts.defects == ()
    assert (facts.subject, facts.issuer) == (LEAF.subject, ROOT.subject)
    assert (facts.issuer_der, facts.authority_key_identifier) == (root.subject_der, root.subject_key_identifier)
    assert (facts.names, facts.key_usage) == (LEAF.names, LEAF.key_usage)
    assert facts.extended_key_usage == ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")
    assert facts.crl_distribution_points == LEAF.crl_distribution_points
    assert (facts.serial, facts.not_before, facts.not_after) == (0xABCDEF, NOW, NOW + YEAR)
    assert (facts.authority, facts.path_length, facts.signature_hash) == (False, None, "sha256")
    assert facts.critical == {"2.5.29.15", "2.5.29.19"}  # key usage and basic constraints, and nothing else
    assert facts.key.spki == spki(keys("leaf").public_key())


def test_openssl_and_gnutls_accept_the_chain(keys: Keys, tmp_path: Path) -> None:
    """GnuTLS asks the clock of the machine, so these live for a century."""
    start, end = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    profile = Profile(ROOT, keys("root").public_key(), 1, start, end)
    root = prepare(profile, keys("throwaway"), accept).sign(keys("root"))
    profile = Profile(LEAF, keys("leaf").public_key(), 2, start, end, read_certificate(root))
    leaf = prepare(profile, keys("throwaway"), accept).sign(keys("root"))
    pems = [x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in (leaf, root)]
    for name, content in (("leaf", pems[0]), ("root", pems[1]), ("chain", b"".join(pems))):
        (tmp_path / f"{name}.pem").write_bytes(content)
    told = openssl(
        "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "any.east.contoso.com",
        "-CAfile", tmp_path / "root.pem", tmp_path / "leaf.pem",
    )  # fmt: skip
    assert told.endswith("leaf.pem: OK\n")
    shown = certtool("-i", "--infile", tmp_path / "leaf.pem")
    for line in ("DNSname: *.east.contoso.com", "IPAddress: 2001:db8::7", "TLS WWW Server", "Key encipherment"):
        assert line in shown
    told = certtool("--verify-chain", "--infile", tmp_path / "chain.pem")
    assert "Chain verification output: Verified." in told


def test_openssl_sees_the_extensions_as_meant(root: CertificateFacts) -> None:
    told = openssl(
        "x509", "-inform", "DER", "-noout", "-ext", "basicConstraints,keyUsage,subjectKeyIdentifier", content=root.der
    )
    assert "X509v3 Basic Constraints: critical\n    CA:TRUE, pathlen:1" in told
    assert "X509v3 Key Usage: critical\n    Certificate Sign, CRL Sign" in told
    digest = x509.SubjectKeyIdentifier.from_public_key(x509.load_der_x509_certificate(root.der).public_key()).digest
    assert root.subject_key_identifier == digest
    assert root.authority_key_identifier is None


def test_names_are_critical_only_without_a_subject(profile: Profile, keys: Keys) -> None:
    bare = replace(profile, draft=replace(LEAF, subject=""))
    facts = prepare(bare, keys("throwaway"), accept).twin
    assert facts.subject == ""
    assert "2.5.29.17" in facts.critical


def test_an_intermediate_authority(keys: Keys, root: CertificateFacts) -> None:
    draft = replace(ROOT, subject="CN=Contoso Issuing", path_length=0)
    middle = Profile(draft, keys("middle").public_key(), 2, NOW, NOW + 2 * YEAR, root)
    issuing = read_certificate(prepare(middle, keys("throwaway"), accept).sign(keys("root")))
    assert (issuing.authority, issuing.path_length) == (True, 0)
    below = replace(middle, draft=replace(draft, subject="CN=deeper"), issuer=issuing)
    with pytest.raises(Refused, match="may not sign another authority"):
        prepare(below, keys("throwaway"), accept)


def test_the_issuer_is_named_as_it_names_itself(keys: Keys) -> None:
    """A PrintableString stays one: names are compared octet for octet by some (RFC 5280 4.1.2.4)."""
    printable = x509.name._ASN1Type.PrintableString  # type: ignore[attr-defined]
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Old Root", printable)])
    builder = x509.CertificateBuilder(name, name, keys("root").public_key(), 5, NOW, NOW + YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    odd_id = x509.SubjectKeyIdentifier(b"not a hash")
    made = builder.add_extension(odd_id, critical=False).sign(keys("root"), hashes.SHA256())
    old = read_certificate(made.public_bytes(Encoding.DER))
    profile = Profile(LEAF, keys("leaf").public_key(), 6, NOW, NOW + YEAR, old)
    facts = read_certificate(prepare(profile, keys("throwaway"), accept).sign(keys("root")))
    assert (facts.issuer_der, facts.authority_key_identifier) == (old.subject_der, b"not a hash")
    assert b"\x13\x08Old Root" in facts.issuer_der


# ── twin and token ────────────────────────────────────────────────────────────────────────────────


def test_the_twin_has_the_same_body_and_another_signature(profile: Profile, keys: Keys) -> None:
    token = prepare(profile, keys("throwaway"), accept)
    twin, real = (x509.load_der_x509_certificate(der) for der in (token.twin.der, token.sign(keys("root"))))
    assert twin.tbs_certificate_bytes == real.tbs_certificate_bytes
    assert twin.signature != real.signature
    real.verify_directly_issued_by(x509.load_der_x509_certificate(profile.issuer.der))  # type: ignore[union-attr]


def test_what_is_not_accepted_is_not_signed(profile: Profile, keys: Keys) -> None:
    seen: list[CertificateFacts] = []

    def judge(facts: CertificateFacts) -> tuple[Mismatch, ...]:
        seen.append(facts)
        return (Mismatch("a key of 4096 bits", "2048"), Mismatch("no wildcard", "*.east.contoso.com"))

    with pytest.raises(Refused) as caught:
        prepare(profile, keys("throwaway"), judge)
    assert "expected a key of 4096 bits, found 2048\n  expected no wildcard, found *.east" in str(caught.value)
    assert [facts.serial for facts in seen] == [0xABCDEF]


def test_a_token_works_once(profile: Profile, keys: Keys) -> None:
    token = prepare(profile, keys("throwaway"), accept)
    assert token.sign(keys("root"))
    with pytest.raises(Refused, match="was used before"):
        token.sign(keys("root"))


def test_two_threads_get_one_certificate(profile: Profile, keys: Keys) -> None:
    token, start = prepare(profile, keys("throwaway"), accept), Barrier(4)
    got: list[object] = []

    def race() -> None:
        start.wait()
        try:
            got.append(token.sign(keys("root")))
        except Refused as refused:
            got.append(refused)

    threads = [Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in got) == ["Refused", "Refused", "Refused", "bytes"]


def test_a_wrong_key_does_not_spend_the_token(profile: Profile, keys: Keys) -> None:
    token = prepare(profile, keys("throwaway"), accept)
    with pytest.raises(Refused, match="has another"):
        token.sign(keys("stranger"))
    assert token.sign(keys("root"))


def test_a_throwaway_of_another_kind_is_noticed(root: CertificateFacts, rsa_keys: Keys, ec_keys: Keys) -> None:
    """The body names the signature algorithm, so the comparison of the bodies finds it out."""
    root = root_of(rsa_keys("root"), rsa_keys("throwaway"))
    profile = Profile(LEAF, rsa_keys("leaf").public_key(), 9, NOW, NOW + YEAR, root)
    token = prepare(profile, ec_keys("throwaway"), accept)
    with pytest.raises(Broken, match="not the body that was judged"):
        token.sign(rsa_keys("root"))
    with pytest.raises(Refused, match="used before"):
        token.sign(rsa_keys("root"))


class Faulty(rsa.RSAPrivateKey):
    """A key in a machine that miscalculates: everything is right but the signature."""

    def __init__(self, real: rsa.RSAPrivateKey) -> None:
        self._real = real

    def public_key(self) -> rsa.RSAPublicKey:
        return self._real.public_key()

    def sign(self, data: Any, padding: Any, algorithm: Any) -> bytes:
        return bytes([1]) + self._real.sign(data, padding, algorithm)[1:]

    @property
    def key_size(self) -> int:
        return self._real.key_size

    def decrypt(self, ciphertext: bytes, padding: Any) -> bytes:
        raise NotImplementedError

    def private_numbers(self) -> Any:
        raise NotImplementedError

    def private_bytes(self, *_: Any) -> bytes:
        raise NotImplementedError

    def __copy__(self) -> "Faulty":
        return self

    def __deepcopy__(self, _: Any) -> "Faulty":
        return self


def test_a_faulty_signature_is_thrown_away(rsa_keys: Keys) -> None:
    root = root_of(rsa_keys("root"), rsa_keys("throwaway"))
    token = prepare(
        Profile(LEAF, rsa_keys("leaf").public_key(), 9, NOW, NOW + YEAR, root), rsa_keys("throwaway"), accept
    )
    with pytest.raises(Broken, match="does not verify"):
        token.sign(Faulty(rsa_keys("root")))


def test_a_root_is_judged_too(keys: Keys) -> None:
    profile = Profile(ROOT, keys("root").public_key(), 1, NOW, NOW + YEAR)
    token = prepare(profile, keys("throwaway"), accept)
    assert isinstance(token, Token)
    with pytest.raises(Refused, match="has another"):
        token.sign(keys("throwaway"))
    made = x509.load_der_x509_certificate(token.sign(keys("root")))
    made.verify_directly_issued_by(made)


# ── what is refused ───────────────────────────────────────────────────────────────────────────────

NAIVE = NOW.replace(tzinfo=None)
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"not_after": NOW + 11 * YEAR}, "longer than its issuer 'CN=Contoso Root"),
    ({"not_after": NOW}, "before it begins"),
    ({"not_before": NAIVE}, "without a time zone"),
    ({"not_before": datetime(1949, 12, 31, tzinfo=UTC)}, "before 1950"),
    ({"serial": 0}, "must be positive"),
    ({"serial": -1}, "must be positive"),
    ({"serial": 1 << 159}, "fit in 20 octets"),
    ({"draft": replace(LEAF, subject="", names=())}, "needs a subject"),
    ({"draft": replace(LEAF, subject="", authority=True)}, "needs a subject"),
    ({"draft": replace(LEAF, subject="portal")}, "not attribute=value"),
    ({"draft": replace(LEAF, key_usage=frozenset({"sign"}))}, "no such key usage: sign"),
    ({"draft": replace(LEAF, key_usage=frozenset({"encipherOnly"}))}, "without keyAgreement"),
    ({"draft": replace(LEAF, extended_key_usage=("server",))}, "no such extended key usage: 'server'"),
    ({"draft": replace(LEAF, signature_hash="sha1")}, "cannot sign with 'sha1'"),
    ({"draft": replace(LEAF, names=(GeneralName("ip", "10.0.0"),))}, "the name ip:10.0.0 cannot be written"),
    ({"draft": replace(LEAF, names=(GeneralName("dns", "bücher.de"),))}, "the name dns:bücher.de cannot be written"),
    ({"draft": replace(LEAF, names=(GeneralName("other", "upn:a"),))}, "cannot be written"),
    ({"draft": replace(LEAF, names=(GeneralName("other", "1.2.3:#0"),))}, "cannot be written"),
    ({"draft": replace(LEAF, names=(GeneralName("other", "1.2.3:" + "a" * 128),))}, "longer than 127"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_what_must_not_be_is_refused(profile: Profile, keys: Keys, change: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused) as caught:
        prepare(replace(profile, **change), keys("throwaway"), accept)
    assert words in str(caught.value)


def test_a_parent_that_is_none_is_refused(profile: Profile, root: CertificateFacts, keys: Keys) -> None:
    leaf = read_certificate(prepare(profile, keys("throwaway"), accept).sign(keys("root")))
    for issuer, words in (
        (leaf, "is not a certification authority"),
        (replace(root, key_usage=frozenset({"digitalSignature"})), "is not a certification authority"),
        (replace(root, subject_key_identifier=None), "no subject key identifier"),
    ):
        with pytest.raises(Refused, match=words):
            prepare(replace(profile, issuer=issuer), keys("throwaway"), accept)


def test_the_last_day_of_the_parent_is_allowed(profile: Profile, root: CertificateFacts, keys: Keys) -> None:
    assert prepare(replace(profile, not_after=root.not_after + timedelta(microseconds=5)), keys("throwaway"), accept)
    with pytest.raises(Refused, match=r"12:30:46 UTC, longer than .* 12:30:45 UTC") as caught:
        prepare(replace(profile, not_after=root.not_after + timedelta(seconds=1)), keys("throwaway"), accept)
    assert "renew the issuer first" in caught.value.hint


# ── requests ──────────────────────────────────────────────────────────────────────────────────────


def test_openssl_and_gnutls_accept_the_request(keys: Keys, tmp_path: Path) -> None:
    made = request(LEAF, keys("leaf"))
    told = openssl("req", "-inform", "DER", "-noout", "-verify", "-text", content=made)
    for words in ("DNS:portal.east.contoso.com, DNS:*.east.contoso.com", "Key Usage: critical", "CA:FALSE"):
        assert words in told
    (tmp_path / "request.der").write_bytes(made)
    shown = certtool("--crq-info", "--inder", "--infile", tmp_path / "request.der")
    assert "DNSname: portal.east.contoso.com" in shown
    assert "Self signature: verified" in shown


def test_a_request_without_wishes(ec_keys: Keys) -> None:
    told = openssl("req", "-inform", "DER", "-noout", "-subject", content=request(Draft(subject="CN=a"), ec_keys("a")))
    assert told.replace(" = ", "=") == "subject=CN=a\n"
    with pytest.raises(Refused):
        request(Draft(subject="a"), ec_keys("a"))


labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)


@settings(deadline=None, max_examples=50)
@given(
    names=st.lists(st.lists(labels, min_size=1, max_size=4).map(".".join), min_size=1, max_size=30),
    serial=st.integers(1, (1 << 159) - 1),
    days=st.integers(1, 364),
)
def test_what_is_drafted_is_read(names: list[str], serial: int, days: int) -> None:
    key = EC_KEYS[0]
    draft = Draft(subject="CN=a", names=tuple(GeneralName("dns", name) for name in names))
    facts = prepare(Profile(draft, key.public_key(), serial, NOW, NOW + timedelta(days)), EC_KEYS[1], accept).twin
    assert (facts.names, facts.serial, facts.not_after) == (draft.names, serial, NOW + timedelta(days))


EC_KEYS = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
