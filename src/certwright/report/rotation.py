"""How rotations stand → a matrix of consumers and generations for people. The same as JSON: `rotation_json`."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal

from certwright.generations import Consumer, State
from certwright.report.layout import Cell, Screen, paragraph, table
from certwright.report.words import titled
from certwright.speech import tr, trn
from certwright.value import value

Trust = Literal["yes", "no", "unseen"]
WIDE = 120  # columns from which on titles and ways to look find room
MOST_NAMES = 40  # that a sentence tells
LAST = 3  # generations that are drawn; older ones are history
_UNREACHED = ("unseen", "untrusting", "presenting")


@value
class Column:
    """A generation: since when (None: nobody wrote it down), and until when its root is valid (None: not made yet)."""

    number: int
    state: State
    since: datetime | None = None
    until: datetime | None = None


@value
class Reached:
    """One consumer beside one generation. `presents` are certificates below it, SHA-256."""

    number: int
    trusts: Trust
    presents: tuple[str, ...] = ()


@value
class Line:
    """One consumer: when and how it was last seen (None: never), and why the last look at it failed, if it did."""

    consumer: Consumer
    cells: tuple[Reached, ...]
    seen: datetime | None = None
    how: str = ""
    failed: str = ""


@value
class Hindrance:
    """One thing that keeps a gate closed; `kind` is a word of `rotation.steps`, `subject` a place or a consumer."""

    kind: str
    subject: str = ""
    until: date | None = None


@value
class Step:
    """What a generation is to become next, and what keeps it from that. `forced` is the reason of whoever forces it."""

    number: int
    to: State
    open: bool
    blocks: tuple[Hindrance, ...] = ()
    forced: str = ""


@value
class Gone:
    """An issuing CA that was revoked: its place, when, and why in RFC 5280's words."""

    place: str
    at: datetime
    reason: str


@value
class Pair:
    """What generation `leaf` signed before the trust list handed out with generation `bundle`: whether it must be
    accepted (or refused), and whether it is as it must be; None where nothing is there to be looked at. `revoked` is
    why it must be refused whatever the list holds.
    """

    leaf: int
    bundle: int
    works: bool
    holds: bool | None
    reason: str = ""
    revoked: Gone | None = None


@value
class Authority:
    """One issuer. `step` is None while it is not rotated; `begin_by` the last day on which its root can be rotated.

    `next` is the one next step in words, `command` what to type for it, "" where there is nothing but to wait.
    """

    issuer: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    next: str
    command: str = ""
    step: Step | None = None
    scope: str = "root"
    reason: str = ""
    compromised: bool = False
    begin_by: date | None = None
    pairs: tuple[Pair, ...] = ()

    @property
    def unreached(self) -> tuple[str, ...]:
        """The consumers that keep the gate closed, by address."""
        return tuple(one.subject for one in self.step.blocks if one.kind in _UNREACHED) if self.step else ()


def rotation_text(authorities: Sequence[Authority], screen: Screen) -> str:
    """Every issuer: its generations, its consumers beside them, who was not reached, and the one next step."""
    if not authorities:
        return tr("this deployment has no certification authority of its own") + "\n"
    return "\n\n".join("\n".join(_authority(one, screen)) for one in authorities) + "\n"


def _authority(one: Authority, screen: Screen) -> Iterator[str]:
    yield from paragraph(_headline(one), screen, style="strong")
    if one.reason and one.compromised:
        yield from paragraph(tr("what signed before is compromised: {reason}", reason=one.reason), screen, style="bad")
    elif one.reason:
        yield from paragraph(tr("reason: {reason}", reason=one.reason), screen)
    if one.columns:
        head = (tr("generation"), tr("state"), tr("since"), tr("root valid until"))
        yield from ("", *table(head, [_column(column) for column in one.columns], screen))
    if one.lines:
        yield ""
        yield from table(_head(one, screen), list(_matrix(one, screen)), screen)
        yield from ("", *paragraph(_legend(screen), screen, style="faint"))
    if one.pairs:
        yield from ("", *_proved(one.pairs, screen))
    hindrances = list(_hindrances(one))
    yield from [""] if hindrances else []
    for told in hindrances:
        yield from paragraph(told, screen, indent=2, first="-")
    yield from ("", *paragraph(tr("next: {step}", step=one.next), screen, style="strong"))
    if one.command:
        yield f"  {screen.paint(one.command, 'address')}"


def _headline(one: Authority) -> str:
    if one.step is None:
        if not one.columns:
            return tr("{issuer}: nothing has been made yet", issuer=one.issuer)
        if one.begin_by is None:
            return tr("{issuer} is not being rotated", issuer=one.issuer)
        return tr("{issuer} is not being rotated; a rotation of its root must begin on {day} at the latest",
                  issuer=one.issuer, day=one.begin_by)  # fmt: skip
    words: dict[str, str | int] = {"issuer": one.issuer, "number": one.step.number, "day": _waiting_since(one)}
    match one.step.to:
        case State.STAGED:
            return tr("{issuer} is being rotated: generation {number} is to be made and handed out", **words)
        case State.SIGNING:
            return tr("{issuer} is being rotated: generation {number} is to sign, and waits since {day}", **words)
    return tr("{issuer} is being rotated: generation {number} is to be retired, and waits since {day}", **words)


def _waiting_since(one: Authority) -> str:
    """The day of the last step: the newest generation was staged then, or began to sign."""
    return _day(max((column.since for column in one.columns if column.since), default=None))


def state_word(state: State) -> str:
    """Where a generation stands, as people read it."""
    match state:
        case State.DECLARED:
            return tr("declared")
        case State.STAGED:
            return tr("staged")
        case State.SIGNING:
            return tr("signing")
        case State.VERIFY_ONLY:
            return tr("verify-only")
    return tr("retired")


def _column(one: Column) -> list[Cell]:
    style = {State.SIGNING: "good", State.STAGED: "warning", State.VERIFY_ONLY: "warning"}.get(one.state, "faint")
    return [Cell(str(one.number)), Cell(state_word(one.state), style), Cell(_day(one.since)), Cell(_day(one.until))]


def _day(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d}" if when else "-"


# ── the matrix ──


def _drawn(one: Authority) -> tuple[Column, ...]:
    """The generations that have begun to exist: nobody can trust what is only declared."""
    return tuple(column for column in one.columns if column.state is not State.DECLARED)[-LAST:]


def _head(one: Authority, screen: Screen) -> list[str]:
    numbers = [f"{column.number} {state_word(column.state)}" for column in _drawn(one)]
    more = [tr("what it is"), tr("how")] if screen.width >= WIDE else []
    return [tr("consumer"), *more, tr("seen"), *numbers]


def _matrix(one: Authority, screen: Screen) -> Iterator[list[Cell]]:
    """A row for each consumer; whoever keeps the gate closed is painted."""
    drawn, kept_back = _drawn(one), frozenset(one.unreached)
    for line in one.lines:
        late = line.consumer.id in kept_back
        wide = [Cell(titled(line.consumer.title)), Cell(line.how or line.consumer.look)]
        seen = Cell(_day(line.seen)) if line.seen else Cell(tr("never"), "warning" if late else "faint")
        cells = {cell.number: cell for cell in line.cells}
        marks = [_cell(cells.get(column.number), screen) for column in drawn]
        name = Cell(line.consumer.id, "warning" if late else "address")
        yield [name, *(wide if screen.width >= WIDE else ()), seen, *marks]


def _marks(screen: Screen) -> dict[Trust, str]:
    if screen.ascii:
        return {"yes": tr("yes"), "no": tr("no"), "unseen": "?"}
    return {"yes": "✓", "no": "✗", "unseen": "?"}


def _cell(found: Reached | None, screen: Screen) -> Cell:
    trusts: Trust = found.trusts if found else "unseen"
    mark = _marks(screen)[trusts]
    shown = len(found.presents) if found else 0
    text = tr("{mark} shows {count}", mark=mark, count=shown) if shown else mark
    return Cell(text, {"yes": "good", "no": "bad", "unseen": "warning"}[trusts])


def _legend(screen: Screen) -> str:
    return tr(
        "{yes} trusts it, {no} does not, {unseen} nobody has seen; shows: how many of its certificates it presents",
        **_marks(screen),
    )


# ── what was proved ──


def _proved(pairs: Sequence[Pair], screen: Screen) -> Iterator[str]:
    """Leaves beside trust lists, and a sentence for each pair that is not as it must be."""
    numbers = sorted({number for one in pairs for number in (one.leaf, one.bundle)})
    known = {(one.leaf, one.bundle): one for one in pairs}
    head = [tr("signed by"), *(tr("with trust list {number}", number=number) for number in numbers)]
    rows = [[Cell(str(leaf)), *(_verdict(known.get((leaf, one)), screen) for one in numbers)] for leaf in numbers]
    yield from table(head, rows, screen)
    broken = [one for one in pairs if one.holds is False]
    for one in broken:
        yield from paragraph(_broken(one), screen, style="bad")
    yield from ("", *paragraph(_kept(screen, well=not broken), screen, style="faint"))
    for leaf, gone in {one.leaf: one.revoked for one in pairs if one.revoked}.items():
        yield from ("", *paragraph(_meant(leaf, gone), screen))


def _kept(screen: Screen, *, well: bool) -> str:
    marks = _marks(screen)
    if well:
        return tr("{yes} accepted, {no} refused, - nothing to be verified; each is as it must be", **marks)
    return tr("{yes} accepted, {no} refused, - nothing to be verified", **marks)


def _meant(leaf: int, gone: Gone) -> str:
    return tr(
        "what generation {leaf} signed is refused on purpose: {place} was revoked on {day} ({reason}); whoever asks for"
        " no revocation list accepts it as long as its root is trusted",
        leaf=leaf, place=gone.place, day=_day(gone.at), reason=gone.reason,
    )  # fmt: skip


def _verdict(pair: Pair | None, screen: Screen) -> Cell:
    if pair is None or pair.holds is None:
        return Cell("-", "faint")
    return Cell(_marks(screen)["yes" if pair.works is pair.holds else "no"], "good" if pair.holds else "bad")


def _broken(pair: Pair) -> str:
    words = {"leaf": pair.leaf, "bundle": pair.bundle}
    if not pair.works:
        return tr("what generation {leaf} signed is still accepted with trust list {bundle}", **words)
    return tr("what generation {leaf} signed fails with trust list {bundle}: {reason}", reason=pair.reason, **words)


# ── what is in the way ──


def _hindrances(one: Authority) -> Iterator[str]:
    """A sentence for each kind of thing in the way, with everything that is so; and one for each look that failed."""
    if one.step and one.step.forced:
        yield tr("the step is forced: {reason}", reason=one.step.forced)
    found = one.step.blocks if one.step else ()
    known = {line.consumer.id for line in one.lines if any(cell.trusts != "unseen" for cell in line.cells)}
    kinds = [("unshown" if one.kind == "unseen" and one.subject in known else one.kind, one) for one in found]
    for kind in dict.fromkeys(kind for kind, _ in kinds):
        blocks = [block for its_kind, block in kinds if its_kind == kind]
        names = _names([block.subject for block in blocks if block.subject])
        until = max((block.until for block in blocks if block.until), default=None)
        yield _hindrance(kind, names, len(blocks), until, _to_be_trusted(one))
    for line in one.lines:
        if line.failed:
            yield tr("{consumer} could not be looked at: {reason}", consumer=line.consumer.id, reason=line.failed)


def _to_be_trusted(one: Authority) -> int:
    """The generation that everybody has to trust: the one that comes, whichever moves."""
    if one.step is None or one.step.to is not State.RETIRED:
        return one.step.number if one.step else 0
    return next((column.number for column in one.columns if column.state is State.SIGNING), one.step.number)


def _names(subjects: Sequence[str]) -> str:
    """The first of them; the matrix and the JSON have them all."""
    told, more = ", ".join(subjects[:MOST_NAMES]), len(subjects) - MOST_NAMES
    return trn("{names} and {count} more", "{names} and {count} more", more, names=told) if more > 0 else told


def _hindrance(kind: str, names: str, count: int, until: date | None, number: int) -> str:
    match kind:
        case "unseen":
            return trn(
                "not reached: nobody has seen {names}", "not reached: nobody has seen {names}", count, names=names
            )
        case "unshown":
            return tr("not reached: nobody has seen what is presented now by {names}", names=names)
        case "untrusting":
            return tr("not reached: generation {number} is not trusted by {names}", number=number, names=names)
        case "presenting":
            return tr("not reached: certificates of the old generation are still presented by {names}", names=names)
        case "place":
            return tr("apply has to make or deliver first: {names}", names=names)
        case "day":
            return tr("the day has not come: {day}", day=until or "?")
        case "nobody":
            return tr("no consumer is declared, so nobody can be seen to trust it")
    if until:
        return tr("what the old generation signed is still valid until {day}: {names}", day=until, names=names)
    return tr("what the old generation signed is still valid: {names}", names=names)
