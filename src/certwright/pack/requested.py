"""What a packer of requests is given: requests to one issuer, each with what it is for. Nothing in it is secret."""

import hashlib
import re

from certwright.model import Draft, GeneralName
from certwright.value import field, value

_KEYED = frozenset(("pfx", "key", "secret", "issuer", "keyvault"))
_UNSAFE = re.compile(r"[^a-z0-9.-]")


@value
class Requested:
    """A request, PKCS#10 in DER, of a place of a site.

    `template` is the one to ask an AD CS for, "" when none is named; `spki` the public key (SubjectPublicKeyInfo, DER),
    by which the answer is known. `exportable`: a file is made of the private key, wherever it is made.
    """

    place: str
    site: str
    title: str
    csr: bytes = field(repr=False)
    spki: bytes = field(repr=False)
    names: tuple[GeneralName, ...]
    draft: Draft
    template: str = ""
    exportable: bool = True

    @property
    def stem(self) -> str:
        """The place as the beginning of a file name, on every system; another one for every place."""
        plain = self.place.replace("/", "_")
        safe = "_".join(_UNSAFE.sub("-", part) for part in self.place.split("/"))
        return safe if safe == plain else f"{safe}-{hashlib.sha256(self.place.encode()).hexdigest()[:8]}"


def holds_key(form: str) -> bool:
    """Whether a package of that form holds the private key."""
    return bool(_KEYED & {*form.split("-")})


def folder_of(issuer: str) -> str:
    """Where the requests to an issuer go, below the output."""
    return f"requests/{issuer}"
