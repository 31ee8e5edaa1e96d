"""The tables. What changes here gets a migration, and `HEAD` its number; a test holds the two together.

Functions make them, because loading SQLAlchemy takes longer than making three keys. Moments are whole seconds since
1970, UTC; serials are hexadecimal text; certificates are named by their SHA-256.
"""

from functools import cache, partial
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import MetaData

HEAD = "0001"

NEVER_CHANGED = tuple(
    f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events"
    " BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)


@cache
def tables() -> "MetaData":
    """Every table of the current version."""
    import sqlalchemy  # noqa: PLC0415 - see above

    metadata = sqlalchemy.MetaData()
    for describe in (_secrets, _issuing, _held, _going_out, _log):
        describe(sqlalchemy, metadata)
    return metadata


def _secrets(sql: ModuleType, metadata: "MetaData") -> None:
    need = partial(sql.Column, nullable=False)
    sql.Table(
        "settings",
        metadata,
        need("name", sql.Text, primary_key=True),
        need("value", sql.LargeBinary),
    )
    sql.Table(
        "keys",
        metadata,
        need("name", sql.Text, primary_key=True),
        need("spec", sql.Text),
        need("spki", sql.LargeBinary),
        need("sealed", sql.LargeBinary),
        need("made_at", sql.Integer),
    )
    sql.Table(
        "passwords",
        metadata,
        need("set_id", sql.Text, primary_key=True),
        need("version", sql.Integer, primary_key=True),
        need("rule", sql.Text),
        need("sealed", sql.LargeBinary),
        need("made_at", sql.Integer),
    )


def _issuing(sql: ModuleType, metadata: "MetaData") -> None:
    need = partial(sql.Column, nullable=False)
    sql.Table(
        "intents",
        metadata,
        need("serial", sql.Text, primary_key=True),
        need("authority", sql.Text),
        need("place", sql.Text),
        need("request", sql.LargeBinary),
        need("recorded_at", sql.Integer),
        need("outcome", sql.Text),
    )
    sql.Table(
        "crls",
        metadata,
        need("authority", sql.Text, primary_key=True),
        need("number", sql.Integer, primary_key=True),
        need("this_update", sql.Integer),
        need("next_update", sql.Integer),
        need("der", sql.LargeBinary),
    )


def _held(sql: ModuleType, metadata: "MetaData") -> None:
    need = partial(sql.Column, nullable=False)
    sql.Table(
        "certificates",
        metadata,
        need("fingerprint", sql.Text, primary_key=True),
        need("der", sql.LargeBinary),
    )
    credentials = sql.Table(
        "credentials",
        metadata,
        need("id", sql.Integer, primary_key=True),
        need("place", sql.Text),
        need("certificate", sql.Text, sql.ForeignKey("certificates.fingerprint")),
        need("chain", sql.Text),  # names of certificates, issuer first, separated by spaces
        need("key", sql.Text, sql.ForeignKey("keys.name")),
        need("serial", sql.Text, sql.ForeignKey("intents.serial")),
        need("not_before", sql.Integer),
        need("not_after", sql.Integer),
        need("demanded", sql.Text),
        need("issuer", sql.Text),
        need("held_at", sql.Integer),
        sql.Column("superseded_at", sql.Integer),
    )
    live = sql.text("superseded_at IS NULL")
    sql.Index("one_live_credential", credentials.c.place, unique=True, sqlite_where=live)


def _going_out(sql: ModuleType, metadata: "MetaData") -> None:
    need = partial(sql.Column, nullable=False)
    sql.Table(
        "deliveries",
        metadata,
        need("path", sql.Text, primary_key=True),
        need("sha256", sql.Text, primary_key=True),
        need("recipe", sql.Text),
        need("place", sql.Text),
        need("done", sql.Integer),
        need("at", sql.Integer),
    )


def _log(sql: ModuleType, metadata: "MetaData") -> None:
    need = partial(sql.Column, nullable=False)
    sql.Table(
        "events",
        metadata,
        need("number", sql.Integer, primary_key=True),
        need("at", sql.Integer),
        need("kind", sql.Text),
        need("place", sql.Text),
        need("text", sql.Text),
        sqlite_autoincrement=True,
    )
