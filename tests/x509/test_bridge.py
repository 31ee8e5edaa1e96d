"""A bridge: a root's name and key, signed by another root, so that a path goes on to whoever trusts only that one."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from certwright.errors import Refused
from certwright.model import Draft, Mismatch
from certwright.x509.facts import CertificateFacts
from certwright.x509.path import diagnose
from certwright.x509.read import read_certificate
from certwright.x509.write import Profile, prepare

Keys = Callable[[str], Any]
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
YEAR = timedelta(days=365)
POINT = ("http://pki.contoso.com/old-root.crl",)
BRIDGE = Draft(
    subject="CN=Contoso Root 2",
    authority=True,
    path_length=1,
    key_usage=frozenset({"keyCertSign", "cRLSign"}),
    crl_distribution_points=POINT,
)
ISSUING = Draft(subject="CN=Contoso Issuing 2", authority=True, path_length=0, key_usage=BRIDGE.key_usage)
LEAF = Draft(subject="CN=a", key_usage=frozenset({"digitalSignature"}), extended_key_usage=("serverAuth",))


def accept(_: CertificateFacts) -> tuple[Mismatch, ...]:
    return ()


def root(name: str, key: Any, identifier: bytes, path_length: int | None = None) -> CertificateFacts:
    """A root as other programs make them: a PrintableString, and a key identifier of their own method."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name, _ASN1Type.PrintableString)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 7, NOW - YEAR, NOW + 9 * YEAR)
    builder = builder.add_extension(x509.BasicConstraints(True, path_length), True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier(identifier), False)
    return read_certificate(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))


@pytest.fixture(params=["rsa_keys", "ec_keys"])
def keys(request: pytest.FixtureRequest) -> Keys:
    return request.getfixturevalue(str(request.param))  # type: ignore[no-any-return]


@dataclass
class Roots:
    old: CertificateFacts
    new: CertificateFacts
    keys: Keys

    def bridge(self, draft: Draft = BRIDGE, years: int = 5, key: str = "new") -> CertificateFacts:
        """The new root, signed by the old one."""
        public = self.keys(key).public_key()
        profile = Profile(draft, public, 8, NOW, NOW + years * YEAR, self.old, self.new)
        return read_certificate(prepare(profile, self.keys("throwaway"), accept).sign(self.keys("old")))

    def below(self) -> tuple[CertificateFacts, CertificateFacts]:
        """A leaf, and the issuing CA of the new root that signed it."""
        profile = Profile(ISSUING, self.keys("issuing").public_key(), 9, NOW, NOW + 4 * YEAR, self.new)
        issuing = read_certificate(prepare(profile, self.keys("throwaway"), accept).sign(self.keys("new")))
        profile = Profile(LEAF, self.keys("leaf").public_key(), 10, NOW, NOW + YEAR, issuing)
        leaf = prepare(profile, self.keys("throwaway"), accept).sign(self.keys("issuing"))
        return read_certificate(leaf), issuing


@pytest.fixture
def roots(keys: Keys) -> Roots:
    old, new = root("Contoso Root", keys("old"), b"the old"), root("Contoso Root 2", keys("new"), b"the new")
    return Roots(old, new, keys)


def test_it_is_the_new_root_octet_for_octet_and_points_to_the_old_one(roots: Roots) -> None:
    bridge = roots.bridge()
    assert (bridge.subject_der, bridge.key.spki) == (roots.new.subject_der, roots.new.key.spki)
    assert (bridge.issuer_der, bridge.crl_distribution_points) == (roots.old.subject_der, POINT)
    assert (bridge.subject_key_identifier, bridge.authority_key_identifier) == (b"the new", b"the old")
    assert (bridge.authority, bridge.path_length, bridge.key_usage) == (True, 1, BRIDGE.key_usage)
    assert bridge.not_after <= roots.old.not_after
    assert not bridge.self_issued


def pem(*facts: CertificateFacts) -> bytes:
    return b"".join(x509.load_der_x509_certificate(one.der).public_bytes(Encoding.PEM) for one in facts)


def test_openssl_and_gnutls_reach_the_old_root_through_it_and_only_through_it(roots: Roots, tmp_path: Path) -> None:
    leaf, issuing = roots.below()
    bridge = roots.bridge()
    files = {
        "leaf": (leaf,),
        "old": (roots.old,),
        "new": (roots.new,),
        "with": (issuing, bridge),
        "without": (issuing,),
    }
    for name, facts in files.items():
        (tmp_path / f"{name}.pem").write_bytes(pem(*facts))
    (tmp_path / "sent.pem").write_bytes(pem(leaf, issuing, bridge))

    def openssl(bundle: str, untrusted: str) -> bool:
        command = ["openssl", "verify", "-attime", str(int(NOW.timestamp())), "-purpose", "sslserver"]
        command += ["-trusted", f"{bundle}.pem", "-untrusted", f"{untrusted}.pem", "leaf.pem"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0

    said = {(bundle, sent): openssl(bundle, sent) for bundle in ("old", "new") for sent in ("with", "without")}
    assert said == {("old", "with"): True, ("old", "without"): False, ("new", "with"): True, ("new", "without"): True}
    for bundle in ("old", "new"):
        trust = ["certtool", "--verify", f"--load-ca-certificate={bundle}.pem", "--infile=sent.pem"]
        late = ["faketime", f"{NOW + timedelta(days=1):%Y-%m-%d}"]
        utc = {**os.environ, "TZ": "UTC"}
        done = subprocess.run([*late, *trust], cwd=tmp_path, env=utc, capture_output=True, text=True, check=False)
        assert "Verified. The certificate is trusted." in done.stdout, done.stdout


def test_our_own_verifier_and_the_librarys_agree(roots: Roots) -> None:
    leaf, issuing = roots.below()
    bridge = roots.bridge()
    for anchor in (roots.old, roots.new):
        found = diagnose(leaf, [issuing, bridge], [anchor], NOW, server=None)
        assert (found.complete, found.trusted, found.faults) == (True, True, ())
    assert not diagnose(leaf, [issuing], [roots.old], NOW, server=None).trusted


def test_it_leads_backwards_too(roots: Roots) -> None:
    """The old root, signed by the new one: for whoever has the new root alone, and meets an old leaf."""
    public = roots.keys("old").public_key()
    draft = replace(BRIDGE, subject="CN=Contoso Root")
    profile = Profile(draft, public, 11, NOW, NOW + 5 * YEAR, roots.new, roots.old)
    back = read_certificate(prepare(profile, roots.keys("throwaway"), accept).sign(roots.keys("new")))
    assert (back.subject_key_identifier, back.authority_key_identifier) == (b"the old", b"the new")
    profile = Profile(LEAF, roots.keys("leaf").public_key(), 12, NOW, NOW + YEAR, roots.old)
    leaf = read_certificate(prepare(profile, roots.keys("throwaway"), accept).sign(roots.keys("old")))
    assert diagnose(leaf, [back], [roots.new], NOW, server=None).trusted
    assert not diagnose(leaf, [], [roots.new], NOW, server=None).trusted


def test_a_bridge_for_another_key_or_no_authority_is_refused(roots: Roots) -> None:
    with pytest.raises(Refused, match="no authority with this key"):
        roots.bridge(key="another")
    leaf, _ = roots.below()
    with pytest.raises(Refused, match="no authority with this key"):
        Roots(roots.old, leaf, roots.keys).bridge(key="leaf")


@pytest.mark.parametrize(
    ("above", "own", "allowed"), [(None, None, True), (2, 1, True), (1, 1, False), (2, None, False)]
)
def test_its_path_length_stays_within_that_of_the_root_above(
    keys: Keys, above: int | None, own: int | None, allowed: bool
) -> None:
    roots = Roots(root("Old", keys("old"), b"old", above), root("New", keys("new"), b"new"), keys)
    draft = Draft(subject="CN=New", authority=True, path_length=own, key_usage=BRIDGE.key_usage)
    if allowed:
        assert roots.bridge(draft).path_length == own
    else:
        with pytest.raises(Refused, match=f"must be less than {above}"):
            roots.bridge(draft)


def test_it_never_outlives_the_old_root(roots: Roots) -> None:
    with pytest.raises(Refused, match="longer than its issuer"):
        roots.bridge(years=10)
