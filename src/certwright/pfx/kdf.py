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
from certwright.speech import tr

MOST_ITERATIONS: Final = 4_000_000  # of one file; a second of a processor of today

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
_WEIGHTS = {"sha384": 2, "sha512": 2}  # rounds an iteration costs: 64-bit hashes take twice the time on small inputs
_openssl = native.find()


class Budget:
    """How many rounds of hashing one file may cost. A round is one iteration for one block of output.

    `within` is a larger budget that this one is part of: a file's, where it holds several PFX.
    """

    def __init__(self, rounds: int, within: "Budget | None" = None) -> None:
        self.rounds = rounds
        self._left = rounds
        self._within = within

    def spend(self, rounds: int) -> None:
        """Takes what decrypting costs. Unreadable when the file asks for more than is left."""
        if broken := self._take(rounds):
            told = tr(
                "opening it costs more than {most} rounds of hashing or decrypting, the limit for one file",
                most=f"{broken.rounds:,}",
            )
            raise Unreadable(told, hint=tr("export the file again, encrypted with AES or 3DES"))

    def iterate(self, iterations: int, length: int, hash_name: str) -> None:
        """Takes what `length` bytes of output cost. Unreadable as in `spend`, and for fewer than 1 iteration."""
        if iterations < 1:
            raise Unreadable(tr("{count} key derivation iterations, expected 1 or more", count=iterations))
        blocks = -(-length // hashlib.new(hash_name).digest_size)
        if broken := self._take(iterations * blocks * _WEIGHTS.get(hash_name, 1)):
            told = broken._told(iterations)
            raise Unreadable(told, hint=tr("export the file again with fewer iterations (Windows uses 2000)"))

    def _take(self, rounds: int) -> "Budget | None":
        """The budget that does not allow it: this one, or one it is part of."""
        self._left -= rounds
        if self._left < 0:
            return self
        return self._within._take(rounds) if self._within else None

    def _told(self, iterations: int) -> str:
        asked, most = f"{iterations:,}", f"{self.rounds:,}"
        if iterations > self.rounds:
            return tr(
                "its key derivation asks for {asked} iterations, and the limit is {most} for all keys of one file",
                asked=asked,
                most=most,
            )
        return tr(
            "opening it costs more than {most} rounds of hashing, the limit for one file; one key takes {asked}",
            asked=asked,
            most=most,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A password in its two spellings: big-endian UTF-16 with a terminator for RFC 7292, UTF-8 for PBKDF2."""

    bmp: bytes
    utf8: bytes
    budget: Budget

    def pkcs12(self, hash_name: str, salt: bytes, iterations: int, purpose: int, length: int) -> bytes:
        """RFC 7292 B.2: `length` bytes for a purpose (KEY, IV, MAC)."""
        self.budget.iterate(iterations, length, hash_name)
        key = _openssl(hash_name, self.bmp, salt, iterations, purpose, length) if _openssl else b""
        return key or derive(hash_name, self.bmp, salt, iterations, purpose, length)

    def pbkdf2(self, prf: str, salt: bytes, iterations: int, length: int) -> bytes:
        """RFC 8018 5.2 with HMAC of that hash."""
        self.budget.iterate(iterations, length, prf)
        return PBKDF2HMAC(_PRFS[prf], length, salt, iterations).derive(self.utf8)


def spellings(password: str | None, most_rounds: int, within: Budget | None = None) -> tuple[Secret, ...]:
    """The ways to spell a password. None and "" are two spellings, a NULL and an empty string; files have either."""
    budget = Budget(most_rounds, within)
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
