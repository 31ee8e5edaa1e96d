"""Newer lists of our own that lie about: this inventory is an old copy, or not the only one of its authority.

Whatever they list stays revoked, and our next list gets a number above theirs.
"""

from collections.abc import Iterator

from certwright.errors import Problem, Refused
from certwright.flow.beside import Scope, issuer_of_lists, scopes
from certwright.flow.standing import Standing
from certwright.flow.world import World
from certwright.inventory import Crl, Event, Revocation
from certwright.model import Plan
from certwright.speech import tr, trn
from certwright.targets import Target
from certwright.value import value
from certwright.x509.read import read_certificate
from certwright.x509.standing import RevocationList, read_list


@value
class Newer:
    """A list of ours that the inventory does not know, and where it lies."""

    scope: Scope
    path: str
    number: int
    listed: RevocationList


def overtake(plan: Plan, standing: Standing, world: World) -> tuple[str, ...]:
    """Take over what newer lists of our own say; what there is to say about it."""
    found = [(one, _taken(one, world)) for one in newer(plan, standing, world)]
    return tuple(_told(one, count) for one, count in found if count or not one.scope.shard)


def newer(plan: Plan, standing: Standing, world: World) -> Iterator[Newer]:
    """Lists at the target, and in folders they are published in, that our key signed under a number we never gave.

    Refused where no number is left above one of them.
    """
    for scope in scopes(plan, standing.listed.lingering, world.now):
        crl, have = standing.listed.crls.get(scope.name), standing.held.get(scope.authority.id)
        if crl is None or have is None:
            continue
        name, highest = scope.path.rpartition("/")[2], crl.number
        folders = issuer_of_lists(plan, scope.authority).lists.publish
        places: list[tuple[str, str, Target]] = [(scope.path, scope.path, world.target)]
        places += [(f"{folder}/{name}", name, world.shown(folder)) for folder in folders]
        for told, path, target in places:
            listed = _unknown(target, path, crl)
            if listed is None or not (listed.is_last or (listed.number or 0) > highest):
                continue
            if listed.is_signed_by(read_certificate(have.certificate)):
                if listed.is_last:
                    raise _nothing_above(told, listed.octets_of_number)
                highest = listed.number or 0
                yield Newer(scope, told, highest, listed)


def _nothing_above(path: str, count: int) -> Refused:
    return Refused(
        tr(
            "{path}: our key signed the list that lies there, and its number leaves none above it: it has {count}"
            " octets, and 20 are allowed (RFC 5280 5.2.3)",
            path=path, count=count,
        ),
        tr(
            "find out who signs with this key, take that list away and run again; whoever has kept it takes no later"
            " one for newer, so have the authority replaced: certwright ca compromise"
        ),
    )  # fmt: skip


def _unknown(target: Target, path: str, crl: Crl) -> RevocationList | None:
    """A list that is not the one we wrote last; None when there is none that can be read."""
    try:
        if target.observe([path]).get(path) in (None, crl.sha256):
            return None
        return read_list(target.read(path) or b"")
    except Problem:
        return None


def _taken(one: Newer, world: World) -> int:
    """How many revocations it knew and we did not."""
    with world.inventory.reading() as reading:
        missing = [line for line in _revocations(one) if not reading.revoked.of(line.authority, line.serial)]
    with world.inventory.writing() as book:
        book.revoke(missing)
        book.overtaken(one.scope.name, one.number)
        place = one.scope.authority.id
        book.log([Event("crl", place, f"number {one.number} at {one.path}, {len(missing)} taken over", world.now)])
    return len(missing)


def _told(one: Newer, count: int) -> str:
    return trn(
        "{path}: a newer list of ours lies there, number {number}; {count} revocation was taken over from it: this"
        " inventory is an old copy, or another one publishes for the same authority",
        "{path}: a newer list of ours lies there, number {number}; {count} revocations were taken over from it: this"
        " inventory is an old copy, or another one publishes for the same authority",
        count,
        path=one.path,
        number=one.number,
    )


def _revocations(one: Newer) -> Iterator[Revocation]:
    for serial, when, reason in one.listed.lines():
        yield Revocation(serial, one.scope.authority.id, "", reason, when)
