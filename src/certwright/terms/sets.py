"""Demands on a whole set: what its files must have in common, and what no two may share.

Members are Seens of the set, several for a place packed several times. Every member that breaks a rule is named.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Annotated, ClassVar

from certwright.model import Mismatch
from certwright.speech import tr, trn
from certwright.terms.members import first, judged, paths, shared
from certwright.terms.seen import Layout, Seen
from certwright.terms.validity import moment
from certwright.terms.word import SetWord, called, listed, unopened
from certwright.value import value
from certwright.x509.facts import CertificateFacts


def _distinct(members: Iterable[Seen]) -> bool:
    """Whether members carry different certificates. Two places may share one on purpose."""
    return len({member.certificate.der for member in members if member.certificate}) > 1


@value
class Count(SetWord):
    """Exactly this many places of the set have their certificate. A file nobody could open may hold one."""

    count: Annotated[int, "how many"]

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        found = {member.place for member in judged(members)}
        shut = {member.place for member in members if unopened(member)} - found
        if not len(found) <= self.count <= len(found) + len(shut):
            lost = [member for member in members if member.place not in found | shut]
            expected = trn("{count} certificate", "{count} certificates", self.count)
            yield Mismatch(expected, f"{len(found)}", tr("none in {files}", files=paths(lost)) if lost else "")


@value
class SameRoot(SetWord):
    """All certificates of the set lead to one root. Those that lead to none are left to `chain.complete`."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        roots: dict[str, list[Seen]] = defaultdict(list)
        for member in judged(members):
            if member.chain is not None and member.chain.complete:
                roots[_named(member.chain.path[-1])].append(member)
        yield from _strays(roots, tr("the root of most of the set, {name}"))


@value
class SameChain(SetWord):
    """All certificates of the set are signed by one authority, and lead over the same ones to the root."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        chains: dict[str, list[Seen]] = defaultdict(list)
        for member in judged(members):
            if member.chain is not None and member.chain.complete:
                chains[" > ".join(map(_named, member.chain.path[1:])) or tr("itself")].append(member)
        yield from _strays(chains, tr("the authorities of most of the set, {name}"))


def _strays(groups: Mapping[str, Sequence[Seen]], wanted: str) -> Iterator[Mismatch]:
    """Every group but the largest, with all its members."""
    if len(groups) > 1:
        common = max(groups, key=lambda name: len(groups[name]))
        for name, strays in groups.items():
            if name != common:
                yield Mismatch(wanted.format(name=common), name, paths(strays))


def _named(certificate: CertificateFacts) -> str:
    return f"{called(certificate)} ({certificate.masked_thumbprint})"


@value
class SamePassword(SetWord):
    """One password opens every file of the set."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        shut = [member for member in members if member.trouble and member.trouble.code == "material.wrong-password"]
        if shut:
            yield Mismatch(tr("one password for the whole set"), tr("files it does not open"), paths(shut))
        marks: dict[int, list[Seen]] = defaultdict(list)
        for member in judged(members):
            if member.password is not None:
                marks[member.password.mark].append(member)
        common = max(marks, key=lambda mark: len(marks[mark]), default=0)
        if others := [member for mark, some in marks.items() if mark != common for member in some]:
            yield Mismatch(tr("one password for the whole set"), tr("files with passwords of their own"), paths(others))


@value
class UniqueNames(SetWord):
    """No name is recorded in the certificates of two places."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        same = shared(judged(members), lambda seen: [f"{n.kind}:{n.value.lower()}" for n in first(seen).names])
        for name, places in same.items():
            if _distinct(places):
                yield Mismatch(tr("each name in one certificate only"), name, paths(places))


@value
class UniqueSubjects(SetWord):
    """No two certificates of the set have the same subject."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        for same in shared(judged(members), lambda seen: [first(seen).subject_der]).values():
            if _distinct(same):
                yield Mismatch(tr("each subject in one certificate only"), called(first(same[0])), paths(same))


@value
class UniqueFiles(SetWord):
    """No two places use the same file name up to its last dot, not even in different case."""

    by_name: ClassVar[bool] = True

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        for stem, places in shared(members, lambda seen: [PurePosixPath(seen.path).stem.lower()]).items():
            yield Mismatch(tr("each file name in one place only"), stem, paths(places))


@value
class Folders(SetWord):
    """The folders of the set hold the planned files and nothing else, written in exactly the planned case."""

    by_name: ClassVar[bool] = True

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        planned, found = set(layout.planned), set(layout.found)
        loose = {path.lower(): path for path in layout.found}
        renamed = {path: loose[path.lower()] for path in planned - found if path.lower() in loose}
        for path in layout.planned:
            if path in renamed:
                yield Mismatch(tr("exactly this name"), renamed[path], path)
            elif path not in found:
                yield Mismatch(tr("one file in its folder"), tr("no file"), path)
        for path in sorted(found - planned - set(renamed.values())):
            if path.endswith("/"):
                yield Mismatch(tr("no other folder"), tr("an empty folder nobody asked for"), path)
            else:
                yield Mismatch(tr("no other file"), tr("a file nobody asked for"), path)


@value
class SameBaseNames(SetWord):
    """The files of a place share one name up to the last dot, as software that looks for pairs expects."""

    by_name: ClassVar[bool] = True

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        files: dict[str, list[str]] = defaultdict(list)
        for member in members:
            files[member.place].append(PurePosixPath(member.found or member.path).name)
        for place, names in files.items():
            if len({PurePosixPath(name).stem for name in names}) > 1:
                yield Mismatch(tr("files of one base name"), listed(names), place)


@value
class RootOfIssuersTrusted(SetWord):
    """The root above every issuing authority of the set is itself in the set; issuers alone are not trusted."""

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        certificates = [(member, c) for member in judged(members) for c in member.certificates]
        by_subject = {c.subject_der: c for _, c in certificates}
        for member, certificate in certificates:
            if certificate.authority is not False and not certificate.self_issued:
                top = _climb(certificate, by_subject)
                if not top.self_issued:
                    expected = tr("the root of {name} in the set", name=called(certificate))
                    yield Mismatch(expected, tr("no {name}", name=top.issuer), member.path)


def _climb(certificate: CertificateFacts, by_subject: dict[bytes, CertificateFacts]) -> CertificateFacts:
    """The highest authority that can be reached by name. A circle ends where it began."""
    for _ in range(len(by_subject)):
        if certificate.self_issued or certificate.issuer_der not in by_subject:
            break
        certificate = by_subject[certificate.issuer_der]
    return certificate


@value
class ExpirySpread(SetWord):
    """The certificates of the set run out close together, so that one renewal serves them all."""

    days: Annotated[int, "most days between the first and the last to run out"]

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        ends = sorted((first(member).not_after, member.path) for member in judged(members))
        start, most = 0, range(0)
        for stop, (end, _) in enumerate(ends):  # the most members that fit into so many days
            while end - ends[start][0] > timedelta(days=self.days):
                start += 1
            most = max(most, range(start, stop + 1), key=len)
        for place, (end, path) in enumerate(ends):
            if place not in most:
                expected = tr(
                    "ends at most {days} days apart; most end between {first} and {last}",
                    days=self.days, first=moment(ends[most[0]][0]), last=moment(ends[most[-1]][0]),
                )  # fmt: skip
                yield Mismatch(expected, moment(end), path)
