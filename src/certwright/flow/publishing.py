"""Revocation lists are made, written down, and handed to whoever delivers them: few at a time, for they may be long."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from certwright.flow.beside import Scope, issuer_of_lists, scopes
from certwright.flow.issuing import Registry
from certwright.flow.lists import Listed, overdue, recipe, signer_of
from certwright.flow.parcel import Parcel
from certwright.flow.world import CLOCK_SKEW, World
from certwright.inventory import Crl, Event
from certwright.inventory.revoked import Settled
from certwright.model import Artifact, Place, Plan
from certwright.x509.crl_lines import Sheets, sheets
from certwright.x509.crl_sign import Heading

AT_ONCE = 16 << 20  # octets of lists delivered together


class Publisher(Mapping[str, bytes]):
    """Makes the lists that are due; the octets of the newest (`crls`) by scope, read when asked for."""

    def __init__(self, plan: Plan, world: World, registry: Registry, crls: Mapping[str, Crl]) -> None:
        self.crls = dict(crls)
        self._plan, self._world, self._registry = plan, world, registry

    def ready(self, stand: Listed, delivered: Mapping[str, str]) -> Iterator[list[Parcel]]:
        """Make what is due; the files that do not lie at the target as they should, some at a time."""
        due = overdue(self._plan, self._registry.held, stand, self._world.now)
        for _, some in groupby(due, key=lambda scope: scope.authority.id):
            self._make(list(some), stand)
        batch, size = [], 0
        for scope in scopes(self._plan, stand.lingering, self._world.now):
            crl = self.crls[scope.name]
            if delivered.get(scope.path) == recipe(crl):
                continue
            content = self[scope.name]
            batch.append(Parcel(Artifact(scope.path, content, secret=False, place=scope.authority.id), recipe(crl)))
            size += len(content)
            if size > AT_ONCE:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def __iter__(self) -> Iterator[str]:
        return iter(self.crls)

    def __len__(self) -> int:
        return len(self.crls)

    def __getitem__(self, scope: str) -> bytes:
        with self._world.inventory.reading() as reading:
            return reading.revoked.der(scope)

    def _make(self, due: Sequence[Scope], stand: Listed) -> None:
        """The lists of one authority: the inventory is read once for all of them. Other lists lack nothing so far."""
        place = due[0].authority
        signer = self._registry.authority(place.id)
        with self._world.inventory.reading() as reading:
            known = reading.revoked.newest()
            made = sheets(reading.revoked.lines(place.id, self._settled(due)), _counts(due))
        with self._world.inventory.writing() as book:
            for scope in due:
                heading = self._heading(scope)
                pages = _pages(made, scope)
                der = signer.revocation_list(heading, pages)
                self.crls[scope.name] = self._crl(scope, heading, known, der)
                book.publish(self.crls[scope.name], der)
            book.know(self.crls.keys() - {scope.name for scope in due} - stand.unlisted, stand.newest)
            book.log([Event("crl", place.id, _told(due, self.crls), self._world.now)])
        self._world.at("after a revocation list is written down")

    def _settled(self, due: Sequence[Scope]) -> Settled | None:
        """What may be left out: what had ended when the list before was made, and was on it (RFC 5280 3.3)."""
        before = [self.crls[scope.name] for scope in due if scope.name in self.crls]
        if len(before) < len(due):
            return None
        return Settled(min(crl.known for crl in before), min(crl.this_update for crl in before))

    def _heading(self, scope: Scope) -> Heading:
        """A number above the last one, and above all that this authority gave in seconds before: an inventory that was
        restored from a backup does not know the last.
        """
        now, wish = self._world.now, issuer_of_lists(self._plan, scope.authority).lists
        last = self.crls.get(scope.name)
        return Heading(
            number=max(last.number + 1 if last else 1, int(now.timestamp())),
            this_update=now - CLOCK_SKEW,
            next_update=now + wish.life,
            next_publish=now + wish.life - wish.overlap,
            points=scope.points,
            only="users" if scope.shard and _signs_no_authority(scope.authority) else "",
        )

    def _crl(self, scope: Scope, heading: Heading, known: int, der: bytes) -> Crl:
        assert heading.next_publish is not None, "every list of ours says it"
        return Crl(
            scope=scope.name,
            number=heading.number,
            this_update=heading.this_update,
            next_publish=heading.next_publish,
            next_update=heading.next_update,
            known=known,
            points=scope.points,
            signer=signer_of(self._registry.held[scope.authority.id]),
            sha256=hashlib.sha256(der).hexdigest(),
        )


def _signs_no_authority(authority: Place) -> bool:
    return authority.draft.path_length == 0


def _counts(due: Sequence[Scope]) -> tuple[int, ...]:
    """Into how many shards lines are to be sorted. A complete list is all shards of any such number."""
    counts = {scope.shard.of for scope in due if scope.shard}
    return tuple(sorted(counts)) or (1,)


def _pages(made: Sheets, scope: Scope) -> Sequence[bytearray]:
    if scope.shard is None:
        return next(iter(made.values()))
    return [made[scope.shard.of][scope.shard.number]]


def _told(due: Sequence[Scope], crls: Mapping[str, Crl]) -> str:
    first, shards = crls[due[0].name], sum(1 for scope in due if scope.shard)
    return f"number {first.number}, until {first.next_update:%Y-%m-%d}" + (f", {shards} shards" if shards else "")
