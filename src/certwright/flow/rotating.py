"""Steps of rotations, taken when their gates are open: written down in one transaction, and everything planned again.

A kill before or after it leaves states from which the next run plans the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from certwright.errors import Refused
from certwright.flow.standing import Standing, look, todo, wanted_paths
from certwright.flow.world import World
from certwright.generations import Consumer, Generation, State
from certwright.inventory import Book, Event, Inventory, Revocation
from certwright.model import Plan
from certwright.rotation.gates import Outlook, courses, gates
from certwright.rotation.pairs import Proof, couples, proofs
from certwright.rotation.sightings import SEEN, sightings
from certwright.rotation.states import EVER, Rotations
from certwright.rotation.steps import FORCED, UNTOLD, Gate, Step
from certwright.speech import tr
from certwright.targets import Target
from certwright.value import value

Generations = tuple[Generation, ...]


def unseeing() -> None:
    """No consumer can be seen from here."""


@value
class Rotating:
    """What rotations need beside a plan: what is declared, who must be reached, and how to plan once more from the
    generations as they are written down then, with the ends of what authorities hold. `look` sees what can be seen of
    the consumers from here, before every gate.
    """

    rotations: Rotations
    consumers: Sequence[Consumer]
    plan_again: Callable[[Generations, Mapping[str, datetime]], Plan]
    look: Callable[[], None] = unseeing


def outlook(plan: Plan, rotating: Rotating, standing: Standing, inventory: Inventory, now: datetime) -> Outlook:
    """What decides which gates are open, as it stands. Impossible where nothing can be done before a file is mended."""
    found = todo(plan, standing, now)
    actions = (one.place for one in found.actions)
    behind = (*actions, *(place for place, _ in found.waiting), *(place for place, _, _ in found.later))
    with inventory.reading() as reading:
        return Outlook(
            plan=plan,
            rotations=rotating.rotations,
            generations=reading.generations(),
            consumers=rotating.consumers,
            sightings=sightings(reading.observations(SEEN)),
            held=standing.held,
            signed=reading.signed_by([one for line in plan.lines for one in (line.root, line.issuing)]),
            now=now,
            unfinished=frozenset(behind),
            revoked=frozenset((one.authority, one.serial) for one in standing.revocations),
            forced=reading.observations(FORCED),
        )


@value
class Moved:
    """The plan after every step that can be taken now, what to say of each, and the gates that are closed. `unproved`
    says why a step was not taken whose gate is open: somebody would not survive it.
    """

    plan: Plan
    messages: tuple[str, ...] = ()
    closed: tuple[Gate, ...] = ()
    unproved: Refused | None = None


def advanced(plan: Plan, rotating: Rotating, world: World) -> Moved:
    """Take every step that can be taken now. The same plan when there is none."""
    messages: list[str] = []
    while True:
        rotating.look()
        standing = look(plan, world.inventory, world.target)
        seen = outlook(plan, rotating, standing, world.inventory, world.now)
        if taken_back := _taken_back(seen, world):
            messages += taken_back
            continue
        every = gates(seen)
        ready = [gate for gate in every if gate.is_open]
        if not ready:
            return Moved(plan, tuple(messages), every)
        following = _planned(plan, rotating, seen, ready)
        if broken := _unproved(following, seen, ready):
            ready = [gate for gate in ready if gate.step.key not in broken]
            if not ready:
                return Moved(plan, tuple(messages), every, next(iter(broken.values())))
            following = _planned(plan, rotating, seen, ready)
        world.at("before a generation moves")
        with world.inventory.writing() as book:
            for gate in ready:
                _move(book, gate, plan, world.now)
        world.at("after a generation moved")
        messages += [_told(gate, plan) for gate in ready]
        plan = following


def foreseen(plan: Plan, rotating: Rotating, inventory: Inventory, target: Target, now: datetime) -> Plan:
    """The plan after the steps that `apply` would take before it makes anything. Nothing is written."""
    while True:
        seen = outlook(plan, rotating, look(plan, inventory, target), inventory, now)
        seen = replace(seen, generations=_recorded(plan, seen.generations))
        ready = [gate for gate in gates(seen) if gate.is_open]
        if not ready:
            return plan
        plan = _planned(plan, rotating, seen, ready)


def _recorded(plan: Plan, generations: Sequence[Generation]) -> Generations:
    """The generations as the plan has them, where it is ahead of what is written down."""
    ahead = {(line.issuer, line.number): line for line in plan.lines if line.since}
    known = {(one.issuer, one.number): one for one in generations}
    for key, line in ahead.items():
        known[key] = Generation(line.issuer, line.number, State(line.state), line.since or EVER, line.reason)
    return tuple(known[key] for key in sorted(known))


def only_day(gate: Gate) -> date | None:
    """The day on which a step can be taken, where nothing else is waited for."""
    days = [block.until for block in gate.blocks if block.kind == "day" and block.until]
    return max(days) if len(days) == len(gate.blocks) and days else None


def step_text(gate: Gate) -> str:
    """Which generation it is about."""
    return tr("generation {number} of {issuer}", issuer=gate.step.issuer, number=gate.step.number)


def closed_text(gate: Gate) -> str:
    """A step that was not taken."""
    words = {"issuer": gate.step.issuer, "number": gate.step.number}
    match gate.step.to:
        case State.STAGED:
            told = tr("{issuer}: generation {number} is not made and handed out yet", **words)
        case State.SIGNING:
            told = tr("{issuer}: generation {number} does not sign yet", **words)
        case _:
            told = tr("{issuer}: generation {number} is not retired yet", **words)
    return tr("{told}; what it waits for: certwright ca status FILE", told=told)


def _planned(plan: Plan, rotating: Rotating, seen: Outlook, ready: Sequence[Gate]) -> Plan:
    """What will be planned once these steps are taken."""
    moved = {(one.issuer, one.number): one for one in seen.generations}
    moved |= {(one.issuer, one.number): one for gate in ready for one in _moves(gate, plan, seen.now)}
    ends = {one.place: one.not_after for one in seen.held.values()}
    return rotating.plan_again(tuple(moved[one] for one in sorted(moved)), ends)


def _unproved(following: Plan, seen: Outlook, ready: Sequence[Gate]) -> dict[str, Refused]:
    """The steps after which somebody would not accept a certificate that works now, each with what is wrong."""
    found = {}
    for gate in ready:
        for before, after in couples(following, gate.step.issuer):
            if before.state == "retired" and before.number != gate.step.number:
                continue  # that was proved when it was done
            for proof in proofs(following, before, after, seen.held, seen.signed, seen.now, seen.revoked):
                if proof.holds is False:
                    found[gate.step.key] = _refused(gate, proof)
    return found


def _refused(gate: Gate, proof: Proof) -> Refused:
    words: dict[str, str | int] = {"issuer": gate.step.issuer, "leaf": proof.pair.leaf, "bundle": proof.pair.bundle}
    if proof.pair.works:
        what = tr(
            "{issuer}: the step to {state} is not taken: whoever has the trust list of generation {bundle} would not"
            " accept what generation {leaf} signed ({reason})",
            state=str(gate.step.to), reason=proof.reason, **words,
        )  # fmt: skip
    else:
        what = tr(
            "{issuer}: the step to {state} is not taken: the trust list of generation {bundle} would still let in what"
            " generation {leaf} signed",
            state=str(gate.step.to), **words,
        )  # fmt: skip
    return Refused(what, tr("see how it stands: certwright ca status FILE"))


def _moves(gate: Gate, plan: Plan, now: datetime) -> Iterator[Generation]:
    """What is written down of a step: the generation that moves, and the one that it replaces."""
    step = gate.step
    own = {line.number: line for line in plan.lines if line.issuer == step.issuer}
    moves = [(step.number, step.to)]
    if step.to is State.SIGNING:
        moves += [(line.number, State.VERIFY_ONLY) for line in own.values() if line.state == "signing"]
    for number, state in moves:
        yield Generation(step.issuer, number, state, now, gate.forced or own[number].reason)


def _move(book: Book, gate: Gate, plan: Plan, now: datetime) -> None:
    step = gate.step
    for one in _moves(gate, plan, now):
        book.move_generation(one)
        told = f"{one.state}: {one.reason}" if one.reason else str(one.state)
        book.log([Event("generation", f"{one.issuer}/{one.number}", told, now)])
    book.unobserve(FORCED, [step.key])
    book.observe(UNTOLD, {step.key: ""}, now)
    if gate.forced:
        book.log([Event("forced", f"{step.issuer}/{step.number}", f"to {step.to}: {gate.forced}", now)])


def _taken_back(seen: Outlook, world: World) -> list[str]:
    """Revoke what others have a key of and nothing of ours needs any more; what there is to say about it. The lists are
    due then, like after any revocation.
    """
    found = (one for course in courses(seen) for one in course.to_revoke())
    gone = {(one.issuer, one.serial): (one, why) for one, why in found}.values()
    if not gone:
        return []
    world.at("before an authority is taken back")
    with world.inventory.writing() as book:
        book.revoke([Revocation(one.serial, one.issuer, one.place, why, world.now) for one, why in gone])
        told = [(one.place, f"serial {one.serial:x} by {one.issuer} ({why})") for one, why in gone]
        book.log([Event("revoked", place, text, world.now) for place, text in told])
    said = (tr("{place} is revoked by {issuer}", place=one.place, issuer=one.issuer) for one, _ in gone)
    return list(dict.fromkeys(said))


def untold(plan: Plan, inventory: Inventory) -> tuple[str, ...]:
    """What there is to say of steps that earlier runs have taken, and did not live to tell."""
    order = list(State)
    with inventory.reading() as reading:
        steps = [_step(key) for key in reading.observations(UNTOLD)]
    known = {(line.issuer, line.number) for line in plan.lines}
    steps.sort(key=lambda one: (one.issuer, one.number, order.index(one.to)))
    return tuple(_told(Gate(one), plan) for one in steps if (one.issuer, one.number) in known)


def told_of_all(inventory: Inventory) -> None:
    """Every step was told."""
    with inventory.reading() as reading:
        keys = tuple(reading.observations(UNTOLD))
    if keys:
        with inventory.writing() as book:
            book.unobserve(UNTOLD, keys)


def _step(key: str) -> Step:
    issuer, number, state = key.rsplit("/", 2)
    return Step(issuer, int(number), State(state))


def _told(gate: Gate, plan: Plan) -> str:
    words = {"issuer": gate.step.issuer, "number": gate.step.number}
    match gate.step.to:
        case State.STAGED:
            return tr("{issuer}: generation {number} is staged, and trust lists hold it from now on", **words)
        case State.SIGNING:
            return tr("{issuer}: generation {number} signs from now on", **words)
    own = [line for line in plan.lines if line.issuer == gate.step.issuer]
    root, state = next((line.root, line.state) for line in own if line.number == gate.step.number)
    if state in ("declared", "staged"):
        return tr(
            "{issuer}: generation {number} is withdrawn, because it is compromised; it has signed nothing", **words
        )
    if any(line.root == root and line.trusted for line in own if line.number != gate.step.number):
        return tr("{issuer}: generation {number} is retired; its root stays", **words)
    return tr("{issuer}: generation {number} is retired, and trust lists hold it no more", **words)


def left_over(plan: Plan, standing: Standing) -> Iterator[str]:
    """Paths of files that a rotation left over, and that are there unchanged or taken away already: those of
    authorities that are no longer planned, and those of trust lists that held them.
    """
    rotating = {line.issuer for line in plan.lines}
    if not rotating:
        return
    lists = {place.id for place in plan.places if any(one.partition("/")[0] in rotating for one in place.anchor_places)}
    planned, wanted = {place.id for place in plan.places}, set(wanted_paths(plan))
    for one in standing.deliveries:
        gone = one.place not in planned and one.place.partition("/")[0] in rotating
        is_ours = standing.is_there(one) or one.path not in standing.observed
        if (gone or one.place in lists) and one.path not in wanted and is_ours:
            yield one.path
