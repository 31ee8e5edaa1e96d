"""Rotations that cannot end well, refused while they are only planned: parents that die, days that come too early."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from certwright.errors import Conflict
from certwright.generations import Generation, Rotation, State
from certwright.model import Draft, Line, Place
from certwright.plan.feasible import life_of
from certwright.rotation.states import Rotations, standing
from certwright.speech import tr, trn
from certwright.value import value


@value
class _Course:
    """One issuer's generations beside what was declared of them, and everything its days are measured by."""

    issuer: str
    rotations: Mapping[int, Rotation]
    generations: Sequence[Generation]
    lines: Mapping[int, Line]
    longest: timedelta
    ends: Mapping[str, datetime]
    today: date


def schedule(
    rotations: Rotations,
    recorded: Sequence[Generation],
    lines: Sequence[Line],
    places: Sequence[Place],
    ends: Mapping[str, datetime],
    today: date,
) -> Iterator[Conflict]:
    """Everything that makes the declared rotations impossible on that day. `ends` are the ends of held authorities."""
    for issuer, generations in standing(rotations, recorded).items():
        course = _Course(
            issuer,
            {one.number: one for one in rotations.get(issuer, ())},
            generations,
            {line.number: line for line in lines if line.issuer == issuer},
            longest_leaf(issuer, places, today),
            ends,
            today,
        )
        yield from _gone(course)
        yield from _at_once(course)
        for one in generations:
            rotation = course.rotations.get(one.number)
            if rotation and one.state is State.DECLARED:
                yield from _of_parents(course, rotation)
                yield from _of_the_old(course, rotation)
            if rotation and one.state in (State.DECLARED, State.STAGED):
                yield from _too_short(course, rotation, one)


def longest_leaf(issuer: str, places: Sequence[Place], today: date) -> timedelta:
    """The life of the certificate that lives longest, of those an issuer signs for end entities."""
    lives = (
        life_of(place.draft, today)
        for place in places
        if place.kind == "identity" and not place.shares_with and place.issuer.partition("/")[0] == issuer
    )
    return max(lives, default=timedelta())


def stage_day(rotation: Rotation, generation: Generation, today: date) -> date:
    """The day on which a generation was staged, or will be at the earliest."""
    if generation.state is State.STAGED:
        return generation.since.date()
    return max(today, rotation.stage_from or today)


def _gone(course: _Course) -> Iterator[Conflict]:
    for one in course.generations:
        if one.number > 1 and one.number not in course.rotations:
            yield Conflict(
                f"{course.issuer}/{one.number}",
                "certwright.generation-gone",
                tr("a generation that was made is no longer declared, and what it signed still needs it"),
                expected=tr("generation {number} of {issuer}", number=one.number, issuer=course.issuer),
                found=str(one.state),
                hint=tr("put its entry back into generations: of the issuer; declarations are history, too"),
            )


def _at_once(course: _Course) -> Iterator[Conflict]:
    states = {one.number: one.state for one in course.generations}
    for number in course.rotations:
        if number > 2 and states.get(number - 2) is not State.RETIRED:
            yield Conflict(
                f"{course.issuer}/{number}",
                "certwright.one-rotation",
                tr("an authority is rotated once at a time"),
                expected=tr("generation {number} retired first", number=number - 2),
                found=str(states.get(number - 2, State.SIGNING)),
                hint=tr("take this generation out of the file until `certwright ca status` says that it is"),
            )


def _of_parents(course: _Course, rotation: Rotation) -> Iterator[Conflict]:
    """Drafts of a generation that nobody has made yet: its places are not in the plan, where others would find it."""
    address = f"{course.issuer}/issuing-{rotation.number}"
    root = course.lines[rotation.number].root
    end = course.ends.get(root)
    begins = _midnight(stage_day(rotation, course.generations[rotation.number - 1], course.today))
    if rotation.scope == "root" and rotation.issuing.lifetime > rotation.root.lifetime:
        yield _dies(address, root, rotation.root, rotation.issuing.lifetime)
    if rotation.scope == "issuing" and end and begins + rotation.issuing.lifetime > end:
        yield Conflict(
            address,
            "certwright.parent-dies-first",
            tr("{issuer} would die under its child", issuer=root),
            expected=trn("at most {count} day", "at most {count} days", (end - begins).days),
            found=trn("{count} day", "{count} days", rotation.issuing.lifetime.days),
            hint=tr("give this issuing CA fewer years, or rotate the root, too: scope: root"),
        )
    if course.longest > rotation.issuing.lifetime:
        yield _dies(tr("certificates of {issuer}", issuer=course.issuer), address, rotation.issuing, course.longest)


def _dies(child: str, parent: str, draft: Draft, life: timedelta) -> Conflict:
    return Conflict(
        child,
        "certwright.parent-dies-first",
        tr("{issuer} would die under its child", issuer=parent),
        expected=trn("at most {count} day", "at most {count} days", draft.lifetime.days),
        found=trn("{count} day", "{count} days", life.days),
        hint=tr("give {issuer} more years", issuer=parent),
    )


def _of_the_old(course: _Course, rotation: Rotation) -> Iterator[Conflict]:
    """What signs now must live until the next generation may: handing out a trust list takes its time."""
    before = course.lines.get(rotation.number - 1)
    if before is None or rotation.compromised:
        return
    staged = stage_day(rotation, course.generations[rotation.number - 1], course.today)
    needed = max(staged + rotation.distribution, rotation.sign_from or staged)
    for address in (before.root, before.issuing):
        end = course.ends.get(address)
        if end and _midnight(needed) > end:
            yield Conflict(
                address,
                "certwright.rotation-too-late",
                tr("it ends before generation {number} can sign", number=rotation.number),
                expected=tr("an end after {day}", day=needed),
                found=tr("valid until {end}", end=f"{end:%Y-%m-%d}"),
                hint=tr("stage the generation now, and hand its root out faster: distribution: says in how many days"),
            )


def _too_short(course: _Course, rotation: Rotation, one: Generation) -> Iterator[Conflict]:
    if rotation.retire_from is None or rotation.compromised:
        return
    earliest = stage_day(rotation, one, course.today) + rotation.distribution + course.longest
    if rotation.retire_from < earliest:
        yield Conflict(
            f"{course.issuer}/{one.number}",
            "certwright.rotation-too-short",
            tr("what the generation before has signed may still be in use on the day of its retirement"),
            expected=tr("retire_from: {day} or later", day=earliest),
            found=f"retire_from: {rotation.retire_from}",
            hint=tr(
                "{distribution} days to hand out trust lists, then {life} days, the longest life of a certificate",
                distribution=rotation.distribution.days,
                life=course.longest.days,
            ),
        )


def retirement(rotation: Rotation, signing: datetime, longest: timedelta) -> date | None:
    """The first day on which the generation before may be retired: as declared, or when the last certificate has ended
    that it can have signed before the other one did. None: at once, because it is compromised.
    """
    return None if rotation.compromised else rotation.retire_from or (signing + longest).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
