"""Files and a plan → a verdict on every demand. Pure: files, passwords, roots and the time are arguments.

The expensive half, `terms.look.see`, is a step of its own, so that several processes can share it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType

from certwright.errors import Unreadable
from certwright.judged import FileFacts, Link, SetFacts
from certwright.model import (
    CertificateSet,
    Demand,
    Mismatch,
    Place,
    Plan,
    Report,
    Result,
    Severity,
    Status,
)
from certwright.pack.opened import open_package
from certwright.speech import tr, trn
from certwright.terms.look import Work, see
from certwright.terms.material import MATERIAL
from certwright.terms.seen import Layout, Seen
from certwright.terms.tree import layouts
from certwright.terms.word import SetWord, Word, unopened
from certwright.value import value
from certwright.x509.facts import CertificateFacts

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
    `spread` maps `see` over the work: a process pool's `map` will do. `inform` adds to what was seen what is learnt elsewhere: `standings`.
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
    results = [result for place in plan.places for result in _of_place(place, by_place[place.id], now)]
    trees = layouts(tree or plan, present)
    for group in plan.sets:
        members = [one for place in group.places for one in by_place[place]]
        layout = trees.get(group.id, Layout(fixed=False))
        results += _of_set(group, members, layout if whole else None, now)
    every = [one for place in plan.places for one in by_place[place.id]]
    unjudged = tuple(f"{one.path}: {one.trouble.reason}" for one in every if one.trouble)
    files = tuple(facts for one in every for facts in _facts_of(one))
    return Report(tuple(results), len(every) - len(unjudged), unjudged, files, tuple(_sets_of(plan)), now)


def _facts_of(one: Seen) -> Iterator[FileFacts]:
    """What a report shows of a file: its certificate with its chain, or each certificate of a list without one."""
    if one.chain:
        yield FileFacts(one.path, one.place, tuple(map(_link, one.chain.path)), one.chain.complete)
    else:
        for certificate in one.certificates:
            yield FileFacts(one.path, one.place, (_link(certificate),))


def _link(facts: CertificateFacts) -> Link:
    return Link(facts.subject, facts.issuer, facts.masked_thumbprint, facts.not_before, facts.not_after)


def _sets_of(plan: Plan) -> Iterator[SetFacts]:
    """The sets places belong to; authorities belong to one that has no title of its own."""
    titles = {group.id: group.title for group in plan.sets}
    places: dict[str, list[tuple[str, str]]] = {group.id: [] for group in plan.sets}
    for place in plan.places:
        places.setdefault(place.set, []).append((place.id, place.title))
    for address, inside in places.items():
        yield SetFacts(address, titles.get(address, address), tuple(inside))


@value
class _Said:
    """What came of one demand: mismatches, or the reason why there was nothing to say."""

    mismatches: tuple[Mismatch, ...] = ()
    silent: str = ""
    failed: str = ""


def _of_place(place: Place, files: Sequence[Seen], now: datetime) -> Iterator[Result]:
    said = [[_hear(demand, _completed(one, files), now) for demand in place.demands] for one in files]
    for column, demand in enumerate(place.demands):
        if isinstance(demand.term, Word) and demand.term.anywhere:
            _once(files, said, column)
    for one, verdicts in zip(files, said, strict=True):
        yield from _of_material(one)
        for demand, verdict in zip(place.demands, _after(place.demands, verdicts), strict=True):
            yield _result(demand, verdict, one)


def _completed(one: Seen, files: Sequence[Seen]) -> Seen:
    """A key alone in its file is judged beside the certificate of the same place, the one in its folder first."""
    if one.certificate is not None or not one.holds_key:
        return one
    folder = one.path.rpartition("/")[0]
    beside = [other for other in files if other.certificate is not None]
    return one.beside(min(beside, key=lambda other: other.path.rpartition("/")[0] != folder)) if beside else one


def _once(files: Sequence[Seen], said: list[list[_Said]], column: int) -> None:
    """A demand that one file of a place satisfies says nothing about the others; none does, and the first is told."""
    speaking = [row for row in range(len(files)) if not said[row][column].silent]
    best = next((row for row in speaking if said[row][column] == _Said()), speaking[0] if speaking else -1)
    for row in speaking:
        if row != best:
            said[row][column] = _Said(silent=f"judged with {files[best].path}")


def _hear(demand: Demand, one: Seen, now: datetime) -> _Said:
    term = demand.term
    assert isinstance(term, Word), "every term is a word of the vocabulary"
    if one.trouble:
        return _Said(silent=one.trouble.reason)
    try:
        silent = term.silent(one)
        return _Said(silent=silent) if silent else _Said(tuple(term.check(one, now)))
    except Exception as problem:  # a term that stumbles must not silence the others
        return _Said(failed=f"{demand.requirement.id}: {type(problem).__name__}")


def _after(demands: Sequence[Demand], said: Sequence[_Said]) -> list[_Said]:
    """Verdicts with those taken back that mean nothing once another demand is not met."""
    unmet = {demand.requirement.id for demand, one in zip(demands, said, strict=True) if one.mismatches or one.failed}
    return [_taken_back(demand, one, unmet) for demand, one in zip(demands, said, strict=True)]


def _taken_back(demand: Demand, said: _Said, unmet: Collection[str]) -> _Said:
    blocking = [after for after in demand.requirement.skipped_after if after in unmet]
    if not blocking or said.silent:
        return said
    return _Said(silent=f"{' and '.join(blocking)} failed; remedy that and check again")


def _result(demand: Demand, said: _Said, one: Seen) -> Result:
    requirement, certificate = demand.requirement, one.certificate
    status, code = Status.OK, requirement.id
    if said.failed:
        status, code, requirement = Status.FAIL, "material.judgement-failed", MATERIAL["material.judgement-failed"]
    elif said.silent:
        status = Status.SKIPPED
    elif said.mismatches:
        status = Status.FAIL if requirement.severity is Severity.ERROR else Status.WARNING
    return Result(
        code, status, one.place, one.path, said.mismatches, said.failed or said.silent, requirement,
        certificate.subject if certificate else "", certificate.thumbprint if certificate else "",
    )  # fmt: skip


def _of_material(one: Seen) -> Iterator[Result]:
    """What is wrong with the file itself. Of a file without its password nothing is known, so nothing is wrong."""
    if one.trouble:
        row = MATERIAL[one.trouble.code]
        status = Status.SKIPPED if row.id == "material.no-password" else Status.FAIL
        yield Result(row.id, status, one.place, one.path, reason=one.trouble.reason, requirement=row)
    if one.found and one.found != one.path:
        row = MATERIAL["material.name"]
        yield Result(row.id, Status.WARNING, one.place, one.path, (Mismatch(one.path, one.found),), requirement=row)


def _of_set(group: CertificateSet, members: Sequence[Seen], layout: Layout | None, now: datetime) -> Iterator[Result]:
    whole = Seen(group.id, "", "")
    said = [_hear_set(demand, members, layout, now) for demand in group.demands]
    for demand, verdict in zip(group.demands, _after(group.demands, said), strict=True):
        yield _result(demand, verdict, whole)


def _hear_set(demand: Demand, members: Sequence[Seen], layout: Layout | None, now: datetime) -> _Said:
    term = demand.term
    assert isinstance(term, SetWord), "demands on a set are set words"
    if layout is None:
        return _Said(silent="only a part of the set was given")
    if term.by_name and not layout.fixed:
        return _Said(silent=tr("the files were found by what they hold, not by their names"))
    try:
        mismatches = tuple(term.check_set(members, layout, now))
    except Exception as problem:  # as for a file
        return _Said(failed=f"{demand.requirement.id}: {type(problem).__name__}")
    shut = sum(map(unopened, members))
    if shut and not mismatches and not term.by_name:  # of what nobody could look into nobody knows that all is well
        return _Said(silent=trn("{count} file could not be opened", "{count} files could not be opened", shut))
    return _Said(mismatches)
