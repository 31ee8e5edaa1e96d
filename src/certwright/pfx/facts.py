"""What a PFX holds and how it is protected. Private keys are carried, and never shown."""

from certwright.value import field, value


@value
class Encryption:
    """How a safe or a key bag is encrypted. `name` is "tripledes-sha1", "aes256-sha256", "rc2-40-sha1", or an OID.

    `algorithm` is the dotted OID (PBES1) or that of PBES2; `cipher` and `prf` are filled for PBES2.
    """

    name: str
    algorithm: str
    iterations: int = 0
    salt_length: int = 0
    cipher: str = ""
    prf: str = ""


@value
class Mac:
    """The integrity check. `hash` is "sha1", "sha256", …; `kind` is "pkcs12" or "pbmac1" (RFC 9579)."""

    kind: str
    hash: str
    iterations: int
    salt_length: int
    verified: bool


@value
class Bag:
    """What every bag carries. `where` addresses it: "safe 1, bag 3". `attributes` are dotted OIDs, in file order."""

    where: str
    encryption: Encryption | None
    friendly_name: str = ""
    local_key_id: bytes = b""
    attributes: tuple[str, ...] = ()


@value
class KeyBag(Bag):
    """A private key. `encryption` None means a plain keyBag. `pkcs8` is the decrypted PrivateKeyInfo, DER."""

    local_machine: bool = False
    provider: str = ""
    pkcs8: bytes = field(default=b"", repr=False)


@value
class CertificateBag(Bag):
    """A certificate, DER. `encryption` None means it lies in the open (no certificate privacy)."""

    der: bytes = field(default=b"", repr=False)


@value
class SealedSafe:
    """An encrypted safe that was not opened: no password was given, or `defects` says why not."""

    where: str
    encryption: Encryption


@value
class PfxFacts:
    """A whole PFX, bags in file order.

    `defects` are safes and bags that could not be read, in words, with their place. `sealed` are the encrypted safes
    that stayed closed.
    """

    mac: Mac | None
    keys: tuple[KeyBag, ...] = ()
    certificates: tuple[CertificateBag, ...] = ()
    other_bags: tuple[str, ...] = ()
    indefinite_lengths: bool = False
    defects: tuple[str, ...] = ()
    sealed: tuple[SealedSafe, ...] = ()
