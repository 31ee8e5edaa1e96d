"""Passwords into keys: RFC 7292 appendix B and PBKDF2, at a bounded cost.

The iteration count comes from the file, so it is hostile until the budget has agreed to it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from certwright.errors import Unreadable

KEY: Final = 1  # RFC 7292 B.3: what the bytes are for
IV: Final = 2
MAC: Final = 3


class _Hash(Protocol):
    digest_size: int
    block_size: int

    def digest(self) -> bytes: ...


def _hash(name: str) -> Callable[[bytes], _Hash]:
    return getattr(hashlib, name)  # type: ignore[no-any-return]


_PRFS: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - what the files in the field were made with
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


class Budget:
    """How many rounds of hashing one file may cost. A round is one iteration for one block of output."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self._left = rounds

    def spend(self, iterations: int, blocks: int) -> None:
        """Takes the cost of one derivation. Unreadable when the file asks for more than is left, or for nonsense."""
        if iterations < 1:
            raise Unreadable(f"{iterations} key derivation iterations, expected 1 or more")
        self._left -= iterations * blocks
        if self._left < 0:
            raise Unreadable(
                f"opening it costs more than {self.rounds} rounds of key derivation ({iterations} iterations a key)",
                hint="export the file again with fewer iterations; Windows uses 2000",
            )


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A password in its two spellings: big-endian UTF-16 with a terminator for RFC 7292, UTF-8 for PBKDF2."""

    bmp: bytes
    utf8: bytes
    budget: Budget

    def pkcs12(self, hash_name: str, salt: bytes, iterations: int, purpose: int, length: int) -> bytes:
        """RFC 7292 B.2: `length` bytes for a purpose (KEY, IV, MAC)."""
        new = _hash(hash_name)
        self.budget.spend(iterations, -(-length // new(b"").digest_size))
        return derive(new, self.bmp, salt, iterations, purpose, length)

    def pbkdf2(self, prf: str, salt: bytes, iterations: int, length: int) -> bytes:
        """RFC 8018 5.2 with HMAC of that hash."""
        algorithm = _PRFS[prf]
        self.budget.spend(iterations, -(-length // algorithm.digest_size))
        return PBKDF2HMAC(algorithm, length, salt, iterations).derive(self.utf8)


def secrets(password: str | None, most_rounds: int) -> tuple[Secret, ...]:
    """The ways to spell a password. None and "" are two spellings, a NULL and an empty string; files have either."""
    budget = Budget(most_rounds)
    if not password:
        null, empty = Secret(b"", b"", budget), Secret(b"\0\0", b"", budget)
        return (null, empty) if password is None else (empty, null)
    bmp = password.encode("utf-16-be", "surrogatepass") + b"\0\0"
    return (Secret(bmp, password.encode("utf-8", "surrogatepass"), budget),)


def derive(
    new: Callable[[bytes], _Hash], password: bytes, salt: bytes, iterations: int, purpose: int, length: int
) -> bytes:
    """RFC 7292 B.2, letters as there: D the diversifier, I the salt and password, A the digest, B its expansion."""
    block = new(b"").block_size
    diversifier = bytes((purpose,)) * block
    filled = _fill(salt, block) + _fill(password, block)
    output = b""
    while True:
        digest = new(diversifier + filled).digest()
        for _ in range(iterations - 1):
            digest = new(digest).digest()
        output += digest
        if len(output) >= length:
            return output[:length]
        filled = _add(filled, _fill(digest, block), block)


def _fill(value: bytes, block: int) -> bytes:
    """The value repeated until it fills whole blocks; nothing stays nothing."""
    size = -(-len(value) // block) * block
    return (value * (size // len(value) + 1))[:size] if value else b""


def _add(filled: bytes, expansion: bytes, block: int) -> bytes:
    """B + 1 added to every block of I, modulo the block."""
    addend = int.from_bytes(expansion, "big") + 1
    modulus = 1 << 8 * block
    sums = (int.from_bytes(filled[at : at + block], "big") + addend for at in range(0, len(filled), block))
    return b"".join((value % modulus).to_bytes(block, "big") for value in sums)
