"""An index of how long replies took, so that the dashboard need not read through every message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the index, over the messages that have a time alone."""
    timed = sa.text("took_ms IS NOT NULL")
    name = op.f("ix_messages_at_took_ms")
    op.create_index(name, "messages", ["at", "took_ms"], sqlite_where=timed, postgresql_where=timed)
