"""Ask what is due, do it, write it down, ask again; until nothing is due."""

from collections.abc import Mapping
from dataclasses import replace

from certwright.due.waits import asks_for, issuer_of
from certwright.errors import Refused
from certwright.flow.closing import close
from certwright.flow.issuing import refuse_strangers
from certwright.flow.overtaking import overtake
from certwright.flow.parcel import take_away
from certwright.flow.passwords import refuse_passwords
from certwright.flow.rotating import (
    Moved,
    Rotating,
    advanced,
    closed_text,
    left_over,
    only_day,
    step_text,
    told_of_all,
    untold,
)
from certwright.flow.run import Run
from certwright.flow.showing import outlived, show
from certwright.flow.standing import Standing, coming, look, todo, wanted_paths
from certwright.flow.world import Applied, World
from certwright.inventory import Event
from certwright.model import Plan
from certwright.speech import tr


def apply(
    plan: Plan, world: World, passwords: Mapping[str, str] | None = None, rotating: Rotating | None = None
) -> Applied:
    """Make, check and deliver whatever is due at `world.now`. `passwords` are by set address.

    With `rotating`, every step of a rotation whose gate is open is taken, and what is due then is done, too.

    Refused for passwords that break their rule, files that are not ours, and certificates nobody would accept;
    Impossible for a root that is to be renewed; Locked without the unlock secret; Broken when the world does not do its
    part. Whatever it raises, running it again goes on where it stopped.
    """
    given = passwords or {}
    _recover(world)
    if rotating is None:
        return _once(plan, world, given)
    if plan.lines:  # before a generation moves; nothing else is done before `_once` refuses the same
        _refuse(plan, given, look(plan, world.inventory, world.target), world)
    earlier = untold(plan, world.inventory)
    moved = advanced(plan, rotating, world)
    part = _once(moved.plan, world, given)
    applied = replace(part, messages=(*earlier, *moved.messages, *part.messages))
    while True:
        _clear(moved.plan, world)
        if not part.made and not part.delivered:  # what was closed before is closed still
            break
        moved = advanced(before := moved.plan, rotating, world)
        if moved.plan is before and not moved.messages:
            break
        part = _once(moved.plan, world, {})
        applied = _joined(applied, moved.messages, part)
    applied = _waiting(applied, moved)
    told_of_all(world.inventory)
    return applied


def _waiting(applied: Applied, moved: Moved) -> Applied:
    """What was done, with the steps that nobody could take, and the day on which one of them can be.

    Refused where a step may not be taken that is due; everything else was done before.
    """
    if moved.unproved:
        raise moved.unproved
    told = tuple(map(closed_text, moved.closed))
    days = [(day, step_text(gate)) for gate in moved.closed if (day := only_day(gate))]
    next_due = min([*days, *([applied.next_due] if applied.next_due else [])], default=None)
    return replace(applied, plan=moved.plan, messages=(*applied.messages, *told), next_due=next_due)


def _joined(before: Applied, messages: tuple[str, ...], after: Applied) -> Applied:
    """What two runs did, one after the other, and what was said between them."""
    return replace(
        after,
        made=(*before.made, *after.made),
        delivered=(*before.delivered, *after.delivered),
        shown=(*before.shown, *after.shown),
        messages=tuple(dict.fromkeys((*before.messages, *messages, *after.messages))),
    )


def _clear(plan: Plan, world: World) -> None:
    """Take away what a rotation left over, unless somebody changed it: nobody shall find an old root and trust it."""
    standing = look(plan, world.inventory, world.target)
    gone = set(left_over(plan, standing))
    take_away(world, [one for one in standing.deliveries if one.path in gone], standing.is_there)


def _once(plan: Plan, world: World, given: Mapping[str, str]) -> Applied:
    standing = look(plan, world.inventory, world.target)
    messages = _refuse(plan, given, standing, world)
    messages += close(plan, standing, world)
    if taken := overtake(plan, standing, world):
        messages += taken
        standing = look(plan, world.inventory, world.target)
    standing = _withdraw(plan, standing, world)
    found = todo(plan, standing, world.now)
    if not given and not found.actions and not standing.pending:
        shown, unshown = show(plan, standing, world)
        following = coming(plan, standing, world.now)
        return Applied((), (), following, tuple(messages), found.waiting, shown=shown, unshown=unshown)
    run = Run(plan, world, world.unlock(), standing, given)
    try:
        waiting = run.until_nothing_is_due(found)
    except Refused:
        with world.inventory.writing() as book:
            book.close_intents("refused")
        raise
    messages += run.messages
    following = coming(plan, run.standing, world.now)
    done = Applied(tuple(run.made), tuple(run.delivered), following, tuple(messages), waiting)
    return replace(done, shown=tuple(run.shown), unshown=run.unshown)


def _refuse(plan: Plan, given: Mapping[str, str], standing: Standing, world: World) -> list[str]:
    """Raise Refused for what cannot be begun; what there is to say about files that are in the way."""
    refuse_passwords(plan, given)
    refuse_strangers(plan)
    _refuse_unmade(plan, standing)
    return _refuse_foreign(plan, standing, world)


def _refuse_unmade(plan: Plan, standing: Standing) -> None:
    """Raise Refused for an emergency of authorities that nobody has: there is nothing to be replaced."""
    unmade = [line.issuing for line in plan.lines if line.stopped and line.issuing not in standing.held]
    if unmade and not standing.held:
        raise Refused(
            tr("{issuing} was never made, so it cannot be compromised", issuing=", ".join(unmade)),
            tr("take that generation out of the deployment file, and run again"),
        )


def _recover(world: World) -> None:
    """Put in order what an interrupted run left: serials nobody knows of, and files that were about to be written."""
    with world.inventory.reading() as reading:
        unfinished = [one for one in reading.deliveries() if not one.done]
        unknown = reading.unsettled()
    if not unfinished and not unknown:
        return
    paths = [one.path for one in unfinished]
    world.target.sweep(paths)
    observed = world.target.observe(paths)
    arrived = [one for one in unfinished if observed.get(one.path) == one.sha256]
    world.at("before a run is put in order")
    with world.inventory.writing() as book:
        book.finish(arrived)
        book.forget([one for one in unfinished if one not in arrived])
        book.close_intents("abandoned")
        book.log(
            [Event("abandoned", one.place, f"serial {one.serial:x} by {one.authority}", world.now) for one in unknown]
        )


def _withdraw(plan: Plan, standing: Standing, world: World) -> Standing:
    """Withdraw requests that nobody needs any more: their place is gone, is signed by another, or demands what it has.

    One whose place still needs a certificate is replaced by another request, when that is written down.
    """
    if not standing.pending:
        return standing
    places = {place.id: place for place in plan.places}
    needed = {action.place for action in todo(plan, standing, world.now).places if action.verb in ("issue", "renew")}
    gone = [
        one
        for one in standing.pending.values()
        if one.place not in places
        or not issuer_of(plan, places[one.place])
        or (one.place not in needed and not asks_for(one, places[one.place]))
    ]
    if not gone:
        return standing
    with world.inventory.writing() as book:
        book.withdraw([one.place for one in gone])
        book.log(
            [Event("withdrawn", one.place, f"from {one.issuer}: nobody needs it any more", world.now) for one in gone]
        )
    kept = {name: one for name, one in standing.pending.items() if one not in gone}
    return replace(standing, pending=kept)


def _refuse_foreign(plan: Plan, standing: Standing, world: World) -> list[str]:
    """Raise Refused, naming them all, for files in the way that are not ours; what there is to say about the rest."""
    foreign = standing.foreign(wanted_paths(plan))
    if foreign and not world.replace:
        what = tr("certwright did not write what is in the way: {paths}", paths=", ".join(foreign))
        if standing.held:
            raise Refused(what, tr("move these files away, or run again with --replace to overwrite them"))
        raise Refused(
            what,
            tr(
                "the inventory holds nothing: if this deployment was applied before, restore it from a backup; with"
                " --replace everything is made anew, and other authorities with it, which nobody trusts yet"
            ),
        )
    changed, gone = standing.changed(wanted_paths(plan)), set(left_over(plan, standing))
    told = [tr("{path}: was not written by certwright; replaced", path=path) for path in foreign]
    told += [tr("{path}: was changed since it was written; put back", path=path) for path in changed]
    told += [
        tr("{path}: this revocation list is made no more; remove it if nobody needs it", path=path)
        for path in outlived(plan, standing, world.shown, world.now)
    ]
    return told + [
        tr("{path}: is no longer part of the plan; remove it if nobody needs it", path=path)
        for path in standing.left(plan, world.now)
        if path not in gone
    ]
