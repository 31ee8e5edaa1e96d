"""Numbers of revocation lists of up to 20 octets (RFC 5280 5.2.3), as hexadecimal words of one length: SQLite's whole
numbers end at eight.
"""

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, Text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make them. This file is history and is never changed; what comes after it gets a file of its own."""
    op.rename_table("crls", "crls_before")
    op.create_table(
        "crls",
        Column("scope", Text, primary_key=True, nullable=False),
        Column("number", Text, primary_key=True, nullable=False),
        Column("this_update", Integer, nullable=False),
        Column("next_publish", Integer, nullable=False),
        Column("next_update", Integer, nullable=False),
        Column("known", Integer, nullable=False),
        Column("points", Text, nullable=False),
        Column("signer", Text, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("der", LargeBinary, nullable=False),
    )
    names = "this_update, next_publish, next_update, known, points, signer, sha256, der"
    op.execute(
        f"INSERT INTO crls (scope, number, {names})"  # noqa: S608 - our own columns
        f" SELECT scope, printf('%040x', number), {names} FROM crls_before"
    )
    op.drop_table("crls_before")
    op.execute(
        "CREATE TRIGGER crl_numbers_rise BEFORE INSERT ON crls"
        " WHEN EXISTS (SELECT 1 FROM crls WHERE scope = NEW.scope AND number >= NEW.number)"
        " BEGIN SELECT RAISE(ABORT, 'numbers of revocation lists only rise'); END"
    )
