"""What is written into the inventory, inside one transaction.

Moments are whole seconds since 1970, UTC; serials are hexadecimal text; certificates are named by their SHA-256.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection

from certwright.generations import Generation, State
from certwright.inventory.rows import (
    Crl,
    Delivery,
    Event,
    Intent,
    Outcome,
    Revocation,
    SealedPassword,
    crl_number,
    seconds,
)
from certwright.inventory.seals import SEALED, Reseal, seal_anew
from certwright.inventory.vault import VaultBook
from certwright.model import Held
from certwright.pending import Pending


class Book:
    """The writer's side. Nothing is final until the transaction around it ends."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.vault = VaultBook(connection)

    def write_setting(self, name: str, value: bytes) -> None:
        """Write a setting that has not been written before."""
        self._each("INSERT INTO settings (name, value) VALUES (?, ?)", [(name, value)])

    def change_setting(self, name: str, value: bytes) -> None:
        """Write a setting in place of what it was."""
        self._each("UPDATE settings SET value = ? WHERE name = ?", [(value, name)])

    def seal_anew(self, reseal: Mapping[str, Reseal]) -> dict[str, int]:
        """Give everything that is sealed to the `reseal` of its kind, and keep what that gives back; how many, by kind.

        Every kind of `SEALED` must be among them.
        """
        return {kind: seal_anew(self._connection, kind, reseal[kind]) for kind in SEALED}

    def add_key(self, name: str, spec: str, spki: bytes, sealed: bytes, now: datetime) -> None:
        """Write down a sealed key under its name."""
        statement = "INSERT INTO keys (name, spec, spki, sealed, made_at) VALUES (?, ?, ?, ?, ?)"
        self._each(statement, [(name, spec, spki, sealed, seconds(now))])

    def add_password(self, password: SealedPassword, now: datetime) -> None:
        """Write down a set's password, as a version that set has not had."""
        statement = "INSERT INTO passwords (set_id, version, rule, sealed, made_at) VALUES (?, ?, ?, ?, ?)"
        self._each(statement, [(password.set_id, password.version, password.rule, password.sealed, seconds(now))])

    def keep_password(self, password: SealedPassword) -> None:
        """This password satisfies another rule, too."""
        statement = "UPDATE passwords SET rule = ? WHERE set_id = ? AND version = ?"
        self._each(statement, [(password.rule, password.set_id, password.version)])

    def record_intents(self, intents: Sequence[Intent]) -> None:
        """Speak for serials. A serial used before breaks the transaction."""
        self._each(
            "INSERT INTO intents (serial, authority, place, request, recorded_at, outcome) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (f"{one.serial:x}", one.authority, one.place, one.request, seconds(one.recorded), one.outcome)
                for one in intents
            ],
        )

    def settle(self, outcomes: Mapping[int, Outcome]) -> None:
        """Say what became of serials."""
        rows = [(outcome, f"{serial:x}") for serial, outcome in outcomes.items()]
        self._each("UPDATE intents SET outcome = ? WHERE serial = ?", rows)

    def close_intents(self, outcome: Outcome) -> None:
        """Say of every serial of which nobody knows what became of it, that this did."""
        self._each("UPDATE intents SET outcome = ? WHERE outcome = ''", [(outcome,)])

    def hold(self, held: Sequence[Held], now: datetime) -> None:
        """Hold credentials; what their places held before is superseded."""
        ders = {der for one in held for der in (one.certificate, *one.chain)}
        self._each(
            "INSERT INTO certificates (fingerprint, der) VALUES (?, ?) ON CONFLICT DO NOTHING",
            [(fingerprint(der), der) for der in ders],
        )
        self._each(
            "UPDATE credentials SET superseded_at = ? WHERE place = ? AND superseded_at IS NULL",
            [(seconds(now), one.place) for one in held],
        )
        self._each(
            "INSERT INTO credentials (place, certificate, chain, key, serial, not_before, not_after, demanded, issuer,"
            " held_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    one.place,
                    fingerprint(one.certificate),
                    " ".join(map(fingerprint, one.chain)),
                    one.key,
                    f"{one.serial:x}",
                    seconds(one.not_before),
                    seconds(one.not_after),
                    one.demanded,
                    one.issuer,
                    seconds(now),
                )
                for one in held
            ],
        )

    def expect(self, deliveries: Sequence[Delivery], now: datetime) -> None:
        """Write down files before they are written, so that they are known as ours whatever happens then."""
        self.forget(deliveries)  # the same bytes may have been written there before
        self._each(
            "INSERT INTO deliveries (path, sha256, recipe, place, done, at) VALUES (?, ?, ?, ?, ?, ?)",
            [(one.path, one.sha256, one.recipe, one.place, int(one.done), seconds(now)) for one in deliveries],
        )

    def finish(self, deliveries: Sequence[Delivery]) -> None:
        """These files are written: what their paths held before is forgotten."""
        keys = [(one.path, one.sha256) for one in deliveries]
        self._each("DELETE FROM deliveries WHERE path = ? AND sha256 <> ?", keys)
        self._each("UPDATE deliveries SET done = 1 WHERE path = ? AND sha256 = ?", keys)

    def forget(self, deliveries: Sequence[Delivery]) -> None:
        """These files were never written."""
        keys = [(one.path, one.sha256) for one in deliveries]
        self._each("DELETE FROM deliveries WHERE path = ? AND sha256 = ?", keys)

    def ask(self, requests: Sequence[Pending]) -> None:
        """These requests wait for their issuers; what their places asked for before is withdrawn."""
        self.withdraw([one.place for one in requests])
        self._each(
            "INSERT INTO requests (place, key, csr, spki, demanded, issuer, kind, ticket, asked_at, told)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    one.place,
                    one.key,
                    one.csr,
                    one.spki,
                    one.demanded,
                    one.issuer,
                    one.kind,
                    _ticket(one.ticket),
                    seconds(one.asked),
                    one.told,
                )
                for one in requests
            ],
        )

    def keep_request(self, request: Pending) -> None:
        """What its issuer said of this request since: the ticket, the kind it is of, and the reason to wait."""
        statement = "UPDATE requests SET ticket = ?, kind = ?, told = ? WHERE place = ? AND spki = ?"
        self._each(statement, [(_ticket(request.ticket), request.kind, request.told, request.place, request.spki)])

    def tell_request(self, place: str, told: str) -> None:
        """Why the request of that place waits."""
        self._each("UPDATE requests SET told = ? WHERE place = ?", [(told, place)])

    def keep_ticket(self, place: str, ticket: Mapping[str, object]) -> None:
        """How far its issuer has come with the request of that place."""
        self._each("UPDATE requests SET ticket = ? WHERE place = ?", [(_ticket(ticket), place)])

    def withdraw(self, places: Iterable[str]) -> None:
        """Nothing is asked for these places any more: they were answered, or nobody needs it."""
        self._each("DELETE FROM requests WHERE place = ?", [(place,) for place in places])

    def publish(self, crl: Crl, der: bytes) -> None:
        """Write down a list in place of the one before it. A number that is not higher breaks the transaction."""
        self._each(
            "INSERT INTO crls (scope, number, this_update, next_publish, next_update, known, points, signer, sha256,"
            " der) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    crl.scope,
                    crl_number(crl.number),
                    *map(seconds, (crl.this_update, crl.next_publish, crl.next_update)),
                    crl.known,
                    " ".join(crl.points),
                    crl.signer,
                    crl.sha256,
                    der,
                )
            ],
        )
        self._each("DELETE FROM crls WHERE scope = ? AND number < ?", [(crl.scope, crl_number(crl.number))])

    def overtaken(self, scope: str, number: int) -> None:
        """A list of that scope with that number is somewhere; ours is to be made again, under a higher one."""
        self._each(
            "UPDATE crls SET number = max(number, ?), next_publish = 0 WHERE scope = ?", [(crl_number(number), scope)]
        )

    def know(self, scopes: Iterable[str], known: int) -> None:
        """The lists of these scopes lack nothing of the first `known` revocations."""
        self._each("UPDATE crls SET known = ? WHERE scope = ? AND known < ?", [(known, one, known) for one in scopes])

    def revoke(self, revocations: Sequence[Revocation]) -> None:
        """Write down what must not be trusted any more. A certificate revoked before breaks the transaction."""
        self._each(
            "INSERT INTO revocations (serial, authority, place, reason, at, not_after)"
            " VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6,"
            " (SELECT max(not_after) FROM credentials WHERE serial = ?1 AND issuer = ?2)))",
            [
                (f"{one.serial:x}", one.authority, one.place, one.reason, seconds(one.at),
                 None if one.not_after is None else seconds(one.not_after))
                for one in revocations
            ],
        )  # fmt: skip

    def move_generation(self, generation: Generation) -> None:
        """Write down the state a generation goes into. One it was in before, or a step back, breaks the transaction."""
        statement = "INSERT INTO generations (issuer, number, state, step, since, reason) VALUES (?, ?, ?, ?, ?, ?)"
        one, step = generation, list(State).index(generation.state)
        self._each(statement, [(one.issuer, one.number, str(one.state), step, seconds(one.since), one.reason)])

    def observe(self, kind: str, values: Mapping[str, str], now: datetime) -> None:
        """Write down what was observed, in place of what was observed before."""
        self._each(
            "INSERT INTO observations (kind, subject, value, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (kind, subject) DO UPDATE SET value = excluded.value, at = excluded.at",
            [(kind, subject, text, seconds(now)) for subject, text in values.items()],
        )

    def unobserve(self, kind: str, subjects: Iterable[str]) -> None:
        """Forget what was observed of these."""
        self._each("DELETE FROM observations WHERE kind = ? AND subject = ?", [(kind, one) for one in subjects])

    def log(self, events: Sequence[Event]) -> None:
        """Append to the log. Lines are never changed or taken away."""
        rows = [(seconds(one.at), one.kind, one.place, one.text) for one in events]
        self._each("INSERT INTO events (at, kind, place, text) VALUES (?, ?, ?, ?)", rows)

    def _each(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._connection.executemany(statement, rows)


def _ticket(ticket: Mapping[str, object] | None) -> str | None:
    return None if ticket is None else json.dumps(ticket, sort_keys=True)


def fingerprint(der: bytes) -> str:
    """A certificate's name in the inventory."""
    return hashlib.sha256(der).hexdigest()
