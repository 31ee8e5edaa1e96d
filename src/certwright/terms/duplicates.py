"""What no two places of a set may share: a certificate, a key, an ending of their names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, ClassVar

from certwright.model import Mismatch
from certwright.speech import tr
from certwright.terms.members import first, judged, paths, shared
from certwright.terms.seen import Layout, Seen
from certwright.terms.word import SetWord, called
from certwright.value import value

Rows = Annotated[tuple[str, ...], "ids of the places that count, as the catalogue has them; empty for all of the set"]


def _counts(seen: Seen, rows: tuple[str, ...]) -> bool:
    """Whether the place is one of those rows: the second part of its address is the row's id."""
    return not rows or seen.place.split("/")[1:2] in ([row] for row in rows)


def _of(members: Iterable[Seen], rows: tuple[str, ...]) -> list[Seen]:
    """The members at places of those rows.

    A place whose files hold different certificates is left to the demands on each of its files.
    """
    chosen = [one for one in members if _counts(one, rows)]
    held: dict[str, set[str]] = defaultdict(set)
    for one in chosen:
        held[one.place].add(first(one).fingerprint)
    return [one for one in chosen if len(held[one.place]) == 1]


@value
class UniqueCertificates(SetWord):
    """No two places of the set hold the same certificate, whatever their files are called."""

    rows: Rows = ()

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        same = shared(_of(judged(members), self.rows), lambda seen: [first(seen).fingerprint])
        for places in same.values():
            certificate = first(places[0])
            found = f"{called(certificate)} ({certificate.masked_thumbprint})"
            yield Mismatch(tr("each certificate in one place only"), found, paths(places))


@value
class UniqueKeys(SetWord):
    """No two certificates of the set have one key: whoever takes it from one place has it for the other too."""

    rows: Rows = ()

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        same = shared(_of(judged(members), self.rows), lambda seen: [first(seen).key.spki])
        for places in same.values():
            if len({first(one).fingerprint for one in places}) > 1:  # a shared certificate is another matter
                found = tr("one key in {certificates}", certificates=", ".join(called(first(one)) for one in places))
                yield Mismatch(tr("a key of its own in each certificate"), found, paths(places))


@value
class DistinctEndings(SetWord):
    """No file is called like the end of another's name, for software that compares ends: `ca.crt`, `root-ca.crt`."""

    by_name: ClassVar[bool] = True
    rows: Rows = ()

    def check_set(self, members: Sequence[Seen], layout: Layout, now: datetime) -> Iterator[Mismatch]:
        chosen = (one for one in members if _counts(one, self.rows))
        files = {one.path: PurePosixPath(one.found or one.path).name.lower() for one in chosen}
        names = sorted(files.items(), key=lambda row: row[1][::-1])  # an ending stands right before what ends so
        for place, (path, name) in enumerate(names):
            for other, longer in names[place + 1 :]:
                if not longer.endswith(name):
                    break
                if longer != name:
                    yield Mismatch(tr("names of which none ends like another"), f"{name}, {longer}", f"{path}, {other}")
