"""Password-based encryption: PBES1 of RFC 7292 appendix C and PBES2 of RFC 8018 section 6.2.

Reading is wide (3DES, RC2, AES, any PBKDF2 hash); writing knows the two that Windows imports.
"""

from collections.abc import Callable
from typing import assert_never

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from certwright.model import PfxEncryption
from certwright.pfx import cbc, kdf, oids
from certwright.pfx.ber import INTEGER, OCTET_STRING, Element
from certwright.pfx.der import NULL, integer, octets, oid, sequence
from certwright.pfx.facts import Encryption
from certwright.speech import noted, tr
from certwright.value import field, value

_PBES1 = {
    oids.PBE_3DES: "tripledes",
    oids.PBE_3DES_TWO_KEYS: "tripledes2",
    oids.PBE_RC2_128: "rc2-128",
    oids.PBE_RC2_40: "rc2-40",
}


@value
class Scheme:
    """An encryption as the file describes it. `facts` always say something; `cipher` is None for one we cannot undo."""

    facts: Encryption
    cipher: cbc.Cipher | None = None
    salt: bytes = field(default=b"", repr=False)
    iv: bytes = field(default=b"", repr=False)

    def obstacle(self, ciphertext: bytes) -> str:
        """Why no password can undo this encryption of that ciphertext; empty when one can."""
        if self.cipher is None:
            name, *others = filter(None, (self.facts.name, self.facts.cipher, self.facts.prf))
            for other in others:
                name = tr("{encryption} with {other}", encryption=name, other=other)
            return tr("the encryption {encryption} is not supported", encryption=name)
        if not ciphertext or len(ciphertext) % self.cipher.block:
            return tr(
                "{count} encrypted bytes are not whole blocks of {block}: truncated?",
                count=len(ciphertext),
                block=self.cipher.block,
            )
        return ""

    def decrypt(self, secret: kdf.Secret, ciphertext: bytes) -> bytes:
        """The plaintext; empty when its padding says that the password does not fit. Unreadable when too costly.

        Only for a ciphertext without `obstacle`.
        """
        cipher = self.cipher
        assert cipher is not None
        secret.budget.spend(len(ciphertext) // cipher.block * cipher.rounds)
        key, iv = self._key(secret, cipher)
        return cbc.unpadded(cipher.decrypt(key, iv, ciphertext), cipher.block)

    def _key(self, secret: kdf.Secret, cipher: cbc.Cipher) -> tuple[bytes, bytes]:
        iterations = self.facts.iterations
        if self.facts.algorithm == oids.PBES2:
            return secret.pbkdf2(self.facts.prf, self.salt, iterations, cipher.key_length), self.iv
        key = secret.pkcs12("sha1", self.salt, iterations, kdf.KEY, cipher.key_length)
        return key, secret.pkcs12("sha1", self.salt, iterations, kdf.IV, cipher.block)


def read_scheme(algorithm: Element) -> Scheme:
    """The encryption an AlgorithmIdentifier describes. Unreadable when its parameters make no sense."""
    identifier, *parameters = algorithm.fields(noted("an encryption algorithm"), 1)
    name = identifier.oid(noted("an encryption algorithm"))
    if name in _PBES1 and parameters:
        salt, iterations = parameters[0].fields(noted("PBE parameters"), 2)[:2]
        salted, count = salt.octets(noted("the salt")), iterations.integer(noted("the iteration count"))
        cipher = _PBES1[name]
        return Scheme(Encryption(f"{cipher}-sha1", name, count, len(salted)), cbc.CIPHERS[cipher], salted)
    if name == oids.PBES2 and parameters:
        return _read_pbes2(parameters[0])
    return Scheme(Encryption(name, name))


def _read_pbes2(parameters: Element) -> Scheme:
    function, encryption = parameters.fields(noted("PBES2 parameters"), 2)[:2]
    identifier, *settings = encryption.fields(noted("a cipher"), 1)
    name = identifier.oid(noted("a cipher"))
    derivation = read_pbkdf2(function)
    if name not in oids.CIPHERS or not settings or not derivation.supported:
        return Scheme(Encryption(oids.PBES2, oids.PBES2, cipher=oids.CIPHERS.get(name, name), prf=derivation.prf))
    cipher = oids.CIPHERS[name]
    iv = settings[0].octets(noted("the initialisation vector"))
    if len(iv) != cbc.CIPHERS[cipher].block:
        raise settings[0].wrong(
            tr("an initialisation vector of {count} bytes does not fit {cipher}", count=len(iv), cipher=cipher)
        )
    facts = Encryption(
        name=f"{cipher}-{derivation.prf}",
        algorithm=oids.PBES2,
        iterations=derivation.iterations,
        salt_length=len(derivation.salt),
        cipher=cipher,
        prf=derivation.prf,
    )
    return Scheme(facts, cbc.CIPHERS[cipher], derivation.salt, iv)


@value
class Pbkdf2:
    """PBKDF2-params (RFC 8018 A.2). `length` is None when the file leaves it out.

    When not `supported`, `prf` is the identifier of what is unknown: the function or its hash.
    """

    prf: str
    supported: bool = False
    salt: bytes = b""
    iterations: int = 0
    length: int | None = None


def read_pbkdf2(function: Element) -> Pbkdf2:
    """The key derivation function of PBES2 or PBMAC1. Unreadable when its parameters make no sense."""
    identifier, *parameters = function.fields(noted("a key derivation function"), 1)
    name = identifier.oid(noted("a key derivation function"))
    if name != oids.PBKDF2 or not parameters:
        return Pbkdf2(name)
    salt, iterations, *options = parameters[0].fields(noted("PBKDF2 parameters"), 2)
    if salt.tag != OCTET_STRING:  # otherSource, which nobody has ever defined
        return Pbkdf2(name)
    length = options.pop(0).integer(noted("the key length")) if options and options[0].tag == INTEGER else None
    prf = oids.HMAC_SHA1  # DEFAULT
    if options:
        prf = options[0].fields(noted("a pseudo-random function"), 1)[0].oid(noted("a pseudo-random function"))
    count = iterations.integer(noted("the iteration count"))
    return Pbkdf2(oids.HMACS.get(prf, prf), prf in oids.HMACS, salt.body, count, length)


def encrypt(
    encryption: PfxEncryption, iterations: int, secret: kdf.Secret, plaintext: bytes, random: Callable[[int], bytes]
) -> tuple[bytes, bytes]:
    """AlgorithmIdentifier and ciphertext, with a fresh 20-byte salt, as long as Windows writes them."""
    salt = random(20)
    if encryption == "tripledes-sha1":
        key = secret.pkcs12("sha1", salt, iterations, kdf.KEY, 24)
        iv = secret.pkcs12("sha1", salt, iterations, kdf.IV, 8)
        algorithm = sequence(oid(oids.PBE_3DES), sequence(octets(salt), integer(iterations)))
        return algorithm, cbc.encrypt(TripleDES, key, iv, plaintext)
    if encryption == "aes256-sha256":
        key, iv = secret.pbkdf2("sha256", salt, iterations, 32), random(16)
        prf = sequence(oid(oids.HMAC_SHA256), NULL)
        derivation = sequence(oid(oids.PBKDF2), sequence(octets(salt), integer(iterations), prf))
        cipher = sequence(oid(oids.AES256_CBC), octets(iv))
        algorithm = sequence(oid(oids.PBES2), sequence(derivation, cipher))
        return algorithm, cbc.encrypt(AES, key, iv, plaintext)
    assert_never(encryption)
