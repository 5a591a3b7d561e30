"""The tables of the messaging platforms: who writes there, what came in and waits, what goes out and waits."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from bot.records.models.columns import UtcDateTime, metadata

# Who writes on a platform. `sender` is a keyed hash of the platform's id, `address` the id itself, sealed, for replies
# alone: erasing a conversation erases the row, and who writes again begins anew.
correspondents = Table(
    "correspondents",
    metadata,
    Column("sender", String(64), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("address", Text, nullable=False),
    # "new", "asked" or "given"; whoever refuses is erased.
    Column("consent", String(16), nullable=False),
    # Sealed: what was written before consent was given, until it is given.
    Column("held", Text),
    # The choices that the newest reply offered, so that a number or an old button is understood.
    Column("offered", Text),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
)

# Groups that were told once to write in private.
hinted_groups = Table(
    "hinted_groups",
    metadata,
    Column("group", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

# What platforms delivered. Once it is handled, a row keeps nothing but the keyed hash of the platform's id of it, by
# which a repeated delivery is known.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("event", String(64), nullable=False),
    Column("sender", String(64)),
    Column("sealed", Text),
    # Too many of one sender: looked through for an emergency, and not answered otherwise.
    Column("paced", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    # The process that works on it, and until when nobody else does.
    Column("owner", String(32)),
    Column("owned_until", UtcDateTime),
    Column("handled_at", UtcDateTime, index=True),
    UniqueConstraint("channel", "event"),
    Index(None, "sender", "id"),
)

# What is to be delivered, a reply a row. Once it is, or never can be, the sealed part is gone.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reply_id", String(64), nullable=False, unique=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), index=True),
    Column("channel", String(32), nullable=False),
    Column("sender", String(64)),
    Column("sealed", Text),
    Column("urgent", Boolean, nullable=False),
    # Requests of it that were made; a reply may take several.
    Column("done", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("owner", String(32)),
    Column("owned_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("failed_at", UtcDateTime, index=True),
    Column("reason", String(40)),
    # Keyed hash of the platform's own id of it, by which a late failure is known.
    Column("native", String(64), index=True),
    Index(None, "due_at"),
    Index(None, "sender", "id"),
)
