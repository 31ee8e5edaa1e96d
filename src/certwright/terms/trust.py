"""Files of trusted certificates: what may be an anchor, and that no key strays among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from certwright.model import Mismatch
from certwright.terms.seen import Seen
from certwright.terms.word import Word, called


@dataclass(frozen=True, slots=True)
class Root(Word):
    """Every certificate in the file is a root, issued by itself; an intermediate is none."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for certificate in seen.certificates:
            if not certificate.self_issued:
                found = f"issued by {certificate.issuer or 'an empty name'}"
                yield Mismatch("a self-signed root", found, called(certificate))


@dataclass(frozen=True, slots=True)
class Authority(Word):
    """Every certificate in the file is that of a certification authority: basic constraints say CA true."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for certificate in seen.certificates:
            if certificate.authority is not True:
                found = "no basic constraints" if certificate.authority is None else "CA false"
                yield Mismatch("CA true", found, called(certificate))


@dataclass(frozen=True, slots=True)
class NoKey(Word):
    """There is no private key in the file."""

    reads: ClassVar[str] = "file"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if seen.holds_key:
            yield Mismatch("no private key", "a private key")
