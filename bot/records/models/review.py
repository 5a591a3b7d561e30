"""The tables of review: what the list shows of a conversation, who judges it and how, and what comes of a judgement."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from bot.records.models.columns import UtcDateTime, metadata

# What the list shows, filters and sorts by, one row a conversation, made anew with each turn.
summaries = Table(
    "summaries",
    metadata,
    Column("conversation_id", String(64), ForeignKey("conversations.id"), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("level", String(32)),
    Column("emergency", Boolean, nullable=False),
    Column("withheld", Boolean, nullable=False),
    # No finding in anything that was written.
    Column("not_understood", Boolean, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    # The newest word on whether a reply helped.
    Column("helpful", Boolean),
    # "new", "in_review" or "done".
    Column("status", String(16), nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("assigned_to", Integer, ForeignKey("users.id"), index=True),
    # A fixed random number: a queue that takes calm ones by it takes them at random, and each once.
    Column("lot", Integer, nullable=False),
    # "asked" by the person, "taken" by a clinician, or none: the bot answers.
    Column("handoff", String(16)),
    Column("handoff_at", UtcDateTime),
    Column("handoff_by", Integer, ForeignKey("users.id")),
    Index(None, "last_at"),
    Index(None, "opened_at"),
    Index(None, "level", "last_at"),
    Index(None, "status", "emergency", "lot"),
    Index(None, "handoff", "handoff_at"),
)

summary_topics = Table(
    "summary_topics",
    metadata,
    Column("conversation_id", String(64), ForeignKey("conversations.id"), primary_key=True),
    Column("topic", String(64), primary_key=True),
    Index(None, "topic", "conversation_id"),
)

summary_rules = Table(
    "summary_rules",
    metadata,
    Column("conversation_id", String(64), ForeignKey("conversations.id"), primary_key=True),
    Column("rule", String(64), primary_key=True),
    Index(None, "rule", "conversation_id"),
)

# What the person wrote, redacted, for the console's search: full-text indexed by the migration, in each database's way.
summary_texts = Table(
    "summary_texts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False, unique=True),
    Column("words", Text, nullable=False),
)

# One version of one reviewer's verdict on a conversation. All versions stay; the highest counts.
reviews = Table(
    "reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False),
    Column("reviewer_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    # The level that was given, and what the reviewer says of it: "right", "too_calm" or "too_alarmed".
    Column("given_level", String(32)),
    Column("level_verdict", String(16)),
    Column("right_level", String(32)),
    # The archived answer that was shown: "fits", "related" or "wrong"; and a better one.
    Column("entry_id", Integer, ForeignKey("archive_entries.id", ondelete="SET NULL")),
    Column("answer_verdict", String(16)),
    Column("better_entry_id", Integer, ForeignKey("archive_entries.id", ondelete="SET NULL")),
    Column("comment", Text),
    Column("tags", JSON, nullable=False),
    Column("done", Boolean, nullable=False),
    UniqueConstraint("conversation_id", "reviewer_id", "version"),
)

# Words of a message that a reviewer marked: the finding that they mean, and whether it was read right.
review_marks = Table(
    "review_marks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("review_id", Integer, ForeignKey("reviews.id"), nullable=False, index=True),
    Column("message_id", Integer, ForeignKey("messages.id"), nullable=False),
    # Characters of the message's text; both none where the verdict is on the finding as a whole.
    Column("start", Integer),
    Column("end", Integer),
    Column("finding", String(64), nullable=False),
    # "right", "missed" or "wrong".
    Column("verdict", String(16), nullable=False),
)

# What a verdict can become: a rule case, examples for the language model, a scenario, an entry of the archive.
drafts = Table(
    "drafts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id"), nullable=False, index=True),
    Column("review_id", Integer, ForeignKey("reviews.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("content", Text, nullable=False),
    Column("made_by", Integer, ForeignKey("users.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("approved_by", Integer, ForeignKey("users.id")),
    Column("approved_at", UtcDateTime),
    Column("exported_at", UtcDateTime),
)

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("query", JSON, nullable=False),
    UniqueConstraint("user_id", "name"),
)
