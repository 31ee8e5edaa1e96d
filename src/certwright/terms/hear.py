"""What was seen of a place → what every demand says of it. Nothing is passed over, and one file spoils only itself."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import islice
from operator import attrgetter

from certwright.judged import FileFacts, Link, Signature
from certwright.model import CertificateSet, Demand, Mismatch, Place, Result, Status
from certwright.speech import tr, trn
from certwright.terms.material import MATERIAL
from certwright.terms.seen import Layout, Seen
from certwright.terms.word import SILENCES, SetWord, Word, unopened
from certwright.value import value
from certwright.verdicts import Found, Verdicts
from certwright.x509.facts import CertificateFacts

Said = tuple[list[str], dict[int, Found]]  # why each demand was silent, "" if it spoke; what it found, by its column
Asked = tuple[Sequence[Demand], Seen, list[str], dict[int, Found]]  # what came of it is put into the last two
_PARTS = tuple(SILENCES)
_PLAIN = ("place", "path", "form", "found", "written", "position", "trouble", "standings")  # these are no parts
_parts_of = attrgetter(*(one.name for one in fields(Seen) if one.name not in _PLAIN))


Row = tuple[str, str, str, tuple[str, ...], tuple[tuple[int, Found], ...], tuple[Result, ...]]


@value
class Heard:
    """What came of one place: what is said of its files, and their facts; it may come from another process.

    A row has path, subject and thumbprint of a file, and what `Verdicts` has beyond the demands. `members` are what
    sets are judged by, where they are. `lists` says whether there were revocation lists.
    """

    rows: tuple[Row, ...]
    files: tuple[FileFacts, ...]
    judged: int
    unjudged: tuple[str, ...]
    members: tuple[Seen, ...] = ()
    lists: bool = False

    def verdicts(self, place: str, demands: tuple[Demand, ...]) -> Iterator[Verdicts]:
        """What is said of each file, with the demands it is an answer to."""
        for path, subject, thumbprint, reasons, found, before in self.rows:
            yield Verdicts(place, path, subject, thumbprint, demands, reasons, found, before)


class Hearing:
    """All places of one run are heard by one of these: what they share is then found out, and kept, once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._openings: dict[tuple[object, ...], Opening] = {}
        self._reasons: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._lines: dict[tuple[object, ...], Line] = {}

    def of_places(self, places: Sequence[Place], seen: Sequence[Sequence[Seen]], keep: Collection[str]) -> list[Heard]:
        """What the demands of places say of their files; those of the places in `keep` are kept for demands on sets.

        Each demand is heard for all files before the next one: a processor is quicker at what it has just done.
        """
        files_of = list(zip(places, seen, strict=True))
        said = iter(self._heard((place.demands, _completed(one, files)) for place, files in files_of for one in files))
        return [
            self._of_place(place, files, list(islice(said, len(files))), keep=place.id in keep)
            for place, files in files_of
        ]

    def _of_place(self, place: Place, files: Sequence[Seen], said: Sequence[Said], *, keep: bool) -> Heard:
        if len(files) > 1:
            for column, demand in enumerate(place.demands):
                if isinstance(demand.term, Word) and demand.term.anywhere:
                    _once(files, said, column)
        rows = tuple([self._row(place.demands, told, one) for told, one in zip(said, files, strict=True)])
        unjudged = tuple([f"{one.path}: {one.trouble.reason}" for one in files if one.trouble])
        facts = tuple([facts for one in files for facts in self._facts(one)])
        lists = any(one.crls for one in files)
        return Heard(rows, facts, len(files) - len(unjudged), unjudged, tuple(files) if keep else (), lists)

    def of_set(self, group: CertificateSet, members: Sequence[Seen], layout: Layout | None) -> Verdicts:
        """What the demands on a set say of its files. Without `layout` only a part of the set was given."""
        whole = Seen(group.id, "", "")
        said: Said = [], {}
        for column, demand in enumerate(group.demands):
            told = self._heard_of_set(demand, members, layout, whole)
            said[0].append(told if isinstance(told, str) else "")
            if told and not isinstance(told, str):
                said[1][column] = told
        *_, reasons, found, before = self._row(group.demands, said, whole)
        return Verdicts(group.id, "", "", "", group.demands, reasons, found, before)

    # ── the files ──

    def _heard(self, asked: Iterable[tuple[Sequence[Demand], Seen]]) -> list[Said]:
        said: list[Said] = []
        alike: dict[int, tuple[Opening, list[Asked]]] = {}
        for demands, one in asked:
            if one.trouble:
                said.append(([one.trouble.reason] * len(demands), {}))
                continue
            opening = self._opening(demands, one)
            reasons, found = list(opening.reasons), dict[int, Found]()
            said.append((reasons, found))
            alike.setdefault(id(opening), (opening, []))[1].append((demands, one, reasons, found))
        for opening, several in alike.values():
            for column in opening.open:
                self._ask(column, several, own=column in opening.own)
        return said

    def _ask(self, column: int, several: Iterable[Asked], *, own: bool) -> None:
        """The innermost loop of every check: twenty demands speak of a file."""
        now = self.now
        for demands, one, reasons, found in several:
            term: Word = demands[column].term  # type: ignore[assignment]  # every term is a word of the vocabulary
            try:
                if own and (silent := term.silent(one)):
                    reasons[column] = silent
                    continue
                for mismatch in term.check(one, now):
                    found[column] = (*found.get(column, ()), mismatch)  # type: ignore[misc]  # no result is there yet
            except Exception as problem:  # a term that stumbles must not silence the others
                found[column] = _stumbled(demands[column], one, problem)

    def _opening(self, demands: Sequence[Demand], one: Seen) -> "Opening":
        """Whom to ask of a file that holds these parts: it is the same for all places with demands of these kinds."""
        key = _parts(one), tuple([type(demand.term) for demand in demands])
        opening = self._openings.get(key)
        if opening is None:
            opening = self._openings[key] = _opened(demands, one)
        return opening

    def _heard_of_set(self, demand: Demand, members: Sequence[Seen], layout: Layout | None, whole: Seen) -> str | Found:
        term = demand.term
        assert isinstance(term, SetWord), "demands on a set are set words"
        if layout is None:
            return tr("only a part of the set was given")
        if term.by_name and not layout.fixed:
            return tr("the files were found by what they hold, not by their names")
        try:
            mismatches = tuple(term.check_set(members, layout, self.now))
        except Exception as problem:  # as for a file
            return _stumbled(demand, whole, problem)
        shut = sum(map(unopened, members))
        if shut and not mismatches and not term.by_name:  # what nobody could look into nobody knows to be well
            return trn("{count} file could not be opened", "{count} files could not be opened", shut)
        return mismatches

    def _row(self, demands: tuple[Demand, ...], said: Said, one: Seen) -> Row:
        listed, found = said
        if found:
            _take_back(demands, listed, found)
        reasons = tuple(listed)
        certificate = one.certificate
        return (
            one.path,
            certificate.subject if certificate else "",
            certificate.masked_thumbprint if certificate else "",
            self._reasons.setdefault(reasons, reasons),
            tuple(found.items()),
            tuple(_of_material(one)) if one.trouble or one.found != one.path else (),
        )

    # ── what a report shows ──

    def _facts(self, one: Seen) -> Iterator[FileFacts]:
        """Of a file: its certificate with its chain, or each certificate of a list without one."""
        if one.chain:
            leaf, *above = one.chain.path
            key = (*[authority.fingerprint for authority in above], one.chain.complete)
            line = self._lines.get(key)
            if line is None:
                line = self._lines[key] = _line(above, complete=one.chain.complete)
            links, signatures = line
            own = _link(leaf)
            issuer = links[0] if links else own if one.chain.complete else None
            signed = (_signature(leaf, own, issuer), *signatures) if issuer else ()
            yield FileFacts(one.path, one.place, (own, *links), one.chain.complete, signed, one.chain.remarks)
        else:
            for certificate in one.certificates:
                yield FileFacts(one.path, one.place, (_link(certificate),))


Line = tuple[tuple[Link, ...], tuple[Signature, ...]]


def _line(above: Sequence[CertificateFacts], *, complete: bool) -> Line:
    """What is shown of the authorities above a leaf: they are the same for many."""
    links = tuple(map(_link, above))
    issuers = (*links[1:], *links[-1:]) if complete else links[1:]
    signed = tuple(map(_signature, above, links, issuers))
    return links, signed


def _link(facts: CertificateFacts) -> Link:
    return Link(facts.subject, facts.issuer, facts.masked_thumbprint, facts.not_before, facts.not_after)


def _signature(child: CertificateFacts, own: Link, issuer: Link) -> Signature:
    """A path leads only over signatures that were verified; those of authorities are remembered for the whole run."""
    return Signature(own.thumbprint, issuer.thumbprint, child.signature_algorithm, bool(child.authority))


def _parts(one: Seen) -> tuple[object, ...]:
    """The same for files that hold the same parts: what `has` says follows from it."""
    if one.standings:
        return (one.form, *map(one.has, _PARTS))
    return (one.form, *map(bool, _parts_of(one)))


@value
class Opening:
    """Why each demand is silent, "" for those of the columns that are `open`; those that are `own` are asked first."""

    reasons: tuple[str, ...]
    open: tuple[int, ...]
    own: frozenset[int]


def _opened(demands: Sequence[Demand], one: Seen) -> Opening:
    """A term that does not say itself why it is silent depends on nothing but the parts that are there."""
    terms: list[Word] = [demand.term for demand in demands]  # type: ignore[misc]  # as above
    own = frozenset([column for column, term in enumerate(terms) if type(term).silent is not Word.silent])
    reasons = tuple(["" if column in own else term.silent(one) for column, term in enumerate(terms)])
    return Opening(reasons, tuple([column for column, why in enumerate(reasons) if not why]), own)


# ── what hangs on what ────────────────────────────────────────────────────────────────────────────


def _completed(one: Seen, files: Sequence[Seen]) -> Seen:
    """A key alone in its file is judged beside the certificate of the same place, the one in its folder first."""
    if one.certificate is not None or not one.holds_key:
        return one
    folder = one.path.rpartition("/")[0]
    beside = [other for other in files if other.certificate is not None]
    return one.beside(min(beside, key=lambda other: other.path.rpartition("/")[0] != folder)) if beside else one


def _once(files: Sequence[Seen], said: Sequence[Said], column: int) -> None:
    """A demand that one file of a place satisfies says nothing about the others; none does, and the first is told."""
    speaking = [row for row, (reasons, _) in enumerate(said) if not reasons[column]]
    best = next((row for row in speaking if column not in said[row][1]), speaking[0] if speaking else -1)
    for row in speaking:
        if row != best:
            reasons, found = said[row]
            reasons[column] = tr("judged with {path}", path=files[best].path)
            found.pop(column, None)


def _take_back(demands: Sequence[Demand], reasons: list[str], found: dict[int, Found]) -> None:
    """What means nothing once another demand is not met becomes silence."""
    unmet = {demands[column].requirement.id for column in found}
    for column, demand in enumerate(demands):
        blocking = [after for after in demand.requirement.skipped_after if after in unmet]
        if blocking and not reasons[column]:
            names = tr(" and ").join(blocking)
            reasons[column] = tr("{names} failed; remedy that and check again", names=names)
            found.pop(column, None)


def _stumbled(demand: Demand, one: Seen, problem: Exception) -> Result:
    row, certificate = MATERIAL["material.judgement-failed"], one.certificate
    return Result(
        row.id, Status.FAIL, one.place, one.path, (), f"{demand.requirement.id}: {type(problem).__name__}", row,
        certificate.subject if certificate else "", certificate.masked_thumbprint if certificate else "",
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
