"""The integrity check of a PFX: the MAC of RFC 7292 appendix A, and PBMAC1 (RFC 9579) in its place."""

import hashlib
import hmac
from collections.abc import Callable

from certwright.model import PfxEncryption
from certwright.pfx import der, kdf, oids
from certwright.pfx.ber import Element
from certwright.pfx.facts import Mac
from certwright.pfx.pbe import Pbkdf2, read_pbkdf2
from certwright.speech import noted, tr
from certwright.value import field, value

_WRITTEN: dict[PfxEncryption, tuple[str, str]] = {
    "tripledes-sha1": ("sha1", oids.SHA1),
    "aes256-sha256": ("sha256", oids.SHA256),
}


@value
class MacData:
    """MacData of RFC 7292 section 4. `obstacle` says why no password can verify it; empty when one can."""

    kind: str
    hash: str
    salt: bytes
    iterations: int
    digest: bytes = field(repr=False)
    key_length: int = 0
    prf: str = ""
    obstacle: str = ""

    def facts(self, *, verified: bool) -> Mac:
        """What to tell about it."""
        return Mac(self.kind, self.hash, self.iterations, len(self.salt), verified)

    def fits(self, secret: kdf.Secret, content: bytes) -> bool:
        """Whether the content is what was written, under this password. Unreadable when too costly to know."""
        if self.kind == "pbmac1":
            key = secret.pbkdf2(self.prf, self.salt, self.iterations, self.key_length)
        else:
            key = secret.pkcs12(self.hash, self.salt, self.iterations, kdf.MAC, hashlib.new(self.hash).digest_size)
        return hmac.compare_digest(hmac.digest(key, content, self.hash), self.digest)


def read_mac(data: Element) -> MacData:
    """MacData from its element. Unreadable when the structure is not one."""
    info, salt, *iterations = data.fields(noted("the MAC"), 2)
    algorithm, digest = info.fields(noted("the MAC's digest"), 2)[:2]
    identifier, *parameters = algorithm.fields(noted("the MAC's algorithm"), 1)
    name = identifier.oid(noted("the MAC's algorithm"))
    if name == oids.PBMAC1 and parameters:
        return _read_pbmac1(parameters[0], digest.octets(noted("the MAC")))
    return MacData(
        kind="pkcs12",
        hash=oids.HASHES.get(name, name),
        salt=salt.octets(noted("the MAC's salt")),
        iterations=iterations[0].integer(noted("the MAC's iteration count")) if iterations else 1,  # DEFAULT 1
        digest=digest.octets(noted("the MAC")),
        obstacle="" if name in oids.HASHES else tr("its hash {hash} is not supported", hash=name),
    )


def _read_pbmac1(parameters: Element, digest: bytes) -> MacData:
    """RFC 9579 section 5: salt and count are PBKDF2's; those of MacData are to be ignored."""
    function, scheme = parameters.fields(noted("PBMAC1 parameters"), 2)[:2]
    name = scheme.fields(noted("a message authentication scheme"), 1)[0].oid(noted("a message authentication scheme"))
    derivation = read_pbkdf2(function)
    return MacData(
        kind="pbmac1",
        hash=oids.HMACS.get(name, name),
        salt=derivation.salt,
        iterations=derivation.iterations,
        digest=digest,
        key_length=derivation.length or 0,
        prf=derivation.prf,
        obstacle=_pbmac1_obstacle(name, derivation),
    )


def _pbmac1_obstacle(name: str, derivation: Pbkdf2) -> str:
    """A short key would let anybody forge the MAC by trying them all, so RFC 9579 section 9 wants its length told."""
    if name not in oids.HMACS or not derivation.supported:
        return tr("PBMAC1 with {hash} and {prf} is not supported", hash=name, prf=derivation.prf)
    if derivation.length is None or not 20 <= derivation.length <= 1024:
        if derivation.length is None:
            return tr("its PBMAC1 key has an unsaid number of bytes, expected 20 or more")
        return tr("its PBMAC1 key has {count} bytes, expected 20 or more", count=derivation.length)
    return ""


def write_mac(
    encryption: PfxEncryption, iterations: int, secret: kdf.Secret, content: bytes, random: Callable[[int], bytes]
) -> bytes:
    """MacData over the content, with the hash that goes with the encryption and a fresh 20-byte salt."""
    name, identifier = _WRITTEN[encryption]
    salt = random(20)
    key = secret.pkcs12(name, salt, iterations, kdf.MAC, {"sha1": 20, "sha256": 32}[name])
    digest = der.octets(hmac.digest(key, content, name))
    algorithm = der.sequence(der.oid(identifier), der.NULL)
    count = der.integer(iterations) if iterations != 1 else b""  # DEFAULT 1, which DER leaves out (X.690 11.5)
    return der.sequence(der.sequence(algorithm, digest), der.octets(salt), count)
