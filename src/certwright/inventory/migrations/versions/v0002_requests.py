"""Requests that wait for an issuer; revocations; observations. Serials of others are theirs, and need no intent."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Text, text

revision = "0002"
down_revision = "0001"

_COLUMNS = "id, place, certificate, chain, key, serial, not_before, not_after, demanded, issuer, held_at, superseded_at"


def upgrade() -> None:
    """Make them. This file is history and is never changed; what comes after it gets a file of its own."""
    _credentials_of_others()
    op.create_table(
        "requests",
        Column("place", Text, primary_key=True, nullable=False),
        Column("key", Text, ForeignKey("keys.name"), nullable=False),
        Column("csr", LargeBinary, nullable=False),
        Column("spki", LargeBinary, nullable=False),
        Column("demanded", Text, nullable=False),
        Column("issuer", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("ticket", Text),
        Column("asked_at", Integer, nullable=False),
        Column("told", Text, nullable=False),
    )
    op.create_table(
        "revocations",
        Column("serial", Text, primary_key=True, nullable=False),
        Column("authority", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("at", Integer, nullable=False),
    )
    op.create_table(
        "observations",
        Column("kind", Text, primary_key=True, nullable=False),
        Column("subject", Text, primary_key=True, nullable=False),
        Column("value", Text, nullable=False),
        Column("at", Integer, nullable=False),
    )


def _credentials_of_others() -> None:
    """The same table without the reference from serials to intents: two CAs may well use one serial."""
    op.drop_index("one_live_credential", "credentials")
    op.rename_table("credentials", "credentials_before")
    op.create_table(
        "credentials",
        Column("id", Integer, primary_key=True, nullable=False),
        Column("place", Text, nullable=False),
        Column("certificate", Text, ForeignKey("certificates.fingerprint"), nullable=False),
        Column("chain", Text, nullable=False),
        Column("key", Text, ForeignKey("keys.name"), nullable=False),
        Column("serial", Text, nullable=False),
        Column("not_before", Integer, nullable=False),
        Column("not_after", Integer, nullable=False),
        Column("demanded", Text, nullable=False),
        Column("issuer", Text, nullable=False),
        Column("held_at", Integer, nullable=False),
        Column("superseded_at", Integer),
    )
    op.execute(f"INSERT INTO credentials ({_COLUMNS}) SELECT {_COLUMNS} FROM credentials_before")  # noqa: S608 - ours
    op.drop_table("credentials_before")
    op.create_index(
        "one_live_credential", "credentials", ["place"], unique=True, sqlite_where=text("superseded_at IS NULL")
    )
