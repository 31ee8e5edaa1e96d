"""Questions about revocations and the lists they go into. A million of them are never held at once.

A list is named by its scope; a scope has one list at a time, whose numbers only rise.
"""

from collections.abc import Iterator
from datetime import datetime
from sqlite3 import Connection

from certwright.inventory.rows import Crl, Revocation, moment, seconds
from certwright.value import value

_ROW = "r.serial, r.authority, r.place, r.reason, r.at, r.not_after"


@value
class Settled:
    """What need not be listed again: revocations up to number `known`, of certificates that ended before `since`."""

    known: int
    since: datetime


class RevocationPages:
    """Questions about revocations, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._ask = connection.execute

    def lists(self) -> dict[str, Crl]:
        """The list of every scope that has one."""
        rows = self._ask(
            "SELECT scope, number, this_update, next_publish, next_update, known, points, signer, sha256 FROM crls"
        )
        return {
            scope: Crl(
                scope, int(number, 16), moment(this), moment(late), moment(last), known, tuple(points.split()), *rest
            )
            for scope, number, this, late, last, known, points, *rest in rows
        }

    def der(self, scope: str) -> bytes:
        """The octets of that scope's list. KeyError when it has none."""
        found = self._ask("SELECT der FROM crls WHERE scope = ?", (scope,)).fetchone()
        if found is None:
            raise KeyError(scope)
        return bytes(found[0])

    def newest(self) -> int:
        """The number of the last revocation; 0 when nothing was ever revoked."""
        return int(self._ask("SELECT coalesce(max(number), 0) FROM revocations").fetchone()[0])

    def after(self, authority: str, number: int) -> Iterator[tuple[int, int]]:
        """Number and serial of what an authority revoked after the revocation of that number, as they are read."""
        asked = "SELECT number, serial FROM revocations WHERE number > ? AND +authority = ? ORDER BY number"
        return ((one, int(serial, 16)) for one, serial in self._ask(asked, (number, authority)))

    def lines(self, authority: str, settled: Settled | None) -> Iterator[tuple[str, int, str]]:
        """Serial in hexadecimal, seconds since 1970 and reason of what an authority's list names, as they are read."""
        rows = "SELECT serial, at, reason FROM revocations WHERE +authority = ?"
        if settled is None:
            return iter(self._ask(rows, (authority,)))
        still = f"{rows} AND (not_after IS NULL OR not_after >= ? OR number > ?)"
        return iter(self._ask(still, (authority, seconds(settled.since), settled.known)))

    def of(self, authority: str, serial: int) -> Revocation | None:
        """That certificate's revocation."""
        found = self._ask(
            f"SELECT {_ROW} FROM revocations r WHERE serial = ? AND authority = ?",  # noqa: S608 - our own columns
            (f"{serial:x}", authority),
        ).fetchone()
        return _revocation(*found) if found else None

    def of_held(self) -> tuple[Revocation, ...]:
        """The revocations of what is held or was, oldest first."""
        rows = self._ask(
            f"SELECT {_ROW} FROM credentials c CROSS JOIN revocations r"  # noqa: S608 - our own columns
            " ON r.serial = c.serial AND r.authority = c.issuer ORDER BY r.number"
        )
        return tuple(_revocation(*row) for row in rows)

    def last_named(self, authority: str, first: str, last: str) -> datetime | None:
        """When the last certificate of that authority ends that was held and has both words in its octets, in order."""
        found = self._ask(
            "SELECT max(not_after) FROM credentials JOIN certificates ON fingerprint = certificate"
            " WHERE issuer = ? AND instr(substr(der, instr(der, ?)), ?) AND instr(der, ?)",
            (authority, first.encode(), last.encode(), first.encode()),
        ).fetchone()[0]
        return None if found is None else moment(found)


def _revocation(serial: str, authority: str, place: str, reason: str, at: int, ends: int | None) -> Revocation:
    return Revocation(int(serial, 16), authority, place, reason, moment(at), None if ends is None else moment(ends))
