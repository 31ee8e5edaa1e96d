"""What terms about whole sets share: which members count, and what several places have in common."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from certwright.terms.seen import Seen
from certwright.terms.word import listed
from certwright.x509.facts import CertificateFacts

Key = TypeVar("Key", bound=Hashable)


def judged(members: Sequence[Seen]) -> list[Seen]:
    """The members whose certificate could be read."""
    return [member for member in members if member.trouble is None and member.certificate is not None]


def first(seen: Seen) -> CertificateFacts:
    """The certificate a judged member is about."""
    assert seen.certificate is not None, "only judged members have a certificate"
    return seen.certificate


def paths(members: Iterable[Seen]) -> str:
    """The files of members, for a sentence."""
    return listed([member.path for member in members])


def shared(members: Iterable[Seen], keys: Callable[[Seen], Iterable[Key]]) -> dict[Key, list[Seen]]:
    """What several places have in common: each such key with one member a place."""
    found: dict[Key, dict[str, Seen]] = defaultdict(dict)
    for member in members:
        for key in keys(member):
            found[key].setdefault(member.place, member)
    return {key: list(places.values()) for key, places in found.items() if len(places) > 1}
