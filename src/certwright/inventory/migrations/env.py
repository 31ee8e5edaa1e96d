"""Alembic's way in. The connection is handed over by `Inventory`, inside its transaction."""

from alembic import context

from certwright.inventory.schema import tables

context.configure(connection=context.config.attributes["connection"], target_metadata=tables())
context.run_migrations()
