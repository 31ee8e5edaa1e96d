"""What six tools write, read: openssl, keytool, GnuTLS, NSS, OpenSSL 4 inside cryptography, and bend.py's shapes."""

from collections.abc import Callable
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)

from certwright.errors import Unreadable, WrongPassword
from certwright.pfx.facts import Mac, PfxFacts
from certwright.pfx.read import outline_pfx, read_pfx

Case = Callable[[str], bytes]

AES, TRIPLE = "aes256-sha256", "tripledes-sha1"
SHA1, SHA256 = Mac("pkcs12", "sha1", 2000, 8, verified=True), Mac("pkcs12", "sha256", 2000, 8, verified=True)
UNICODE = "Pässwörd€😀"

# every case that holds the leaf, its key and the path to the root: password, the key's and the certificates' encryption
THREE = [
    ("windows", "secret", TRIPLE, TRIPLE, SHA1),
    ("tripledes", "secret", TRIPLE, TRIPLE, SHA1),
    ("tripledes-two-keys", "secret", "tripledes2-sha1", "tripledes2-sha1", SHA1),
    ("tripledes-pbes2", "secret", "tripledes-sha256", "tripledes-sha256", SHA256),
    ("rc2-40", "secret", TRIPLE, "rc2-40-sha1", SHA1),
    ("rc2-128", "secret", "rc2-128-sha1", "rc2-128-sha1", SHA1),
    ("aes128", "secret", "aes128-sha256", "aes128-sha256", SHA256),
    ("aes192", "secret", "aes192-sha256", "aes192-sha256", SHA256),
    ("aes256", "secret", AES, AES, SHA256),
    ("mac-sha384", "secret", AES, AES, Mac("pkcs12", "sha384", 2000, 8, verified=True)),
    ("mac-sha512", "secret", AES, AES, Mac("pkcs12", "sha512", 2000, 8, verified=True)),
    ("pbmac1-sha256", "secret", AES, AES, Mac("pbmac1", "sha256", 2000, 8, verified=True)),
    ("pbmac1-sha512", "secret", AES, AES, Mac("pbmac1", "sha512", 2000, 8, verified=True)),
    ("no-mac", "secret", AES, None, None),
    ("no-mac-tripledes", "secret", TRIPLE, None, None),
    ("no-mac-privacy", "secret", TRIPLE, TRIPLE, None),
    ("empty-password", "", AES, AES, SHA256),
    ("empty-password", None, AES, AES, SHA256),
    ("empty-password-tripledes", "", TRIPLE, TRIPLE, SHA1),
    ("empty-password-tripledes", None, TRIPLE, TRIPLE, SHA1),
    ("no-encryption", None, None, None, None),
    ("no-encryption", "whatever", None, None, None),
    ("open-certificates", "secret", AES, None, SHA256),
    ("open-key", "secret", None, AES, SHA256),
    ("one-iteration", "secret", TRIPLE, TRIPLE, Mac("pkcs12", "sha1", 1, 8, verified=True)),
    ("iterations-100000", "secret", AES, AES, Mac("pkcs12", "sha256", 100000, 8, verified=True)),
    ("iterations-100000-tripledes", "secret", TRIPLE, TRIPLE, Mac("pkcs12", "sha1", 100000, 8, verified=True)),
    ("not-ascii", UNICODE, TRIPLE, TRIPLE, SHA1),
    ("not-ascii-aes", UNICODE, AES, AES, SHA256),
    ("java-legacy", "secret1", TRIPLE, "rc2-40-sha1", Mac("pkcs12", "sha1", 100000, 20, verified=True)),
    ("nss", "secret", AES, "aes128-sha256", Mac("pkcs12", "sha256", 600000, 16, verified=True)),
    ("nss-tripledes", "secret", TRIPLE, "rc2-40-sha1", Mac("pkcs12", "sha1", 600000, 16, verified=True)),
    ("indefinite", "secret", TRIPLE, TRIPLE, SHA1),
    ("indefinite-inside", "secret", TRIPLE, TRIPLE, SHA1),
    ("unsorted-attributes", "secret", TRIPLE, TRIPLE, SHA1),
    ("nested", "secret", TRIPLE, TRIPLE, SHA1),
    ("trailing", "secret", TRIPLE, TRIPLE, SHA1),
]


def name_of(encryption: object) -> str | None:
    return getattr(encryption, "name", None)


@pytest.mark.parametrize(("name", "password", "key", "certificates", "mac"), THREE)
def test_every_writer_is_read(
    case: Case,
    leaf_key: bytes,
    path: tuple[bytes, ...],
    name: str,
    password: str | None,
    key: str | None,
    certificates: str | None,
    mac: Mac | None,
) -> None:
    facts = read_pfx(case(name), password)
    assert [bag.pkcs8 for bag in facts.keys] == [leaf_key]
    assert sorted(bag.der for bag in facts.certificates) == sorted(path)
    assert name_of(facts.keys[0].encryption) == key
    assert {name_of(bag.encryption) for bag in facts.certificates} == {certificates}
    assert facts.mac == mac
    assert facts.keys[0].friendly_name.casefold() == "the leaf"
    (leaf,) = (bag for bag in facts.certificates if bag.local_key_id)
    assert leaf.der == path[0]
    assert leaf.local_key_id == facts.keys[0].local_key_id
    assert facts.sealed == ()
    assert facts.defects == (("2 bytes follow the end of the PFX",) if name == "trailing" else ())
    assert facts.indefinite_lengths == (name.startswith(("indefinite", "nss")))


def test_the_attributes_windows_cares_about(case: Case) -> None:
    for name in ("windows", "unsorted-attributes", "indefinite"):
        (key,) = read_pfx(case(name), "secret").keys
        assert key.local_machine
        assert key.provider == "Microsoft RSA SChannel Cryptographic Provider"
        assert set(key.attributes) == {
            "1.3.6.1.4.1.311.17.2",
            "1.3.6.1.4.1.311.17.1",
            "1.2.840.113549.1.9.20",
            "1.2.840.113549.1.9.21",
        }
    (key,) = read_pfx(case("tripledes"), "secret").keys
    assert not key.local_machine
    assert key.provider == ""


def test_the_order_of_the_file_is_kept(case: Case, path: tuple[bytes, ...]) -> None:
    leaf, issuing, root = path
    assert [bag.der for bag in read_pfx(case("tripledes"), "secret").certificates] == [leaf, issuing, root]
    assert [bag.der for bag in read_pfx(case("reversed"), "secret").certificates] == [leaf, root, issuing]


def test_bags_have_addresses(case: Case) -> None:
    facts = read_pfx(case("nested"), "secret")
    assert [bag.where for bag in facts.certificates] == ["safe 1, bag 1", "safe 1, bag 2", "safe 1, bag 3"]
    assert [bag.where for bag in facts.keys] == ["safe 2, bag 1, bag 1, bag 1"]
    assert facts.other_bags == ("crlBag (safe 2, bag 2)", "1.2.840.113549.1.12.10.1.99 (safe 2, bag 3)")


def test_several_keys_and_a_secret_bag(case: Case) -> None:
    facts = read_pfx(case("several-keys"), "secret1")
    assert [key.friendly_name for key in facts.keys] == ["one", "two"]
    assert [key.local_key_id for key in facts.keys] == [bag.local_key_id for bag in facts.certificates]
    assert facts.other_bags == ("secretBag (safe 1, bag 3)",)
    assert facts.mac == Mac("pkcs12", "sha256", 10000, 20, verified=True)


def test_keys_or_certificates_alone(case: Case, leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    alone = read_pfx(case("key-only"), "secret")
    assert [key.pkcs8 for key in alone.keys] == [leaf_key]
    assert alone.certificates == ()
    for name, password, expected in (
        ("certificates-only", "secret", path[1:]),
        ("java-truststore", "secret1", path[2:]),
    ):
        facts = read_pfx(case(name), password)
        assert tuple(bag.der for bag in facts.certificates) == expected
        assert facts.keys == ()


def test_gnutls(case: Case, leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    for name, encryption, certificates in (
        ("gnutls", "tripledes-sha256", path[:2]),
        ("gnutls-aes", AES, path[:1]),
    ):
        facts = read_pfx(case(name), "secret")
        assert [key.pkcs8 for key in facts.keys] == [leaf_key]
        assert tuple(bag.der for bag in facts.certificates) == certificates
        assert facts.keys[0].encryption is not None
        assert (facts.keys[0].encryption.name, facts.keys[0].encryption.iterations) == (encryption, 600000)


def test_the_facts_of_an_encryption(case: Case) -> None:
    (old,), (new,) = (read_pfx(case(name), "secret").keys for name in ("windows", "aes256"))
    assert old.encryption is not None
    assert (old.encryption.algorithm, old.encryption.iterations) == ("1.2.840.113549.1.12.1.3", 2000)
    assert (old.encryption.salt_length, old.encryption.cipher, old.encryption.prf) == (8, "", "")
    assert new.encryption is not None
    assert (new.encryption.algorithm, new.encryption.iterations) == ("1.2.840.113549.1.5.13", 2000)
    assert (new.encryption.salt_length, new.encryption.cipher, new.encryption.prf) == (8, "aes256", "sha256")


# ── what stays closed, and why ────────────────────────────────────────────────────────────────────

LOCKED = [row[:2] for row in THREE if row[1] and row[0] != "no-encryption" and "0000" not in row[0]]


@pytest.mark.parametrize(("name", "password"), [row for row in LOCKED if not row[0].startswith("nss")])
@pytest.mark.parametrize("wrong", ["Secret", "", None, "secret ", "\ud800"])
def test_a_wrong_password_is_told(case: Case, name: str, password: str, wrong: str | None) -> None:
    with pytest.raises(WrongPassword):
        read_pfx(case(name), wrong)


@pytest.mark.parametrize("wrong", ["wrong", None])
def test_a_wrong_password_is_told_even_where_trying_it_is_costly(case: Case, wrong: str | None) -> None:
    with pytest.raises(WrongPassword, match="the password does not fit"):
        read_pfx(case("nss-tripledes"), wrong, most_iterations=1_500_000)


def test_an_altered_file_is_not_called_a_wrong_password(case: Case) -> None:
    with pytest.raises(Unreadable, match="the password is right but the content is not what was written") as caught:
        read_pfx(case("altered"), "secret")
    assert not isinstance(caught.value, WrongPassword)
    with pytest.raises(WrongPassword):
        read_pfx(case("altered"), "wrong")


@pytest.mark.parametrize("at", range(60, 4200, 97))
def test_one_changed_bit_is_damage_wherever_the_mac_looks(case: Case, at: int) -> None:
    content = bytearray(case("one-iteration"))
    content[at] ^= 1
    with pytest.raises(Unreadable) as caught:
        read_pfx(bytes(content), "secret")
    assert not isinstance(caught.value, WrongPassword)


def test_without_a_mac_a_bag_that_is_damaged_is_a_defect(case: Case, path: tuple[bytes, ...]) -> None:
    facts = read_pfx(case("no-mac-truncated-key"), "secret")
    assert facts.defects == ("safe 2, bag 1: 1223 encrypted bytes are not whole blocks of 8: truncated?",)
    assert tuple(bag.der for bag in facts.certificates) == path
    (key,) = facts.keys
    assert (key.pkcs8, key.local_machine) == (b"", True)


@pytest.mark.parametrize(
    ("name", "where", "encryption"),
    [
        ("rc4", "safe 1", "1.2.840.113549.1.12.1.1"),
        ("camellia", "safe 1", "1.2.840.113549.1.5.13 with 1.2.392.200011.61.1.1.1.4 with sha256"),
    ],
)
def test_an_unknown_encryption_is_named(case: Case, leaf_key: bytes, name: str, where: str, encryption: str) -> None:
    facts = read_pfx(case(name), "secret")
    assert facts.defects == (f"{where}: the encryption {encryption} is not supported",)
    assert [safe.where for safe in facts.sealed] == [where]
    assert [key.pkcs8 for key in facts.keys] == [leaf_key]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mac-sha3", "its hash 2.16.840.1.101.3.4.2.8 is not supported"),
        ("pbmac1-short-key", "its PBMAC1 key has 8 bytes, expected 20 or more"),
    ],
)
def test_a_mac_that_proves_nothing_is_a_defect(case: Case, leaf_key: bytes, name: str, reason: str) -> None:
    facts = read_pfx(case(name), "secret")
    assert facts.defects == (f"the MAC cannot be verified: {reason}",)
    assert facts.mac is not None
    assert not facts.mac.verified
    assert [key.pkcs8 for key in facts.keys] == [leaf_key]
    with pytest.raises(WrongPassword, match="safe 1: the password does not open it"):
        read_pfx(case(name), "wrong")


def test_too_much_work_is_refused(case: Case) -> None:
    rounds = 100000 * (1 + 1 + 1)
    assert read_pfx(case("iterations-100000"), "secret", most_iterations=rounds).keys
    with pytest.raises(
        Unreadable, match="more than 299,999 rounds of hashing, the limit for one file; one key takes 100,000"
    ) as caught:
        read_pfx(case("iterations-100000"), "secret", most_iterations=rounds - 1)
    assert "fewer iterations" in caught.value.hint
    assert not isinstance(caught.value, WrongPassword)


def test_rc2_is_work_too(case: Case) -> None:
    assert read_pfx(case("rc2-40"), "secret", most_iterations=50_000).keys
    with pytest.raises(Unreadable, match="more than 40,000 rounds"):
        read_pfx(case("rc2-40"), "secret", most_iterations=40_000)


OTHERS = [
    (b"", "the file is empty"),
    (b"-----BEGIN CERTIFICATE-----\n", "this is PEM text"),
    (b"\r\n-----BEGIN CERTIFICATE-----\n", "this is PEM text"),
    (b"MIIKPAIBAzCCCfIGCSqGSIb3DQEHAaCC", "this is Base64 text"),
    (b"PK\x03\x04", "a PFX begins with byte 30, this with 50"),
    (b"0\x00", "a PFX needs 2 fields, found 0"),
    (b"0\x82\x10\x00", "truncated"),
    (bytes.fromhex("3005020104300102"), "byte 5: an element of 1 bytes with 0 left"),
    (bytes.fromhex("30050201043000"), "expected a PFX of version 3, found a private key or another version"),
    (bytes.fromhex("30050201033000"), "a content needs 1 fields, found 0"),
    (bytes.fromhex("3010020103300b06092a864886f70d010702"), "signedData (integrity by a signature)"),
    (bytes.fromhex("3010020103300b06092a864886f70d010701"), "the content is missing"),
    (bytes.fromhex("3006020103040100"), "expected a content (tag 0x30), found tag 0x04"),
    (b"0\x04" + b"\x05\x00" * 2, "found something else"),
]


@pytest.mark.parametrize(("content", "complaint"), OTHERS)
def test_other_files_are_told(content: bytes, complaint: str) -> None:
    for reader in (outline_pfx, lambda content: read_pfx(content, "secret")):
        with pytest.raises(Unreadable) as caught:
            reader(content)
        assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"-----BEGIN CERTIFICATE-----\n", "openssl pkcs12 -export makes a PFX of PEM files"),
        (b"\n MIIKPAIBAzCCCfIGCSqGSIb3DQEHAaCC", "decode it first: base64 -d"),
    ],
)
def test_what_to_do_with_text(content: bytes, hint: str) -> None:
    with pytest.raises(Unreadable, match=r"^this is") as caught:
        read_pfx(content, "secret")
    assert caught.value.hint == hint


def test_what_to_do_about_a_password_and_about_damage(case: Case) -> None:
    for password, hint in (
        ("wrong", "check the password's spelling; if it is right, the file is damaged"),
        ("secret", "the file was damaged or altered after it was exported: export or copy it again"),
    ):
        with pytest.raises(Unreadable) as caught:
            read_pfx(case("altered"), password)
        assert caught.value.hint == hint


def test_a_certificate_and_a_bundle_are_told(path: tuple[bytes, ...]) -> None:
    with pytest.raises(Unreadable, match="found a certificate"):
        read_pfx(path[0], "secret")
    with pytest.raises(Unreadable, match="P7B"):
        read_pfx(bytes.fromhex("300f06092a864886f70d010702a0023000"), "secret")


def test_truncation_is_told(case: Case) -> None:
    with pytest.raises(Unreadable, match=r"the file, byte 0: an element of 4325 bytes with 4025 left: truncated\?"):
        read_pfx(case("truncated"), "secret")


def test_size_is_bounded() -> None:
    with pytest.raises(Unreadable, match="more than the 16777216 a PFX may have"):
        read_pfx(bytes(16 * 1024 * 1024 + 1), None)
    with pytest.raises(Unreadable, match="a PFX begins with byte 30"):
        read_pfx(bytes(16 * 1024 * 1024), None)


# ── without a password ────────────────────────────────────────────────────────────────────────────


def test_an_outline_needs_no_password(case: Case) -> None:
    facts = outline_pfx(case("windows"))
    assert facts.mac == Mac("pkcs12", "sha1", 2000, 8, verified=False)
    assert [(safe.where, safe.encryption.name) for safe in facts.sealed] == [("safe 1", TRIPLE)]
    (key,) = facts.keys
    assert (key.pkcs8, key.local_machine, name_of(key.encryption)) == (b"", True, TRIPLE)
    assert facts.certificates == ()
    assert facts.defects == ()


def test_an_outline_shows_what_lies_open(case: Case, leaf_key: bytes, path: tuple[bytes, ...]) -> None:
    facts = outline_pfx(case("no-encryption"))
    assert [key.pkcs8 for key in facts.keys] == [leaf_key]
    assert tuple(bag.der for bag in facts.certificates) == path
    assert facts.sealed == ()


def test_nothing_secret_is_shown(case: Case, leaf_key: bytes) -> None:
    shown = repr(read_pfx(case("windows"), "secret"))
    assert "pkcs8" not in shown
    assert repr(leaf_key)[2:40] not in shown


# ── the corpus of cryptography ────────────────────────────────────────────────────────────────────

VECTORS = Path(cryptography_vectors.__file__).parent
PKCS12 = sorted((VECTORS / "pkcs12").glob("*.p12"))
PKITS = sorted((VECTORS / "x509" / "PKITS_data" / "pkcs12").glob("*.p12"))


def password_of(vector: Path) -> str | None:
    if "no-pwd" in vector.stem or vector.stem in ("no-password", "java-truststore"):
        return None
    return "password" if "pwd" in vector.stem or vector in PKITS else "cryptography"


def written_again(pkcs8: bytes) -> bytes:
    """The key as cryptography writes it, without what writers disagree on."""
    key = load_der_private_key(pkcs8, None)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def as_cryptography_reads(vector: Path) -> tuple[set[bytes], set[bytes]]:
    """Keys and certificates, by the library under which these vectors were collected."""
    password = password_of(vector)
    loaded = pkcs12.load_pkcs12(vector.read_bytes(), password and password.encode())
    keys = {loaded.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())} if loaded.key else set()
    held = [*([loaded.cert] if loaded.cert else []), *loaded.additional_certs]
    return keys, {each.certificate.public_bytes(Encoding.DER) for each in held}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("vector", [*PKCS12, *PKITS[::40]], ids=lambda vector: vector.stem)
def test_cryptography_reads_the_same(vector: Path) -> None:
    facts = read_pfx(vector.read_bytes(), password_of(vector))
    keys = {written_again(key.pkcs8) for key in facts.keys}
    assert (keys, {bag.der for bag in facts.certificates}) == as_cryptography_reads(vector)
    assert facts.defects == ()


def test_all_of_pkits_opens() -> None:
    """The 257 files of NIST's path validation suite, written by a tool of 2011: one key, one certificate each."""
    assert len(PKITS) > 200
    for vector in PKITS:
        facts = read_pfx(vector.read_bytes(), "password")
        assert (len(facts.keys), facts.defects) == (1, ()), vector.stem
        assert facts.certificates, vector.stem


@pytest.mark.parametrize("name", ["pbmac1-sha256", "pbmac1-sha512"])
def test_openssl_4_agrees_about_pbmac1(case: Case, leaf_key: bytes, name: str) -> None:
    loaded = pkcs12.load_pkcs12(case(name), b"secret")
    assert loaded.key is not None
    assert loaded.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) == leaf_key


def test_facts_compare(case: Case) -> None:
    first: PfxFacts = read_pfx(case("windows"), "secret")
    assert first == read_pfx(case("windows"), "secret")
