"""What is written into the inventory, inside one transaction."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from certwright.inventory.rows import Crl, Delivery, Event, Intent, Outcome, SealedPassword, seconds
from certwright.inventory.schema import tables
from certwright.model import Held

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


class Book:
    """The writer's side. Nothing is final until the transaction around it ends."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection

    def write_setting(self, name: str, value: bytes) -> None:
        """Write a setting that has not been written before."""
        self._add("settings", [{"name": name, "value": value}])

    def add_key(self, name: str, spec: str, spki: bytes, sealed: bytes, now: datetime) -> None:
        """Write down a sealed key under its name."""
        self._add("keys", [{"name": name, "spec": spec, "spki": spki, "sealed": sealed, "made_at": seconds(now)}])

    def add_password(self, password: SealedPassword, now: datetime) -> None:
        """Write down a set's password, as a version that set has not had."""
        self._add("passwords", [{**asdict(password), "made_at": seconds(now)}])

    def keep_password(self, password: SealedPassword) -> None:
        """This password satisfies another rule, too."""
        table = _table("passwords")
        this = (table.c.set_id == password.set_id, table.c.version == password.version)
        self._connection.execute(table.update().where(*this).values(rule=password.rule))

    def record_intents(self, intents: Sequence[Intent]) -> None:
        """Speak for serials. A serial used before breaks the transaction."""
        self._add(
            "intents",
            [
                {
                    "serial": f"{intent.serial:x}",
                    "authority": intent.authority,
                    "place": intent.place,
                    "request": intent.request,
                    "recorded_at": seconds(intent.recorded),
                    "outcome": intent.outcome,
                }
                for intent in intents
            ],
        )

    def settle(self, outcomes: Mapping[int, Outcome]) -> None:
        """Say what became of serials."""
        from sqlalchemy import bindparam  # noqa: PLC0415 - slow to load, see schema

        intents = _table("intents")
        if outcomes:
            self._connection.execute(
                intents.update().where(intents.c.serial == bindparam("which")).values(outcome=bindparam("became")),
                [{"which": f"{serial:x}", "became": outcome} for serial, outcome in outcomes.items()],
            )

    def close_intents(self, outcome: Outcome) -> None:
        """Say of every serial of which nobody knows what became of it, that this did."""
        intents = _table("intents")
        self._connection.execute(intents.update().where(intents.c.outcome == "").values(outcome=outcome))

    def hold(self, held: Sequence[Held], now: datetime) -> None:
        """Hold credentials; what their places held before is superseded."""
        credentials = _table("credentials")
        self._add_certificates({der for one in held for der in (one.certificate, *one.chain)})
        self._connection.execute(
            credentials.update()
            .where(credentials.c.place.in_([one.place for one in held]), credentials.c.superseded_at.is_(None))
            .values(superseded_at=seconds(now))
        )
        self._add(
            "credentials",
            [
                {
                    "place": one.place,
                    "certificate": fingerprint(one.certificate),
                    "chain": " ".join(map(fingerprint, one.chain)),
                    "key": one.key,
                    "serial": f"{one.serial:x}",
                    "not_before": seconds(one.not_before),
                    "not_after": seconds(one.not_after),
                    "demanded": one.demanded,
                    "issuer": one.issuer,
                    "held_at": seconds(now),
                }
                for one in held
            ],
        )

    def expect(self, deliveries: Sequence[Delivery], now: datetime) -> None:
        """Write down files before they are written, so that they are known as ours whatever happens then."""
        rows = [
            {
                "path": one.path,
                "sha256": one.sha256,
                "recipe": one.recipe,
                "place": one.place,
                "done": int(one.done),
                "at": seconds(now),
            }
            for one in deliveries
        ]
        self.forget(deliveries)  # the same bytes may have been written there before
        self._add("deliveries", rows)

    def finish(self, deliveries: Sequence[Delivery]) -> None:
        """These files are written: what their paths held before is forgotten."""
        from sqlalchemy import bindparam  # noqa: PLC0415 - slow to load, see schema

        table = _table("deliveries")
        keys = [{"of_path": one.path, "of_sha256": one.sha256} for one in deliveries]
        if keys:
            this, other = table.c.sha256 == bindparam("of_sha256"), table.c.sha256 != bindparam("of_sha256")
            path = table.c.path == bindparam("of_path")
            self._connection.execute(table.delete().where(path, other), keys)
            self._connection.execute(table.update().where(path, this).values(done=1), keys)

    def forget(self, deliveries: Sequence[Delivery]) -> None:
        """These files were never written."""
        from sqlalchemy import bindparam  # noqa: PLC0415 - slow to load, see schema

        table = _table("deliveries")
        if deliveries:
            this = (table.c.path == bindparam("of_path"), table.c.sha256 == bindparam("of_sha256"))
            keys = [{"of_path": one.path, "of_sha256": one.sha256} for one in deliveries]
            self._connection.execute(table.delete().where(*this), keys)

    def publish(self, crl: Crl) -> None:
        """Write down a revocation list. Its number must never have been used by this authority."""
        self._add(
            "crls",
            [
                {
                    "authority": crl.authority,
                    "number": crl.number,
                    "this_update": seconds(crl.this_update),
                    "next_update": seconds(crl.next_update),
                    "der": crl.der,
                }
            ],
        )

    def log(self, events: Sequence[Event]) -> None:
        """Append to the log. Lines are never changed or taken away."""
        self._add(
            "events",
            [{"at": seconds(e.at), "kind": e.kind, "place": e.place, "text": e.text} for e in events],
        )

    def _add_certificates(self, ders: set[bytes]) -> None:
        table = _table("certificates")
        named = {fingerprint(der): der for der in ders}
        known = self._connection.execute(
            table.select().with_only_columns(table.c.fingerprint).where(table.c.fingerprint.in_(named))
        ).scalars()
        new = named.keys() - set(known)
        self._add("certificates", [{"fingerprint": name, "der": named[name]} for name in sorted(new)])

    def _add(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            self._connection.execute(_table(name).insert(), rows)


def fingerprint(der: bytes) -> str:
    """A certificate's name in the inventory."""
    return hashlib.sha256(der).hexdigest()


def _table(name: str) -> "Table":
    return tables().tables[name]
