"""Password-based encryption: PBES1 of RFC 7292 appendix C and PBES2 of RFC 8018 section 6.2.

Reading is wide (3DES, RC2, AES, any PBKDF2 hash); writing knows the two that Windows imports.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from certwright.model import PfxEncryption
from certwright.pfx import der, kdf, oids, rc2
from certwright.pfx.ber import INTEGER, OCTET_STRING, Element
from certwright.pfx.facts import Encryption

_PBES1 = {  # name, key length in bytes
    oids.PBE_3DES: ("tripledes-sha1", 24),
    oids.PBE_3DES_TWO_KEYS: ("tripledes2-sha1", 16),
    oids.PBE_RC2_128: ("rc2-128-sha1", 16),
    oids.PBE_RC2_40: ("rc2-40-sha1", 5),
}
_KEY_LENGTHS = {"aes128": 16, "aes192": 24, "aes256": 32, "tripledes": 24}


@dataclass(frozen=True, slots=True)
class Scheme:
    """An encryption as the file describes it. `facts` always says something, even of one that cannot be undone."""

    facts: Encryption
    salt: bytes = field(default=b"", repr=False)
    iv: bytes = field(default=b"", repr=False)

    @property
    def _block(self) -> int:
        return 16 if self.facts.cipher.startswith("aes") else 8

    def obstacle(self, ciphertext: bytes) -> str:
        """Why no password can undo this encryption of that ciphertext; empty when one can."""
        if self.facts.name == self.facts.algorithm:
            return f"the encryption {self.facts.cipher or self.facts.name} is not supported"
        if not ciphertext or len(ciphertext) % self._block:
            return f"{len(ciphertext)} encrypted bytes are not whole blocks of {self._block}: truncated?"
        return ""

    def decrypt(self, secret: kdf.Secret, ciphertext: bytes) -> bytes:
        """The plaintext; empty when its padding says that the password does not fit. Unreadable when too costly."""
        plaintext = (self._pbes2 if self.facts.cipher else self._pbes1)(secret, ciphertext)
        return _unpadded(plaintext, self._block)

    def _pbes1(self, secret: kdf.Secret, ciphertext: bytes) -> bytes:
        length = _PBES1[self.facts.algorithm][1]
        key = secret.pkcs12("sha1", self.salt, self.facts.iterations, kdf.KEY, length)
        iv = secret.pkcs12("sha1", self.salt, self.facts.iterations, kdf.IV, 8)
        if self.facts.name.startswith("rc2"):
            return rc2.decrypt_cbc(key, 8 * length, iv, ciphertext)
        return _cbc(TripleDES(key), iv, ciphertext)

    def _pbes2(self, secret: kdf.Secret, ciphertext: bytes) -> bytes:
        length = _KEY_LENGTHS[self.facts.cipher]
        key = secret.pbkdf2(self.facts.prf, self.salt, self.facts.iterations, length)
        return _cbc(AES(key) if self._block == 16 else TripleDES(key), self.iv, ciphertext)


def read_scheme(algorithm: Element) -> Scheme:
    """The encryption an AlgorithmIdentifier describes. Unreadable when its parameters make no sense."""
    identifier, *parameters = algorithm.fields("an encryption algorithm", 1)
    name = identifier.oid("an encryption algorithm")
    if name in _PBES1 and parameters:
        salt, iterations = parameters[0].fields("PBE parameters", 2)[:2]
        rounds = iterations.integer("the iteration count")
        salted = salt.octets("the salt")
        return Scheme(Encryption(_PBES1[name][0], name, rounds, len(salted)), salted)
    if name == oids.PBES2 and parameters:
        return _read_pbes2(parameters[0])
    return Scheme(Encryption(name, name))


def _read_pbes2(parameters: Element) -> Scheme:
    function, encryption = parameters.fields("PBES2 parameters", 2)[:2]
    identifier, *settings = encryption.fields("a cipher", 1)
    cipher_oid = identifier.oid("a cipher")
    cipher = oids.CIPHERS.get(cipher_oid)
    derivation = read_pbkdf2(function)
    if cipher is None or derivation is None or not settings:
        return Scheme(Encryption(oids.PBES2, oids.PBES2, cipher=cipher or cipher_oid))
    iv = settings[0].octets("the initialisation vector")
    facts = Encryption(
        name=f"{cipher}-{derivation.prf}",
        algorithm=oids.PBES2,
        iterations=derivation.iterations,
        salt_length=len(derivation.salt),
        cipher=cipher,
        prf=derivation.prf,
    )
    if len(iv) != (16 if cipher.startswith("aes") else 8):
        raise settings[0].wrong(f"an initialisation vector of {len(iv)} bytes does not fit {cipher}")
    return Scheme(facts, derivation.salt, iv)


@dataclass(frozen=True, slots=True)
class Pbkdf2:
    """PBKDF2-params (RFC 8018 A.2). `length` is None when the file leaves it out."""

    salt: bytes
    iterations: int
    length: int | None
    prf: str


def read_pbkdf2(function: Element) -> Pbkdf2 | None:
    """The parameters; None when the function is not PBKDF2 or its hash is none we know."""
    identifier, *parameters = function.fields("a key derivation function", 1)
    if identifier.oid("a key derivation function") != oids.PBKDF2 or not parameters:
        return None
    salt, iterations, *options = parameters[0].fields("PBKDF2 parameters", 2)
    if salt.tag != OCTET_STRING:
        return None
    length = options.pop(0).integer("the key length") if options and options[0].tag == INTEGER else None
    prf = "sha1"
    if options:
        prf = oids.HMACS.get(options[0].fields("a pseudo-random function", 1)[0].oid("a pseudo-random function"), "")
    if not prf:
        return None
    return Pbkdf2(salt.body, iterations.integer("the iteration count"), length, prf)


def encrypt(
    encryption: PfxEncryption, iterations: int, secret: kdf.Secret, plaintext: bytes, random: Callable[[int], bytes]
) -> tuple[bytes, bytes]:
    """AlgorithmIdentifier and ciphertext, with a fresh 20-byte salt, as long as Windows writes them."""
    salt = random(20)
    if encryption == "tripledes-sha1":
        key = secret.pkcs12("sha1", salt, iterations, kdf.KEY, 24)
        iv = secret.pkcs12("sha1", salt, iterations, kdf.IV, 8)
        parameters = der.sequence(der.octets(salt), der.integer(iterations))
        algorithm = der.sequence(der.oid(oids.PBE_3DES), parameters)
        return algorithm, _cbc_encrypt(TripleDES(key), iv, plaintext)
    if encryption == "aes256-sha256":
        key, iv = secret.pbkdf2("sha256", salt, iterations, 32), random(16)
        return _pbes2_identifier(salt, iterations, iv), _cbc_encrypt(AES(key), iv, plaintext)
    assert_never(encryption)


def _pbes2_identifier(salt: bytes, iterations: int, iv: bytes) -> bytes:
    prf = der.sequence(der.oid("1.2.840.113549.2.9"), der.NULL)
    derivation = der.sequence(der.oid(oids.PBKDF2), der.sequence(der.octets(salt), der.integer(iterations), prf))
    cipher = der.sequence(der.oid(oids.AES256_CBC), der.octets(iv))
    return der.sequence(der.oid(oids.PBES2), der.sequence(derivation, cipher))


def _cbc(algorithm: BlockCipherAlgorithm, iv: bytes, ciphertext: bytes) -> bytes:
    decryptor = Cipher(algorithm, CBC(iv)).decryptor()
    return decryptor.update(ciphertext) + decryptor.finalize()


def _cbc_encrypt(algorithm: BlockCipherAlgorithm, iv: bytes, plaintext: bytes) -> bytes:
    block = algorithm.block_size // 8
    missing = block - len(plaintext) % block
    encryptor = Cipher(algorithm, CBC(iv)).encryptor()
    return encryptor.update(plaintext + bytes((missing,)) * missing) + encryptor.finalize()


def _unpadded(plaintext: bytes, block: int) -> bytes:
    """RFC 8018 6.1.1 step 4 undone, empty if it cannot be. No oracle: whoever sees the answer has the file itself."""
    padding = plaintext[-1]
    fits = 1 <= padding <= block and plaintext.endswith(bytes((padding,)) * padding)
    return plaintext[:-padding] if fits else b""
