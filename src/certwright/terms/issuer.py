"""Who may sign, and whether they still can: the kind of an issuer, what rules bind a public one, how long it lives.

A certificate of a public CA says so itself: it names a policy of the CA/Browser Forum (Baseline Requirements 7.1.6.1).
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Annotated, ClassVar

from certwright.catalogue.public import longest_life, purposes_refused
from certwright.model import Mismatch
from certwright.speech import tr, trn
from certwright.terms.seen import Seen
from certwright.terms.usage import purposes
from certwright.terms.validity import later, moment
from certwright.terms.word import Word, called, leaf, listed
from certwright.value import value
from certwright.x509.facts import CertificateFacts

# extended validation; then domain, organization and individual validated
_PUBLIC = ("2.23.140.1.1", "2.23.140.1.2.1", "2.23.140.1.2.2", "2.23.140.1.2.3")


def public_policies(certificate: CertificateFacts) -> tuple[str, ...]:
    """The policies by which a certificate says that a public CA issued it; none for any other."""
    return tuple([one for one in certificate.policies or () if one in _PUBLIC])


@value
class Kind(Word):
    """The issuer is not of a refused kind. A plan knows the kind; of files, only those of a public CA show it."""

    refused: Annotated[tuple[str, ...], "kinds of issuer: public, self-signed, embedded"] = ()

    def silent(self, seen: Seen) -> str:
        if "public" in self.refused and seen.certificate and public_policies(seen.certificate):
            return ""
        return tr("judged when the plan is made: a file does not tell the kind of its issuer")

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        policies = public_policies(leaf(seen))
        if policies and "public" in self.refused:
            found = tr("one of a public CA: it names the policy {policies}", policies=listed(policies))
            yield Mismatch(tr("a certificate of a private CA"), found)


@value
class Feasible(Word):
    """The CA that issued the certificate could issue it again today: it lives long enough, and its rules allow it."""

    reads: ClassVar[str] = "chain"
    years: Annotated[int, "calendar years it would have to live; with 0 days too: as long as this certificate"] = 0
    days: Annotated[int, "days on top of the years"] = 0

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        assert seen.chain is not None, "a term was asked about a part that is not there"
        certificate, end = leaf(seen), self._end(leaf(seen), now)
        for authority in seen.chain.path[1:]:
            if authority.not_after < end:
                expected = tr("an authority that lives until {end} or later", end=moment(end))
                yield Mismatch(expected, tr("it ends {end}", end=moment(authority.not_after)), called(authority))
        if public_policies(certificate):
            yield from self._public(certificate, end, now)

    def _public(self, certificate: CertificateFacts, end: datetime, now: datetime) -> Iterator[Mismatch]:
        most = longest_life(now.date()).days
        if (self.years or self.days) and (end - now).days > most:
            expected = trn(
                "a life of {count} day, as demanded", "a life of {count} days, as demanded", (end - now).days
            )
            found = trn("{count} day at most, from a public CA", "{count} days at most, from a public CA", most)
            yield Mismatch(expected, found)
        since, refused = purposes_refused()
        gone = [oid for oid in certificate.extended_key_usage or () if oid in refused]
        if gone and now.date() >= since:
            found = tr("a public CA leaves them out since {day}", day=since)
            yield Mismatch(tr("usages {usages} again", usages=purposes(gone)), found)

    def _end(self, certificate: CertificateFacts, now: datetime) -> datetime:
        if not (self.years or self.days):
            return now + (certificate.not_after - certificate.not_before)
        return _grown(now, self.years, self.days)


@lru_cache(maxsize=64)
def _grown(now: datetime, years: int, days: int) -> datetime:
    """The end of a life that begins now: asked of every certificate anew, and the same for all."""
    return datetime.combine(later(now.date(), years, days), now.timetz())


@value
class NoPublicClient(Word):
    """Nothing signs in with a certificate of a public CA: their successors are for servers only."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        if not public_policies(certificate):
            return
        since, refused = purposes_refused()
        if gone := [oid for oid in certificate.extended_key_usage or () if oid in refused]:
            expected = tr("usages that public CAs keep issuing after {day}", day=since)
            yield Mismatch(expected, purposes(gone))
