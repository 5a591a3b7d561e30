"""The console: who may use it, what they did there, what the list shows of a conversation, and how it is judged."""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TEXTS = "summary_texts"


def upgrade() -> None:
    """Adds the tables and columns, and a full-text index of what was written, in each database's way."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=160), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_hash")),
    )
    op.create_index(op.f("ix_audit_action"), "audit", ["action"])
    op.create_index(op.f("ix_audit_actor"), "audit", ["actor"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_index(op.f("ix_audit_object"), "audit", ["object"])
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("totp", sa.Text),
        sa.Column("totp_step", sa.Integer),
        sa.Column("oidc_subject", sa.String(length=255)),
        sa.Column("invite", sa.String(length=64)),
        sa.Column("invite_until", MOMENT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("invite", name=op.f("uq_users_invite")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
        sa.UniqueConstraint("oidc_subject", name=op.f("uq_users_oidc_subject")),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("reviewer_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("given_level", sa.String(length=32)),
        sa.Column("level_verdict", sa.String(length=16)),
        sa.Column("right_level", sa.String(length=32)),
        sa.Column("entry_id", sa.Integer),
        sa.Column("answer_verdict", sa.String(length=16)),
        sa.Column("better_entry_id", sa.Integer),
        sa.Column("comment", sa.Text),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(
            ["better_entry_id"],
            ["archive_entries.id"],
            name=op.f("fk_reviews_better_entry_id_archive_entries"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_reviews_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["archive_entries.id"], name=op.f("fk_reviews_entry_id_archive_entries"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["users.id"], name=op.f("fk_reviews_reviewer_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint(
            "conversation_id", "reviewer_id", "version", name=op.f("uq_reviews_conversation_id_reviewer_id_version")
        ),
    )
    op.create_index(op.f("ix_reviews_at"), "reviews", ["at"])
    op.create_index(op.f("ix_reviews_reviewer_id"), "reviews", ["reviewer_id"])
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_filters_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_filters_user_id_name")),
    )
    op.create_table(
        "summaries",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("level", sa.String(length=32)),
        sa.Column("emergency", sa.Boolean, nullable=False),
        sa.Column("withheld", sa.Boolean, nullable=False),
        sa.Column("not_understood", sa.Boolean, nullable=False),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("helpful", sa.Boolean),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("flagged", sa.Boolean, nullable=False),
        sa.Column("assigned_to", sa.Integer),
        sa.Column("lot", sa.Integer, nullable=False),
        sa.Column("handoff", sa.String(length=16)),
        sa.Column("handoff_at", MOMENT),
        sa.Column("handoff_by", sa.Integer),
        sa.ForeignKeyConstraint(["assigned_to"], ["users.id"], name=op.f("fk_summaries_assigned_to_users")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_summaries_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(["handoff_by"], ["users.id"], name=op.f("fk_summaries_handoff_by_users")),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_summaries")),
    )
    op.create_index(op.f("ix_summaries_assigned_to"), "summaries", ["assigned_to"])
    op.create_index(op.f("ix_summaries_handoff_handoff_at"), "summaries", ["handoff", "handoff_at"])
    op.create_index(op.f("ix_summaries_last_at"), "summaries", ["last_at"])
    op.create_index(op.f("ix_summaries_level_last_at"), "summaries", ["level", "last_at"])
    op.create_index(op.f("ix_summaries_opened_at"), "summaries", ["opened_at"])
    op.create_index(
        op.f("ix_summaries_status_emergency_lot"), "summaries", ["status", "emergency", "lot"], unique=False
    )
    op.create_table(
        "summary_rules",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_summary_rules_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "rule", name=op.f("pk_summary_rules")),
    )
    op.create_index(
        op.f("ix_summary_rules_rule_conversation_id"), "summary_rules", ["rule", "conversation_id"], unique=False
    )
    op.create_table(
        "summary_texts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_summary_texts_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_summary_texts")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_summary_texts_conversation_id")),
    )
    op.create_table(
        "summary_topics",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_summary_topics_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "topic", name=op.f("pk_summary_topics")),
    )
    op.create_index(
        op.f("ix_summary_topics_topic_conversation_id"), "summary_topics", ["topic", "conversation_id"], unique=False
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
    )
    op.create_index(op.f("ix_user_sessions_ends_at"), "user_sessions", ["ends_at"])
    op.create_index(op.f("ix_user_sessions_user_id"), "user_sessions", ["user_id"])
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("review_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("made_by", sa.Integer, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.Integer),
        sa.Column("approved_at", MOMENT),
        sa.Column("exported_at", MOMENT),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_drafts_approved_by_users")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_drafts_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_drafts_made_by_users")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_drafts_review_id_reviews")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_conversation_id"), "drafts", ["conversation_id"])
    op.create_table(
        "review_marks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("review_id", sa.Integer, nullable=False),
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer),
        sa.Column("end", sa.Integer),
        sa.Column("finding", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_review_marks_message_id_messages")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_marks_review_id_reviews")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_marks")),
    )
    op.create_index(op.f("ix_review_marks_review_id"), "review_marks", ["review_id"])
    op.add_column("messages", sa.Column("took_ms", sa.Integer))
    op.add_column("messages", sa.Column("model", sa.String(length=64)))

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"ALTER TABLE {TEXTS} ADD COLUMN words_index tsvector "
            "GENERATED ALWAYS AS (to_tsvector('english', words)) STORED"
        )
        op.execute(f"CREATE INDEX ix_summary_texts_words_index ON {TEXTS} USING gin (words_index)")
        return
    op.execute(
        f"CREATE VIRTUAL TABLE summary_words USING fts5(words, content='{TEXTS}', content_rowid='id', "
        "tokenize='porter unicode61')"
    )
    if sqlite3.sqlite_version_info >= (3, 42):
        # What is erased leaves the index at once. Where SQLite cannot do that, erasing merges the index.
        op.execute("INSERT INTO summary_words(summary_words, rank) VALUES ('secure-delete', 1)")
    gone = "INSERT INTO summary_words(summary_words, rowid, words) VALUES ('delete', old.id, old.words);"
    new = "INSERT INTO summary_words(rowid, words) VALUES (new.id, new.words);"
    op.execute(f"CREATE TRIGGER {TEXTS}_new AFTER INSERT ON {TEXTS} BEGIN {new} END")
    op.execute(f"CREATE TRIGGER {TEXTS}_gone AFTER DELETE ON {TEXTS} BEGIN {gone} END")
    op.execute(f"CREATE TRIGGER {TEXTS}_changed AFTER UPDATE ON {TEXTS} BEGIN {gone} {new} END")
