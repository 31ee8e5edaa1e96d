"""Files of trusted certificates: what may be an anchor, what must not be among them, how fresh a revocation list is."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from certwright.model import Mismatch
from certwright.speech import tr, trn
from certwright.terms.seen import Seen
from certwright.terms.usage import constraints
from certwright.terms.validity import moment
from certwright.terms.word import Word, called
from certwright.value import value


@value
class Root(Word):
    """Every certificate in the file is a root, issued by itself; an intermediate is none."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for certificate in seen.certificates:
            if not certificate.self_issued:
                issuer = certificate.issuer
                found = tr("issued by {issuer}", issuer=issuer) if issuer else tr("issued by an empty name")
                yield Mismatch(tr("a self-signed root"), found, called(certificate))


@value
class Authority(Word):
    """Every certificate in the file is that of a certification authority: basic constraints say CA true."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for certificate in seen.certificates:
            if certificate.authority is not True:
                yield Mismatch(tr("CA true"), constraints(certificate.authority), called(certificate))


@value
class ForProduction(Word):
    """No certificate in the file says of itself, in a common name, that it is not for production."""

    mark: Annotated[str, "what such a name holds"] = "Not for Production"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for certificate in seen.certificates:
            if any(self.mark.lower() in name.lower() for name in certificate.common_names):
                yield Mismatch(tr("a certificate for production"), called(certificate))


@value
class NoKey(Word):
    """There is no private key in the file."""

    reads: ClassVar[str] = "file"

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        if seen.holds_key:
            yield Mismatch(tr("no private key"), tr("a private key"))


@value
class Unique(Word):
    """No certificate lies in the file twice."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        counts = Counter(certificate.fingerprint for certificate in seen.certificates)
        for certificate in {one.fingerprint: one for one in seen.certificates}.values():
            if (count := counts[certificate.fingerprint]) > 1:
                found = trn("{count} time", "{count} times", count)
                yield Mismatch(tr("every certificate once"), found, called(certificate))


@value
class FreshCrl(Word):
    """Every revocation list in the file is in force: issued, and its next update still to come (RFC 5280 5.1.2.5)."""

    reads: ClassVar[str] = "crls"
    days: Annotated[int, "days that must be left until the next update"] = 0

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        wanted = now + timedelta(days=self.days)
        for crl in seen.crls:
            where = tr("revocation list of {issuer}", issuer=crl.issuer or tr("nobody"))
            if now < crl.this_update:
                expected = tr("in force on {day}", day=moment(now))
                yield Mismatch(expected, tr("in force from {day} on", day=moment(crl.this_update)), where)
            elif crl.next_update is None:
                yield Mismatch(tr("a day of the next update"), tr("none"), where)
            elif crl.next_update < wanted:
                expected = tr("next update on {day} or later", day=moment(wanted))
                yield Mismatch(expected, tr("next update on {day}", day=moment(crl.next_update)), where)
