"""What every term shares: a sentence with two readings, neither of which knows the other terms.

`shape` never loosens what another term tightened; `check` speaks from facts alone and yields nothing when all is well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from certwright.model import Draft, Mismatch
from certwright.terms.seen import Layout, Seen
from certwright.x509.facts import CertificateFacts


@dataclass(frozen=True, slots=True)
class Word:
    """A term of the vocabulary. `reads` is the part of a `Seen` that must be there before `check` is asked.

    `hears_absence` marks a term that also speaks when that part is missing from a file whose form could hold it.
    """

    reads: ClassVar[str] = "certificate"
    hears_absence: ClassVar[bool] = False

    def shape(self, draft: Draft) -> Draft:
        """The draft, tightened so that `check` will accept what is made from it."""
        return draft

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        """What is wrong with that file, from facts only. Yields nothing when all is well."""
        return iter(())


@dataclass(frozen=True, slots=True)
class SetWord(Word):
    """A term that looks at all files of a set together."""

    reads: ClassVar[str] = "set"

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        """What is wrong with the set, naming every member that breaks it."""
        raise NotImplementedError


def leaf(seen: Seen) -> CertificateFacts:
    """The first certificate of the file. Only for terms that read the certificate, the chain, or what needs one."""
    assert seen.certificate is not None, "a term was asked about a part that is not there"
    return seen.certificate


def listed(values: Sequence[str], nothing: str = "none") -> str:
    """Values for a sentence: `a, b, c`, or a word for none."""
    return ", ".join(values) or nothing


def either(values: Sequence[str]) -> str:
    """Alternatives for a sentence: `a, b or c`."""
    return " or ".join(filter(None, (", ".join(values[:-1]), values[-1]))) if values else "nothing"


def called(certificate: CertificateFacts) -> str:
    """A certificate by name, for `where`: its subject, or its serial number when the subject is empty."""
    return certificate.subject or f"serial {certificate.serial:x}"
