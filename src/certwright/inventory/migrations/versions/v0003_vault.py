"""The vault of our own: secrets with their versions; lists that name secrets, of this vault or another; and changes."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make them. This file is history and is never changed; what comes after it gets a file of its own."""
    _secrets()
    _lists()


def _secrets() -> None:
    """Names are one whatever their case, as in Azure Key Vault. A version is never changed, only switched off."""
    op.create_table(
        "vault_secrets",
        Column("name", Text(collation="NOCASE"), primary_key=True, nullable=False),
        Column("deleted_at", Integer),
    )
    op.create_table(
        "vault_versions",
        Column("number", Integer, primary_key=True, nullable=False),
        Column("name", Text(collation="NOCASE"), ForeignKey("vault_secrets.name"), nullable=False),
        Column("version", Text, nullable=False, unique=True),
        Column("content_type", Text, nullable=False),
        Column("tags", Text, nullable=False),
        Column("enabled", Integer, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("made_at", Integer, nullable=False),
    )
    op.create_index("versions_of_secret", "vault_versions", ["name"])


def _lists() -> None:
    """What lists hold, and what is to change in them. `sealed` says whether `content` is; certificates are public."""
    for table in ("vault_entries", "vault_changes"):
        change = [Column("what", Text, nullable=False), Column("told", Text, nullable=False)]
        op.create_table(
            table,
            Column("site", Text, primary_key=True, nullable=False),
            Column("list", Text, primary_key=True, nullable=False),
            Column("file", Text(collation="NOCASE"), primary_key=True, nullable=False),
            Column("secret", Text(collation="NOCASE"), nullable=False),
            Column("version", Text, nullable=False),
            Column("content_type", Text, nullable=False),
            Column("content", LargeBinary, nullable=False),
            Column("sealed", Integer, nullable=False),
            Column("at", Integer, nullable=False),
            *(change if table == "vault_changes" else []),
        )
