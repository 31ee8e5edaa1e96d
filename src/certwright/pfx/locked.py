"""Private keys under a password of their own (EncryptedPrivateKeyInfo, RFC 5958), at the same bounded cost as a PFX.

Keys in PEM text encrypted the old way (RFC 1421 headers) cost one round of MD5, so there is nothing to bound.
"""

import warnings

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from certwright.errors import Unreadable, WrongPassword
from certwright.pfx.ber import SEQUENCE, Decoder
from certwright.pfx.facts import Encryption
from certwright.pfx.kdf import MOST_ITERATIONS, Budget, spellings
from certwright.pfx.pbe import Scheme, read_scheme
from certwright.speech import noted, tr

MOST_BYTES = 1 << 20
OLD_WAY = Encryption("RFC 1421", "", 1)  # a key is drawn from the password with one round of MD5
_RENEWED = "openssl pkcs8 -topk8 -in FILE -out NEW"


def key_encryption(content: bytes) -> Encryption:
    """How the key is encrypted. Unreadable when the bytes are no encrypted key."""
    return _parts(content)[0].facts


def is_locked_key(content: bytes) -> bool:
    """Whether it is an encrypted key: an algorithm, and octets that it made."""
    try:
        key_encryption(content)
    except Unreadable:
        return False
    return True


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
    raise WrongPassword(tr("the password does not fit"))


def unlock_old_key(block: bytes, password: str) -> bytes:
    """A PEM block encrypted the old way as PKCS#8, DER. WrongPassword when the password does not fit or it is damaged.

    Unreadable when its cipher is none that is read (DES-EDE3-CBC and AES are).
    """
    if len(block) > MOST_BYTES:
        raise Unreadable(tr("it has {size} bytes, more than {most}", size=len(block), most=MOST_BYTES))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a cipher is old is nothing for standard error
            key = load_pem_private_key(block, password.encode(), unsafe_skip_rsa_key_validation=True)
    except UnsupportedAlgorithm as reason:
        raise Unreadable(tr("the key is encrypted in a way that is not read"), hint=_RENEWED) from reason
    except (ValueError, TypeError) as reason:  # nothing tells a wrong password from damage
        raise WrongPassword(tr("the password does not fit")) from reason
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _parts(content: bytes) -> tuple[Scheme, bytes]:
    if len(content) > MOST_BYTES:
        raise Unreadable(
            tr("it has {count} bytes, more than the {most} a key may have", count=len(content), most=MOST_BYTES)
        )
    algorithm, ciphertext = Decoder().decode(content, noted("the key")).fields(noted("an encrypted private key"), 2)[:2]
    return read_scheme(algorithm), ciphertext.octets(noted("an encrypted private key"))


def _is_sequence(plaintext: bytes) -> bool:
    """A wrong key passes the padding check once in 256 times, but not this."""
    try:
        Decoder().decode(plaintext).expect(SEQUENCE, noted("a key"))
    except Unreadable:
        return False
    return True
