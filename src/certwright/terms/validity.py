"""From when until when. Years are calendar years, days are 24 hours, and every time is UTC."""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from certwright.model import Draft, Mismatch
from certwright.speech import tr, trn
from certwright.terms.seen import Seen
from certwright.terms.word import Word, called, leaf
from certwright.value import value


def later(day: date, years: int, days: int) -> date:
    """That many calendar years and days after a day, or the last day there is.

    The 29th of February becomes the 1st of March.
    """
    year = min(day.year + years, date.max.year)
    leaps = (day.month, day.day) == (2, 29) and not isleap(year)
    moved = date(year, 3, 1) if leaps else day.replace(year=year)
    return moved + min(timedelta(days=days), date.max - moved) if days else moved


def midnight(day: date) -> datetime:
    """The first moment of a day, UTC."""
    return datetime.combine(day, time(), UTC)


def length(years: int, days: int) -> str:
    """A length of time for a sentence: "2 years and 3 days"."""
    full, rest = trn("{count} year", "{count} years", years), trn("{count} day", "{count} days", days)
    if years and days:
        return tr("{years} and {days}", years=full, days=rest)
    return full if years else rest


def moment(when: datetime) -> str:
    """A moment for a sentence: "2027-03-01 12:00 UTC"."""
    return f"{when:%Y-%m-%d %H:%M} UTC"


@value
class Minimum(Word):
    """The certificate lives at least this long, counted from a given day, or from its own first moment."""

    years: Annotated[int, "calendar years"] = 0
    days: Annotated[int, "days on top of the years"] = 0
    after: Annotated[date | None, "the day to count from; not given means the start of the certificate"] = None

    def shape(self, draft: Draft) -> Draft:
        if self.after is None:  # a leap day may fall into any of the years
            longest = timedelta(days=self.years * 366 + self.days)
            return replace(draft, lifetime=longest) if longest > draft.lifetime else draft
        return replace(draft, good_until=max(filter(None, (draft.good_until, self._end(self.after)))))

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        start = certificate.not_before if self.after is None else midnight(self.after)
        end = datetime.combine(self._end(start.date()), start.timetz())
        if certificate.not_after < end:
            yield Mismatch(self._expected(end), tr("valid until {end}", end=moment(certificate.not_after)))

    def _expected(self, end: datetime) -> str:
        life, last = length(self.years, self.days), moment(end)
        if self.after is None:
            return tr("valid for {life} from its start, until {end} or later", life=life, end=last)
        return tr("valid for {life} from {day}, until {end} or later", life=life, day=self.after, end=last)

    def _end(self, start: date) -> date:
        return later(start, self.years, self.days)


@value
class Remaining(Word):
    """At least this many days are left."""

    days: Annotated[int, "days from the moment of judging"]

    def shape(self, draft: Draft) -> Draft:
        """One day more than asked, or the certificate would fall due the moment it is made."""
        least = timedelta(days=self.days + 1)
        return replace(draft, lifetime=least) if least > draft.lifetime else draft

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        end = leaf(seen).not_after
        left = end - now
        if left.days < self.days:
            days, last = length(0, abs(left).days), moment(end)
            if left >= timedelta():
                found = tr("{days} left, valid until {end}", days=days, end=last)
            else:
                found = tr("expired {days} ago, valid until {end}", days=days, end=last)
            yield Mismatch(tr("{days} left or more", days=length(0, self.days)), found)


@value
class Maximum(Word):
    """The certificate is valid for no more than this many days in all."""

    days: Annotated[int, "days from first to last moment"]

    def shape(self, draft: Draft) -> Draft:
        most = timedelta(days=self.days)
        return replace(draft, lifetime=most) if most < draft.lifetime else draft

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        certificate = leaf(seen)
        span = certificate.not_after - certificate.not_before
        if span > timedelta(days=self.days):
            days = length(0, round(span / timedelta(days=1)))
            found = tr("{days}, until {end}", days=days, end=moment(certificate.not_after))
            yield Mismatch(tr("valid for {days} or fewer", days=length(0, self.days)), found)


@value
class Current(Word):
    """Every certificate in the file is valid now."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for certificate in seen.certificates:
            where = "" if certificate is seen.certificate else called(certificate)
            if now < certificate.not_before:
                found = tr("valid from {start} only", start=moment(certificate.not_before))
                yield Mismatch(tr("valid on {now}", now=moment(now)), found, where)
            elif now > certificate.not_after:
                found = tr("expired {end}", end=moment(certificate.not_after))
                yield Mismatch(tr("valid on {now}", now=moment(now)), found, where)
