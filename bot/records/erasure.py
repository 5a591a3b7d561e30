"""Erasing a conversation: what was said, what was worked out from it, and what clinicians made of it, in every table.

What stays is the conversation's own row, which says when it was and that it was erased, with the receipt: a token
must not bring it back. A table that refers to a conversation belongs into `TABLES`; a test holds that.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import Table, and_, delete, func, inspect, or_, select, text, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import ColumnElement

from bot.records.database import writing
from bot.records.existence import UnknownConversation
from bot.records.models import (
    archive_lookups,
    conversations,
    correspondents,
    decisions,
    drafts,
    feedback,
    messages,
    outbox,
    review_marks,
    reviews,
    summaries,
    summary_rules,
    summary_texts,
    summary_topics,
)

# Every table that holds something of a conversation, whoever refers to another one before it; and the receipt's name
# for its rows, none for what is only worked out from other rows.
TABLES: tuple[tuple[Table, str], ...] = (
    # Part of a review, and no review more.
    (review_marks, ""),
    (drafts, "drafts"),
    (reviews, "reviews"),
    (summary_topics, ""),
    (summary_rules, ""),
    (summary_texts, ""),
    (summaries, ""),
    (outbox, "outbox"),
    (correspondents, "correspondents"),
    (feedback, "feedback"),
    (archive_lookups, ""),
    (decisions, "decisions"),
    (messages, "messages"),
)
# Always in a receipt, also where there was none of it.
ALWAYS = ("decisions", "feedback", "messages")
# Drafts that had left as a patch before: those copies are in the hands of whoever took them.
EXPORTED = "drafts_exported"
# Rasa's own table, where Rasa has run.
EVENTS = "events"


def erase(engine: Engine, conversation_id: str, at: datetime) -> dict[str, Any]:
    """Erases a conversation; gives the receipt: {conversation, erased_at, erased: counts}. Erasing again gives the
    first receipt again. Raises UnknownConversation.
    """
    has_events = inspect(engine).has_table(EVENTS)
    with writing(engine) as connection:
        # Whoever adds to the conversation locks this row too: it is added before, and erased, or finds it erased.
        query = select(conversations).where(conversations.c.id == conversation_id).with_for_update()
        shell = connection.execute(query).first()
        if shell is None:
            raise UnknownConversation(f"there is no conversation {conversation_id}")
        if shell.receipt is not None:
            return dict(shell.receipt)
        counts = _erase_rows(connection, conversation_id)
        if has_events:
            sender = {"sender": conversation_id}
            gone = connection.execute(text(f"DELETE FROM {EVENTS} WHERE sender_id = :sender"), sender)
            counts[EVENTS] = gone.rowcount
        moment = at.astimezone(timezone.utc).isoformat()
        receipt = {"conversation": conversation_id, "erased_at": moment, "erased": counts}
        here = conversations.c.id == conversation_id
        connection.execute(update(conversations).where(here).values(erased_at=at, receipt=receipt))
        if engine.dialect.name == "sqlite":
            _merge_index(connection)
    if engine.dialect.name == "sqlite":
        # The write-ahead log still holds the erased rows: it is folded in and cut to nothing, if nobody reads.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return receipt


def _erase_rows(connection: Connection, conversation_id: str) -> dict[str, int]:
    counts = dict.fromkeys(ALWAYS, 0)
    left = and_(drafts.c.conversation_id == conversation_id, drafts.c.exported_at.is_not(None))
    exported = int(connection.execute(select(func.count()).where(left)).scalar_one())
    for table, name in TABLES:
        if table is messages:
            # The replies refer to what they answer.
            answers = and_(messages.c.conversation_id == conversation_id, messages.c.answers_id.is_not(None))
            counts[name] += connection.execute(delete(messages).where(answers)).rowcount
        gone = connection.execute(delete(table).where(_of(table, conversation_id))).rowcount
        if name and (gone or name in counts):
            counts[name] = counts.get(name, 0) + gone
    if exported:
        counts["drafts"] -= exported
        counts[EXPORTED] = exported
    return {name: count for name, count in counts.items() if count or name in ALWAYS}


def _of(table: Table, conversation_id: str) -> ColumnElement[bool]:
    """Which rows of a table are of the conversation."""
    if table is not review_marks:
        return table.c.conversation_id == conversation_id
    judged = select(reviews.c.id).where(reviews.c.conversation_id == conversation_id)
    said = select(messages.c.id).where(messages.c.conversation_id == conversation_id)
    return or_(review_marks.c.review_id.in_(judged), review_marks.c.message_id.in_(said))


def _merge_index(connection: Connection) -> None:
    """Without secure-delete, which SQLite has since 3.42, the index of texts only notes that a row is gone: its words
    stay in the pages until all of them are merged. A table made before the update of SQLite has it off as well."""
    query = "SELECT v FROM summary_words_config WHERE k = 'secure-delete'"
    if not connection.exec_driver_sql(query).scalar():
        connection.exec_driver_sql("INSERT INTO summary_words(summary_words) VALUES ('optimize')")
