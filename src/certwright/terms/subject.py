"""The subject: whether there is one, what its common name says, and that it is not the issuer's (RFC 5280 4.1.2.6)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from certwright.model import Draft, Mismatch
from certwright.speech import tr
from certwright.terms.names import all_names
from certwright.terms.seen import Seen
from certwright.terms.word import Word, leaf, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts
from certwright.x509.name import escape


@value
class CommonName(Word):
    """The common name is, contains, or is among the alternative names, as far as each is asked for."""

    equals: Annotated[str, "the whole common name, without regard to case; empty asks for none"] = ""
    contains: Annotated[str, "a part of the common name, without regard to case; empty asks for none"] = ""
    among_names: Annotated[bool, "whether a common name, if there is one, must also be an alternative name"] = False

    def shape(self, draft: Draft) -> Draft:
        if not self.equals or draft.subject:
            return draft
        return replace(draft, subject=f"CN={escape(self.equals)}")

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        plain = [name.lower() for name in certificate.common_names]
        if self.equals and plain != [self.equals.lower()]:
            yield Mismatch(tr("common name {name}", name=self.equals), _common_names(certificate))
        if self.contains and not any(self.contains.lower() in name for name in plain):
            expected = tr("a common name that contains {text}", text=self.contains)
            yield Mismatch(expected, _common_names(certificate))
        if self.among_names and not {name.value.lower() for name in certificate.names}.issuperset(plain):
            expected = tr("the common name {name} among the names", name=_common_names(certificate))
            yield Mismatch(expected, all_names(certificate))


def _common_names(certificate: CertificateFacts) -> str:
    return listed(certificate.common_names, tr("no common name"))


@value
class Present(Word):
    """The certificate has a subject that is not empty."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if not leaf(seen).subject:
            yield Mismatch(tr("a subject"), tr("an empty subject"))


@value
class DiffersFromIssuer(Word):
    """Subject and issuer are different names, byte for byte."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        if certificate.self_issued:
            issuer = certificate.issuer
            found = tr("{name} as both", name=issuer) if issuer else tr("an empty name as both")
            yield Mismatch(tr("an issuer other than the subject"), found)
