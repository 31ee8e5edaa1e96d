"""Files and a plan → a verdict on every demand. Pure: files, passwords, roots and the time are arguments.

The expensive half, `terms.look.see`, is a step of its own, so that several processes can share it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType

from certwright.errors import Unreadable
from certwright.judged import SetFacts
from certwright.model import Place, Plan, Report
from certwright.pack.opened import open_package
from certwright.terms.hear import Heard, Hearing
from certwright.terms.look import Work, see
from certwright.terms.seen import Layout, Seen
from certwright.terms.tree import layouts
from certwright.verdicts import Results, Verdicts

Anchors = Mapping[str, Sequence[bytes]]
Spread = Callable[[Callable[[Work], Seen], Iterable[Work]], Iterable[Seen]]
Inform = Callable[[Sequence[Seen]], Sequence[Seen]]
_NO_ANCHORS: Anchors = MappingProxyType({})


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
    spread: Spread = map,
    inform: Inform = tuple,
) -> Report:
    """The verdict on every demand of the plan, in its order. Never raises for what is in a file.

    `files` maps package paths to contents, or to the reason why one cannot be read (text). `passwords` maps set
    addresses, or the path of one file, to passwords; `anchors` authority addresses to trusted roots (DER). `known` are
    further authorities a path may lead over. Without `whole` only the files given are judged, and sets not at all.
    `tree` is the plan that says which folders files belong to; this one, unless files were found by what they hold.
    `spread` maps `see` over the work: a process pool's `map` will do. `inform` adds to what was seen what is learnt
    elsewhere: `standings`.
    """
    looked = spread(partial(see, memo={}), works(plan, files, passwords, now, anchors=anchors, known=known))
    seen = [one for one in looked if whole or not (one.trouble and one.trouble.code == "material.missing")]
    return judge_seen(plan, inform(seen), files, now, whole=whole, tree=tree)


# ── what to look at ───────────────────────────────────────────────────────────────────────────────


def works(
    plan: Plan,
    files: Mapping[str, bytes | str],
    passwords: Mapping[str, str],
    now: datetime,
    *,
    anchors: Anchors = _NO_ANCHORS,
    known: Sequence[bytes] = (),
) -> Iterator[Work]:
    """One work for each package of the plan, in its order. A file of another case counts as found."""
    loose = {path.lower(): path for path in files}
    roots = _Roots(plan, files, anchors, known)
    for place in plan.places:
        for package in place.packages:
            found = package.path if package.path in files else loose.get(package.path.lower(), "")
            yield Work(
                place.id, place.kind, package.path, package.form, found, files.get(found),
                passwords.get(package.path, passwords.get(place.set)), roots.of(place), now, roots.beside(place),
            )  # fmt: skip


class _Roots:
    """Which roots a place is judged against: those given for its authorities, else those of the plan and the files."""

    def __init__(self, plan: Plan, files: Mapping[str, bytes | str], anchors: Anchors, known: Sequence[bytes]) -> None:
        self.places = {place.id: place for place in plan.places}
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
            found = (
                der for one in (*above, *self._neighbours(place.site)) for der in (one.anchors or self._packed(one))
            )
            self.near[key] = tuple(dict.fromkeys((*self.everywhere, *found)))
        return self.near[key]

    def _of(self, site: str, line: Sequence[str]) -> Iterable[bytes]:
        top = self.places.get(line[-1]) if line else None
        if top is not None and (packed := self._packed(top)):
            return packed
        return [der for one in self._neighbours(site) for der in (one.anchors or self._packed(one))]

    def _neighbours(self, site: str) -> Iterator[Place]:
        return (one for one in self.places.values() if one.kind == "anchors" and one.site == site)

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


def judge_seen(
    plan: Plan,
    seen: Iterable[Seen],
    present: Collection[str],
    now: datetime,
    *,
    whole: bool = True,
    tree: Plan | None = None,
) -> Report:
    """The report on what was seen. `present` are the paths of all files given, planned or not."""
    by_place: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        by_place[one.place].append(one)
    hearing = Hearing(now)
    heard = [hearing.of_place(place, by_place[place.id]) for place in plan.places]
    sets = [
        hearing.of_set(group, [one for place in group.places for one in by_place[place]], layout)
        for group, layout in zip(plan.sets, _layouts(tree or plan, plan, present, whole=whole), strict=True)
    ]
    return _report(plan, heard, sets, now)


def _layouts(tree: Plan, plan: Plan, present: Collection[str], *, whole: bool) -> list[Layout | None]:
    """The tree of each set; None when only a part of it was given."""
    if not whole:
        return [None] * len(plan.sets)
    trees = layouts(tree, present)
    return [trees.get(group.id, Layout(fixed=False)) for group in plan.sets]


def _report(plan: Plan, heard: Sequence[Heard], sets: Sequence[Verdicts], now: datetime) -> Report:
    return Report(
        Results((*(one for place in heard for one in place.verdicts), *sets)),
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
