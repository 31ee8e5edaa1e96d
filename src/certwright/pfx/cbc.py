"""Block ciphers in CBC mode with the padding of RFC 8018 6.1.1, and the table of those a PFX may name."""

from collections.abc import Callable
from functools import partial

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher as Primitive
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from certwright.errors import Broken, Unreadable
from certwright.pfx import rc2
from certwright.speech import tr
from certwright.value import value

Algorithm = Callable[[bytes], BlockCipherAlgorithm]


@value
class Cipher:
    """A cipher's lengths in bytes, and how it undoes (key, iv, ciphertext). Whole blocks, padding untouched.

    `rounds` is what a block costs, in rounds of key derivation, where that is worth counting.
    """

    key_length: int
    block: int
    decrypt: Callable[[bytes, bytes, bytes], bytes]
    rounds: int = 0


def decrypt(algorithm: Algorithm, key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
    """The plaintext with its padding. Unreadable when this computer's OpenSSL does not offer the cipher."""
    try:
        decryptor = Primitive(algorithm(key), CBC(iv)).decryptor()
    except UnsupportedAlgorithm as problem:
        raise Unreadable(
            tr("the cipher is not allowed on this computer (FIPS mode?): {reason}", reason=problem)
        ) from problem
    return decryptor.update(ciphertext) + decryptor.finalize()


def encrypt(algorithm: Algorithm, key: bytes, iv: bytes, plaintext: bytes) -> bytes:
    """The ciphertext of the padded plaintext. Broken when this computer's OpenSSL does not offer the cipher."""
    try:
        encryptor = Primitive(algorithm(key), CBC(iv)).encryptor()
    except UnsupportedAlgorithm as problem:
        raise Broken(
            tr("the cipher is not allowed on this computer (FIPS mode?): {reason}", reason=problem)
        ) from problem
    missing = len(iv) - len(plaintext) % len(iv)
    return encryptor.update(plaintext + bytes((missing,)) * missing) + encryptor.finalize()


def unpadded(plaintext: bytes, block: int) -> bytes:
    """The padding taken off; empty when it is none. Not an oracle: whoever gets the answer has the file itself."""
    padding = plaintext[-1]
    fits = 1 <= padding <= block and plaintext.endswith(bytes((padding,)) * padding)
    return plaintext[:-padding] if fits else b""


_RC2_ROUNDS = 100  # plain Python: a block takes as long as a hundred hashes

CIPHERS = {
    "tripledes": Cipher(24, 8, partial(decrypt, TripleDES)),
    "tripledes2": Cipher(16, 8, lambda key, iv, ciphertext: decrypt(TripleDES, key + key[:8], iv, ciphertext)),
    "rc2-40": Cipher(5, 8, partial(rc2.decrypt_cbc, 40), _RC2_ROUNDS),
    "rc2-128": Cipher(16, 8, partial(rc2.decrypt_cbc, 128), _RC2_ROUNDS),
    "aes128": Cipher(16, 16, partial(decrypt, AES)),
    "aes192": Cipher(24, 16, partial(decrypt, AES)),
    "aes256": Cipher(32, 16, partial(decrypt, AES)),
}
