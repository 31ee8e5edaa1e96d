"""Where to ask whether a certificate was revoked, and what the answer was. Nothing here fetches: lists come as facts.

What was not asked, or does not cover a certificate, is said and never taken for a good answer.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import ClassVar

from certwright.model import Mismatch
from certwright.speech import tr
from certwright.terms.seen import Seen
from certwright.terms.word import Word, called, leaf, listed, silence
from certwright.value import value
from certwright.x509.standing import Listing


@value
class HttpDistributionPoint(Word):
    """The certificate names a revocation list at an http address (RFC 5280 4.2.1.13); ldap and https do not count."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        points = leaf(seen).crl_distribution_points
        if not any(point.lower().startswith("http://") for point in points or ()):
            found = tr("no distribution point extension") if points is None else listed(points, tr("no address"))
            yield Mismatch(tr("a revocation list at an http address"), found)


@value
class Reachable(Word):
    """The list that the certificate names, and each one above it, comes from one of its http addresses when asked."""

    reads: ClassVar[str] = "network"

    def silent(self, seen: Seen) -> str:
        if seen.has("network"):
            return ""
        refused = [one for standing in seen.standings for one in standing.listings if one.answer == "not-asked"]
        return _told(refused) or silence("network")

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for standing in seen.standings:
            asked = [one for one in standing.listings if one.asked]
            if any(one.answer == "fetched" for one in asked):
                continue
            for one in asked:
                expected = tr("a revocation list at {address}", address=one.address)
                yield Mismatch(expected, one.trouble, called(standing.certificate))


@value
class Current(Word):
    """A list of the right issuer, in force now, covers the certificate and each one above it, if any list was found."""

    reads: ClassVar[str] = "lists"

    def silent(self, seen: Seen) -> str:
        """A missing issuer is a fault of the chain, and told there."""
        if silent := Word.silent(self, seen):
            return silent
        if any(one.is_list and one.provable for standing in seen.standings for one in standing.listings):
            return ""
        return tr("the certificate of the issuer is not at hand, which would prove its list")

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for standing in seen.standings:
            lists = [one for one in standing.listings if one.is_list and one.provable]
            if not all(_doubt(one, now) for one in lists):
                continue
            for one in [one for one in lists if not one.unproved] or lists:  # what is not its issuer's says little
                expected = tr("a list of its issuer that is in force: {address}", address=one.address)
                yield Mismatch(expected, _doubt(one, now), called(standing.certificate))


def _doubt(one: Listing, now: datetime) -> str:
    """Why nobody may rely on that list now; empty when one may."""
    if one.unproved or one.uncovered:
        return one.unproved or one.uncovered
    if one.this_update and one.this_update > now:
        return tr("in force from {moment}", moment=_moment(one.this_update))
    if one.next_update is None:
        return tr("it does not say when the next one comes (RFC 5280 5.1.2.5)")
    return tr("out of force since {moment}", moment=_moment(one.next_update)) if one.next_update < now else ""


@value
class NotRevoked(Word):
    """Neither the certificate nor one above it is on a list that its issuer signed, in force or not."""

    reads: ClassVar[str] = "lists"

    def silent(self, seen: Seen) -> str:
        """Silence is no good answer, so it is only taken from lists that cover the certificate."""
        if silent := Word.silent(self, seen):
            return silent
        if any(_said(one) for standing in seen.standings for one in standing.listings):
            return ""
        return tr("no list that was found is proved to be the issuer's and covers the certificate")

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        for standing in seen.standings:
            one = next((one for one in standing.listings if one.revoked), None)
            if one and one.revoked:
                expected = tr("a certificate that was not revoked (serial {serial})", serial=f"{one.revoked.serial:x}")
                yield Mismatch(expected, _revocation(one), called(standing.certificate))


def _said(one: Listing) -> bool:
    return one.is_list and not one.unproved and bool(one.revoked or not one.uncovered)


def _revocation(one: Listing) -> str:
    assert one.revoked is not None, "only asked about lists with an entry"
    return tr(
        "revoked on {moment}, reason {reason}, by list {number} at {address}",
        moment=_moment(one.revoked.when),
        reason=one.revoked.reason or "unspecified",
        number="?" if one.number is None else one.number,
        address=one.address,
    )


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _told(listings: Iterable[Listing]) -> str:
    """Why nobody was asked: each reason once."""
    return "; ".join(dict.fromkeys(f"{one.address}: {one.trouble}" for one in listings))
