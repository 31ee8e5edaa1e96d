"""Demands on a whole set: what its files must have in common, and what no two may share.

Members are Seens of the set, several for a place packed several times. Every member that breaks a rule is named.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Annotated, ClassVar, TypeVar

from certwright.model import Mismatch
from certwright.terms.seen import Layout, Seen
from certwright.terms.validity import moment
from certwright.terms.word import SetWord, called, listed
from certwright.x509.facts import CertificateFacts

Key = TypeVar("Key", bound=Hashable)


def _judged(members: Sequence[Seen]) -> list[Seen]:
    return [member for member in members if member.trouble is None and member.certificate is not None]


def _paths(members: Iterable[Seen]) -> str:
    return listed([member.path for member in members])


def _shared(members: Iterable[Seen], keys: Callable[[Seen], Iterable[Key]]) -> dict[Key, dict[str, Seen]]:
    """What several places have in common: each such key with one member a place."""
    found: dict[Key, dict[str, Seen]] = defaultdict(dict)
    for member in members:
        for key in keys(member):
            found[key].setdefault(member.place, member)
    return {key: places for key, places in found.items() if len(places) > 1}


def _distinct(members: Iterable[Seen]) -> bool:
    """Whether members carry different certificates. Two places may share one on purpose."""
    return len({member.certificate.der for member in members if member.certificate}) > 1


@dataclass(frozen=True, slots=True)
class Count(SetWord):
    """Exactly this many places of the set have their certificate."""

    count: Annotated[int, "how many"]

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        found = {member.place for member in _judged(members)}
        if len(found) != self.count:
            lost = [member for member in members if member.place not in found]
            yield Mismatch(f"{self.count} certificates", f"{len(found)}", f"none in {_paths(lost)}" if lost else "")


@dataclass(frozen=True, slots=True)
class SameRoot(SetWord):
    """All certificates of the set lead to one root."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        roots: dict[str, list[Seen]] = defaultdict(list)
        for member in _judged(members):
            if member.chain is not None:
                roots[_root(member)].append(member)
        if len(roots) > 1:
            common = max(roots, key=lambda root: (root != _NO_ROOT, len(roots[root])))
            for root, strays in roots.items():
                if root != common:
                    yield Mismatch(f"the root of most of the set, {common}", root, _paths(strays))


_NO_ROOT = "no root at all"


def _root(member: Seen) -> str:
    assert member.chain is not None
    if not member.chain.complete:
        return _NO_ROOT
    root = member.chain.path[-1]
    return f"{called(root)} (thumbprint {root.thumbprint})"


@dataclass(frozen=True, slots=True)
class SamePassword(SetWord):
    """One password opens every file of the set."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        shut = [member for member in members if member.trouble and member.trouble.code == "material.wrong-password"]
        if shut:
            yield Mismatch("one password for the whole set", "files it does not open", _paths(shut))


@dataclass(frozen=True, slots=True)
class UniqueNames(SetWord):
    """No name is recorded in the certificates of two places."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        shared = _shared(_judged(members), lambda seen: [f"{n.kind}:{n.value.lower()}" for n in _first(seen).names])
        for name, places in shared.items():
            if _distinct(places.values()):
                yield Mismatch("each name in one certificate only", name, _paths(places.values()))


@dataclass(frozen=True, slots=True)
class UniqueSubjects(SetWord):
    """No two certificates of the set have the same subject."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        for places in _shared(_judged(members), lambda seen: [_first(seen).subject_der]).values():
            same = list(places.values())
            if _distinct(same):
                yield Mismatch("each subject in one certificate only", called(_first(same[0])), _paths(same))


def _first(seen: Seen) -> CertificateFacts:
    assert seen.certificate is not None
    return seen.certificate


@dataclass(frozen=True, slots=True)
class UniqueFiles(SetWord):
    """No two places use the same file name up to its last dot, not even in different case."""

    by_name: ClassVar[bool] = True

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        for stem, places in _shared(members, lambda seen: [PurePosixPath(seen.path).stem.lower()]).items():
            yield Mismatch("each file name in one place only", stem, _paths(places.values()))


@dataclass(frozen=True, slots=True)
class Folders(SetWord):
    """The folders of the set hold the planned files and nothing else, written in exactly the planned case."""

    by_name: ClassVar[bool] = True

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        planned, found = set(layout.planned), set(layout.found)
        loose = {path.lower(): path for path in layout.found}
        renamed = {path: loose[path.lower()] for path in planned - found if path.lower() in loose}
        for path in layout.planned:
            if path in renamed:
                yield Mismatch("exactly this name", renamed[path], path)
            elif path not in found:
                yield Mismatch("one file in its folder", "no file", path)
        for path in sorted(found - planned - set(renamed.values())):
            if path.endswith("/"):
                yield Mismatch("no other folder", "an empty folder nobody asked for", path)
            else:
                yield Mismatch("no other file", "a file nobody asked for", path)


@dataclass(frozen=True, slots=True)
class SameBaseNames(SetWord):
    """The files of a place share one name up to the last dot, as software that looks for pairs expects."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        files: dict[str, list[str]] = defaultdict(list)
        for member in members:
            files[member.place].append(PurePosixPath(member.found or member.path).name)
        for place, names in files.items():
            if len({PurePosixPath(name).stem for name in names}) > 1:
                yield Mismatch("files of one base name", listed(names), place)


@dataclass(frozen=True, slots=True)
class RootOfIssuersTrusted(SetWord):
    """The root above every issuing authority of the set is itself in the set; issuers alone are not trusted."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        certificates = [(member, c) for member in _judged(members) for c in member.certificates]
        by_subject = {c.subject_der: c for _, c in certificates}
        for member, certificate in certificates:
            if certificate.authority is not False and not certificate.self_issued:
                top = _climb(certificate, by_subject)
                if not top.self_issued:
                    yield Mismatch(f"the root of {called(certificate)} in the set", f"no {top.issuer}", member.path)


def _climb(certificate: CertificateFacts, by_subject: dict[bytes, CertificateFacts]) -> CertificateFacts:
    """The highest authority that can be reached by name. A circle ends where it began."""
    for _ in range(len(by_subject)):
        if certificate.self_issued or certificate.issuer_der not in by_subject:
            break
        certificate = by_subject[certificate.issuer_der]
    return certificate


@dataclass(frozen=True, slots=True)
class ExpirySpread(SetWord):
    """The certificates of the set run out close together, so that one renewal serves them all."""

    days: Annotated[int, "most days between the first and the last to run out"]

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        ends = sorted((_first(member).not_after, member.path) for member in _judged(members))
        if ends and ends[-1][0] - ends[0][0] > timedelta(days=self.days):
            found = f"{moment(ends[0][0])} and {moment(ends[-1][0])}"
            yield Mismatch(f"ends at most {self.days} days apart", found, f"{ends[0][1]}, {ends[-1][1]}")
