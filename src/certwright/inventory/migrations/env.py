"""Alembic's way in. The connection is handed over by `Inventory`, inside its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
