"""Secrets of our own vault, what lists hold, and what is to change in them: read and written inside a transaction.

Names of secrets are one whatever their case. Lists belong to a site; `content` is sealed where `sealed` says so.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from certwright.inventory.glance import connect_to_read, stored_version
from certwright.inventory.rows import seconds
from certwright.inventory.told import told
from certwright.lists.entries import ListChange, ListEntry
from certwright.value import field, value


@value
class StoredSecret:
    """One version of a secret. `deleted` says that the secret, with all its versions, is to be recovered or purged."""

    name: str
    version: str
    content_type: str
    tags: Mapping[str, str]
    enabled: bool
    sealed: bytes = field(repr=False)
    deleted: bool = False


_ENTRY = "site, list, file, secret, version, content_type, content, sealed"


class VaultPages:
    """Questions about the vault."""

    def __init__(self, connection: Connection) -> None:
        self._ask = connection.execute

    def secret(self, name: str) -> StoredSecret | None:
        """The newest version of a secret, deleted or not."""
        return next(iter(self._secrets("WHERE s.name = ?", name)), None)

    def secrets(self) -> tuple[StoredSecret, ...]:
        """The newest version of every secret, deleted or not, by name."""
        return self._secrets("")

    def _secrets(self, where: str, *values: str) -> tuple[StoredSecret, ...]:
        rows = self._ask(
            "SELECT s.name, v.version, v.content_type, v.tags, v.enabled, v.sealed, s.deleted_at IS NOT NULL"  # noqa: S608
            " FROM vault_secrets s JOIN vault_versions v ON v.number ="
            " (SELECT max(number) FROM vault_versions WHERE name = s.name)"
            f" {where} ORDER BY s.name",
            values,
        )
        return tuple(
            StoredSecret(name, version, kind, json.loads(tags), bool(enabled), bytes(sealed), bool(deleted))
            for name, version, kind, tags, enabled, sealed, deleted in rows
        )

    def entries(self) -> tuple[ListEntry, ...]:
        """What the lists of all sites hold."""
        return tuple(map(_entry, self._ask(f"SELECT {_ENTRY} FROM vault_entries ORDER BY site, list, file")))  # noqa: S608

    def changes(self) -> tuple[ListChange, ...]:
        """What is to change in them, in the order in which it was said."""
        rows = self._ask(f"SELECT what, told, {_ENTRY} FROM vault_changes ORDER BY at, rowid")  # noqa: S608
        return tuple(ListChange(what, _entry(rest), told) for what, told, *rest in rows)


def _entry(row: Sequence[Any]) -> ListEntry:
    site, name, file, secret, version, kind, content, sealed = row
    return ListEntry(site, name, file, secret, version, kind, bytes(content), bool(sealed))


def listed(path: Path) -> tuple[ListEntry, ...]:
    """What lists hold, read without opening the inventory; nothing where it is of a version that had no lists.

    Problems are those of `Inventory.open_to_read`.
    """
    with told(path):
        if (stored_version(path) or "") < "0003":
            return ()
        with closing(connect_to_read(path)) as database:
            return VaultPages(database).entries()


class VaultBook(VaultPages):
    """The writer's side."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._each = connection.executemany

    def add_version(self, secret: StoredSecret, now: datetime) -> None:
        """Write down a version, the newest from now on. The secret must not be deleted."""
        self._each("INSERT INTO vault_secrets (name) VALUES (?) ON CONFLICT DO NOTHING", [(secret.name,)])
        self._each(
            "INSERT INTO vault_versions (name, version, content_type, tags, enabled, sealed, made_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    secret.name,
                    secret.version,
                    secret.content_type,
                    json.dumps(dict(secret.tags), sort_keys=True),
                    int(secret.enabled),
                    secret.sealed,
                    seconds(now),
                )
            ],
        )

    def delete(self, name: str, now: datetime) -> None:
        """The secret can be recovered until it is purged."""
        self._each("UPDATE vault_secrets SET deleted_at = ? WHERE name = ?", [(seconds(now), name)])

    def recover(self, name: str) -> None:
        """The secret is as it was before it was deleted."""
        self._each("UPDATE vault_secrets SET deleted_at = NULL WHERE name = ?", [(name,)])

    def purge(self, name: str) -> None:
        """Nothing of the secret is left."""
        self._each("DELETE FROM vault_versions WHERE name = ?", [(name,)])
        self._each("DELETE FROM vault_secrets WHERE name = ?", [(name,)])

    def enter(self, entries: Iterable[ListEntry], now: datetime) -> None:
        """Lists hold these, in place of what they held under the same file name."""
        self._write("vault_entries", "", [(*_row(one), seconds(now)) for one in entries])

    def strike(self, entries: Iterable[ListEntry]) -> None:
        """Lists do not hold these any more."""
        self._remove("vault_entries", entries)

    def intend(self, changes: Iterable[ListChange], now: datetime) -> None:
        """Write down what is to change, in place of what was to become of the same files."""
        rows = [(*_row(one.entry), seconds(now), one.what, one.told) for one in changes]
        self._write("vault_changes", ", what, told", rows)

    def drop(self, changes: Iterable[ListChange]) -> None:
        """These changes are made, or not wanted any more."""
        self._remove("vault_changes", (one.entry for one in changes))

    def _write(self, table: str, more: str, rows: list[tuple[object, ...]]) -> None:
        marks = ", ".join("?" * (9 + more.count(",")))
        self._each(f"INSERT OR REPLACE INTO {table} ({_ENTRY}, at{more}) VALUES ({marks})", rows)  # noqa: S608

    def _remove(self, table: str, entries: Iterable[ListEntry]) -> None:
        keys = [(one.site, one.list, one.file) for one in entries]
        self._each(f"DELETE FROM {table} WHERE site = ? AND list = ? AND file = ?", keys)  # noqa: S608


def _row(entry: ListEntry) -> tuple[object, ...]:
    return (
        entry.site,
        entry.list,
        entry.file,
        entry.secret,
        entry.version,
        entry.content_type,
        entry.content,
        int(entry.sealed),
    )
