"""The tables of the database.

Rasa's tracker store keeps its own table `events` in the same database and makes it itself; nothing here touches it,
except that erasing a conversation erases its events too.
"""

from bot.records.models.accounts import audit, user_sessions, users
from bot.records.models.archive import (
    archive_entries,
    archive_entry_topics,
    archive_links,
    archive_lookups,
    archive_topics,
    archive_vectors,
)
from bot.records.models.columns import DIMENSIONS, Embedding, UtcDateTime, metadata
from bot.records.models.post import correspondents, hinted_groups, inbox, outbox
from bot.records.models.review import (
    drafts,
    review_marks,
    reviews,
    saved_filters,
    summaries,
    summary_rules,
    summary_texts,
    summary_topics,
)
from bot.records.models.talk import conversations, decisions, feedback, knowledge_versions, messages

__all__ = [
    "DIMENSIONS",
    "Embedding",
    "UtcDateTime",
    "metadata",
    "conversations",
    "decisions",
    "feedback",
    "knowledge_versions",
    "messages",
    "archive_entries",
    "archive_entry_topics",
    "archive_links",
    "archive_lookups",
    "archive_topics",
    "archive_vectors",
    "audit",
    "user_sessions",
    "users",
    "correspondents",
    "hinted_groups",
    "inbox",
    "outbox",
    "drafts",
    "review_marks",
    "reviews",
    "saved_filters",
    "summaries",
    "summary_rules",
    "summary_texts",
    "summary_topics",
]
