"""The integrity check of a PFX: the MAC of RFC 7292 appendix A, and PBMAC1 (RFC 9579) in its place."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from certwright.model import PfxEncryption
from certwright.pfx import der, kdf, oids
from certwright.pfx.ber import Element
from certwright.pfx.facts import Mac
from certwright.pfx.pbe import Pbkdf2, read_pbkdf2

_WRITTEN: dict[PfxEncryption, tuple[str, str]] = {
    "tripledes-sha1": ("sha1", "1.3.14.3.2.26"),
    "aes256-sha256": ("sha256", "2.16.840.1.101.3.4.2.1"),
}


@dataclass(frozen=True, slots=True)
class MacData:
    """MacData of RFC 7292 section 4. `hash` is empty for an algorithm nobody here can compute; `unknown` names it."""

    kind: str
    hash: str
    salt: bytes
    iterations: int
    digest: bytes = field(repr=False)
    key_length: int = 0
    prf: str = ""
    unknown: str = ""

    def facts(self, *, verified: bool) -> Mac:
        """What to tell about it."""
        return Mac(self.kind, self.hash or self.unknown, self.iterations, len(self.salt), verified)

    def fits(self, secret: kdf.Secret, content: bytes) -> bool:
        """Whether the content is what was written, under this password."""
        if self.kind == "pbmac1":
            key = secret.pbkdf2(self.prf, self.salt, self.iterations, self.key_length)
        else:
            key = secret.pkcs12(self.hash, self.salt, self.iterations, kdf.MAC, hashlib.new(self.hash).digest_size)
        return hmac.compare_digest(hmac.digest(key, content, self.hash), self.digest)


def read_mac(data: Element) -> MacData:
    """MacData from its element. Unreadable when the structure is not one."""
    info, salt, *iterations = data.fields("the MAC", 2)
    algorithm, digest = info.fields("the MAC's digest", 2)[:2]
    identifier, *parameters = algorithm.fields("the MAC's algorithm", 1)
    name = identifier.oid("the MAC's algorithm")
    if name == oids.PBMAC1 and parameters:
        return _read_pbmac1(parameters[0], digest.octets("the MAC"))
    count = iterations[0].integer("the MAC's iteration count") if iterations else 1  # DEFAULT 1
    known = oids.HASHES.get(name, "")
    return MacData("pkcs12", known, salt.octets("the MAC's salt"), count, digest.octets("the MAC"), unknown=name)


def _read_pbmac1(parameters: Element, digest: bytes) -> MacData:
    """RFC 9579 section 5: salt and count come from PBKDF2; those of MacData are to be ignored."""
    function, scheme = parameters.fields("PBMAC1 parameters", 2)[:2]
    name = scheme.fields("a message authentication scheme", 1)[0].oid("a message authentication scheme")
    derivation = read_pbkdf2(function) or Pbkdf2(b"", 0, None, "")
    known = oids.HMACS.get(name, "") if derivation.prf and _sane(derivation.length) else ""
    return MacData(
        kind="pbmac1",
        hash=known,
        salt=derivation.salt,
        iterations=derivation.iterations,
        digest=digest,
        key_length=derivation.length or 0,
        prf=derivation.prf,
        unknown=name,
    )


def _sane(key_length: int | None) -> bool:
    """RFC 9579 section 9 wants the length written, and 20 bytes or more of it."""
    return key_length is not None and 20 <= key_length <= 1024


def write_mac(
    encryption: PfxEncryption, iterations: int, secret: kdf.Secret, content: bytes, random: Callable[[int], bytes]
) -> bytes:
    """MacData over the content, with the hash that goes with the encryption and a fresh 20-byte salt."""
    name, identifier = _WRITTEN[encryption]
    salt = random(20)
    key = secret.pkcs12(name, salt, iterations, kdf.MAC, {"sha1": 20, "sha256": 32}[name])
    digest = der.octets(hmac.digest(key, content, name))
    algorithm = der.sequence(der.oid(identifier), der.NULL)
    return der.sequence(der.sequence(algorithm, digest), der.octets(salt), der.integer(iterations))
