"""What we hold, and an append-only log of what happened. SQLite, one writer, schema versioned.

Secrets lie here sealed, as bytes this room cannot open. Alembic is loaded only to make or migrate a database.
"""

from certwright.inventory.book import Book
from certwright.inventory.lock import run_lock
from certwright.inventory.rows import Crl, Delivery, Event, Intent, Outcome, Revocation, SealedPassword
from certwright.inventory.store import Inventory
from certwright.inventory.vault import StoredSecret

__all__ = [
    "Book",
    "Crl",
    "Delivery",
    "Event",
    "Intent",
    "Inventory",
    "Outcome",
    "Revocation",
    "SealedPassword",
    "StoredSecret",
    "run_lock",
]
