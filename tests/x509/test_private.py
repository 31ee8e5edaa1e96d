"""A private key's facts: its public half, and the arithmetic that proves its numbers belong together."""

from collections.abc import Callable
from math import lcm

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from certwright.errors import Unreadable
from certwright.x509.private import read_private_key

KEY = rsa.generate_private_key(65537, 2048)


def pkcs8(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def spki(key: PrivateKeyTypes) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("make", "algorithm", "bits"),
    [
        (lambda: KEY, "rsa", 2048),
        (lambda: rsa.generate_private_key(3, 1024), "rsa", 1024),
        (lambda: ec.generate_private_key(ec.SECP256R1()), "ec", 256),
        (lambda: ec.generate_private_key(ec.SECP521R1()), "ec", 521),
        (lambda: dsa.generate_private_key(1024), "dsa", 1024),
        (ed25519.Ed25519PrivateKey.generate, "ed25519", 255),
        (ed448.Ed448PrivateKey.generate, "ed448", 448),
        (x25519.X25519PrivateKey.generate, "x25519", 255),
    ],
)
def test_kinds(make: Callable[[], PrivateKeyTypes], algorithm: str, bits: int) -> None:
    key = make()
    facts = read_private_key(pkcs8(key))
    assert (facts.algorithm, facts.bits, facts.consistent, facts.reason) == (algorithm, bits, True, "")
    assert facts.spki == spki(key)


def tlv(tag: int, body: bytes) -> bytes:
    size = len(body)
    octets = b"" if size < 128 else size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets) if octets else size)) + octets + body


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def rsa_key(**changes: int) -> bytes:
    """The RSA key with some numbers replaced (RFC 8017 A.1.2)."""
    numbers = KEY.private_numbers()
    parts = {
        "version": 0,
        "n": numbers.public_numbers.n,
        "e": numbers.public_numbers.e,
        "d": numbers.d,
        "p": numbers.p,
        "q": numbers.q,
        "dp": numbers.dmp1,
        "dq": numbers.dmq1,
        "qinv": numbers.iqmp,
    } | changes
    key = tlv(0x30, b"".join(map(integer, parts.values())))
    return tlv(0x30, b"\x02\x01\x00" + bytes.fromhex("300d06092a864886f70d0101010500") + tlv(0x04, key))


def test_the_unchanged_key_is_consistent() -> None:
    assert read_private_key(rsa_key()).consistent
    assert rsa_key() == pkcs8(KEY)


def test_an_exponent_modulo_the_lcm_is_right_too() -> None:
    """RFC 8017 defines d modulo lcm(p - 1, q - 1); FIPS 186 and Windows use it, others the product."""
    numbers = KEY.private_numbers()
    least = lcm(numbers.p - 1, numbers.q - 1)
    for d in (numbers.d % least, numbers.d % least + least):
        assert read_private_key(rsa_key(d=d)).consistent


NUMBERS = KEY.private_numbers()
OTHER = rsa.generate_private_key(65537, 2048).private_numbers()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"n": NUMBERS.public_numbers.n + 2}, "the modulus is not the product of the primes"),
        ({"n": OTHER.public_numbers.n}, "the modulus is not the product of the primes"),
        ({"p": OTHER.p}, "the modulus is not the product of the primes"),
        ({"q": OTHER.q}, "the modulus is not the product of the primes"),
        ({"d": NUMBERS.d + 2}, "the private exponent does not undo the public one"),
        ({"d": OTHER.d}, "the private exponent does not undo the public one"),
        ({"e": 3}, "the private exponent does not undo the public one"),
        ({"dp": NUMBERS.dmp1 + 2}, "the first CRT exponent is wrong"),
        ({"dq": NUMBERS.dmq1 + 2}, "the second CRT exponent is wrong"),
        ({"qinv": NUMBERS.iqmp + 1}, "the CRT coefficient is wrong"),
        ({"p": 1, "q": NUMBERS.public_numbers.n}, "a prime is missing"),
    ],
)
def test_numbers_that_disagree(changes: dict[str, int], reason: str) -> None:
    facts = read_private_key(rsa_key(**changes))
    assert (facts.consistent, facts.reason) == (False, reason)


def test_an_exponent_that_fits_one_prime_only_is_wrong() -> None:
    p, q, e = NUMBERS.p, NUMBERS.q, NUMBERS.public_numbers.e
    for prime in (p, q):
        d = pow(e, -1, prime - 1)
        assert read_private_key(rsa_key(d=d)).reason == "the private exponent does not undo the public one"


def test_a_curve_key_with_another_public_half_is_told() -> None:
    mine, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    point = [key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) for key in (mine, theirs)]
    content = pkcs8(mine)
    assert point[0] in content
    with pytest.raises(Unreadable):
        read_private_key(content.replace(*point))


def test_the_secret_is_not_shown() -> None:
    assert "spki" not in repr(read_private_key(pkcs8(KEY)))


def test_an_encrypted_key_is_refused() -> None:
    content = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    with pytest.raises(Unreadable, match="not a private key that can be read"):
        read_private_key(content)


@given(st.binary(max_size=100))
def test_any_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_private_key(content)


@given(st.integers(0, 1200), st.integers(1, 255))
def test_a_changed_byte_is_noticed_or_harmless(at: int, change: int) -> None:
    """Whatever byte changes: unreadable, inconsistent, or the very same numbers."""
    content = bytearray(pkcs8(KEY))
    at %= len(content)
    content[at] ^= change
    try:
        facts = read_private_key(bytes(content))
    except Unreadable:
        return
    if facts.consistent:
        again = load_der_private_key(bytes(content), None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(again, rsa.RSAPrivateKey)
        assert again.private_numbers() == NUMBERS
