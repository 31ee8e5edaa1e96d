"""`ca status` with its adapters: how every issuer of ours stands, rotated or not; nothing is written."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from certwright.generations import Consumer, Sighting, State
from certwright.inventory import Revocation
from certwright.manifest.rotations import DISTRIBUTION
from certwright.model import Held
from certwright.report.rotation import Authority, Column, Gone, Hindrance, Line, Pair, Reached, Step, Trust
from certwright.rotation.latest import begin_by
from certwright.rotation.pairs import Proof
from certwright.rotation.progress import Progress, Row
from certwright.rotation.schedule import longest_leaf
from certwright.rotation.sightings import SEEN, UNSEEN, Unseen, sightings, unseen
from certwright.rotation.states import EVER, lines
from certwright.rotation.steps import Gate
from certwright.speech import tr
from certwright.speech.later import said
from certwright.value import field, value
from certwright.wiring.inventoried import inventory_of
from certwright.wiring.loading import Loaded
from certwright.wiring.rotations import progress_of
from certwright.wiring.sightings import consumers
from certwright.x509.read import read_certificate

SOON = timedelta(days=180)  # how long before the last day a rotation is proposed


@value
class _Known:
    """What the inventory holds and has seen."""

    held: Mapping[str, Held] = field(default_factory=dict)
    seen: Mapping[str, Sighting] = field(default_factory=dict)
    failed: Mapping[str, Unseen] = field(default_factory=dict)
    revoked: Mapping[tuple[str, int], Revocation] = field(default_factory=dict)


def rotation_status(loaded: Loaded, issuer: str = "") -> tuple[Authority, ...]:
    """How the issuers stand that are embedded; with `issuer`, only that one."""
    known = _known(loaded)
    under_way = {one.issuer: one for one in progress_of(loaded)}
    names = [wish.name for wish in loaded.plan.issuers if wish.kind == "embedded" and issuer in ("", wish.name)]
    return tuple(
        _rotated(under_way[name], loaded, known) if name in under_way else _plain(name, loaded, known) for name in names
    )


def _known(loaded: Loaded) -> _Known:
    with inventory_of(loaded) as inventory:
        if inventory is None:
            return _Known()
        with inventory.reading() as reading:
            seen, failed = sightings(reading.observations(SEEN)), unseen(reading.observations(UNSEEN))
            gone = {(one.authority, one.serial): one for one in reading.revoked.of_held()}
            return _Known(reading.held(), seen, failed, gone)


# ── an issuer that rotates ──


def _rotated(one: Progress, loaded: Loaded, known: _Known) -> Authority:
    roots = {line.number: line.root for line in lines(loaded.deployment.rotations, loaded.generations)
             if line.issuer == one.issuer}  # fmt: skip
    signing = next((each.number for each in one.generations if each.state is State.SIGNING), 1)
    return Authority(
        issuer=one.issuer,
        columns=tuple(
            Column(each.number, each.state, None if each.since == EVER else each.since, _end(roots, each.number, known))
            for each in one.generations
        ),
        lines=tuple(_line(row, known) for row in one.rows),
        next=one.next.told,
        command=one.next.command,
        step=_step(one.gate) if one.gate else None,
        scope=one.scope,
        reason=one.reason if one.gate else "",
        compromised=one.compromised,
        begin_by=None if one.gate else _latest(one.issuer, _end(roots, signing, known), loaded),
        pairs=tuple(_pair(proof, known) for proof in one.proofs),
    )


def _pair(proof: Proof, known: _Known) -> Pair:
    revoked = known.revoked.get(proof.revoked) if proof.revoked else None
    gone = Gone(revoked.place, revoked.at, revoked.reason) if revoked else None
    return Pair(proof.pair.leaf, proof.pair.bundle, proof.pair.works, proof.holds, proof.reason, gone)


def _end(roots: Mapping[int, str], number: int, known: _Known) -> datetime | None:
    held = known.held.get(roots.get(number, ""))
    return held.not_after if held else None


def _step(gate: Gate) -> Step:
    blocks = tuple(Hindrance(block.kind, block.subject, block.until) for block in gate.blocks)
    return Step(gate.step.number, gate.step.to, gate.is_open, blocks, gate.forced)


def _line(row: Row, known: _Known) -> Line:
    cells = tuple(Reached(one.number, one.trusts, one.presents) for one in row.reaches)
    return Line(row.consumer, cells, row.seen, row.how, _failed(row.consumer, known))


def _failed(consumer: Consumer, known: _Known) -> str:
    failed = known.failed.get(consumer.id)
    return said(failed.why) if failed else ""


# ── an issuer that does not ──


def _plain(issuer: str, loaded: Loaded, known: _Known) -> Authority:
    root = known.held.get(f"{issuer}/root")
    latest = _latest(issuer, root.not_after if root else None, loaded)
    begin = bool(latest and latest - loaded.now.date() <= SOON)
    if root is None:
        told, command = tr("have certwright do what is due"), f"certwright apply {loaded.typed}"
        if issuer in loaded.deployment.rotations:
            told = tr("restore {folder} from a backup, if this deployment was applied before; or have it made",
                      folder=loaded.state)  # fmt: skip
    elif begin:
        reason = f"the root ends on {root.not_after:%Y-%m-%d}"
        told = tr("begin the rotation of the root")
        command = f'certwright ca rotate {loaded.typed} --issuer {issuer} --reason "{reason}"'
    else:
        told, command = tr("nothing is to be done"), ""
    return Authority(
        issuer=issuer,
        columns=(Column(1, State.SIGNING, None, root.not_after if root else None),) if root else (),
        lines=tuple(_unrotated(one, root, known) for one in consumers(loaded) if one.issuer == issuer) if root else (),
        next=told,
        command=command,
        begin_by=latest,
    )


def _unrotated(one: Consumer, root: Held | None, known: _Known) -> Line:
    seen = known.seen.get(one.id)
    trusts: Trust = "unseen"
    if seen and seen.trusted is not None and root:
        trusts = "yes" if read_certificate(root.certificate).fingerprint in seen.trusted else "no"
    cell = Reached(1, trusts, tuple(leaf for leaf, _ in seen.leaves) if seen else ())
    return Line(one, (cell,), seen.at if seen else None, seen.how if seen else "", _failed(one, known))


def _latest(issuer: str, end: datetime | None, loaded: Loaded) -> date | None:
    if end is None:
        return None
    return begin_by(end, timedelta(days=DISTRIBUTION), longest_leaf(issuer, loaded.plan.places, loaded.now.date()))
