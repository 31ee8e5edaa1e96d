"""The hash under the signature of a certificate. (The hashes that protect a PFX are another matter: see pfx.)"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from certwright.model import Draft, Mismatch
from certwright.speech import tr
from certwright.terms.seen import Seen
from certwright.terms.word import Word, called, leaf, listed
from certwright.value import value
from certwright.x509.algorithms import OWN_HASH
from certwright.x509.facts import CertificateFacts

_BROKEN = ("md2", "md4")  # documents no longer name them
_MAKEABLE = ("sha256", "sha384", "sha512")


@value
class Hash(Word):
    """The certificate, and each intermediate above it, is signed over a hash that is known and not one of these."""

    forbidden: Annotated[tuple[str, ...], "hashes: md5, sha1, …"] = ("md5", "sha1")

    def shape(self, draft: Draft) -> Draft:
        if draft.signature_hash not in self.forbidden:
            return draft
        better = next((name for name in _MAKEABLE if name not in self.forbidden), draft.signature_hash)
        return replace(draft, signature_hash=better)

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for certificate in signed(seen):
            if self._accepts(certificate):
                continue
            forbidden = listed([hash_title(name) for name in self.forbidden])
            expected = tr("signature hash other than {hashes}", hashes=forbidden)
            where = "" if certificate is seen.certificate else called(certificate)
            yield Mismatch(expected, _found(certificate), where)

    def _accepts(self, certificate: CertificateFacts) -> bool:
        """What is older than the forbidden ones, and what nobody here knows, is no better than they are."""
        used = certificate.signature_hash
        if not used:
            return certificate.signature_algorithm in OWN_HASH
        return used not in self.forbidden and used not in _BROKEN


def _found(certificate: CertificateFacts) -> str:
    if certificate.signature_hash:
        return tr("signature hash {hash}", hash=hash_title(certificate.signature_hash))
    if certificate.signature_algorithm:
        return tr("a signature hash that is not known: algorithm {oid}", oid=certificate.signature_algorithm)
    return tr("a signature whose algorithm cannot be read")


def signed(seen: Seen) -> list[CertificateFacts]:
    """The certificates whose signatures count: leaf and intermediates. Nobody relies on a root's own signature."""
    above = seen.chain.path[1:] if seen.chain else seen.others
    return [leaf(seen), *[certificate for certificate in above if not certificate.self_issued]]


def hash_title(name: str) -> str:
    """A hash as documents write it: SHA-1, SHA-256, MD5."""
    return f"SHA-{name[3:]}" if name.startswith("sha") else name.upper()
