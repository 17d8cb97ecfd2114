"""What Alembic runs: the steps, on the connection that the store opened, in one transaction."""

from __future__ import annotations

from alembic import context

from scanner.org.store.schema import metadata

_connection = context.config.attributes["connection"]
# SQLite cannot alter a table in place; batches copy it.
context.configure(connection=_connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
