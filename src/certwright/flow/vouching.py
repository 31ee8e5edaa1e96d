"""Who vouches for what is carried to an issuer by hand: a key of the inventory, made when it is first needed.

Its certificate signs itself; the fingerprint is what the receiver is told by another way than the files.
"""

from datetime import timedelta
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from certwright.errors import Unreadable
from certwright.flow.world import Vault, World
from certwright.model import KeySpec
from certwright.pack.adcs_signature import detached, fingerprint, signer_certificate
from certwright.speech import tr

SIGNER = "hand-over/signer"
SUBJECT = "CN=certwright hand-over"
LIFE = timedelta(days=20 * 365)  # nobody trusts its dates: its fingerprint is compared
_KEY, _CERTIFICATE = "hand-over key", "hand-over certificate"  # settings of the inventory


class Signer:
    """Signs manifests. The key is made, or opened, when the first one is to be signed."""

    def __init__(self, world: World, vault: Vault) -> None:
        self._world, self._vault = world, vault

    def __call__(self, content: bytes) -> bytes:
        """The signature of a manifest: CMS, detached, DER; the same for the same manifest."""
        key, certificate = self._own
        return detached(content, key, certificate)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signer's certificate, in pairs."""
        return fingerprint(self._own[1])

    @cached_property
    def _own(self) -> tuple[RSAPrivateKey, bytes]:
        with self._world.inventory.reading() as reading:
            name = (reading.setting(_KEY) or b"").decode()
            certificate = reading.setting(_CERTIFICATE)
            sealed = reading.sealed_key(name)
        if certificate is None or sealed is None:
            return self._made()
        key, _ = self._vault.keys.open(name, sealed)
        if not isinstance(key, RSAPrivateKey):
            raise Unreadable(tr("the key that signs hand-overs is none of RSA"), name)
        return key, certificate

    def _made(self) -> tuple[RSAPrivateKey, bytes]:
        ((new,),) = self._vault.keys.make({SIGNER: KeySpec("rsa", 3072)})
        assert isinstance(new.private, RSAPrivateKey), "an RSA key was asked for"
        now = self._world.now
        serial = int.from_bytes(self._world.random(15), "big") + 1
        certificate = signer_certificate(new.private, SUBJECT, serial, now, now + LIFE)
        with self._world.inventory.writing() as book:
            book.add_key(new.name, str(new.spec), new.spki, new.sealed, now)
            book.write_setting(_KEY, new.name.encode())
            book.write_setting(_CERTIFICATE, certificate)
        return new.private, certificate
