"""Generations of authorities: one row a state that one of them went into. States only go forward."""

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make them. This file is history and is never changed; what comes after it gets a file of its own."""
    op.create_table(
        "generations",
        Column("issuer", Text, primary_key=True, nullable=False),
        Column("number", Integer, primary_key=True, nullable=False),
        Column("state", Text, primary_key=True, nullable=False),
        Column("step", Integer, nullable=False),
        Column("since", Integer, nullable=False),
        Column("reason", Text, nullable=False),
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER generations_no_{verb.lower()} BEFORE {verb} ON generations"
            " BEGIN SELECT RAISE(ABORT, 'states of generations are append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER generations_forward BEFORE INSERT ON generations WHEN EXISTS"
        " (SELECT 1 FROM generations WHERE issuer = NEW.issuer AND number = NEW.number AND step >= NEW.step)"
        " BEGIN SELECT RAISE(ABORT, 'a generation never goes back'); END"
    )
