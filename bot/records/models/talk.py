"""The tables of what was said and decided: conversations, messages, decisions, knowledge versions, feedback."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.records.models.columns import UtcDateTime, metadata

_TIMED = text("took_ms IS NOT NULL")

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("consent", Boolean, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False, index=True),
    Column("erased_at", UtcDateTime),
    # What erasing removed, as it was told to the person; counts and times only.
    Column("receipt", JSON),
)

knowledge_versions = Table(
    "knowledge_versions",
    metadata,
    Column("version", String(64), primary_key=True),
    # The bytes whose SHA-256 is the version: kept as bytes, so that they stay the same bytes.
    Column("canonical", LargeBinary, nullable=False),
    Column("first_used_at", UtcDateTime, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False),
    # Of a person's message, the id its client gave it; a reply has none and names the message that it answers.
    Column("client_id", String(128)),
    Column("answers_id", Integer, ForeignKey("messages.id"), index=True),
    Column("at", UtcDateTime, nullable=False),
    # What the person wrote; what the bot said is in `reply`.
    Column("text", Text),
    Column("choices", JSON),
    Column("reply", JSON),
    Column("failed", Text),
    # Of a person's message: milliseconds until the replies were ready, and the language model that read it.
    Column("took_ms", Integer),
    Column("model", String(64)),
    UniqueConstraint("conversation_id", "client_id"),
    Index(None, "conversation_id", "at"),
    # For the dashboard, which would read through every text otherwise.
    Index(None, "at", "took_ms", sqlite_where=_TIMED, postgresql_where=_TIMED),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False),
    Column("message_id", Integer, ForeignKey("messages.id"), nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    # The day that the decision took as today: with the facts and the knowledge, all that it depends on.
    Column("decided_on", Date, nullable=False),
    Column("level", String(32)),
    Column("could_become", String(32)),
    Column("fired", JSON),
    # Canonical JSON as text, not JSON columns: a replay compares bytes, and a database may rewrite JSON.
    Column("facts", Text, nullable=False),
    Column("decision", Text),
    Column("knowledge_version", String(64), ForeignKey("knowledge_versions.version")),
    Index(None, "conversation_id", "at"),
)

# What a person says of a reply, the newest word alone. `reply_id` is the id inside the reply's JSON.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False),
    Column("reply_id", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("helpful", Boolean, nullable=False),
    Column("comment", Text),
    UniqueConstraint("conversation_id", "reply_id"),
)
