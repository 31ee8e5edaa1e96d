"""Passwords into keys: RFC 7292 appendix B and PBKDF2, at a bounded cost.

The iteration count comes from the file, so it is hostile until the budget has agreed to it.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from certwright.errors import Unreadable
from certwright.pfx import native

KEY: Final = 1  # RFC 7292 B.3: what the bytes are for
IV: Final = 2
MAC: Final = 3

_PRFS: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - what the files in the field were made with
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_openssl = native.find()


class Budget:
    """How many rounds of hashing one file may cost. A round is one iteration for one block of output."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self._left = rounds

    def spend(self, rounds: int) -> None:
        """Takes so many rounds. Unreadable when the file asks for more than are left."""
        self._left -= rounds
        if self._left < 0:
            raise Unreadable(
                f"opening it costs more than {self.rounds} rounds of key derivation",
                hint="export the file again with fewer iterations (Windows uses 2000)",
            )

    def iterate(self, iterations: int, length: int, block: int) -> None:
        """Takes what `length` bytes cost in blocks of `block`. Unreadable as in `spend`, and for fewer than 1."""
        if iterations < 1:
            raise Unreadable(f"{iterations} key derivation iterations, expected 1 or more")
        self.spend(iterations * -(-length // block))


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A password in its two spellings: big-endian UTF-16 with a terminator for RFC 7292, UTF-8 for PBKDF2."""

    bmp: bytes
    utf8: bytes
    budget: Budget

    def pkcs12(self, hash_name: str, salt: bytes, iterations: int, purpose: int, length: int) -> bytes:
        """RFC 7292 B.2: `length` bytes for a purpose (KEY, IV, MAC)."""
        self.budget.iterate(iterations, length, hashlib.new(hash_name).digest_size)
        key = _openssl(hash_name, self.bmp, salt, iterations, purpose, length) if _openssl else b""
        return key or derive(hash_name, self.bmp, salt, iterations, purpose, length)

    def pbkdf2(self, prf: str, salt: bytes, iterations: int, length: int) -> bytes:
        """RFC 8018 5.2 with HMAC of that hash."""
        algorithm = _PRFS[prf]
        self.budget.iterate(iterations, length, algorithm.digest_size)
        return PBKDF2HMAC(algorithm, length, salt, iterations).derive(self.utf8)


def spellings(password: str | None, most_rounds: int) -> tuple[Secret, ...]:
    """The ways to spell a password. None and "" are two spellings, a NULL and an empty string; files have either."""
    budget = Budget(most_rounds)
    if not password:
        null, empty = Secret(b"", b"", budget), Secret(b"\0\0", b"", budget)
        return (null, empty) if password is None else (empty, null)
    bmp = password.encode("utf-16-be", "surrogatepass") + b"\0\0"
    return (Secret(bmp, password.encode("utf-8", "surrogatepass"), budget),)


def derive(hash_name: str, password: bytes, salt: bytes, iterations: int, purpose: int, length: int) -> bytes:
    """RFC 7292 B.2, with its letters: D the diversifier, I the filled salt and password, A the digest, B + 1 added."""
    new = getattr(hashlib, hash_name)
    block = new().block_size
    diversifier = bytes((purpose,)) * block
    filled = _fill(salt, block) + _fill(password, block)
    output = b""
    while len(output) < length:
        digest = new(diversifier + filled).digest()
        for _ in range(iterations - 1):
            digest = new(digest).digest()
        output += digest
        filled = _add(filled, _fill(digest, block), block)
    return output[:length]


def _fill(value: bytes, block: int) -> bytes:
    """The value repeated until it fills whole blocks; nothing stays nothing."""
    size = -(-len(value) // block) * block
    return (value * (size // len(value) + 1))[:size] if value else b""


def _add(filled: bytes, digest: bytes, block: int) -> bytes:
    """B + 1 added to every block of I, modulo the block; B is the digest, filled."""
    addend, modulus = int.from_bytes(digest, "big") + 1, 1 << 8 * block
    sums = (int.from_bytes(filled[at : at + block], "big") + addend for at in range(0, len(filled), block))
    return b"".join((value % modulus).to_bytes(block, "big") for value in sums)
