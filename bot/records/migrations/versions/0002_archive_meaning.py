"""The archive by meaning: vectors, near-duplicates, who hid what when, and what conversations asked the archive for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.records.models import Embedding

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ENTRIES = "archive_entries"


def upgrade() -> None:
    """Adds the tables and columns; on PostgreSQL its full-text index and pgvector too."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.add_column(ENTRIES, sa.Column("hidden_at", MOMENT))
    op.add_column(ENTRIES, sa.Column("near_id", sa.Integer))
    op.create_index(op.f("ix_archive_entries_near_id"), ENTRIES, ["near_id"])
    op.create_index(op.f("ix_archive_entries_hidden_at"), ENTRIES, ["hidden_at"])
    op.create_table(
        "archive_vectors",
        sa.Column("entry_id", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("vector", Embedding, nullable=False),
        sa.Column("said", sa.JSON),
        sa.Column("knowledge", sa.String(64)),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["archive_entries.id"],
            name=op.f("fk_archive_vectors_entry_id_archive_entries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_archive_vectors")),
    )
    op.create_index(op.f("ix_archive_vectors_model"), "archive_vectors", ["model"])
    op.create_index(op.f("ix_archive_vectors_read_at"), "archive_vectors", ["read_at"])
    op.create_table(
        "archive_lookups",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("entry_id", sa.Integer),
        sa.Column("score", sa.Float),
        sa.Column("because", sa.String(16)),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_archive_lookups_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_archive_lookups_message_id_messages")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["archive_entries.id"],
            name=op.f("fk_archive_lookups_entry_id_archive_entries"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_lookups")),
    )
    op.create_index(op.f("ix_archive_lookups_conversation_id"), "archive_lookups", ["conversation_id"])
    op.create_index(op.f("ix_archive_lookups_at"), "archive_lookups", ["at"])
    op.create_index(op.f("ix_archive_lookups_entry_id"), "archive_lookups", ["entry_id"])
    if postgresql:
        # The words are stems already: "simple" takes them as they are. Kept, since a rank would make them anew.
        op.execute(
            f"ALTER TABLE {ENTRIES} ADD COLUMN words_index tsvector "
            "GENERATED ALWAYS AS (to_tsvector('simple', words)) STORED"
        )
        op.execute(f"CREATE INDEX ix_archive_entries_words_index ON {ENTRIES} USING gin (words_index)")
        op.execute("CREATE INDEX ix_archive_vectors_vector ON archive_vectors USING hnsw (vector vector_ip_ops)")
