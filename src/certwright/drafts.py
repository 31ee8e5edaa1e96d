"""What one certificate is to be: names, key, uses, and how its package is written; before there is a key."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from certwright.value import value

NameKind = Literal["dns", "ip", "uri", "email", "dn", "other"]
PfxEncryption = Literal["tripledes-sha1", "aes256-sha256"]


@dataclass(frozen=True, slots=True, order=True)
class GeneralName:
    """One subject alternative name (RFC 5280 4.2.1.6). `value` is text: A-labels, an address, a URI."""

    kind: NameKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


@value
class KeySpec:
    """The key to make: `bits` is the modulus length for RSA, the curve size for EC. `store` names a token, "" ours."""

    algorithm: Literal["rsa", "ec"] = "rsa"
    bits: int = 2048
    store: str = ""

    def __str__(self) -> str:
        return f"{self.algorithm.upper()} {self.bits}"


@value
class PfxProfile:
    """How a PFX is to be written. `provider` is the Windows key provider's name (attribute 1.3.6.1.4.1.311.17.1)."""

    encryption: PfxEncryption = "aes256-sha256"
    iterations: int = 2000
    local_machine: bool = True
    provider: str = ""
    privacy: bool = True
    friendly_name: str = ""


@value
class PasswordRule:
    """What the password of a set must satisfy. Classes are upper, lower, digit, special, letter (other letters)."""

    minimum: int = 16
    classes: int = 3
    forbidden: str = ""


@value
class Draft:
    """What one certificate is to be: the demands of its place folded into one wish, before there is a key.

    `lifetime` counts from issuance; `good_until` is a date the certificate must outlive (a deployment day plus two
    years). `subject` is RFC 4514 text. `extended_key_usage` holds names of OIDS, or dotted OIDs. `crl_shards` says into
    how many shards the list at the distribution points is cut: the certificate names its own instead; 0 for none.
    """

    subject: str = ""
    names: tuple[GeneralName, ...] = ()
    key: KeySpec = KeySpec()
    key_usage: frozenset[str] = frozenset()
    extended_key_usage: tuple[str, ...] = ()
    authority: bool = False
    path_length: int | None = None
    lifetime: timedelta = timedelta(days=397)
    good_until: date | None = None
    crl_distribution_points: tuple[str, ...] = ()
    crl_shards: int = 0
    signature_hash: str = "sha256"
    pfx: PfxProfile = PfxProfile()
    password: PasswordRule = PasswordRule()
