"""Questions to the inventory, inside one transaction."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from certwright.inventory.rows import Crl, Delivery, Event, Intent, SealedPassword, moment
from certwright.inventory.schema import tables
from certwright.model import Held

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


class Reading:
    """What is written down, read. Every answer is a plain value; nothing stays attached to the database."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection

    def held(self) -> dict[str, Held]:
        """The live credential of every place that has one."""
        credentials = _table("credentials")
        rows = self._connection.execute(credentials.select().where(credentials.c.superseded_at.is_(None))).all()
        certificates = self._certificates()
        return {
            row.place: Held(
                place=row.place,
                certificate=certificates[row.certificate],
                chain=tuple(certificates[name] for name in row.chain.split()),
                key=row.key,
                serial=int(row.serial, 16),
                not_before=moment(row.not_before),
                not_after=moment(row.not_after),
                demanded=row.demanded,
                issuer=row.issuer,
            )
            for row in rows
        }

    def sealed_key(self, name: str) -> bytes | None:
        """The sealed key of that name."""
        keys = _table("keys")
        found = self._connection.execute(keys.select().where(keys.c.name == name)).first()
        return bytes(found.sealed) if found else None

    def setting(self, name: str) -> bytes | None:
        """A setting's bytes."""
        settings = _table("settings")
        found = self._connection.execute(settings.select().where(settings.c.name == name)).first()
        return bytes(found.value) if found else None

    def passwords(self) -> dict[str, SealedPassword]:
        """The newest password of every set that has one."""
        passwords = _table("passwords")
        rows = self._connection.execute(passwords.select().order_by(passwords.c.version))
        return {row.set_id: SealedPassword(row.set_id, row.version, row.rule, bytes(row.sealed)) for row in rows}

    def deliveries(self) -> tuple[Delivery, ...]:
        """Every file written, and every file that was about to be."""
        rows = self._connection.execute(_table("deliveries").select())
        return tuple(Delivery(row.path, row.sha256, row.recipe, row.place, bool(row.done)) for row in rows)

    def intents(self) -> tuple[Intent, ...]:
        """Every serial ever spoken for, and what became of it."""
        intents = _table("intents")
        rows = self._connection.execute(intents.select().order_by(intents.c.recorded_at, intents.c.serial))
        return tuple(
            Intent(
                serial=int(row.serial, 16),
                authority=row.authority,
                place=row.place,
                request=bytes(row.request),
                recorded=moment(row.recorded_at),
                outcome=row.outcome,
            )
            for row in rows
        )

    def outcomes(self) -> Mapping[str, int]:
        """How many serials came to each outcome."""
        outcome = _table("intents").c.outcome
        return Counter(self._connection.execute(outcome.table.select().with_only_columns(outcome)).scalars())

    def crls(self) -> dict[str, Crl]:
        """The newest revocation list of every authority that has one."""
        crls = _table("crls")
        rows = self._connection.execute(crls.select().order_by(crls.c.number))
        return {
            row.authority: Crl(
                row.authority, row.number, moment(row.this_update), moment(row.next_update), bytes(row.der)
            )
            for row in rows
        }

    def events(self, last: int) -> tuple[Event, ...]:
        """The last so many lines of the log, oldest first."""
        events = _table("events")
        rows = self._connection.execute(events.select().order_by(events.c.number.desc()).limit(last)).all()
        return tuple(Event(row.kind, row.place, row.text, moment(row.at), row.number) for row in reversed(rows))

    def _certificates(self) -> dict[str, bytes]:
        rows = self._connection.execute(_table("certificates").select())
        return {row.fingerprint: bytes(row.der) for row in rows}


def _table(name: str) -> "Table":
    return tables().tables[name]
