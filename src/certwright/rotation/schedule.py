"""Rotations that cannot end well, refused while they are only planned: parents that die, days that come too early."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from certwright.errors import Conflict
from certwright.generations import Generation, Rotation, State
from certwright.model import Draft, Line, Place
from certwright.plan.feasible import below, life_of
from certwright.rotation.states import Rotations, signing, standing
from certwright.speech import tr, trn
from certwright.value import value


@value
class _Course:
    """One issuer's generations beside what was declared of them, and everything its days are measured by."""

    issuer: str
    rotations: Mapping[int, Rotation]
    recorded: Mapping[int, Generation]
    lines: Mapping[int, Line]
    places: Sequence[Place]
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
            {one.number: one for one in generations},
            {line.number: line for line in lines if line.issuer == issuer},
            places,
            longest_leaf(issuer, places, today),
            ends,
            today,
        )
        yield from _gone(course)
        yield from _at_once(course)
        for one in generations:
            line = course.lines.get(one.number)
            if line is None or not line.waiting or one.number == 1:
                continue
            rotation = course.rotations[one.number]
            if one.state is State.DECLARED:
                yield from _of_parents(course, rotation)
                yield from _of_the_old(course, rotation)
            yield from _of_children(course, rotation)
            yield from _too_short(course, rotation)


def longest_leaf(issuer: str, places: Sequence[Place], today: date) -> timedelta:
    """The life of the certificate that lives longest, of those an issuer signs for end entities, at any depth."""
    above, lives = {issuer}, [timedelta()]
    for place in places:  # parents come first
        if place.kind == "anchors" or place.shares_with or not above & {place.issuer, place.issuer.partition("/")[0]}:
            continue
        if place.kind == "authority":
            above.add(place.id)
        else:
            lives.append(life_of(place.draft, today))
    return max(lives)


def stage_day(rotation: Rotation, generation: Generation, today: date) -> date:
    """The day on which a generation was staged, or will be at the earliest."""
    if generation.state is State.STAGED:
        return generation.since.date()
    return max(today, rotation.stage_from or today)


def _gone(course: _Course) -> Iterator[Conflict]:
    for one in course.recorded.values():
        if one.number > 1 and one.number not in course.rotations:
            yield Conflict(
                f"{course.issuer}/{one.number}",
                "certwright.generation-gone",
                _taken_out(one.state),
                expected=tr("generation {number} of {issuer}", number=one.number, issuer=course.issuer),
                found=str(one.state),
                hint=_put_back(course, one),
            )


def _taken_out(state: State) -> str:
    if state is State.STAGED:
        return tr(
            "a generation that was made and handed out is no longer declared: its keys stay in the inventory, what was"
            " handed out stays where it is, and apply does nothing before it is declared again"
        )
    if state is State.RETIRED:
        return tr(
            "a generation that was retired is no longer declared: numbers and names of those after it follow from it,"
            " and apply does nothing before it is declared again"
        )
    return tr(
        "a generation that was made is no longer declared, and what it signed still needs it: apply does nothing before"
        " it is declared again"
    )


def _put_back(course: _Course, one: Generation) -> str:
    """What to write into the deployment file, as far as the inventory knows it."""
    scope = "root" if f"{course.issuer}/root-{one.number}" in course.ends else "issuing"
    entry = f"- {{number: {one.number}, reason: {json.dumps(one.reason, ensure_ascii=False)}, scope: {scope}}}"
    told = tr(
        "put it back under generations: of {issuer}, with whatever else it said: {entry}",
        issuer=course.issuer,
        entry=entry,
    )
    if one.state is not State.STAGED:
        return told
    return tr("{told}; to put the rotation off, let it say a later sign_from:, too", told=told)


def _at_once(course: _Course) -> Iterator[Conflict]:
    """One rotation at a time. An emergency waits for none, and none that was begun before has to be given up for it."""
    for number, rotation in course.rotations.items():
        line = course.lines[number]
        under_way = [
            one
            for one in course.lines.values()
            if one.number < number
            and one.state != "retired"
            and (one.waiting or (one.state == "verify-only" and not one.stopped))
        ]
        if line.state == "declared" and line.waiting and under_way and not rotation.compromised:
            yield Conflict(
                f"{course.issuer}/{number}",
                "certwright.one-rotation",
                tr("an authority is rotated once at a time"),
                expected=tr("generation {number} retired first", number=_first_to_go(under_way[0], course)),
                found=under_way[0].state,
                hint=tr("take this generation out of the file until `certwright ca status` says that it is"),
            )


def _first_to_go(line: Line, course: _Course) -> int:
    """The generation that a rotation under way ends."""
    return course.rotations[line.number].before if line.waiting else line.number


def _of_parents(course: _Course, rotation: Rotation) -> Iterator[Conflict]:
    """Drafts of a generation that nobody has made yet: its places are not in the plan, where others would find it."""
    address, root = f"{course.issuer}/issuing-{rotation.number}", course.lines[rotation.number].root
    begins = _midnight(stage_day(rotation, course.recorded[rotation.number], course.today) + timedelta(days=1))
    end = course.ends.get(root) or begins + rotation.root.lifetime
    if rotation.scope == "root" and rotation.issuing.lifetime > rotation.root.lifetime:
        yield _dies(address, root, rotation.root, rotation.issuing.lifetime)
    elif rotation.scope == "issuing" and not any(one.root == root and one.trusted for one in course.lines.values()):
        yield Conflict(
            address,
            "certwright.root-gone",
            tr("a new issuing CA needs a root that is trusted"),
            expected=f"replaces: {signing(list(course.lines.values())).number}",
            found=tr("{root} is not", root=root),
            hint=tr("say in replaces: which generation's place it takes, or rotate the root: scope: root"),
        )
    elif rotation.scope == "issuing" and begins + rotation.issuing.lifetime > end:
        yield Conflict(
            address,
            "certwright.parent-dies-first",
            tr("{issuer} would die under its child", issuer=root),
            expected=trn("at most {count} day", "at most {count} days", (end - begins).days),
            found=trn("{count} day", "{count} days", rotation.issuing.lifetime.days),
            hint=tr("give this issuing CA fewer years, or rotate the root, too: scope: root"),
        )


def _of_children(course: _Course, rotation: Rotation) -> Iterator[Conflict]:
    """What the generation that signs now has signed, below the one that is to come: said before it is made."""
    line, now = course.lines[rotation.number], signing(list(course.lines.values()))
    parents = {now.issuing: (line.issuing, rotation.issuing), now.root: (line.root, rotation.root)}
    for place in course.places:
        if place.site and place.kind != "anchors" and not place.shares_with and place.issuer in parents:
            address, draft = parents[place.issuer]
            yield from below(replace(place, issuer=address), draft, course.today)


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
    now = signing(list(course.lines.values()))
    if now.stopped:
        return
    staged = stage_day(rotation, course.recorded[rotation.number], course.today)
    needed = max(staged + rotation.distribution, rotation.sign_from or staged)
    for address in (now.root, now.issuing):
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


def _too_short(course: _Course, rotation: Rotation) -> Iterator[Conflict]:
    """The last certificate may be signed late on the last day on which the trust list is handed out, and ends as late
    on its own last day.
    """
    if rotation.retire_from is None or course.lines[rotation.before].stopped:
        return
    staged = stage_day(rotation, course.recorded[rotation.number], course.today)
    signs = max(staged + rotation.distribution, rotation.sign_from or staged)
    earliest = signs + course.longest + timedelta(days=1)
    if rotation.retire_from < earliest:
        yield Conflict(
            f"{course.issuer}/{rotation.number}",
            "certwright.rotation-too-short",
            tr("what the generation before has signed may still be in use on the day of its retirement"),
            expected=tr("retire_from: {day} or later", day=earliest),
            found=f"retire_from: {rotation.retire_from}",
            hint=tr(
                "{distribution} days to hand out trust lists, then {life} days, the longest life of a certificate",
                distribution=(signs - staged).days,
                life=course.longest.days,
            ),
        )


def retirement(rotation: Rotation, end: datetime) -> date:
    """The first day on which the generation before may be retired: as declared, or the first one on which nothing lives
    any more of what it signed, the last of which has its `end` then.
    """
    return rotation.retire_from or (end + timedelta(days=1)).date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
