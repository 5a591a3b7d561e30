"""The first schema: conversations, messages, decisions, knowledge versions, and the archive with its word index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# SQLite's full-text index over the stems of `archive_entries`, kept in step by triggers; other databases go without.
WORD_INDEX = (
    (
        "CREATE VIRTUAL TABLE archive_words USING fts5(words, content='archive_entries', content_rowid='id', "
        "tokenize='unicode61')"
    ),
    "CREATE VIRTUAL TABLE archive_vocabulary USING fts5vocab(archive_words, 'row')",
    (
        "CREATE TRIGGER archive_words_insert AFTER INSERT ON archive_entries BEGIN "
        "INSERT INTO archive_words(rowid, words) VALUES (new.id, new.words); END"
    ),
    (
        "CREATE TRIGGER archive_words_delete AFTER DELETE ON archive_entries BEGIN "
        "INSERT INTO archive_words(archive_words, rowid, words) VALUES ('delete', old.id, old.words); END"
    ),
    (
        "CREATE TRIGGER archive_words_update AFTER UPDATE OF words ON archive_entries BEGIN "
        "INSERT INTO archive_words(archive_words, rowid, words) VALUES ('delete', old.id, old.words); "
        "INSERT INTO archive_words(rowid, words) VALUES (new.id, new.words); END"
    ),
)


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "archive_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("title_key", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asker_age_low", sa.Integer(), nullable=True),
        sa.Column("asker_age_high", sa.Integer(), nullable=True),
        sa.Column("asker_sex", sa.String(length=16), nullable=True),
        sa.Column("ask_date", sa.Date(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("doctor", sa.Text(), nullable=True),
        sa.Column("specialty", sa.Text(), nullable=True),
        sa.Column("reply_date", sa.Date(), nullable=True),
        sa.Column("unsigned_text", sa.Text(), nullable=True),
        sa.Column("sample", sa.Boolean(), nullable=False),
        sa.Column("cut_off", sa.Boolean(), nullable=False),
        sa.Column("reply_level", sa.String(length=32), nullable=False),
        sa.Column("reply_level_cue", sa.Text(), nullable=True),
        sa.Column("clinician_level", sa.String(length=32), nullable=True),
        sa.Column("hidden_because", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("source_file", sa.Text(), nullable=False),
        sa.Column("source_line", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_entries")),
        sa.UniqueConstraint("source_id", name=op.f("uq_archive_entries_source_id")),
    )
    op.create_index(op.f("ix_archive_entries_fingerprint"), "archive_entries", ["fingerprint"], unique=False)
    op.create_index(op.f("ix_archive_entries_imported_at"), "archive_entries", ["imported_at"], unique=False)
    op.create_index(op.f("ix_archive_entries_title_key"), "archive_entries", ["title_key"], unique=False)
    op.create_table(
        "archive_topics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("specialty", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_topics")),
        sa.UniqueConstraint("name", "specialty", name=op.f("uq_archive_topics_name_specialty")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("erased_at", MOMENT, nullable=True),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index(op.f("ix_conversations_last_at"), "conversations", ["last_at"], unique=False)
    op.create_table(
        "knowledge_versions",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("first_used_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_knowledge_versions")),
    )
    op.create_table(
        "archive_entry_topics",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["archive_entries.id"],
            name=op.f("fk_archive_entry_topics_entry_id_archive_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"],
            ["archive_topics.id"],
            name=op.f("fk_archive_entry_topics_topic_id_archive_topics"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entry_id", "topic_id", name=op.f("pk_archive_entry_topics")),
    )
    op.create_table(
        "archive_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("similar_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["archive_entries.id"],
            name=op.f("fk_archive_links_entry_id_archive_entries"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["similar_id"],
            ["archive_entries.id"],
            name=op.f("fk_archive_links_similar_id_archive_entries"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_links")),
        sa.UniqueConstraint("entry_id", "similar_id", name=op.f("uq_archive_links_entry_id_similar_id")),
    )
    op.create_index(op.f("ix_archive_links_similar_id"), "archive_links", ["similar_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=True),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=True),
        sa.Column("reply", sa.JSON(), nullable=True),
        sa.Column("failed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["answers_id"], ["messages.id"], name=op.f("fk_messages_answers_id_messages")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id_conversations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("conversation_id", "client_id", name=op.f("uq_messages_conversation_id_client_id")),
    )
    op.create_index(op.f("ix_messages_answers_id"), "messages", ["answers_id"], unique=False)
    op.create_index(op.f("ix_messages_conversation_id_at"), "messages", ["conversation_id", "at"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=True),
        sa.Column("could_become", sa.String(length=32), nullable=True),
        sa.Column("fired", sa.JSON(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("knowledge_version", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_decisions_conversation_id_conversations")
        ),
        sa.ForeignKeyConstraint(
            ["knowledge_version"],
            ["knowledge_versions.version"],
            name=op.f("fk_decisions_knowledge_version_knowledge_versions"),
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_decisions_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("message_id", name=op.f("uq_decisions_message_id")),
    )
    op.create_index(op.f("ix_decisions_conversation_id_at"), "decisions", ["conversation_id", "at"], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        for statement in WORD_INDEX:
            op.execute(sa.text(statement))


def downgrade() -> None:
    """Refused: it would throw away every conversation."""
    raise NotImplementedError("the first schema is not taken back: delete the database instead")
