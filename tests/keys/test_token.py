"""Keys in a real PKCS#11 token (SoftHSM) sign what must be signed, and never leave it."""

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.hsm import LABEL, MODULE, PIN, token

from certwright.errors import Broken, Locked, Refused, Unreadable
from certwright.keys import NewKey
from certwright.keys.foundry import Foundry
from certwright.keys.ring import KeyRing
from certwright.keys.seal import Cost, new_box
from certwright.keys.sealed import SealedKeys
from certwright.keys.token import TokenKeys, TokenPlace
from certwright.model import Draft, KeySpec
from certwright.x509.crl_lines import sheets
from certwright.x509.crl_sign import Heading, sign_list
from certwright.x509.read import read_certificate
from certwright.x509.write import Profile, prepare

RSA, EC = KeySpec("rsa", 2048, "hsm"), KeySpec("ec", 256, "hsm")


@pytest.fixture
def place() -> TokenPlace:
    token()
    return TokenPlace(MODULE, LABEL, PIN)


@pytest.fixture
def keys(place: TokenPlace) -> Iterator[TokenKeys]:
    with TokenKeys("hsm", place, os.urandom) as keys:
        yield keys


def one(keys: TokenKeys, spec: KeySpec, name: str = "contoso/root") -> NewKey:
    ((made,),) = list(keys.make({name: spec}))
    return made


@pytest.mark.parametrize("spec", [RSA, EC, KeySpec("ec", 384, "hsm")], ids=str)
def test_a_key_signs_a_digest_so_that_a_list_may_be_long(keys: TokenKeys, spec: KeySpec) -> None:
    """Four megabytes are more than many a token takes at once."""
    made = one(keys, spec)
    private, now = made.private, datetime(2026, 11, 21, tzinfo=UTC)
    draft = Draft("CN=Long", authority=True, key_usage=frozenset(("keyCertSign", "cRLSign")))
    profile = Profile(draft, private.public_key(), 1, now, now + timedelta(days=9))
    twin = ec.generate_private_key(ec.SECP256R1()) if spec.algorithm == "ec" else rsa.generate_private_key(65537, 2048)
    root = read_certificate(prepare(profile, twin, lambda facts: ()).sign(private))
    (pages,) = sheets(((f"{serial:x}", 1_700_000_000, "") for serial in range(1, 200_000)), (1,)).values()
    der = sign_list(root, private, Heading(1, now, now + timedelta(days=1)), pages)
    assert len(der) > 4_000_000
    assert x509.load_der_x509_crl(der).is_signature_valid(private.public_key())  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", [RSA, EC, KeySpec("ec", 384, "hsm")], ids=str)
def test_a_key_signs_certificates_and_requests(keys: TokenKeys, spec: KeySpec) -> None:
    made = one(keys, spec)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Contoso Root CA")])
    now = datetime(2026, 11, 21, tzinfo=UTC)
    public = made.private.public_key()
    builder = x509.CertificateBuilder(name, name, public, 1, now, now + timedelta(days=1))
    certificate = builder.sign(made.private, hashes.SHA256())
    certificate.verify_directly_issued_by(certificate)
    assert x509.CertificateSigningRequestBuilder(name).sign(made.private, hashes.SHA384()).is_signature_valid
    crl = x509.CertificateRevocationListBuilder(name, now, now + timedelta(days=1)).sign(made.private, hashes.SHA256())
    assert crl.is_signature_valid(public)  # type: ignore[arg-type]
    assert made.private.key_size == spec.bits


def test_openssl_believes_what_a_token_signed(keys: TokenKeys, tmp_path: Path) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "portal.contoso.com")])
    for spec in (RSA, EC):
        request = x509.CertificateSigningRequestBuilder(name).sign(one(keys, spec).private, hashes.SHA256())
        (tmp_path / "a.csr").write_bytes(request.public_bytes(Encoding.PEM))
        told = subprocess.run(["openssl", "req", "-in", tmp_path / "a.csr", "-verify", "-noout"], capture_output=True)
        assert b"verify OK" in told.stderr


def test_a_key_is_found_again_and_only_under_its_own_name(place: TokenPlace, keys: TokenKeys) -> None:
    made, other = one(keys, RSA), one(keys, EC)
    assert made.pkcs8 == b""
    assert PIN.encode() not in made.sealed
    with TokenKeys("hsm", place, os.urandom) as again:
        private, pkcs8 = again.open(made.name, made.sealed)
        assert (private.public_key(), pkcs8) == (made.private.public_key(), b"")
        assert isinstance(again.open(other.name, other.sealed)[0], ec.EllipticCurvePrivateKey)
        with pytest.raises(Unreadable, match="not where that key lies"):
            again.open(made.name, other.sealed)
    with TokenKeys("elsewhere", place, os.urandom) as wrong, pytest.raises(Unreadable):
        wrong.open(made.name, made.sealed)


def test_a_key_that_is_gone_is_told(keys: TokenKeys) -> None:
    with pytest.raises(Unreadable, match="contoso does not have this key") as told:
        keys.open("contoso/root.beef", b"pkcs11:hsm:certwright contoso/root.beef")
    assert "backup" in told.value.hint


@pytest.mark.parametrize("spec", [RSA, EC], ids=str)
def test_a_key_never_leaves(keys: TokenKeys, spec: KeySpec) -> None:
    private = one(keys, spec).private
    with pytest.raises(Refused, match="cannot leave it"):
        private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(Refused):
        private.private_numbers()


def test_what_a_token_is_not_asked_for_is_refused(keys: TokenKeys) -> None:
    key = one(keys, RSA).private
    assert isinstance(key, rsa.RSAPrivateKey)
    with pytest.raises(UnsupportedAlgorithm):
        key.sign(b"data", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    with pytest.raises(UnsupportedAlgorithm):
        key.sign(b"data", padding.PKCS1v15(), hashes.SHA1())
    with pytest.raises(Refused, match="no key like EC 224"):
        one(keys, KeySpec("ec", 224, "hsm"))


def test_keys_nobody_wrote_down_are_named(keys: TokenKeys) -> None:
    known, lost = one(keys, EC), one(keys, EC, "contoso/issuing")
    strays = keys.strays({known.name})
    assert lost.name in strays
    assert known.name not in strays


def test_a_wrong_pin_is_told_and_not_shown(place: TokenPlace) -> None:
    wrong = TokenPlace(place.module, place.token, "Wrong-" + PIN)
    with pytest.raises(Locked, match="contoso refused the PIN") as told:
        TokenKeys("hsm", wrong, os.urandom)
    assert PIN not in str(told.value) + repr(wrong)


@pytest.mark.parametrize(
    ("module", "token", "words"),
    [(MODULE, "nowhere", "no token called nowhere"), ("/nowhere/lib.so", "contoso", "did not do what was asked")],
)
def test_what_is_not_there_is_told(place: TokenPlace, module: str, token: str, words: str) -> None:
    with pytest.raises(Broken, match=words) as told:
        TokenKeys("hsm", TokenPlace(module, token, PIN), os.urandom)
    assert module in str(told.value) + told.value.hint


def test_a_ring_opens_each_key_where_it_lies(keys: TokenKeys) -> None:
    _, box = new_box("an unlock secret of this test", Cost(n=2), os.urandom)
    with Foundry() as foundry:
        ring = KeyRing(SealedKeys(foundry, box, os.urandom), {"hsm": keys}.__getitem__)
        wishes = {"contoso/root": RSA, "east/portal": KeySpec("ec", 256)}
        made = {key.place: key for batch in ring.make(wishes) for key in batch}
    assert made["contoso/root"].pkcs8 == b""
    assert made["east/portal"].pkcs8
    for key in made.values():
        private, pkcs8 = ring.open(key.name, key.sealed)
        assert (private.public_key(), pkcs8) == (key.private.public_key(), key.pkcs8)
