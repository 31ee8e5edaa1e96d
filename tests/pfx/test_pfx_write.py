"""What we write, opened by everybody else: OpenSSL 3 and 4, Java, NSS, GnuTLS, Node, Python's ssl, and ourselves."""

import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from certwright.errors import Refused, Unreadable
from certwright.model import PfxEncryption, PfxProfile
from certwright.pfx.facts import Mac
from certwright.pfx.read import outline_pfx, read_pfx
from certwright.pfx.write import write_pfx

PASSWORD = "Correct horse 9"
PROVIDER = "Microsoft RSA SChannel Cryptographic Provider"
TRIPLE = PfxProfile("tripledes-sha1", provider=PROVIDER, friendly_name="The Leaf")
AES = PfxProfile("aes256-sha256", friendly_name="The Leaf")
PROFILES = {
    "tripledes": TRIPLE,
    "aes": AES,
    "tripledes-open": replace(TRIPLE, privacy=False),
    "aes-open": replace(AES, privacy=False),
}


def counted() -> Callable[[int], bytes]:
    """Bytes that differ from call to call and not from run to run."""
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(2, "big") * (size // 2) + b"x" * (size % 2)


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> PfxProfile:
    return PROFILES[request.param]


@pytest.fixture
def written(profile: PfxProfile, leaf_key: bytes, path: tuple[bytes, ...], tmp_path: Path) -> Path:
    """A PFX of ours on disk."""
    file = tmp_path / "ours.pfx"
    file.write_bytes(write_pfx(leaf_key, path[0], path[1:], PASSWORD, profile, random=counted()))
    return file


def told(*command: str | Path) -> str:
    """What a tool says; it must be content."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


# ── the judges ────────────────────────────────────────────────────────────────────────────────────


def test_openssl_shows_every_part(written: Path, profile: PfxProfile) -> None:
    text = told("openssl", "pkcs12", "-info", "-nodes", "-in", written, "-passin", f"pass:{PASSWORD}")
    assert text.count("Microsoft Local Key set: <No Values>") == 1
    assert text.count(f"Microsoft CSP Name: {PROVIDER}") == (1 if profile.provider else 0)
    assert text.count("friendlyName: The Leaf") == 2
    assert text.count("localKeyID: 01 00 00 00") == 2
    triple = "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2000"
    aes = "PBES2, PBKDF2, AES-256-CBC, Iteration 2000, PRF hmacWithSHA256"
    encryption, mac = (triple, "sha1") if profile.encryption == "tripledes-sha1" else (aes, "sha256")
    assert f"Shrouded Keybag: {encryption}" in text
    assert (f"PKCS7 Encrypted data: {encryption}" in text) == profile.privacy
    assert f"MAC: {mac}, Iteration 2000\n" in text
    assert "salt length: 20" in text
    assert text.index("Shrouded Keybag") < text.index("Certificate bag")
    subjects = [line.replace(" = ", "=") for line in text.splitlines() if line.startswith("subject=")]
    assert subjects == ["subject=CN=leaf.example", "subject=CN=Example Issuing", "subject=CN=Example Root"]


def test_java_lists_the_key_and_its_chain(written: Path) -> None:
    text = told("keytool", "-list", "-v", "-storetype", "PKCS12", "-keystore", written, "-storepass", PASSWORD)
    assert "Alias name: the leaf" in text
    assert "Entry type: PrivateKeyEntry" in text
    assert "Certificate chain length: 3" in text


def test_nss_lists_it(written: Path, tmp_path: Path) -> None:
    told("certutil", "-N", "-d", tmp_path, "--empty-password")
    text = told("pk12util", "-l", written, "-d", tmp_path, "-W", PASSWORD)
    assert text.count("Friendly Name: The Leaf") == 2
    assert text.count("Certificate:") == 2
    assert text.count("Certificate(has private key):") == 1
    told("pk12util", "-i", written, "-d", tmp_path, "-W", PASSWORD)
    assert "The Leaf" in told("certutil", "-K", "-d", tmp_path)


def test_gnutls_lists_it(written: Path) -> None:
    text = told("certtool", "--p12-info", "--inder", "--infile", written, "--password", PASSWORD)
    assert "failed" not in text
    assert "Iteration count: 2000" in text
    assert text.count("BEGIN CERTIFICATE") == 3
    assert text.count("BEGIN ENCRYPTED PRIVATE KEY") + text.count("BEGIN PRIVATE KEY") == 1


def test_node_serves_with_it(written: Path) -> None:
    script = """
        const [file, passphrase] = process.argv.slice(1)
        const context = require('tls').createSecureContext({pfx: require('fs').readFileSync(file), passphrase})
        console.log(context.context.getCertificate().length > 0)
    """
    assert told("node", "-e", script, written, PASSWORD) == "true\n"


@pytest.mark.filterwarnings("error")
def test_cryptography_reads_it_as_strict_der(written: Path, leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    """A warning would say that it is no DER."""
    loaded = pkcs12.load_pkcs12(written.read_bytes(), PASSWORD.encode())
    assert loaded.key is not None
    assert loaded.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) == leaf_key
    assert loaded.cert is not None
    assert loaded.cert.friendly_name == b"The Leaf"
    held = [loaded.cert, *loaded.additional_certs]
    assert tuple(each.certificate.public_bytes(Encoding.DER) for each in held) == path


def test_python_serves_with_what_openssl_takes_out(written: Path, tmp_path: Path) -> None:
    pem = tmp_path / "out.pem"
    told("openssl", "pkcs12", "-nodes", "-in", written, "-passin", f"pass:{PASSWORD}", "-out", pem)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(pem)


def test_openssl_opens_every_spelling_of_a_password(leaf_key: bytes, path: tuple[bytes, ...], tmp_path: Path) -> None:
    for number, (profile, password) in enumerate(
        (p, w) for p in (TRIPLE, AES) for w in ("", "Pässwörd€", "😀", "a" * 200)
    ):
        file = tmp_path / f"{number}.pfx"
        file.write_bytes(write_pfx(leaf_key, path[0], (), password, profile, random=counted()))
        told("openssl", "pkcs12", "-noout", "-in", file, "-passin", f"pass:{password}")


def test_one_iteration_is_der_too(leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    """The count of one is the DEFAULT, so DER leaves it out; cryptography warns when it is there."""
    for profile in (TRIPLE, AES):
        content = write_pfx(leaf_key, path[0], (), PASSWORD, replace(profile, iterations=1), random=counted())
        assert pkcs12.load_pkcs12(content, PASSWORD.encode()).cert is not None
        facts = read_pfx(content, PASSWORD)
        assert facts.mac is not None
        assert facts.mac.iterations == 1


# ── ourselves ─────────────────────────────────────────────────────────────────────────────────────


def test_it_comes_back(profile: PfxProfile, leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    content = write_pfx(leaf_key, path[0], path[1:], PASSWORD, profile, random=counted())
    facts = read_pfx(content, PASSWORD)
    (key,) = facts.keys
    assert (key.pkcs8, key.where) == (leaf_key, "safe 1, bag 1")
    assert (key.local_machine, key.provider) == (True, profile.provider)
    assert (key.friendly_name, key.local_key_id) == ("The Leaf", b"\1\0\0\0")
    assert key.encryption is not None
    assert (key.encryption.name, key.encryption.iterations, key.encryption.salt_length) == (
        profile.encryption,
        2000,
        20,
    )
    assert tuple(bag.der for bag in facts.certificates) == path
    assert [bag.local_key_id for bag in facts.certificates] == [b"\1\0\0\0", b"", b""]
    assert [bag.friendly_name for bag in facts.certificates] == ["The Leaf", "", ""]
    assert {bag.encryption is not None for bag in facts.certificates} == {profile.privacy}
    mac = "sha1" if profile.encryption == "tripledes-sha1" else "sha256"
    assert facts.mac == Mac("pkcs12", mac, 2000, 20, verified=True)
    assert (facts.defects, facts.indefinite_lengths) == ((), False)


def test_nothing_is_added_that_was_not_wished(leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    profile = PfxProfile(local_machine=False)
    facts = read_pfx(write_pfx(leaf_key, path[0], (), PASSWORD, profile, random=counted()), PASSWORD)
    (key,) = facts.keys
    assert key.attributes == ("1.2.840.113549.1.9.21",)
    assert (key.local_machine, key.provider, key.friendly_name) == (False, "", "")


def test_the_same_randomness_writes_the_same_bytes(
    profile: PfxProfile, leaf_key: bytes, path: tuple[bytes, ...]
) -> None:
    first, second = (write_pfx(leaf_key, path[0], (), PASSWORD, profile, random=counted()) for _ in range(2))
    assert first == second


def test_every_salt_is_fresh(leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return bytes((len(asked),)) * size

    for encryption, sizes in (("tripledes-sha1", [20, 20, 20]), ("aes256-sha256", [20, 16, 20, 16, 20])):
        asked.clear()
        wanted: PfxEncryption = "tripledes-sha1" if encryption == "tripledes-sha1" else "aes256-sha256"
        content = write_pfx(leaf_key, path[0], (), PASSWORD, PfxProfile(wanted), random=random)
        assert asked == sizes
        assert all(bytes((number,)) * size in content for number, size in enumerate(sizes, 1))


def test_privacy_hides_the_certificates(leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    hidden, shown = (
        write_pfx(leaf_key, path[0], (), PASSWORD, PfxProfile(privacy=privacy), random=counted())
        for privacy in (True, False)
    )
    assert path[0] in shown
    assert b"leaf.example" not in hidden
    assert [bag.der for bag in outline_pfx(shown).certificates] == [path[0]]
    assert [safe.where for safe in outline_pfx(hidden).sealed] == ["safe 2"]


def test_a_password_with_a_nul_is_refused(leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    with pytest.raises(Refused, match="NUL"):
        write_pfx(leaf_key, path[0], (), "a\0b", AES, random=counted())


def passwords() -> st.SearchStrategy[str]:
    return st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=40)


def profiles() -> Iterator[PfxEncryption]:
    yield from ("tripledes-sha1", "aes256-sha256")


@settings(max_examples=120, deadline=None)
@given(
    encryption=st.sampled_from(tuple(profiles())),
    iterations=st.integers(1, 3),
    password=passwords(),
    name=passwords(),
    provider=passwords(),
    flags=st.tuples(st.booleans(), st.booleans()),
    certificates=st.lists(st.binary(max_size=300), min_size=1, max_size=5),
    noise=st.randoms(use_true_random=False),
)
def test_anything_comes_back(
    leaf_key: bytes,
    encryption: PfxEncryption,
    iterations: int,
    password: str,
    name: str,
    provider: str,
    flags: tuple[bool, bool],
    certificates: list[bytes],
    noise: object,
) -> None:
    local_machine, privacy = flags
    profile = PfxProfile(encryption, iterations, local_machine, provider, privacy, name)
    leaf, *chain = certificates
    content = write_pfx(leaf_key, leaf, chain, password, profile, random=noise.randbytes)  # type: ignore[attr-defined]
    facts = read_pfx(content, password)
    (key,) = facts.keys
    assert (key.pkcs8, key.provider, key.friendly_name) == (leaf_key, provider, name)
    assert key.local_machine == local_machine
    assert [bag.der for bag in facts.certificates] == certificates
    assert facts.defects == ()
    with pytest.raises(Unreadable):
        read_pfx(content, password + "!")
