"""Questions to the inventory, inside one transaction."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Set
from sqlite3 import Connection

from certwright.generations import Generation
from certwright.inventory.glance import newest_generations
from certwright.inventory.revoked import RevocationPages
from certwright.inventory.rows import Delivery, Event, Intent, SealedPassword, moment
from certwright.inventory.seals import SEALED, sealed_count
from certwright.inventory.vault import VaultPages
from certwright.model import Held
from certwright.pending import Pending

MOST_NAMED = 500  # in one question; SQLite takes no more than 999 everywhere


class Reading:
    """What is written down, read. Every answer is a plain value; nothing stays attached to the database."""

    def __init__(self, connection: Connection) -> None:
        self._ask, self._connection = connection.execute, connection
        self.vault = VaultPages(connection)
        self.revoked = RevocationPages(connection)

    def held(self) -> dict[str, Held]:
        """The live credential of every place that has one."""
        return self._credentials("credentials WHERE superseded_at IS NULL")

    def held_before(self) -> dict[str, Held]:
        """What every place held last, before what it holds now."""
        return self._credentials(
            "(SELECT *, row_number() OVER (PARTITION BY place ORDER BY superseded_at DESC, held_at DESC, id DESC)"
            " AS back FROM credentials WHERE superseded_at IS NOT NULL) WHERE back = 1"
        )

    def _credentials(self, source: str) -> dict[str, Held]:
        rows = self._ask(
            "SELECT place, certificate, chain, key, serial, not_before, not_after, demanded, issuer"  # noqa: S608
            f" FROM {source}"
        ).fetchall()
        certificates = self._certificates({name for row in rows for name in (row[1], *row[2].split())})
        return {
            place: Held(
                place=place,
                certificate=certificates[certificate],
                chain=tuple(certificates[name] for name in chain.split()),
                key=key,
                serial=int(serial, 16),
                not_before=moment(not_before),
                not_after=moment(not_after),
                demanded=demanded,
                issuer=issuer,
            )
            for place, certificate, chain, key, serial, not_before, not_after, demanded, issuer in rows
        }

    def _certificates(self, names: Set[str]) -> dict[str, bytes]:
        """The certificates of these fingerprints, DER: of a long history most are not asked for."""
        wanted, found = sorted(names), dict[str, bytes]()
        for start in range(0, len(wanted), MOST_NAMED):
            part = wanted[start : start + MOST_NAMED]
            marks = ", ".join("?" * len(part))
            found |= self._ask(f"SELECT fingerprint, der FROM certificates WHERE fingerprint IN ({marks})", part)  # noqa: S608
        return found

    def sealed_key(self, name: str) -> bytes | None:
        """The sealed key of that name."""
        found = self._ask("SELECT sealed FROM keys WHERE name = ?", (name,)).fetchone()
        return bytes(found[0]) if found else None

    def pending(self) -> dict[str, Pending]:
        """The request of every place that waits for its issuer."""
        rows = self._ask(
            "SELECT place, key, csr, spki, demanded, issuer, kind, ticket, asked_at, told FROM requests ORDER BY place"
        )
        return {
            place: Pending(
                place=place,
                key=key,
                csr=csr,
                spki=spki,
                demanded=demanded,
                issuer=issuer,
                kind=kind,
                asked=moment(asked),
                ticket=None if ticket is None else json.loads(ticket),
                told=told,
            )
            for place, key, csr, spki, demanded, issuer, kind, ticket, asked, told in rows
        }

    def was_held(self, certificate: bytes) -> bool:
        """Whether that certificate, DER, is held or was held before."""
        name = hashlib.sha256(certificate).hexdigest()
        return self._ask("SELECT 1 FROM certificates WHERE fingerprint = ?", (name,)).fetchone() is not None

    def key_was_used(self, name: str) -> bool:
        """Whether something is or was held with our key of that name."""
        return self._ask("SELECT 1 FROM credentials WHERE key = ?", (name,)).fetchone() is not None

    def key_of(self, spki: bytes) -> str:
        """The name of our key with that public half; "" when it is none of ours."""
        found = self._ask("SELECT name FROM keys WHERE spki = ?", (spki,)).fetchone()
        return str(found[0]) if found else ""

    def key_names(self) -> frozenset[str]:
        """The names of all keys that are written down."""
        return frozenset(name for (name,) in self._ask("SELECT name FROM keys"))

    def setting(self, name: str) -> bytes | None:
        """A setting's bytes."""
        found = self._ask("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return bytes(found[0]) if found else None

    def sealed_counts(self) -> dict[str, int]:
        """How much is sealed, by kind."""
        return {kind: sealed_count(self._connection, kind) for kind in SEALED}

    def passwords(self) -> dict[str, SealedPassword]:
        """The newest password of every set that has one."""
        rows = self._ask("SELECT set_id, version, rule, sealed FROM passwords ORDER BY version")
        return {row[0]: SealedPassword(*row) for row in rows}

    def deliveries(self) -> tuple[Delivery, ...]:
        """Every file written, and every file that was about to be."""
        rows = self._ask("SELECT path, sha256, recipe, place, done FROM deliveries")
        return tuple(Delivery(path, sha256, recipe, place, bool(done)) for path, sha256, recipe, place, done in rows)

    def intents(self) -> tuple[Intent, ...]:
        """Every serial ever spoken for, and what became of it."""
        return self._intents("")

    def unsettled(self) -> tuple[Intent, ...]:
        """Serials that were spoken for, and nobody knows what became of them."""
        return self._intents("WHERE outcome = ''")

    def _intents(self, which: str) -> tuple[Intent, ...]:
        rows = self._ask(
            "SELECT serial, authority, place, request, recorded_at, outcome FROM intents"  # noqa: S608 - our own words
            f" {which} ORDER BY recorded_at, serial"
        )
        return tuple(
            Intent(int(serial, 16), authority, place, request, moment(recorded), outcome)
            for serial, authority, place, request, recorded, outcome in rows
        )

    def outcomes(self) -> Mapping[str, int]:
        """How many serials came to each outcome."""
        return Counter(dict(self._ask("SELECT outcome, count(*) FROM intents GROUP BY outcome")))

    def generations(self) -> tuple[Generation, ...]:
        """Every generation that ever left the state it was declared in, as it stands now, by issuer and number."""
        return newest_generations(self._ask)

    def signed_by(self, authorities: Collection[str]) -> tuple[Held, ...]:
        """Everything that authorities of these addresses ever signed and that was held, DER chains left out."""
        marks = ", ".join("?" * len(authorities))
        rows = self._ask(
            "SELECT place, der, key, serial, not_before, not_after, demanded, issuer FROM credentials"  # noqa: S608
            f" JOIN certificates ON fingerprint = certificate WHERE issuer IN ({marks}) ORDER BY id",
            tuple(authorities),
        )
        return tuple(
            Held(place, der, (), key, int(serial, 16), moment(begins), moment(ends), demanded, issuer)
            for place, der, key, serial, begins, ends, demanded, issuer in rows
        )

    def observations(self, kind: str) -> dict[str, str]:
        """What was last observed of that kind, by subject."""
        return dict(self._ask("SELECT subject, value FROM observations WHERE kind = ?", (kind,)))

    def events(self, last: int) -> tuple[Event, ...]:
        """The last so many lines of the log, oldest first."""
        rows = self._ask("SELECT kind, place, text, at, number FROM events ORDER BY number DESC LIMIT ?", (last,))
        found = [Event(kind, place, text, moment(at), number) for kind, place, text, at, number in rows]
        return tuple(reversed(found))
