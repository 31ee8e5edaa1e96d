"""Where to ask whether a certificate was revoked. Nothing here fetches: a URL in a certificate is a stranger's word."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from certwright.model import Mismatch
from certwright.terms.seen import Seen
from certwright.terms.word import Word, leaf, listed
from certwright.value import value


@value
class HttpDistributionPoint(Word):
    """The certificate names a revocation list at an http address (RFC 5280 4.2.1.13); ldap and https do not count."""

    def check(self, seen: Seen, now: datetime) -> Iterator[Mismatch]:
        points = leaf(seen).crl_distribution_points
        if not any(point.lower().startswith("http://") for point in points or ()):
            found = "no distribution point extension" if points is None else listed(points, "no address")
            yield Mismatch("a revocation list at an http address", found)


@value
class Reachable(Word):
    """The revocation list the certificate names can be fetched and is in force; judged only with a network."""

    reads: ClassVar[str] = "network"

    def silent(self, seen: Seen) -> str:
        return "needs the network the certificate will be used in; certwright does not follow addresses in certificates"
