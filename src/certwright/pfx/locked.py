"""Private keys under a password of their own (EncryptedPrivateKeyInfo, RFC 5958), at the same bounded cost as a PFX."""

from certwright.errors import Unreadable, WrongPassword
from certwright.pfx.ber import SEQUENCE, Decoder
from certwright.pfx.facts import Encryption
from certwright.pfx.kdf import MOST_ITERATIONS, Budget, spellings
from certwright.pfx.pbe import Scheme, read_scheme

MOST_BYTES = 1 << 20


def key_encryption(content: bytes) -> Encryption:
    """How the key is encrypted. Unreadable when the bytes are no encrypted key."""
    return _parts(content)[0].facts


def unlock_key(
    content: bytes, password: str | None, *, most_iterations: int = MOST_ITERATIONS, within: Budget | None = None
) -> bytes:
    """The key as PKCS#8, DER. WrongPassword when the password does not fit, Unreadable when nothing could open it."""
    scheme, ciphertext = _parts(content)
    obstacle = scheme.obstacle(ciphertext)
    if obstacle:
        raise Unreadable(obstacle)
    for secret in spellings(password, most_iterations, within):
        plaintext = scheme.decrypt(secret, ciphertext)
        if plaintext and _is_sequence(plaintext):
            return plaintext
    raise WrongPassword("the password does not fit")


def _parts(content: bytes) -> tuple[Scheme, bytes]:
    if len(content) > MOST_BYTES:
        raise Unreadable(f"it has {len(content)} bytes, more than the {MOST_BYTES} a key may have")
    algorithm, ciphertext = Decoder().decode(content, "the key").fields("an encrypted private key", 2)[:2]
    return read_scheme(algorithm), ciphertext.octets("an encrypted private key")


def _is_sequence(plaintext: bytes) -> bool:
    """A wrong key passes the padding check once in 256 times, but not this."""
    try:
        Decoder().decode(plaintext).expect(SEQUENCE, "a key")
    except Unreadable:
        return False
    return True
