"""The messaging platforms: who writes there, what came in, and what goes out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Adds the tables."""
    op.create_table(
        "correspondents",
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("consent", sa.String(16), nullable=False),
        sa.Column("held", sa.Text),
        sa.Column("offered", sa.Text),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_correspondents_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_correspondents")),
    )
    op.create_index(op.f("ix_correspondents_conversation_id"), "correspondents", ["conversation_id"])
    op.create_index(op.f("ix_correspondents_seen_at"), "correspondents", ["seen_at"])
    op.create_table(
        "hinted_groups",
        sa.Column("group", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("group", name=op.f("pk_hinted_groups")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("sender", sa.String(64)),
        sa.Column("sealed", sa.Text),
        sa.Column("paced", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("owner", sa.String(32)),
        sa.Column("owned_until", MOMENT),
        sa.Column("handled_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "event", name=op.f("uq_inbox_channel_event")),
    )
    op.create_index(op.f("ix_inbox_handled_at"), "inbox", ["handled_at"])
    op.create_index(op.f("ix_inbox_sender_id"), "inbox", ["sender", "id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("reply_id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("sender", sa.String(64)),
        sa.Column("sealed", sa.Text),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("owner", sa.String(32)),
        sa.Column("owned_until", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("failed_at", MOMENT),
        sa.Column("reason", sa.String(40)),
        sa.Column("native", sa.String(64)),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_outbox_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("reply_id", name=op.f("uq_outbox_reply_id")),
    )
    op.create_index(op.f("ix_outbox_conversation_id"), "outbox", ["conversation_id"])
    op.create_index(op.f("ix_outbox_due_at"), "outbox", ["due_at"])
    op.create_index(op.f("ix_outbox_failed_at"), "outbox", ["failed_at"])
    op.create_index(op.f("ix_outbox_native"), "outbox", ["native"])
    op.create_index(op.f("ix_outbox_sender_id"), "outbox", ["sender", "id"])
