"""Ciphers, padding, and RC2 against the vectors of RFC 2268 section 5."""

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm

from certwright.errors import Broken, Unreadable
from certwright.pfx import cbc, rc2

RFC2268 = [  # key, effective bits, plaintext, ciphertext
    ("0000000000000000", 63, "0000000000000000", "ebb773f993278eff"),
    ("ffffffffffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"),
    ("3000000000000000", 64, "1000000000000001", "30649edf9be7d2c2"),
    ("88", 64, "0000000000000000", "61a8a244adacccf0"),
    ("88bca90e90875a", 64, "0000000000000000", "6ccf4308974c267f"),
    ("88bca90e90875a7f0f79c384627bafb2", 64, "0000000000000000", "1a807d272bbe5db1"),
    ("88bca90e90875a7f0f79c384627bafb2", 128, "0000000000000000", "2269552ab0f85ca6"),
    ("88bca90e90875a7f0f79c384627bafb216f80a6f85920584c42fceb0be255daf1e", 129, "0000000000000000", "5b78d3a43dfff1f1"),
]


@pytest.mark.parametrize(("key", "bits", "plaintext", "ciphertext"), RFC2268)
def test_rc2_blocks(key: str, bits: int, plaintext: str, ciphertext: str) -> None:
    block = bytes.fromhex(ciphertext)
    assert rc2.decrypt_cbc(bits, bytes.fromhex(key), bytes(8), block).hex() == plaintext
    first, second = rc2.decrypt_cbc(bits, bytes.fromhex(key), b"\x01" * 8, block * 2), bytes.fromhex(plaintext)
    assert first[:8] == bytes(byte ^ 1 for byte in second)
    assert first[8:] == bytes(a ^ b for a, b in zip(second, block, strict=True))


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9])
def test_padding_comes_off_again(size: int) -> None:
    plaintext = bytes(range(size))
    ciphertext = cbc.encrypt(TripleDES, b"k" * 24, b"i" * 8, plaintext)
    assert len(ciphertext) == size // 8 * 8 + 8
    assert cbc.unpadded(cbc.decrypt(TripleDES, b"k" * 24, b"i" * 8, ciphertext), 8) == plaintext


@pytest.mark.parametrize("tail", ["00", "09", "0102", "0303", "ff"])
def test_wrong_padding_gives_nothing(tail: str) -> None:
    assert cbc.unpadded(bytes(8) + bytes.fromhex(tail), 8) == b""


def test_whole_blocks_of_padding() -> None:
    assert cbc.unpadded(b"x" * 8 + b"\x08" * 8, 8) == b"x" * 8
    assert cbc.unpadded(b"x" + b"\x10" * 16, 16) == b"x"


class Unheard(BlockCipherAlgorithm):
    """A cipher no OpenSSL has, as 3DES is on a computer in FIPS mode."""

    name = "Unheard"
    key_sizes = frozenset((64,))
    key_size = 64
    block_size = 64

    def __init__(self, key: bytes) -> None:
        self.key = key


def test_a_cipher_this_computer_lacks() -> None:
    with pytest.raises(Unreadable, match="not allowed on this computer"):
        cbc.decrypt(Unheard, b"k" * 8, bytes(8), bytes(8))
    with pytest.raises(Broken, match="not allowed on this computer"):
        cbc.encrypt(Unheard, b"k" * 8, bytes(8), bytes(8))
