"""What was judged, as a report shows it: certificates at a glance, their chains, the sets they belong to.

Words below `model`: plain values, nothing of ours is imported.
"""

from collections import Counter, UserList
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from certwright.value import value


class Single(Protocol):
    """What is asked of one result."""

    @property
    def place(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def is_finding(self) -> bool: ...


R = TypeVar("R", bound=Single)


class Told(Sequence[R]):
    """Results that may know what most readers want of them without making every one."""

    def tally(self) -> Mapping[str, int]:
        """How many have which status."""
        return Counter(one.status for one in self)

    def findings(self) -> Iterator[R]:
        """Those somebody has to look at, in their order."""
        return (one for one in self if one.is_finding)

    def skipped(self) -> frozenset[str]:
        """The codes of those that were skipped."""
        return frozenset(one.code for one in self if one.status == "Skipped")

    def by_file(self) -> Mapping[tuple[str, str], "Told[R]"]:
        """Place and path of a file → the results on it, in the order of the first of each."""
        files: dict[tuple[str, str], list[R]] = {}
        for one in self:
            files.setdefault((one.place, one.path), []).append(one)
        return {key: told(several) for key, several in files.items()}

    def unasked(self) -> Iterator[R]:
        """Those that no demand asked for, in their order; all of them where nobody can tell."""
        return iter(self)


class _Written(UserList[R], Told[R]):
    """Results that are all there."""


def told(results: Sequence[R]) -> Told[R]:
    """Results with what may be asked of them."""
    return results if isinstance(results, Told) else _Written(results)


@value
class Link:
    """One certificate at a glance, as a report shows it. `thumbprint` is masked, times are aware UTC."""

    subject: str
    issuer: str
    thumbprint: str
    not_before: datetime
    not_after: datetime


@value
class Signature:
    """A signature that was verified: `certificate` was signed with the key of `issuer` (masked thumbprints).

    `algorithm` is a dotted OID. One that is `shared` is an authority's, verified once in a run for all below it.
    """

    certificate: str
    issuer: str
    algorithm: str
    shared: bool


@value
class FileFacts:
    """A certificate that was judged, and what stands above it.

    `chain` starts with the certificate itself and goes up as far as its issuers are known. `complete` says whether it
    ends in a root; None where a file is not meant to carry a chain. A trust list has one of these a certificate.
    `signatures` are those that were verified for it: every one on the chain from the certificate upwards, and no
    other. `remarks` say what is worth knowing of the chain, and no fault.
    """

    path: str
    place: str
    chain: tuple[Link, ...]
    complete: bool | None = None
    signatures: tuple[Signature, ...] = ()
    remarks: tuple[str, ...] = ()

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
