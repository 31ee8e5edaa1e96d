"""Revocations in their order, with the end of what was revoked; one list of each scope, with how much it knows."""

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make them. This file is history and is never changed; what comes after it gets a file of its own."""
    op.create_index("credentials_by_serial", "credentials", ["serial", "issuer"])
    _revocations()
    _lists()


def _revocations() -> None:
    """A number that only rises: a list that knows one knows all before it. Two CAs may well use one serial."""
    op.rename_table("revocations", "revocations_before")
    op.create_table(
        "revocations",
        Column("number", Integer, primary_key=True, nullable=False),
        Column("serial", Text, nullable=False),
        Column("authority", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("at", Integer, nullable=False),
        Column("not_after", Integer),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO revocations (serial, authority, place, reason, at, not_after)"
        " SELECT serial, authority, place, reason, at,"
        " (SELECT max(not_after) FROM credentials c WHERE c.serial = r.serial AND c.issuer = r.authority)"
        " FROM revocations_before r ORDER BY at, r.rowid"
    )
    op.drop_table("revocations_before")
    op.create_index("revocations_by_serial", "revocations", ["serial", "authority"], unique=True)


def _lists() -> None:
    """What a list was made from, and by which key. Those made before do not say it, and are made again."""
    op.execute("DELETE FROM crls WHERE number < (SELECT max(number) FROM crls n WHERE n.authority = crls.authority)")
    op.execute("ALTER TABLE crls RENAME COLUMN authority TO scope")
    op.add_column("crls", Column("next_publish", Integer, nullable=False, server_default="0"))
    op.add_column("crls", Column("known", Integer, nullable=False, server_default="0"))
    for name in ("points", "signer", "sha256"):
        op.add_column("crls", Column(name, Text, nullable=False, server_default=""))
    op.execute(
        "CREATE TRIGGER crl_numbers_rise BEFORE INSERT ON crls"
        " WHEN EXISTS (SELECT 1 FROM crls WHERE scope = NEW.scope AND number >= NEW.number)"
        " BEGIN SELECT RAISE(ABORT, 'numbers of revocation lists only rise'); END"
    )
