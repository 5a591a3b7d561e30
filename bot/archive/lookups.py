"""What the archive was asked for in conversations: the answers that were withheld, and the questions that had none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.lookup import NONE, WITHHELD
from bot.records.models import archive_entries as entries
from bot.records.models import archive_lookups as lookups
from bot.records.models import decisions, messages

MOST_WITHHELD = 200


@dataclass(frozen=True)
class Unanswered:
    """A question that no entry was near to: the person's words up to then, and what was decided."""

    conversation_id: str
    at: datetime
    words: Sequence[str]
    level: str | None
    topics: Sequence[str]


class Lookups:
    """The lookups of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def withheld(self, since: datetime) -> Sequence[Row]:
        """Entries that were withheld since then, for each reason: entry_id, title, because, times, last. The most
        often withheld first. An entry that is gone since has neither id nor title."""
        times, last = func.count().label("times"), func.max(lookups.c.at).label("last")
        query = (
            select(lookups.c.entry_id, entries.c.title, lookups.c.because, times, last)
            .select_from(lookups.outerjoin(entries, entries.c.id == lookups.c.entry_id))
            .where(lookups.c.outcome == WITHHELD, lookups.c.at >= since)
            .group_by(lookups.c.entry_id, entries.c.title, lookups.c.because)
            .order_by(times.desc(), last.desc(), lookups.c.entry_id)
            .limit(MOST_WITHHELD)
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query))

    def outcomes(self, since: datetime) -> dict[str, int]:
        """How often the archive was asked since then, by what became of it."""
        query = select(lookups.c.outcome, func.count().label("times")).where(lookups.c.at >= since)
        with self._engine.connect() as connection:
            return {row.outcome: row.times for row in connection.execute(query.group_by(lookups.c.outcome))}

    def count_unanswered(self) -> int:
        """How many questions no entry was near to."""
        query = select(func.count()).select_from(lookups).where(lookups.c.outcome == NONE)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def unanswered(self, limit: int, offset: int = 0) -> Sequence[Unanswered]:
        """The questions that no entry was near to, the newest first."""
        query = (
            select(lookups, decisions.c.level, decisions.c.decision)
            .select_from(lookups.outerjoin(decisions, decisions.c.message_id == lookups.c.message_id))
            .where(lookups.c.outcome == NONE)
            .order_by(lookups.c.at.desc(), lookups.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        with self._engine.connect() as connection:
            found = list(connection.execute(query))
            said = _said(connection, {row.conversation_id for row in found})
        return [
            Unanswered(
                conversation_id=row.conversation_id,
                at=row.at,
                words=_words(said.get(row.conversation_id, ()), row.at),
                level=row.level,
                topics=json.loads(row.decision).get("topics") or () if row.decision else (),
            )
            for row in found
        ]


def _said(connection: Connection, conversation_ids: set[str]) -> dict[str, list[Row]]:
    query = select(messages).where(messages.c.conversation_id.in_(conversation_ids))
    said: dict[str, list[Row]] = {}
    for row in connection.execute(query.order_by(messages.c.at, messages.c.id)):
        said.setdefault(row.conversation_id, []).append(row)
    return said


def _words(said: Sequence[Row], until: datetime) -> list[str]:
    """What the person wrote up to then, since the last greeting: an advice often follows a choice without words."""
    words: list[str] = []
    for row in said:
        if row.at > until:
            break
        if row.client_id is None and (row.reply or {}).get("kind") == "greeting":
            words.clear()
        elif row.client_id is not None and (row.text or "").strip():
            words.append(row.text)
    return words
