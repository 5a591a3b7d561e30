"""What the archive was asked for in a conversation, and what became of it, each with the entry as it is today."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.records.models import archive_entries, archive_lookups


def archived(engine: Engine, conversation_id: str) -> dict[int, dict[str, Any]]:
    """The look-ups of a conversation by the number of the person's message: {outcome, because, score, entry_id, title,
    level, by_clinician, hidden}. An entry that is gone since has no id, title or level."""
    query = (
        select(
            archive_lookups.c.message_id,
            archive_lookups.c.outcome,
            archive_lookups.c.because,
            archive_lookups.c.score,
            archive_lookups.c.entry_id,
            archive_entries.c.title,
            archive_entries.c.reply_level,
            archive_entries.c.clinician_level,
            archive_entries.c.hidden_because,
        )
        .select_from(archive_lookups.outerjoin(archive_entries, archive_entries.c.id == archive_lookups.c.entry_id))
        .where(archive_lookups.c.conversation_id == conversation_id)
        .order_by(archive_lookups.c.id)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return {
        row.message_id: {
            **{"outcome": row.outcome, "because": row.because, "score": row.score, "entry_id": row.entry_id},
            **{"title": row.title, "level": row.clinician_level or row.reply_level},
            **{"by_clinician": row.clinician_level is not None, "hidden": row.hidden_because is not None},
        }
        for row in rows
    }
