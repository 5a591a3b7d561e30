"""What Alembic runs: every migration goes through the connection, and the transaction, that `migrate` gives."""

from __future__ import annotations

from alembic import context

from bot.records.models import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
