"""Files and a plan → a verdict on every demand. Pure: files, passwords, roots and the time are arguments.

The expensive half, `terms.look.see`, is a step of its own, so that several processes can share it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from certwright.errors import Unreadable
from certwright.judged import SetFacts
from certwright.model import Place, Plan, Report
from certwright.pack.opened import open_package
from certwright.terms.hear import Heard, Hearing
from certwright.terms.look import Work, see, see_all
from certwright.terms.seen import Layout, Seen
from certwright.terms.tree import layouts
from certwright.verdicts import Results

Anchors = Mapping[str, Sequence[bytes]]
Spread = Callable[[Callable[[Work], Seen], Iterable[Work]], Iterable[Seen]]
T = TypeVar("T")
R = TypeVar("R")


class Share(Protocol):
    """A `map`, in this process or several. What is mapped, and what comes of it, may have to travel."""

    def __call__(self, step: Callable[[T], R], portions: Sequence[T], /) -> Iterable[R]: ...


def alone(step: Callable[[T], R], portions: Sequence[T], /) -> Iterable[R]:
    """Everything in this process."""
    return map(step, portions)


Inform = Callable[[Sequence[Seen]], Sequence[Seen]]
_NO_ANCHORS: Anchors = MappingProxyType({})
_AT_ONCE = 128  # places; more gain nothing
_LEAST_SHARES = 16  # so that several processes end at about the same time
_MOST_OCTETS = 4 << 20  # of files that are read before they are judged


def judge(
    plan: Plan,
    files: Mapping[str, bytes | str],
    passwords: Mapping[str, str],
    now: datetime,
    *,
    anchors: Anchors = _NO_ANCHORS,
    known: Sequence[bytes] = (),
    whole: bool = True,
    tree: Plan | None = None,
    share: Share = alone,
    spread: Spread | None = None,
    inform: Inform | None = None,
    listed: Inform | None = None,
) -> Report:
    """The verdict on every demand of the plan, in its order. Never raises for what is in a file.

    `files` maps package paths to contents, or to the reason why one cannot be read (text). `passwords` maps set
    addresses, or the path of one file, to passwords; `anchors` authority addresses to trusted roots (DER). `known` are
    further authorities a path may lead over. Without `whole` only the files given are judged, and sets not at all.
    `tree` is the plan that says which folders files belong to; this one, unless files were found by what they hold.
    `share` maps the judging of some places over all, in this process or several. `inform` adds to what was seen what is
    learnt elsewhere: `standings`; `listed` does it only when revocation lists lie among the files. Then, and with
    `spread`, which maps `see` over the work, everything is seen before anything is judged.
    """
    desk = _Desk(plan, files, passwords, now, _Roots(plan, files, anchors, known), whole=whole)
    layout = _layouts(tree or plan, plan, files, whole=whole)
    many = min(_AT_ONCE, -(-len(plan.places) // _LEAST_SHARES)) or 1
    some = [plan.places[first : first + many] for first in range(0, len(plan.places), many)]
    if spread is None and inform is None:
        heard = list(chain.from_iterable(share(desk.heard, some)))
        if listed is None or not any(place.lists for place in heard):
            return _report(plan, heard, layout, now)
    if spread is None:
        seen = [one for files in chain.from_iterable(share(desk.seen, some)) for one in files]
    else:
        works = (work for place in plan.places for work in desk.works(place))
        seen = desk.there(spread(partial(see, memo={}), works))
    by_place: dict[str, list[Seen]] = defaultdict(list)
    for one in (inform or listed or tuple)(seen):
        by_place[one.place].append(one)
    heard = Hearing(now).of_places(plan.places, [by_place[place.id] for place in plan.places], {*by_place})
    return _report(plan, heard, layout, now)


# ── what to look at ───────────────────────────────────────────────────────────────────────────────


class _Desk:
    """What the judging of one place needs. In several processes each works with a copy, and remembers for itself."""

    def __init__(
        self,
        plan: Plan,
        files: Mapping[str, bytes | str],
        passwords: Mapping[str, str],
        now: datetime,
        roots: "_Roots",
        *,
        whole: bool,
    ) -> None:
        self.files, self.passwords, self.now, self.roots, self.whole = files, passwords, now, roots, whole
        self.loose = {path.lower(): path for path in files}
        self.members = {place for group in plan.sets if group.demands for place in group.places} if whole else set()
        self.hearing, self.memo = Hearing(now), dict[tuple[object, ...], Any]()

    def heard(self, places: Sequence[Place]) -> list[Heard]:
        """The verdicts on some places; their files are read here, and dropped."""
        return self.hearing.of_places(places, self.seen(places), self.members)

    def seen(self, places: Sequence[Place]) -> list[list[Seen]]:
        """What is in the files of some places."""
        seen: list[list[Seen]] = [[] for _ in places]
        for batch in _batches((row, work) for row, place in enumerate(places) for work in self.works(place)):
            for (row, _), one in zip(batch, see_all([work for _, work in batch], self.memo), strict=True):
                seen[row].append(one)
        return list(map(self.there, seen))

    def there(self, seen: Iterable[Seen]) -> list[Seen]:
        """What is to be judged: a part of a set lacks nothing."""
        return [one for one in seen if self.whole or not (one.trouble and one.trouble.code == "material.missing")]

    def works(self, place: Place) -> Iterator[Work]:
        """One work for each package of a place, in its order. A file of another case counts as found."""
        anchors, beside = self.roots.of(place), self.roots.beside(place)
        for package in place.packages:
            found = package.path if package.path in self.files else self.loose.get(package.path.lower(), "")
            yield Work(
                place.id, place.kind, package.path, package.form, found, self.files.get(found),
                self.passwords.get(package.path, self.passwords.get(place.set)), anchors, self.now, beside,
            )  # fmt: skip


def _batches(works: Iterable[tuple[int, Work]]) -> Iterator[list[tuple[int, Work]]]:
    """What is seen in one go: all of it, unless the files are large."""
    batch: list[tuple[int, Work]] = []
    octets = 0
    for row, work in works:
        batch.append((row, work))
        octets += len(work.content or b"")
        if octets > _MOST_OCTETS:
            yield batch
            batch, octets = [], 0
    yield batch


def works(
    plan: Plan,
    files: Mapping[str, bytes | str],
    passwords: Mapping[str, str],
    now: datetime,
    *,
    anchors: Anchors = _NO_ANCHORS,
    known: Sequence[bytes] = (),
) -> Iterator[Work]:
    """One work for each package of the plan, in its order."""
    desk = _Desk(plan, files, passwords, now, _Roots(plan, files, anchors, known), whole=True)
    return (work for place in plan.places for work in desk.works(place))


class _Roots:
    """Which roots a place is judged against: those given for its authorities, else those of the plan and the files."""

    def __init__(self, plan: Plan, files: Mapping[str, bytes | str], anchors: Anchors, known: Sequence[bytes]) -> None:
        self.places = {place.id: place for place in plan.places}
        self.trusted: dict[str, list[Place]] = defaultdict(list)
        for place in plan.places:
            if place.kind == "anchors":
                self.trusted[place.site].append(place)
        self.files, self.given, self.everywhere = files, anchors, known
        self.known: dict[tuple[str, str], tuple[bytes, ...]] = {}
        self.near: dict[tuple[str, str], tuple[bytes, ...]] = {}

    def of(self, place: Place) -> tuple[bytes, ...]:
        line = self._line(place)
        for address in (*line, place.id):
            if address in self.given:
                return tuple(self.given[address])
        key = (place.site, place.issuer)
        if key not in self.known:
            self.known[key] = tuple(dict.fromkeys(self._of(place.site, line)))
        return self.known[key]

    def beside(self, place: Place) -> tuple[bytes, ...]:
        """Authorities at hand for a path: those above the place, and those of the site's trust lists."""
        key = (place.site, place.issuer)
        if key not in self.near:
            above = [self.places[one] for one in self._line(place)[:-1] if one in self.places]
            found = (der for one in (*above, *self.trusted[place.site]) for der in (one.anchors or self._packed(one)))
            self.near[key] = tuple(dict.fromkeys((*self.everywhere, *found)))
        return self.near[key]

    def _of(self, site: str, line: Sequence[str]) -> Iterable[bytes]:
        top = self.places.get(line[-1]) if line else None
        if top is not None and (packed := self._packed(top)):
            return packed
        return [der for one in self.trusted[site] for der in (one.anchors or self._packed(one))]

    def _line(self, place: Place) -> list[str]:
        """The authorities above a place, nearest first."""
        line: list[str] = []
        above = place.issuer
        while above and above not in line:
            line.append(above)
            above = self.places[above].issuer if above in self.places else ""
        return line

    def _packed(self, place: Place) -> list[bytes]:
        """The certificates in the files of a place. A file that cannot be read is reported where it is judged."""
        found: list[bytes] = []
        for package in place.packages:
            content = self.files.get(package.path)
            try:
                found += open_package(package.form, content, None).certificates if isinstance(content, bytes) else ()
            except Unreadable:
                continue
        return found


# ── verdicts ──────────────────────────────────────────────────────────────────────────────────────


def judge_seen(plan: Plan, seen: Iterable[Seen], present: Collection[str], now: datetime) -> Report:
    """The report on what was seen. `present` are the paths of all files given, planned or not."""
    by_place: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        by_place[one.place].append(one)
    heard = Hearing(now).of_places(plan.places, [by_place[place.id] for place in plan.places], {*by_place})
    return _report(plan, heard, _layouts(plan, plan, present, whole=True), now)


def _layouts(tree: Plan, plan: Plan, present: Collection[str], *, whole: bool) -> list[Layout | None]:
    """The tree of each set; None when only a part of it was given."""
    if not whole:
        return [None] * len(plan.sets)
    trees = layouts(tree, present)
    return [trees.get(group.id, Layout(fixed=False)) for group in plan.sets]


def _report(plan: Plan, heard: Sequence[Heard], layouts: Sequence[Layout | None], now: datetime) -> Report:
    members = {place.id: one.members for place, one in zip(plan.places, heard, strict=True)}
    hearing = Hearing(now)
    sets = [
        hearing.of_set(group, [one for place in group.places for one in members.get(place, ())], layout)
        for group, layout in zip(plan.sets, layouts, strict=True)
    ]
    files = (one.verdicts(place.id, place.demands) for place, one in zip(plan.places, heard, strict=True))
    return Report(
        Results((*chain.from_iterable(files), *sets)),
        sum(place.judged for place in heard),
        tuple(told for place in heard for told in place.unjudged),
        tuple(facts for place in heard for facts in place.files),
        tuple(_sets_of(plan)),
        now,
    )


def _sets_of(plan: Plan) -> Iterator[SetFacts]:
    """The sets places belong to; authorities belong to one that has no title of its own."""
    titles = {group.id: group.title for group in plan.sets}
    places: dict[str, list[tuple[str, str]]] = {group.id: [] for group in plan.sets}
    for place in plan.places:
        places.setdefault(place.set, []).append((place.id, place.title))
    for address, inside in places.items():
        yield SetFacts(address, titles.get(address, address), tuple(inside))
