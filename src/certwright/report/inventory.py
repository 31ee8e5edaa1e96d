"""What is held and what is due → text for people, JSON (`status/1`) for programs. No key, no password, ever."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import PurePath

from certwright.generations import State
from certwright.model import Action
from certwright.report import words
from certwright.report.envelope import Json, days, envelope, moment
from certwright.report.layout import Cell, Screen, paragraph, table
from certwright.report.rotation import state_word
from certwright.speech import tr, trn
from certwright.value import value


@value
class Row:
    """One place and what is held for it. Nothing held: `serial` and the times are None. `due` says why, "" when not;
    `waiting` why it has to wait for somebody else, "" when it does not; `later` why it is to be renewed when its
    maintenance window opens at `opens`.

    `delivered` of its `files` are on the target exactly as they were recorded.
    """

    place: str
    title: str
    kind: str
    serial: int | None
    not_before: datetime | None
    not_after: datetime | None
    issuer: str
    delivered: int
    files: int
    due: str = ""
    waiting: str = ""
    later: str = ""
    opens: datetime | None = None


@value
class CrlRow:
    """The newest revocation list of an authority."""

    authority: str
    number: int
    this_update: datetime
    next_update: datetime


@value
class CanaryRow:
    """The newest canary of an authority: revoked, to be listed by then, and `seen` when it was found listed."""

    authority: str
    revoked: datetime
    promised: datetime
    seen: datetime | None = None


@value
class Turn:
    """A rotation under way: which generation is to become what, how many things keep it from that, and who of them is
    a consumer that was not reached.
    """

    issuer: str
    number: int
    to: str
    blocks: int
    unreached: tuple[str, ...] = ()


@value
class Standing:
    """The inventory beside the plan at one moment. `abandoned` counts serials whose issuance was interrupted."""

    rows: tuple[Row, ...]
    next_due: tuple[date, str] | None
    actions: tuple[Action, ...]
    crls: tuple[CrlRow, ...]
    abandoned: int
    state: PurePath
    exists: bool
    now: datetime
    turns: tuple[Turn, ...] = ()
    canaries: tuple[CanaryRow, ...] = ()


def next_text(next_due: tuple[date, str] | None, actions: Sequence[Action] = (), waiting: int = 0) -> str:
    """`nothing is due; next: <what> on 2027-08-01`, or how much is due now; or how much waits for somebody else."""
    if actions:
        return trn("{count} action due now", "{count} actions due now", len(actions))
    if waiting:
        return trn(
            "{count} certificate waits for its issuer; everything else is done",
            "{count} certificates wait for their issuers; everything else is done",
            waiting,
        )
    if next_due is None:
        return tr("nothing is due")
    when, what = next_due
    return tr("nothing is due; next: {what} on {date}", what=what, date=when)


def status_text(standing: Standing, screen: Screen) -> str:
    """A table of all places: until when, how many of the files lie where they belong, and what is due."""
    lines = [] if standing.exists else [tr("nothing has been made yet"), ""]
    head = (tr("place"), tr("valid until"), tr("left"), tr("files"), tr("state"))
    lines += table(head, [_cells(row, standing.now) for row in standing.rows], screen)
    if standing.crls:
        crls = [
            [Cell(crl.authority, "address"), Cell(str(crl.number)), Cell(f"{crl.next_update:%Y-%m-%d}")]
            for crl in standing.crls
        ]
        lines += ["", *table((tr("revocation list"), tr("number"), tr("next update")), crls, screen)]
    if standing.abandoned:
        told = trn(
            "{count} serial set aside by interrupted runs; none is in use",
            "{count} serials set aside by interrupted runs; none is in use",
            standing.abandoned,
        )
        lines += ["", *paragraph(told, screen)]
    for turn in standing.turns:
        lines += ["", *paragraph(_turn_text(turn), screen)]
    waits = [row for row in standing.rows if row.waiting]
    lines += ["", *paragraph(next_text(standing.next_due, standing.actions, len(waits)), screen)]
    return "\n".join(lines) + "\n"


def _turn_text(turn: Turn) -> str:
    """How far a rotation is; who keeps it back stands in the status of the authority."""
    words: dict[str, str | int] = {"issuer": turn.issuer, "number": turn.number, "state": state_word(State(turn.to))}
    if not turn.blocks:
        return tr("{issuer}: generation {number} becomes {state} with the next apply", **words)
    if not turn.unreached:
        return tr("{issuer}: generation {number} is not {state} yet; certwright ca status says why", **words)
    return trn(
        "{issuer}: generation {number} is not {state} yet; {count} consumer is not reached: certwright ca status",
        "{issuer}: generation {number} is not {state} yet; {count} consumers are not reached: certwright ca status",
        len(turn.unreached), **words,
    )  # fmt: skip


def _cells(row: Row, now: datetime) -> list[Cell]:
    until = f"{row.not_after:%Y-%m-%d}" if row.not_after else "-"
    left = words.days(days(row.not_after - now)) if row.not_after else "-"
    told = tr("waits: {reason}", reason=row.waiting) if row.waiting else row.due
    if row.opens and not told:
        told = tr("from {moment} on: {reason}", moment=f"{row.opens:%Y-%m-%d %H:%M} UTC", reason=row.later)
    state = Cell(told, "warning") if told else Cell(tr("ok"), "good")
    return [Cell(row.place, "address"), Cell(until), Cell(left), Cell(f"{row.delivered}/{row.files}"), state]


def status_document(standing: Standing) -> dict[str, Json]:
    """The same as `status/1`."""
    when, what = standing.next_due or (None, "")
    return envelope(
        "status",
        {
            "places": [_row_document(row) for row in standing.rows],
            "due": [{"verb": a.verb, "place": a.place, "reason": a.reason} for a in standing.actions],
            "next": {"date": when.isoformat(), "what": what} if when else None,
            "revocation_lists": [
                {
                    "authority": crl.authority,
                    "number": crl.number,
                    "this_update": moment(crl.this_update),
                    "next_update": moment(crl.next_update),
                }
                for crl in standing.crls
            ],
            "rotations": [
                {
                    "issuer": turn.issuer,
                    "generation": turn.number,
                    "to": turn.to,
                    "blocks": turn.blocks,
                    "unreached": list(turn.unreached),
                }
                for turn in standing.turns
            ],
            "abandoned_serials": standing.abandoned,
            "made": standing.exists,
            "at": moment(standing.now),
        },
    )


def _row_document(row: Row) -> dict[str, Json]:
    return {
        "id": row.place,
        "title": row.title,
        "kind": row.kind,
        "serial": None if row.serial is None else f"{row.serial:x}",
        "not_before": moment(row.not_before) if row.not_before else None,
        "not_after": moment(row.not_after) if row.not_after else None,
        "issuer": row.issuer,
        "files": {"delivered": row.delivered, "planned": row.files},
        "due": row.due,
        "waiting": row.waiting,
        "later": {"opens": moment(row.opens), "reason": row.later} if row.opens else None,
    }
