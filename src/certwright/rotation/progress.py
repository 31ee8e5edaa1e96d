"""How a rotation stands, as a value that a report can draw: generations, consumers beside them, the one next step."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from certwright.generations import Consumer, Generation, Scope, State
from certwright.model import Line
from certwright.rotation.gates import Course, Outlook, courses
from certwright.rotation.pairs import Proof, proofs, under_way
from certwright.rotation.steps import Block, Gate, Obstacle
from certwright.speech import tr
from certwright.value import value

Trust = Literal["yes", "no", "unseen"]
MOST_NAMES = 5  # that the next step tells; the matrix has them all
_ORDER: tuple[Obstacle, ...] = ("nobody", "untrusting", "unseen", "presenting", "credential", "day", "place")


@value
class Reach:
    """One consumer beside one generation: whether it trusts it, and which certificates of it it presents (SHA-256)."""

    number: int
    trusts: Trust
    presents: tuple[str, ...] = ()


@value
class Row:
    """One consumer: when and how it was last seen (None: never), and a `Reach` for each generation, in their order."""

    consumer: Consumer
    reaches: tuple[Reach, ...]
    seen: datetime | None = None
    how: str = ""


@value
class Next:
    """The one next step in words; `command` is what to type, "" where there is nothing but to wait."""

    told: str
    command: str = ""


@value
class Progress:
    """One issuer: its generations in order, the rows of its consumers, the gate that is closed (None: nothing is under
    way), and the one next step.

    `scope` and `reason` are those of the generation that is to come, else of the newest; "root" and "" where there was
    never any.
    `proofs` are the pairs of leaf and trust list that count now, as our own verifier sees them.
    """

    issuer: str
    generations: tuple[Generation, ...]
    rows: tuple[Row, ...]
    next: Next
    gate: Gate | None = None
    scope: Scope = "root"
    reason: str = ""
    compromised: bool = False
    proofs: tuple[Proof, ...] = ()

    @property
    def unreached(self) -> tuple[str, ...]:
        """The consumers that keep the gate closed, by address."""
        kinds = ("unseen", "untrusting", "presenting")
        return tuple(block.subject for block in self.gate.blocks if block.kind in kinds) if self.gate else ()


def progress(outlook: Outlook, file: str) -> tuple[Progress, ...]:
    """How every issuer stands that rotates or was rotated; `file` is the deployment file, for what is to be typed."""
    return tuple(_progress(course, next(iter(course.gates), None), file) for course in courses(outlook))


def _progress(course: Course, gate: Gate | None, file: str) -> Progress:
    rotations = course.outlook.rotations.get(course.issuer, ())
    moving = course.rotations.get(gate.step.number) if gate and gate.step.to is not State.RETIRED else None
    newest = moving or (rotations[-1] if rotations else None)
    return Progress(
        issuer=course.issuer,
        generations=tuple(course.generations),
        rows=tuple(_row(course, one) for one in course.consumers),
        next=_next(course, gate, file),
        gate=gate,
        scope=newest.scope if newest else "root",
        reason=newest.reason if newest else "",
        compromised=any(line.stopped and line.state != "retired" for line in course.lines.values()),
        proofs=_proofs(course),
    )


def _proofs(course: Course) -> tuple[Proof, ...]:
    known, lines = course.outlook, under_way(course.outlook.plan, course.issuer)
    return tuple(proofs(known.plan, *lines, known.held, known.signed, known.now, known.revoked)) if lines else ()


def _row(course: Course, consumer: Consumer) -> Row:
    seen = course.outlook.sightings.get(consumer.id)
    reaches = tuple(
        Reach(line.number, _trust(course, consumer, line), course.presented(consumer, line))
        for line in course.lines.values()
    )
    return Row(consumer, reaches, seen.at if seen else None, seen.how if seen else "")


def _trust(course: Course, consumer: Consumer, line: Line) -> Trust:
    seen = course.outlook.sightings.get(consumer.id)
    if seen is None or seen.trusted is None:
        return "unseen"
    return "yes" if course.trusts(consumer, line) else "no"


# ── the one next step ─────────────────────────────────────────────────────────────────────────────


def _next(course: Course, gate: Gate | None, file: str) -> Next:
    if gate is None:
        return Next(tr("nothing is under way"))
    apply = f"certwright apply {file}"
    if gate.is_open or any(block.ours for block in gate.blocks):
        return Next(tr("have certwright do what is due"), apply)
    block = min(gate.blocks, key=lambda one: _ORDER.index(one.kind))
    alike = [one for one in gate.blocks if one.kind == block.kind]
    if block.kind in ("untrusting", "unseen", "presenting"):
        return _look_again(course, block, alike, file)
    match block.kind:
        case "nobody":
            example = "consumers: [{name: gate, look: report}]"
            told = tr(
                "say in the deployment file who trusts {issuer}, in each site, for example {example}",
                issuer=course.issuer, example=example,
            )  # fmt: skip
            return Next(told, apply)
        case "credential":
            who = _names(one.subject for one in alike)
            told = tr(
                "wait until {day}, or revoke what nobody uses any more: {places}",
                day=max(one.until for one in alike if one.until), places=who,
            )  # fmt: skip
            return Next(told, f"certwright revoke {file} {block.subject} --reason cessationOfOperation")
    return Next(tr("wait until {day}", day=block.until), apply)


def _look_again(course: Course, block: Block, alike: Sequence[Block], file: str) -> Next:
    """What to do about those that are in the way, of whom one command shows whether it was done."""
    command = _looking(course, block, file)
    who = _names(one.subject for one in alike if _looking(course, one, file) == command)
    reports = command.startswith("certwright ca script ")
    back = f"certwright ca seen {file} REPORT"
    match block.kind, reports:
        case "untrusting", False:
            told = tr("hand out the new trust lists, then look again: {consumers}", consumers=who)
        case "untrusting", True:
            told = tr("bring the new trust list to {consumer}, run there what this prints, and take in its report with"
                      " {command}", consumer=who, command=back)  # fmt: skip
        case "presenting", False:
            told = tr("install the new certificates, then look again: {consumers}", consumers=who)
        case "presenting", True:
            told = tr("install the new certificates on {consumer}, run there what this prints, and take in its report"
                      " with {command}", consumer=who, command=back)  # fmt: skip
        case _, False:
            told = tr("see what these have: {consumers}", consumers=who)
        case _:
            told = tr("run on {consumer} what this prints, and take in its report with {command}",
                      consumer=who, command=back)  # fmt: skip
    return Next(told, command)


def _names(subjects: Iterable[str]) -> str:
    """The first of them."""
    known = list(subjects)
    return ", ".join(known[:MOST_NAMES]) + (" …" if len(known) > MOST_NAMES else "")


def _looking(course: Course, block: Block, file: str) -> str:
    """What shows whether a consumer has what it needs: a look from here, or a report of its own.

    A trust list is seen in a file or a cluster, what is presented at a server; a report tells both.
    """
    first = next(one for one in course.consumers if one.id == block.subject)
    seen, way = course.outlook.sightings.get(first.id), first.look.partition(":")[0]
    leaves = block.kind == "presenting" or (block.kind == "unseen" and seen and seen.trusted is not None)
    if way == "https" and leaves:
        return f"certwright ca look {file} --online"
    if way in ("file", "cluster") and not leaves:
        return f"certwright ca look {file}{' --cluster' if way == 'cluster' else ''}"
    return f"certwright ca script {file} {first.id}"
