"""Everything in the database that is sealed, table by table, so that all of it can be sealed anew in one transaction.

A key that lies in a token is no such thing: what is written down of it says where it lies.
"""

from collections.abc import Callable, Mapping
from sqlite3 import Connection

from certwright.value import value

BATCH = 500  # rows held at once
Reseal = Callable[[tuple[str, ...], bytes], bytes]


@value
class Table:
    """Where one kind of sealed things lies: the columns that name one, the sealed one, and which rows count."""

    table: str
    names: tuple[str, ...]
    sealed: str = "sealed"
    which: str = "1"


SEALED: Mapping[str, Table] = {
    "key": Table("keys", ("name",), which="substr(sealed, 1, 7) <> CAST('pkcs11:' AS BLOB)"),
    "password": Table("passwords", ("set_id", "version")),
    "secret": Table("vault_versions", ("name", "version")),
    "entry": Table("vault_entries", ("site", "list", "file"), "content", "sealed"),
    "change": Table("vault_changes", ("site", "list", "file"), "content", "sealed"),
}


def sealed_count(connection: Connection, kind: str) -> int:
    """How many of that kind there are."""
    found = SEALED[kind]
    ((count,),) = connection.execute(f"SELECT count(*) FROM {found.table} WHERE {found.which}")  # noqa: S608 - our words
    return int(count)


def seal_anew(connection: Connection, kind: str, reseal: Reseal) -> int:
    """Give each of that kind to `reseal`, with what names it, and keep what it gives back; how many there were."""
    found, done, count = SEALED[kind], 0, 0
    columns = ", ".join(("rowid", *found.names, found.sealed))
    ask = f"SELECT {columns} FROM {found.table} WHERE rowid > ? AND {found.which} ORDER BY rowid LIMIT {BATCH}"  # noqa: S608
    keep = f"UPDATE {found.table} SET {found.sealed} = ? WHERE rowid = ?"  # noqa: S608
    while rows := connection.execute(ask, (done,)).fetchall():
        connection.executemany(
            keep, [(reseal(tuple(map(str, names)), bytes(sealed)), row) for row, *names, sealed in rows]
        )
        done, count = rows[-1][0], count + len(rows)
    return count
