"""Key derivation against published values, against OpenSSL, and against whoever asks for too much of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.pfx import kdf, native

SMEG, QUEEG = "smeg".encode("utf-16-be") + b"\0\0", "queeg".encode("utf-16-be") + b"\0\0"

PUBLISHED = [  # the values every implementation has been tested with since 1999
    (SMEG, "0a58cf64530d823f", 1, kdf.KEY, "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"),
    (SMEG, "0a58cf64530d823f", 1, kdf.IV, "79993dfe048d3b76"),
    (SMEG, "3d83c0e4546ac140", 1, kdf.MAC, "8d967d88f6caa9d714800ab3d48051d63f73a312"),
    (QUEEG, "05dec959acff72f7", 1000, kdf.KEY, "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"),
    (QUEEG, "05dec959acff72f7", 1000, kdf.IV, "11dedad7758d4860"),
    (QUEEG, "263216fcc2fab31c", 1000, kdf.MAC, "5ec4c7a80df652294c3925b6489a7ab857c83476"),
]


@pytest.mark.parametrize(("password", "salt", "iterations", "purpose", "key"), PUBLISHED)
def test_published_keys(password: bytes, salt: str, iterations: int, purpose: int, key: str) -> None:
    derived = kdf.derive("sha1", password, bytes.fromhex(salt), iterations, purpose, len(key) // 2)
    assert derived.hex() == key


@given(
    st.sampled_from(("sha1", "sha224", "sha256", "sha384", "sha512")),
    st.binary(max_size=200),
    st.binary(min_size=1, max_size=200),
    st.integers(1, 3),
    st.sampled_from((kdf.KEY, kdf.IV, kdf.MAC)),
    st.integers(1, 200),
)
def test_openssl_derives_the_same(
    hash_name: str, password: bytes, salt: bytes, iterations: int, purpose: int, length: int
) -> None:
    openssl = native.find()
    assert openssl is not None
    theirs = openssl(hash_name, password, salt, iterations, purpose, length)
    assert theirs == kdf.derive(hash_name, password, salt, iterations, purpose, length)


def test_what_openssl_refuses_is_derived_all_the_same() -> None:
    openssl = native.find()
    assert openssl is not None
    assert openssl("sha1", b"", b"", 1, kdf.KEY, 8) == b""
    assert openssl("nonsense", b"", b"salt", 1, kdf.KEY, 8) == b""
    (secret, _) = kdf.spellings(None, 10)
    assert secret.pkcs12("sha1", b"", 1, kdf.KEY, 8) == kdf.derive("sha1", b"", b"", 1, kdf.KEY, 8)


@pytest.mark.parametrize("module", ["sys", "no_such_module", "_json", "certwright"])
def test_without_openssl_there_is_no_shortcut(module: str) -> None:
    assert native.find(module) is None


def test_pbkdf2_published_key() -> None:
    """RFC 6070, the second vector."""
    (secret,) = kdf.spellings("password", 10)
    assert secret.pbkdf2("sha1", b"salt", 2, 20).hex() == "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"


def test_the_budget_counts_iterations_times_blocks_over_all_keys() -> None:
    (secret,) = kdf.spellings("secret", 2000 * (2 + 1 + 1))
    secret.pkcs12("sha1", b"salt", 2000, kdf.KEY, 24)
    secret.pkcs12("sha1", b"salt", 2000, kdf.IV, 8)
    secret.pbkdf2("sha256", b"salt", 2000, 32)
    with pytest.raises(Unreadable, match="more than 8,000 rounds of hashing, the limit for one file; one key takes 1"):
        secret.pbkdf2("sha256", b"salt", 1, 32)


def test_spellings_share_the_budget() -> None:
    null, empty = kdf.spellings(None, 2)
    null.pkcs12("sha1", b"salt", 1, kdf.MAC, 20)
    empty.pkcs12("sha1", b"salt", 1, kdf.MAC, 20)
    with pytest.raises(Unreadable, match="more than 2 rounds"):
        null.pkcs12("sha1", b"salt", 1, kdf.MAC, 20)


@pytest.mark.parametrize("iterations", [0, -1, -(2**40)])
def test_no_iterations_are_nonsense(iterations: int) -> None:
    (secret,) = kdf.spellings("secret", 10)
    with pytest.raises(Unreadable, match="expected 1 or more"):
        secret.pkcs12("sha1", b"salt", iterations, kdf.KEY, 8)


def test_spellings() -> None:
    assert [secret.bmp for secret in kdf.spellings(None, 1)] == [b"", b"\0\0"]
    assert [secret.bmp for secret in kdf.spellings("", 1)] == [b"\0\0", b""]
    (secret,) = kdf.spellings("é😀", 1)
    assert secret.bmp.hex() == "00e9d83dde000000"
    assert secret.utf8 == "é😀".encode()


def test_a_secret_is_not_shown() -> None:
    (secret,) = kdf.spellings("hunter2", 1)
    assert "hunter2" not in f"{secret!r} {secret}"


def test_a_budget_within_another_spends_both() -> None:
    whole = kdf.Budget(5)
    (first,), (second,) = (kdf.spellings("secret", 4, whole) for _ in range(2))
    first.pbkdf2("sha256", b"salt", 4, 32)
    with pytest.raises(Unreadable, match="more than 5 rounds"):
        second.pbkdf2("sha256", b"salt", 2, 32)


def test_long_hashes_count_twice() -> None:
    (secret,) = kdf.spellings("secret", 3)
    with pytest.raises(Unreadable, match="more than 3 rounds"):
        secret.pbkdf2("sha512", b"salt", 2, 64)
