"""The tables of the archive: entries, their vectors, links and topics, and what conversations asked it for."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.records.models.columns import Embedding, UtcDateTime, metadata

archive_entries = Table(
    "archive_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", String(128), nullable=False, unique=True),
    # Hash of title, question and reply: the same text under two source ids is one entry.
    Column("fingerprint", String(64), nullable=False, index=True),
    # Hash of the title alone: finds the full page of a similar question that was known only in part.
    Column("title_key", String(64), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("asker_age_low", Integer),
    Column("asker_age_high", Integer),
    Column("asker_sex", String(16)),
    Column("ask_date", Date),
    Column("reply", Text, nullable=False),
    Column("doctor", Text),
    Column("specialty", Text),
    Column("reply_date", Date),
    # Text of the page that nobody signed and nobody dated. Kept for the clinician, never part of the reply.
    Column("unsigned_text", Text),
    Column("sample", Boolean, nullable=False),
    Column("cut_off", Boolean, nullable=False),
    Column("reply_level", String(32), nullable=False),
    # The cue that the level was read from; none where the reply could not be read.
    Column("reply_level_cue", Text),
    # A clinician's own level for the reply; it wins over the one that was read, and an import leaves it alone.
    Column("clinician_level", String(32)),
    Column("hidden_because", Text),
    # When it was last hidden or shown again.
    Column("hidden_at", UtcDateTime, index=True),
    # The entry that this one is nearly the same as: of both, a search shows the other. No foreign key: SQLite would
    # have to write the whole table anew for it.
    Column("near_id", Integer, index=True),
    Column("tags", JSON, nullable=False),
    Column("source_file", Text, nullable=False),
    Column("source_line", Integer, nullable=False),
    # The stems of title and question, as search compares them.
    Column("words", Text, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False, index=True),
)

archive_vectors = Table(
    "archive_vectors",
    metadata,
    Column("entry_id", Integer, ForeignKey("archive_entries.id", ondelete="CASCADE"), primary_key=True),
    # The text that the vector is of, by its hash: a new text needs a new vector.
    Column("fingerprint", String(64), nullable=False),
    Column("model", String(64), nullable=False, index=True),
    Column("vector", Embedding, nullable=False),
    # What was read of the entry, and with which words: findings with their sides, and since when.
    Column("said", JSON),
    Column("knowledge", String(64)),
    Column("read_at", UtcDateTime, nullable=False, index=True),
)

# What the archive was asked for in conversations, and what became of it. The question itself is in `messages`.
archive_lookups = Table(
    "archive_lookups",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("message_id", Integer, ForeignKey("messages.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    # "shown", "related" (near, but not the same), "withheld", or "none".
    Column("outcome", String(16), nullable=False),
    Column("entry_id", Integer, ForeignKey("archive_entries.id", ondelete="SET NULL"), index=True),
    # The probability that the entry answers the question, of the nearest one.
    Column("score", Float),
    # Why it was withheld: "calmer" or "emergency".
    Column("because", String(16)),
)

archive_links = Table(
    "archive_links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_id", Integer, ForeignKey("archive_entries.id", ondelete="CASCADE"), nullable=False),
    Column("similar_id", Integer, ForeignKey("archive_entries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    UniqueConstraint("entry_id", "similar_id"),
)

archive_topics = Table(
    "archive_topics",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("specialty", String(200), nullable=False),
    UniqueConstraint("name", "specialty"),
)

archive_entry_topics = Table(
    "archive_entry_topics",
    metadata,
    Column("entry_id", Integer, ForeignKey("archive_entries.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", Integer, ForeignKey("archive_topics.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False),
)
