"""The tables of the database: conversations, messages, decisions, knowledge versions and the archive of answers.

Rasa's tracker store keeps its own table `events` in the same database and makes it itself; nothing here touches it,
except that erasing a conversation erases its events too.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import numpy as np
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import UserDefinedType

# Numbers of a text's vector, as the model of `bot.archive.meaning` gives them.
DIMENSIONS = 384

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator):
    """A moment: aware on both sides, kept in UTC. A naive time is refused: nobody can say which moment it is."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """The moment as the database keeps it. Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone: give an aware datetime, such as one in UTC")
        moment = value.astimezone(timezone.utc)
        # SQLite keeps no zone: all its times are UTC by this rule.
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """The moment as an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class _PgVector(UserDefinedType):
    """The column type of pgvector. Its own Python package asks for SQLAlchemy 2."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """What CREATE TABLE says."""
        return f"vector({DIMENSIONS})"


class Embedding(TypeDecorator):
    """A vector of DIMENSIONS numbers: PostgreSQL's own type of pgvector, and elsewhere the bytes of half-precision
    floats, which is as exact as the model."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """The type in this database."""
        return dialect.type_descriptor(_PgVector() if dialect.name == "postgresql" else LargeBinary())

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """The vector as the database keeps it."""
        if value is None:
            return None
        # Rounded alike everywhere, so that every database gives the same scores.
        halves = np.asarray(value, dtype=np.float16)
        if dialect.name == "postgresql":
            return "[" + ",".join(map(str, halves.astype(np.float32).tolist())) + "]"
        return halves.tobytes()

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """The vector as single-precision floats."""
        if value is None:
            return None
        if isinstance(value, (bytes, memoryview)):
            return np.frombuffer(value, dtype=np.float16).astype(np.float32)
        return np.fromstring(value.strip("[]"), dtype=np.float32, sep=",")


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
    UniqueConstraint("conversation_id", "client_id"),
    Index(None, "conversation_id", "at"),
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
