"""How rotations stand, as `rotation/1`: for programs that watch one."""

from collections.abc import Sequence
from datetime import datetime

from certwright.report.envelope import Json, envelope, moment
from certwright.report.rotation import Authority, Column, Line, Pair, Step


def rotation_document(authorities: Sequence[Authority], now: datetime) -> dict[str, Json]:
    """Every issuer with its generations, its consumers beside them, the gate and the next step."""
    return envelope("rotation", {"issuers": [_authority(one) for one in authorities], "at": moment(now)})


def _authority(one: Authority) -> dict[str, Json]:
    return {
        "issuer": one.issuer,
        "scope": one.scope,
        "reason": one.reason,
        "compromised": one.compromised,
        "begin_by": one.begin_by.isoformat() if one.begin_by else None,
        "generations": [_column(column) for column in one.columns],
        "consumers": [_line(line) for line in one.lines],
        "gate": _step(one.step) if one.step else None,
        "unreached": list(one.unreached),
        "pairs": [_pair(pair) for pair in one.pairs],
        "next": {"told": one.next, "command": one.command},
    }


def _pair(one: Pair) -> dict[str, Json]:
    gone = one.revoked
    told: Json = {"place": gone.place, "at": moment(gone.at), "reason": gone.reason} if gone else None
    known: dict[str, Json] = {"works": one.works, "holds": one.holds, "reason": one.reason, "revoked": told}
    return {"leaf": one.leaf, "bundle": one.bundle, **known}


def _column(one: Column) -> dict[str, Json]:
    return {
        "number": one.number,
        "state": str(one.state),
        "since": moment(one.since) if one.since else None,
        "root_until": moment(one.until) if one.until else None,
    }


def _line(one: Line) -> dict[str, Json]:
    cells: list[Json] = [
        {"number": cell.number, "trusts": cell.trusts, "presents": list(cell.presents)} for cell in one.cells
    ]
    return {
        "id": one.consumer.id,
        "title": one.consumer.title,
        "stack": one.consumer.stack,
        "look": one.consumer.look,
        "seen": moment(one.seen) if one.seen else None,
        "how": one.how,
        "failed": one.failed,
        "generations": cells,
    }


def _step(one: Step) -> dict[str, Json]:
    blocks: list[Json] = [
        {"kind": block.kind, "subject": block.subject, "until": block.until.isoformat() if block.until else None}
        for block in one.blocks
    ]
    return {"generation": one.number, "to": str(one.to), "open": one.open, "forced": one.forced, "blocks": blocks}
