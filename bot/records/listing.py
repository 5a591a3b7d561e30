"""The list of conversations: one page of those that a filter lets through, and how many there are of each kind."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import case, func, literal, select, tuple_
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.canonical import storable
from bot.records.filters import Filter
from bot.records.models import conversations, summaries, summary_topics

PAGE = 50
# From the calmest to the most urgent, as the list sorts them; without a decision comes before all.
LEVELS = ("unknown", "self_care", "routine", "within_2_weeks", "same_day", "emergency")
UP = "up"


@dataclass(frozen=True)
class Page:
    """Rows of one page, each with its topics; where the pages before and after begin, None where there are none."""

    rows: Sequence[Row]
    topics: dict[str, list[str]]
    newer: str | None
    older: str | None


@dataclass(frozen=True)
class Counts:
    """How many conversations a filter lets through, in all, by level (None: no decision) and by status."""

    total: int
    levels: Counter[str | None]
    statuses: Counter[str]


class Listing:
    """The list of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, wanted: Filter, after: str = "", before: str = "", limit: int = PAGE) -> Page:
        """The page that begins after a place, or ends before one. A place that cannot be read is the beginning."""
        keys = _keys(wanted.sorted_by)
        back = not after and bool(before)
        place = _place(before if back else after, len(keys))
        rising = (wanted.order == UP) != back
        query = select(summaries, conversations.c.consent).join(
            conversations, conversations.c.id == summaries.c.conversation_id
        )
        query = query.where(*wanted.conditions(self._engine.dialect.name))
        if place is not None:
            beyond = tuple_(*(literal(value, key.type) for key, value in zip(keys, place)))
            query = query.where(tuple_(*keys) > beyond if rising else tuple_(*keys) < beyond)
        query = query.order_by(*(key.asc() if rising else key.desc() for key in keys)).limit(limit + 1)
        query = query.add_columns(*(key.label(f"key_{number}") for number, key in enumerate(keys)))
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
            more, found = len(found) > limit, found[:limit]
            topics = _topics(connection, [row.conversation_id for row in found])
        rows = found[::-1] if back else found
        there_before, there_after = (more, True) if back else (place is not None, more)
        return Page(
            rows,
            topics,
            _mark(rows[0], len(keys)) if rows and there_before else None,
            _mark(rows[-1], len(keys)) if rows and there_after else None,
        )

    def counts(self, wanted: Filter) -> Counts:
        """The counts of a filter."""
        c = summaries.c
        query = select(c.level, c.status, func.count().label("times")).where(
            *wanted.conditions(self._engine.dialect.name)
        )
        levels: Counter[str | None] = Counter()
        statuses: Counter[str] = Counter()
        with self._engine.connect() as connection:
            for row in connection.execute(query.group_by(c.level, c.status)):
                levels[row.level] += row.times
                statuses[row.status] += row.times
        return Counts(sum(statuses.values()), levels, statuses)


def _keys(sort: str) -> list[Any]:
    c = summaries.c
    last = [c.last_at, c.conversation_id]
    if sort == "opened":
        return [c.opened_at, c.conversation_id]
    if sort == "level":
        return [case(*((c.level == name, rank) for rank, name in enumerate(LEVELS, 1)), else_=0), *last]
    return [c.messages, *last] if sort == "length" else last


def _mark(row: Row, keys: int) -> str:
    """The place of a row, as a link says it."""
    values = [row[f"key_{number}"] for number in range(keys)]
    shown = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(shown).encode()).decode().rstrip("=")


def _place(mark: str, keys: int) -> list[Any] | None:
    """What `_mark` wrote; None for anything else."""
    if not mark or len(mark) > 400:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(values, list) or len(values) != keys or not isinstance(values[-1], str):
            return None
        at = datetime.fromisoformat(values[-2])
        first = [value for value in values[:-2] if isinstance(value, int) and 0 <= value < 2**31]
        if at.tzinfo is None or len(first) != keys - 2:
            return None
        return [*first, at.astimezone(timezone.utc), storable(values[-1])]
    except (binascii.Error, ValueError, TypeError, OverflowError):
        return None


def _topics(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    query = select(summary_topics).where(summary_topics.c.conversation_id.in_(ids)).order_by(summary_topics.c.topic)
    found: dict[str, list[str]] = {each: [] for each in ids}
    for row in connection.execute(query):
        found[row.conversation_id].append(row.topic)
    return found
