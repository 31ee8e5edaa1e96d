"""What is held, until when, and what is due: read from the inventory, without any secret but one's own password."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from certwright.errors import Impossible, Refused
from certwright.flow.canary import KIND, Canary, read_canary
from certwright.flow.closing import closing_due
from certwright.flow.passwords import open_passwords
from certwright.flow.showing import showing_due
from certwright.flow.standing import Standing, coming, look, todo
from certwright.inventory import Crl, Event
from certwright.keys.unlock import Unlock
from certwright.model import Action, Held, Place
from certwright.report import inventory as report
from certwright.speech import tr
from certwright.targets.folder import Folder
from certwright.value import value
from certwright.wiring.applying import shown_below
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded
from certwright.wiring.rotations import progress_of
from certwright.wiring.vault import open_safe


def status(loaded: Loaded) -> report.Standing:
    """How the deployment stands at `loaded.now`."""
    with inventory_of(loaded) as inventory:
        standing = look(loaded.plan, inventory, Folder(loaded.output))
        abandoned, canaries = 0, dict[str, str]()
        if inventory is not None:
            with inventory.reading() as reading:
                abandoned = reading.outcomes().get("abandoned", 0)
                canaries = reading.observations(KIND)
    actions, found = _due(loaded, standing)
    return report.Standing(
        rows=tuple(_row(place, standing, found) for place in loaded.plan.places),
        next_due=coming(loaded.plan, standing, loaded.now),
        actions=actions,
        crls=tuple(_crl_row(crl) for _, crl in sorted(standing.listed.crls.items())),
        abandoned=abandoned,
        state=loaded.state,
        exists=inventory is not None,
        now=loaded.now,
        turns=tuple(_turns(loaded)),
        canaries=tuple(_canary_row(read_canary(*one)) for one in canaries.items()),
    )


def _turns(loaded: Loaded) -> Iterator[report.Turn]:
    """The rotations under way; none where `apply` refuses everything, which stands among what is due."""
    try:
        under_way = progress_of(loaded)
    except Impossible:
        return
    for one in under_way:
        if one.gate:
            step = one.gate.step
            blocks = 0 if one.gate.is_open else len(one.gate.blocks)
            yield report.Turn(one.issuer, step.number, str(step.to), blocks, one.unreached if blocks else ())


def show_password(loaded: Loaded, set_id: str, *, unlock: Unlock | None = None) -> str:
    """The password of a set. Refused when it has none, Locked when the secret is missing or wrong."""
    with inventory_of(loaded) as inventory:
        if inventory is None:
            told = tr("nothing has been made yet, so there are no passwords")
            raise Refused(told, f"certwright apply {loaded.typed}")
        with inventory.reading() as reading:
            stored = reading.passwords()
        if set_id not in stored:
            known = ", ".join(sorted(stored)) or tr("none")
            raise Refused(
                tr("there is no password for {set}", set=set_id), tr("sets that have one: {sets}", sets=known)
            )
        box = open_safe(loaded, unlock or Unlock(), inventory)
        if box is None:
            raise Refused(tr("the inventory has passwords but no master key"), tr("restore it from a backup"))
        return open_passwords({set_id: stored[set_id]}, box)[set_id][1]


def events(loaded: Loaded, *, last: int = 50) -> tuple[Event, ...]:
    """The last lines of the log, oldest first."""
    with inventory_of(loaded) as inventory:
        if inventory is None:
            return ()
        with inventory.reading() as reading:
            return reading.events(last)


def waiting(loaded: Loaded) -> tuple[tuple[str, str], ...]:
    """The places that are due and wait for somebody else, each with the reason."""
    return tuple((row.place, row.waiting) for row in status(loaded).rows if row.waiting)


@value
class _Found:
    """Why places are due, why they wait, and until when they can wait, by place."""

    due: Mapping[str, str]
    waiting: Mapping[str, str]
    later: Mapping[str, tuple[str, datetime]]


def _due(loaded: Loaded, standing: Standing) -> tuple[tuple[Action, ...], _Found]:
    """What is due, the first reason for each place, and what waits; a root to be renewed keeps `apply` from all."""
    waits: Mapping[str, str] = {}
    later: Mapping[str, tuple[str, datetime]] = {}
    try:
        found = todo(loaded.plan, standing, loaded.now)
        showing = showing_due(loaded.plan, standing, shown_below(loaded), loaded.now)
        closing = closing_due(loaded.plan, standing, Folder(loaded.output))
        actions, waits = (*found.actions, *showing, *closing), dict(found.waiting)
        later = {place: (why, opens) for place, why, opens in found.later}
    except Impossible as conflict:
        actions = tuple(
            Action("renew", one.place, tr("{what}; apply refuses", what=one.what)) for one in conflict.conflicts
        )
    return actions, _Found({one.place: one.reason for one in reversed(actions)}, waits, later)


def _row(place: Place, standing: Standing, found: _Found) -> report.Row:
    held: Held | None = standing.held.get(place.shares_with or place.id)
    later, opens = found.later.get(place.id, ("", None))
    return report.Row(
        place=place.id,
        title=place.title,
        kind=place.kind,
        serial=held.serial if held else None,
        not_before=held.not_before if held else None,
        not_after=held.not_after if held else None,
        issuer=place.issuer,
        delivered=sum(package.path in standing.delivered for package in place.packages),
        files=len(place.packages),
        due=found.due.get(place.id, ""),
        waiting=found.waiting.get(place.id, ""),
        later=later,
        opens=opens,
    )


def _canary_row(canary: Canary) -> report.CanaryRow:
    return report.CanaryRow(canary.authority, canary.revoked, canary.promised, canary.seen)


def _crl_row(crl: Crl) -> report.CrlRow:
    return report.CrlRow(crl.scope, crl.number, crl.this_update, crl.next_update)
