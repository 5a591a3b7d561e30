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

from sqlalchemy import case, func, literal, select, tuple_, union_all
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.canonical import storable
from bot.records.filters import LED, Filter
from bot.records.models import conversations, summaries, summary_topics
from bot.records.summaries import STATUSES

PAGE = 50
# From the calmest to the most urgent, as the list sorts them; without a decision comes before all.
LEVELS = ("unknown", "self_care", "routine", "within_2_weeks", "same_day", "emergency")
UP = "up"
# Of so many, a page is found sooner by going along the order.
MANY = 2_000


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
        self._dialect = engine.dialect.name

    def look(self, wanted: Filter, after: str = "", before: str = "", limit: int = PAGE) -> tuple[Page, Counts]:
        """The page that begins after a place, or ends before one, and the counts of all that the filter lets through.

        A place that cannot be read is the beginning.
        """
        keys = _keys(wanted.sorted_by)
        back = not after and bool(before)
        place = _place(before if back else after, len(keys))
        back = back and place is not None
        with self._engine.connect() as connection:
            if wanted.text:
                counts, ids = self._at_once(connection, wanted, place, back, limit + 1)
            else:
                counts = self._counts(connection, wanted)
                query = wanted.query(self._dialect, summaries.c.conversation_id, walk=counts.total > MANY)
                # A few are gathered and then sorted; SQLite would look for them along the whole order.
                few = self._dialect == "sqlite" and wanted.narrows and counts.total <= MANY
                along = _keys(wanted.sorted_by, LED) if few else keys
                ids = list(connection.execute(_cut(query, along, wanted, place, back, limit + 1)).scalars())
            more, ids = len(ids) > limit, ids[:limit]
            rows, topics = _rows(connection, ids[::-1] if back else ids, keys), _topics(connection, ids)
        there_before, there_after = (more, True) if back else (place is not None, more)
        newer = _mark(rows[0], len(keys)) if rows and there_before else None
        older = _mark(rows[-1], len(keys)) if rows and there_after else None
        return Page(rows, topics, newer, older), counts

    def _counts(self, connection: Connection, wanted: Filter) -> Counts:
        c = summaries.c
        if self._dialect == "sqlite" and wanted.narrows:
            # One pass and no sorting, which takes SQLite several times as long.
            return _read_sums(connection.execute(wanted.query(self._dialect, *_sums(c))).one())
        # Without a condition both come from indexes alone.
        groups = [
            Counter(dict(connection.execute(wanted.query(self._dialect, column, func.count()).group_by(column)).all()))
            for column in (c.level, c.status)
        ]
        return Counts(sum(groups[1].values()), *groups)

    def _at_once(
        self, connection: Connection, wanted: Filter, place: list[Any] | None, back: bool, limit: int
    ) -> tuple[Counts, list[str]]:
        """Counts and ids with the words looked up once: with a common word that is what takes the time."""
        keys = _keys(wanted.sorted_by)
        c = summaries.c
        labelled = [key.label(f"key_{number}") for number, key in enumerate(keys[:-1])]
        found = wanted.query(self._dialect, c.conversation_id, c.level, c.status, *labelled).cte("found")
        sums = _sums(found.c)
        places = [*(found.c[key.name] for key in labelled), found.c.conversation_id]
        page = _cut(select(*places), places, wanted, place, back, limit).subquery()
        # Two queries put together may give their rows in any order: those of the page say which they are.
        number = func.row_number().over(order_by=_ordered(list(page.c), wanted, back))
        counted = select(literal(0).label("number"), literal("").label("id"), *sums)
        listed = select(number, page.c.conversation_id, *(literal(0) for _ in sums))
        first, *others = sorted(connection.execute(union_all(counted, listed)), key=lambda row: row.number)
        return _read_sums(first[2:]), [row.id for row in others]


def _cut(query: Any, keys: Sequence[Any], wanted: Filter, place: list[Any] | None, back: bool, limit: int) -> Any:
    """A query's rows beyond a place, in order."""
    if place is not None:
        beyond = tuple_(*(literal(value, key.type) for key, value in zip(keys, place)))
        query = query.where(tuple_(*keys) > beyond if _rising(wanted, back) else tuple_(*keys) < beyond)
    return query.order_by(*_ordered(keys, wanted, back)).limit(limit)


def _ordered(keys: Sequence[Any], wanted: Filter, back: bool) -> list[Any]:
    return [key.asc() if _rising(wanted, back) else key.desc() for key in keys]


def _rising(wanted: Filter, back: bool) -> bool:
    return (wanted.order == UP) != back


def _sums(c: Any) -> list[Any]:
    named = [(c.level, name) for name in LEVELS] + [(c.status, name) for name in STATUSES]
    return [func.count(), *(func.coalesce(func.sum(case((column == name, 1), else_=0)), 0) for column, name in named)]


def _read_sums(row: Sequence[int]) -> Counts:
    total, *others = (int(number) for number in row)
    levels: Counter[str | None] = Counter(dict(zip(LEVELS, others)))
    levels[None] = total - sum(levels.values())
    return Counts(total, levels, Counter(dict(zip(STATUSES, others[len(LEVELS) :]))))


def _rows(connection: Connection, ids: Sequence[str], keys: Sequence[Any]) -> Sequence[Row]:
    """The rows of these conversations in this order, each with its place."""
    query = select(summaries, conversations.c.consent, *(key.label(f"key_{n}") for n, key in enumerate(keys)))
    query = query.join(conversations, conversations.c.id == summaries.c.conversation_id)
    found = {row.conversation_id: row for row in connection.execute(query.where(summaries.c.conversation_id.in_(ids)))}
    return [found[each] for each in ids if each in found]


def _keys(sort: str, c: Any = summaries.c) -> list[Any]:
    last = [c.last_at, c.conversation_id]
    if sort == "opened":
        return [c.opened_at, c.conversation_id]
    if sort == "level":
        return [case(*((c.level == name, rank) for rank, name in enumerate(LEVELS, 1)), else_=0), *last]
    return [c.messages, *last] if sort == "length" else last


def _mark(row: Row, keys: int) -> str:
    """The place of a row, as a link says it."""
    values = [row._mapping[f"key_{number}"] for number in range(keys)]
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
