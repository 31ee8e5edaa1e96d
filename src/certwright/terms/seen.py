"""What `check` sees: facts parsed from bytes, never the bytes, a key or a password.

A `Seen` is one file of one place; a `Layout` is the tree the files of a set lie in. Both travel between processes.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from certwright.pack.cluster_facts import Cluster
from certwright.pfx.facts import PfxFacts
from certwright.value import field, value
from certwright.x509.facts import CertificateFacts, ChainFacts, CrlFacts
from certwright.x509.private import PrivateKeyFacts
from certwright.x509.standing import Standing


@value
class PasswordFacts:
    """What may be known of a password. `classes` are upper, lower, digit, special, letter (letters without case).

    `mark` tells the passwords of one run apart and means nothing to another: Python salts its hashes.
    """

    length: int
    classes: frozenset[str]
    characters: frozenset[str] = field(repr=False)
    mark: int = field(default=0, repr=False)


def password_facts(password: str) -> PasswordFacts:
    """The facts of a password: its length in characters, the kinds of characters, the set of them."""
    return PasswordFacts(len(password), frozenset(map(_kind, password)), frozenset(password), hash(password))


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if not character.isalpha():
        return "special"
    if character.isupper():
        return "upper"
    return "lower" if character.islower() else "letter"


@value
class Trouble:
    """Why a file could not be judged. `code` is one of `terms.material.MATERIAL`, `reason` is what happened."""

    code: str
    reason: str


@value
class Entry:
    """One key of a Kubernetes object, which is a file to whoever mounts it, and the certificates and CRLs in it."""

    name: str
    certificates: tuple[CertificateFacts, ...] = field(default=(), repr=False)
    crls: tuple[CrlFacts, ...] = field(default=(), repr=False)


@value
class Seen:
    """One file of one place, read. Absent parts are None; `others` are all certificates after the leaf.

    `written` is the encoding of the file: "der", "pem", "base64", "pfx" or "". `position` counts the certificates that
    lie before the leaf. `found` is the path it was really found under. `anchored` says whether the roots to trust were
    known when `chain` was decided, or whether it leads to a root and is faulty whatever is trusted. `entries` are the
    keys of objects that hold CRLs. `standings` are what revocation lists say of the certificate and of those above it,
    as far as lists were at hand or asked for. `cluster` is a whole cluster that the place is a part of, where no file
    is looked at.
    """

    place: str
    path: str
    form: str
    certificate: CertificateFacts | None = None
    others: tuple[CertificateFacts, ...] = ()
    chain: ChainFacts | None = None
    pfx: PfxFacts | None = None
    key: PrivateKeyFacts | None = None
    encrypted_key: bool = False
    password: PasswordFacts | None = None
    objects: tuple[Mapping[str, Any], ...] = ()
    crls: tuple[CrlFacts, ...] = ()
    entries: tuple[Entry, ...] = ()
    standings: tuple[Standing, ...] = ()
    written: str = ""
    position: int = 0
    anchored: bool = False
    found: str = ""
    trouble: Trouble | None = None
    cluster: Cluster | None = field(default=None, repr=False)

    @property
    def certificates(self) -> tuple[CertificateFacts, ...]:
        """Every certificate of the file, in file order."""
        return () if self.certificate is None else (self.certificate, *self.others)

    def has(self, part: str) -> bool:
        """Whether a part that a term reads is there."""
        match part:
            case "file":
                return self.form != "tls"
            case "network":
                return any(one.asked for standing in self.standings for one in standing.listings)
            case "lists":
                return any(one.is_list for standing in self.standings for one in standing.listings)
            case "objects" | "crls":
                return bool(getattr(self, part))
            case "anchors":
                return self.chain is not None and self.anchored
            case "certificate" | "chain" | "key" | "pfx" | "password" | "cluster":
                return getattr(self, part) is not None
        return False

    @property
    def holds_key(self) -> bool:
        """Whether there is a private key in the file, readable or not."""
        return self.key is not None or self.encrypted_key

    def beside(self, sibling: "Seen") -> "Seen":
        """This file with the certificate of another file of the same place: a key file beside its certificate."""
        return replace(self, certificate=sibling.certificate)


@value
class Layout:
    """The tree of a set: paths that were planned, and paths that lie in the folders of the set, as found.

    Paths are relative to the output root, with forward slashes, in exact case. Those of empty folders end in a slash.
    Without `fixed` the files were found by what they hold, and nobody knows the folders they are meant for.
    """

    planned: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    fixed: bool = True
