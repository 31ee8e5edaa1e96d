"""What was judged, as a report shows it: certificates at a glance, their chains, the sets they belong to.

Words below `model`: plain values, nothing of ours is imported.
"""

from datetime import datetime

from certwright.value import value


@value
class Link:
    """One certificate at a glance, as a report shows it. `thumbprint` is masked, times are aware UTC."""

    subject: str
    issuer: str
    thumbprint: str
    not_before: datetime
    not_after: datetime


@value
class FileFacts:
    """A certificate that was judged, and what stands above it.

    `chain` starts with the certificate itself and goes up as far as its issuers are known. `complete` says whether it
    ends in a root; None where a file is not meant to carry a chain. A trust list has one of these a certificate.
    """

    path: str
    place: str
    chain: tuple[Link, ...]
    complete: bool | None = None

    @property
    def certificate(self) -> Link:
        """The certificate itself."""
        return self.chain[0]


@value
class SetFacts:
    """A set as a report names it: its address and title, and address and title of each place that belongs to it."""

    id: str
    title: str
    places: tuple[tuple[str, str], ...]
