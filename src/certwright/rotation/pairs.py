"""The four pairs of a rotation, {old, new leaf} by {old, new trust list}: which must work, which must fail, and
whether they do. A leaf counts with what goes along with it, a trust list as it was or is handed out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from certwright.model import Held, Line, Plan
from certwright.rotation.states import signing
from certwright.speech import tr
from certwright.value import value
from certwright.x509.path import diagnose
from certwright.x509.read import read_certificate


@value
class Pair:
    """A leaf that generation `leaf` signed, before the trust list that was handed out with generation `bundle`."""

    leaf: int
    bundle: int
    works: bool


@value
class Proof:
    """A pair, and what our own verifier says of it. `holds` is None where nothing current is there to be looked at.

    `revoked` is the authority and serial of an issuing CA that was revoked, below which everything lies that the
    generation signed: the pair is meant to fail then.
    """

    pair: Pair
    holds: bool | None
    reason: str = ""
    revoked: tuple[str, int] | None = None


def pairs(before: Line, after: Line) -> tuple[Pair, ...]:
    """What must work and what must fail while one generation is replaced by another, as both stand now.

    Nothing is said of pairs that nobody depends upon: a new leaf before an old list, where there is no bridge.
    """
    old, new = before.number, after.number
    if before.state == "retired":
        gone = () if before.root == after.root else (Pair(old, new, works=False),)
        return (Pair(new, new, works=True), *gone)
    found = [Pair(old, old, works=True)]
    if after.trusted:
        found.append(Pair(old, new, works=True))
    if after.state == "signing":
        found.append(Pair(new, new, works=True))
        if before.root in (after.bridged_by, after.root):
            found.append(Pair(new, old, works=True))
    return tuple(found)


def proofs(
    plan: Plan,
    before: Line,
    after: Line,
    held: Mapping[str, Held],
    signed: Sequence[Held],
    now: datetime,
    revoked: Collection[tuple[str, int]] = (),
) -> Iterator[Proof]:
    """Every pair that counts now, verified. `signed` is all that the authorities of both generations ever signed,
    `revoked` the authority and serial of what must not be trusted.
    """
    lines = {before.number: before, after.number: after}
    leaves = {number: _leaf(plan, line, (*held.values(), *signed), now, revoked) for number, line in lines.items()}
    trusted = tuple(one.root for one in plan.lines if one.issuer == after.issuer and one.trusted)
    lists = {before.number: (before.root,), after.number: trusted}
    for pair in pairs(before, after):
        if not pair.works and before.root in trusted:
            continue  # it stays below a root that another generation needs
        roots = [held[one] for one in dict.fromkeys(lists[pair.bundle]) if one in held]
        leaf = leaves[pair.leaf]
        bridged = (pair.leaf, pair.bundle) == (after.number, before.number)  # the new list has to do without
        between = [one for one in (leaf.issuing, held.get(after.bridge) if bridged else None) if one]
        above = [held[one] for one in _above(pair, before, after) if one in held]
        if leaf.revoked and pair.works:
            yield Proof(replace(pair, works=False), holds=True, revoked=leaf.revoked)
        elif leaf.held is None or not roots or (pair.works and not _current(above, now)):
            yield Proof(pair, None)
        else:
            fault = _fault(leaf.held, between, roots, now)
            yield Proof(pair, (not fault) is pair.works, fault)


def _above(pair: Pair, before: Line, after: Line) -> tuple[str, ...]:
    """What a leaf needs to be current above its issuing CA: what has expired proves nothing."""
    if pair.leaf == before.number:
        return (before.root,)
    return (after.root,) if pair.bundle == after.number else (before.root, after.bridge)


@value
class _Leaf:
    """What stands for a generation: a certificate, and the issuing CA that signed it, with its name where every one of
    the generation was revoked.
    """

    held: Held | None = None
    issuing: Held | None = None
    revoked: tuple[str, int] | None = None


def _leaf(plan: Plan, line: Line, known: Sequence[Held], now: datetime, revoked: Collection[tuple[str, int]]) -> _Leaf:
    """A certificate of that generation: an end entity's if there is one that is valid, else its issuing CA's own.

    An issuing CA that was certified anew has another key: what the one before signed is of that generation, too.
    """
    ours = {one.id for one in plan.places if one.kind == "authority"}
    issuing = {_identifier(one): one for one in reversed(known) if one.place == line.issuing}
    gone = _Leaf()
    for one in known:
        if one.issuer != line.issuing or one.place in ours or not _current([one], now):
            continue
        above = issuing.get(read_certificate(one.certificate).authority_key_identifier)
        if above and (above.issuer, above.serial) in revoked:
            gone = _Leaf(one, above, (above.issuer, above.serial))
        elif (one.issuer, one.serial) not in revoked:
            return _Leaf(one, above)
    own = next((one for one in known if one.place == line.issuing and _current([one], now)), None)
    if own and (own.issuer, own.serial) in revoked:
        return gone if gone.held else _Leaf(own, own, (own.issuer, own.serial))
    return _Leaf(own, own) if own else gone


def _identifier(authority: Held) -> bytes | None:
    return read_certificate(authority.certificate).subject_key_identifier


def _current(several: Sequence[Held], now: datetime) -> bool:
    return all(one.not_before <= now <= one.not_after for one in several)


def _fault(leaf: Held, beside: Sequence[Held], roots: Sequence[Held], now: datetime) -> str:
    """What is wrong with it before whoever trusts these roots; "" when it is accepted."""
    facts, *others = (read_certificate(one.certificate) for one in (leaf, *beside))
    trusted = [read_certificate(one.certificate) for one in roots]
    found = diagnose(facts, others, trusted, now, server=None)
    if found.faults:
        return found.faults[0]
    if found.verdict and not facts.authority:  # the library judges end entities only
        return found.verdict
    return "" if found.complete and found.trusted else tr("its path does not end in a root of that trust list")


def couples(plan: Plan, issuer: str) -> tuple[tuple[Line, Line], ...]:
    """The generations of an issuer of which one replaces the other, oldest first; none when it was never rotated.

    The one that signs is beside each that came or comes before or after it, and what was retired beside it.
    """
    own = [line for line in plan.lines if line.issuer == issuer and line.state != "declared"]
    if not own:
        return ()
    now = signing(own)
    others = [line for line in own if line is not now]
    return tuple((now, line) if line.state == "staged" else (line, now) for line in others)


def under_way(plan: Plan, issuer: str) -> tuple[Line, Line] | None:
    """The couple that is looked at first: what is staged, else what was replaced last; None without any."""
    found = couples(plan, issuer)
    living = [one for one in found if "retired" not in (one[0].state, one[1].state)]
    staged = [one for one in living if one[1].state == "staged"]
    return next(reversed(staged or living or found), None)
