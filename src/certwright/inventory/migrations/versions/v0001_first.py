"""The first tables: keys, passwords, intents, certificates and credentials, deliveries, revocation lists, the log."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Text, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them. This file is history and is never changed; what comes after it gets a file of its own."""
    _secrets()
    _issuing()
    _held()
    _going_out()


def _secrets() -> None:
    op.create_table(
        "settings",
        Column("name", Text, primary_key=True, nullable=False),
        Column("value", LargeBinary, nullable=False),
    )
    op.create_table(
        "keys",
        Column("name", Text, primary_key=True, nullable=False),
        Column("spec", Text, nullable=False),
        Column("spki", LargeBinary, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("made_at", Integer, nullable=False),
    )
    op.create_table(
        "passwords",
        Column("set_id", Text, primary_key=True, nullable=False),
        Column("version", Integer, primary_key=True, nullable=False),
        Column("rule", Text, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("made_at", Integer, nullable=False),
    )


def _issuing() -> None:
    op.create_table(
        "intents",
        Column("serial", Text, primary_key=True, nullable=False),
        Column("authority", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("request", LargeBinary, nullable=False),
        Column("recorded_at", Integer, nullable=False),
        Column("outcome", Text, nullable=False),
    )
    op.create_table(
        "crls",
        Column("authority", Text, primary_key=True, nullable=False),
        Column("number", Integer, primary_key=True, nullable=False),
        Column("this_update", Integer, nullable=False),
        Column("next_update", Integer, nullable=False),
        Column("der", LargeBinary, nullable=False),
    )


def _held() -> None:
    op.create_table(
        "certificates",
        Column("fingerprint", Text, primary_key=True, nullable=False),
        Column("der", LargeBinary, nullable=False),
    )
    op.create_table(
        "credentials",
        Column("id", Integer, primary_key=True, nullable=False),
        Column("place", Text, nullable=False),
        Column("certificate", Text, ForeignKey("certificates.fingerprint"), nullable=False),
        Column("chain", Text, nullable=False),
        Column("key", Text, ForeignKey("keys.name"), nullable=False),
        Column("serial", Text, ForeignKey("intents.serial"), nullable=False),
        Column("not_before", Integer, nullable=False),
        Column("not_after", Integer, nullable=False),
        Column("demanded", Text, nullable=False),
        Column("issuer", Text, nullable=False),
        Column("held_at", Integer, nullable=False),
        Column("superseded_at", Integer),
    )
    op.create_index(
        "one_live_credential", "credentials", ["place"], unique=True, sqlite_where=text("superseded_at IS NULL")
    )


def _going_out() -> None:
    op.create_table(
        "deliveries",
        Column("path", Text, primary_key=True, nullable=False),
        Column("sha256", Text, primary_key=True, nullable=False),
        Column("recipe", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("done", Integer, nullable=False),
        Column("at", Integer, nullable=False),
    )
    op.create_table(
        "events",
        Column("number", Integer, primary_key=True, nullable=False),
        Column("at", Integer, nullable=False),
        Column("kind", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("text", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER events_no_{verb.lower()} BEFORE {verb} ON events"
            " BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
        )
