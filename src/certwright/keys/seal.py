"""Sealing: an unlock secret opens a wrapped master key, the master key seals everything else (AES-256-GCM).

The name of what is sealed is authenticated with it, so that no two sealed things can be exchanged for each other.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from certwright.errors import Locked, Unreadable
from certwright.speech import tr
from certwright.value import value

Random = Callable[[int], bytes]

NONCE = 12  # bytes; random, and far below 2**32 messages under one key (NIST SP 800-38D 8.3)
MASTER = b"certwright master key"


@value
class Cost:
    """What one guess at the unlock secret costs (RFC 7914): memory is 128 * n * r bytes."""

    n: int
    r: int = 8
    p: int = 1


THOUGHT_OF = Cost(n=2**17)  # a person chose the secret: 128 MiB and half a second a guess
DRAWN = Cost(n=2**10)  # 256 random bits: nobody guesses these, stretching adds nothing


class Box:
    """The unlocked master key. `seal` and `open` are inverse for one and the same name."""

    def __init__(self, master: bytes, random: Random) -> None:
        self._cipher = AESGCM(master)
        self._random = random

    def seal(self, name: str, content: bytes) -> bytes:
        """`content` sealed under `name`."""
        nonce = self._random(NONCE)
        return nonce + self._cipher.encrypt(nonce, content, name.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """What was sealed under `name`. Unreadable when the bytes are damaged or belong to another name."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], name.encode())
        except (InvalidTag, ValueError) as damage:
            raise Unreadable(
                tr("the sealed bytes are damaged or belong to something else"),
                where=name,
                hint=tr("restore the inventory from a backup; nothing was changed"),
            ) from damage


def new_box(secret: str, cost: Cost, random: Random) -> tuple[bytes, Box]:
    """A fresh master key, and how it is written down: wrapped with the key that `secret` yields at `cost`."""
    salt, master = random(16), random(32)
    nonce = random(NONCE)
    wrapped = nonce + AESGCM(_stretch(secret, salt, cost)).encrypt(nonce, master, MASTER)
    written = {
        "kdf": "scrypt",
        "n": cost.n,
        "r": cost.r,
        "p": cost.p,
        "salt": b64encode(salt).decode(),
        "master": b64encode(wrapped).decode(),
    }
    return json.dumps(written).encode(), Box(master, random)


def open_box(written: bytes, secret: str, random: Random, *, source: str = "") -> Box:
    """The box that `new_box` wrote down. Locked when `secret` is not the one; `source` says where it came from."""
    try:
        told = json.loads(written)
        cost = Cost(int(told["n"]), int(told["r"]), int(told["p"]))
        salt, wrapped = b64decode(told["salt"]), b64decode(told["master"])
    except (ValueError, KeyError, TypeError) as damage:
        raise Unreadable(tr("the wrapped master key is damaged"), where="inventory") from damage
    try:
        master = AESGCM(_stretch(secret, salt, cost)).decrypt(wrapped[:NONCE], wrapped[NONCE:], MASTER)
    except InvalidTag as wrong:
        raise Locked(
            tr("{source} does not open this inventory", source=source or tr("the unlock secret")),
            tr("give the secret this inventory was made with: --unlock-file FILE or CERTWRIGHT_UNLOCK"),
        ) from wrong
    return Box(master, random)


def _stretch(secret: str, salt: bytes, cost: Cost) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost.n, r=cost.r, p=cost.p).derive(secret.encode())
