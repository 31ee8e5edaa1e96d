"""The history of the tables. Alembic reads it when an older inventory is opened."""
