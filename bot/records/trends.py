"""How it goes: what happened in a period, counted in the database, one table a plot.

A conversation belongs to the day on which it was opened, in UTC. What each conversation came to stands in `summaries`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Date, and_, case, cast, func, select
from sqlalchemy.engine import Engine, Row

from bot.records.lookup import NONE, WITHHELD
from bot.records.models import archive_lookups as lookups
from bot.records.models import messages, summaries, summary_topics
from bot.records.period import Period
from bot.records.trend import Trend, Value

# The most urgent first, as the rules name them.
LEVELS = ("emergency", "same_day", "within_2_weeks", "routine", "self_care", "unknown")
# A conversation in which nothing was decided.
UNDECIDED = "none"
REASONS = ("calmer", "emergency")


class Trends:
    """What the records of one database say of a period. Every method reads once, and gives one table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_day(self, period: Period) -> Trend:
        """Conversations of each day, in all and by level."""
        day = self._day(summaries.c.opened_at)
        query = (
            select(day, summaries.c.level, func.count().label("times")).where(_opened(period)).group_by(day, "level")
        )
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self._ask(query):
            found[str(row.day)][row.level or UNDECIDED] = row.times
        levels = _levels({name for counts in found.values() for name in counts})
        rows: list[tuple[Value, ...]] = []
        for each in map(str, period.days()):
            counts = found.get(each, {})
            rows.append((each, sum(counts.values()), *(counts.get(name, 0) for name in levels)))
        total = sum(sum(counts.values()) for counts in found.values())
        return Trend("by_day", ("day", "conversations", *levels), tuple(rows), {}, total)

    def by_channel(self, period: Period) -> Trend:
        """Conversations by channel, the busiest first."""
        return self._counts("by_channel", "channel", period)

    def by_level(self, period: Period) -> Trend:
        """Conversations by their newest level, the most urgent first; "none" where nothing was decided."""
        trend = self._counts("by_level", "level", period)
        found = {str(level or UNDECIDED): times for level, times in trend.rows}
        rows = tuple((level, found.get(level, 0)) for level in _levels(set(found)))
        return Trend(trend.name, trend.columns, rows, trend.figures, trend.counted)

    def by_topic(self, period: Period) -> Trend:
        """Conversations by topic, the most frequent first. One of two topics counts for both."""
        times = func.count().label("times")
        query = (
            select(summary_topics.c.topic, times)
            .select_from(summary_topics.join(summaries, _of(summary_topics)))
            .where(_opened(period))
            .group_by(summary_topics.c.topic)
            .order_by(times.desc(), summary_topics.c.topic)
        )
        rows = tuple((row.topic, row.times) for row in self._ask(query))
        return Trend("by_topic", ("topic", "conversations"), rows, {}, sum(row[1] for row in rows))

    def questions(self, period: Period) -> Trend:
        """How many conversations took how many questions, and the mean and the median of them."""
        query = (
            select(summaries.c.questions, func.count().label("times"))
            .where(_opened(period))
            .group_by(summaries.c.questions)
        )
        found = {row.questions: row.times for row in self._ask(query)}
        total = sum(found.values())
        rows = tuple((number, found.get(number, 0)) for number in range(max(found, default=-1) + 1))
        mean = round(sum(number * times for number, times in found.items()) / total, 2) if total else None
        figures = {"mean": mean, "median": _percentile(found, 0.5)}
        return Trend("questions", ("questions", "conversations"), rows, figures, total)

    def understood(self, period: Period) -> Trend:
        """Of the conversations of each day in which something was said, those with at least one finding."""
        day = self._day(summaries.c.opened_at)
        hits = func.sum(case((summaries.c.not_understood.is_(False), 1), else_=0)).label("hits")
        query = select(day, hits, func.count().label("times")).where(_opened(period), summaries.c.messages > 0)
        return self._shares("understood", "conversations", query.group_by(day), period)

    def unanswered(self, period: Period) -> Trend:
        """Of the questions that the archive was asked on each day, those that no entry was near to."""
        day = self._day(lookups.c.at)
        hits = func.sum(case((lookups.c.outcome == NONE, 1), else_=0)).label("hits")
        query = select(day, hits, func.count().label("times")).where(_within(lookups.c.at, period))
        return self._shares("unanswered", "asked", query.group_by(day), period)

    def withheld(self, period: Period) -> Trend:
        """Archived answers that were withheld on each day, by the reason."""
        day = self._day(lookups.c.at)
        query = (
            select(day, lookups.c.because, func.count().label("times"))
            .where(_within(lookups.c.at, period), lookups.c.outcome == WITHHELD)
            .group_by(day, lookups.c.because)
        )
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self._ask(query):
            found[str(row.day)][row.because or ""] = row.times
        reasons = (*REASONS, *sorted({reason for each in found.values() for reason in each} - {*REASONS}))
        rows: list[tuple[Value, ...]] = []
        for each in map(str, period.days()):
            counts = found.get(each, {})
            rows.append((each, *(counts.get(reason, 0) for reason in reasons)))
        total = sum(sum(counts.values()) for counts in found.values())
        return Trend("withheld", ("day", *(reason or "other" for reason in reasons)), tuple(rows), {}, total)

    def response_times(self, period: Period) -> Trend:
        """Milliseconds until the replies to a message were ready: of each day how many messages, and what half and
        nineteen of twenty of them stayed below or at."""
        day = self._day(messages.c.at)
        query = (
            select(day, messages.c.took_ms, func.count().label("times"))
            .where(_within(messages.c.at, period), messages.c.took_ms.is_not(None))
            .group_by(day, messages.c.took_ms)
        )
        found: dict[str, dict[int, int]] = defaultdict(dict)
        overall: dict[int, int] = defaultdict(int)
        for row in self._ask(query):
            found[str(row.day)][row.took_ms] = row.times
            overall[row.took_ms] += row.times
        rows: list[tuple[Value, ...]] = []
        for each in map(str, period.days()):
            taken = found.get(each, {})
            rows.append((each, sum(taken.values()), _percentile(taken, 0.5), _percentile(taken, 0.95)))
        figures = {"p50": _percentile(overall, 0.5), "p95": _percentile(overall, 0.95)}
        return Trend("response_times", ("day", "messages", "p50", "p95"), tuple(rows), figures, sum(overall.values()))

    def _counts(self, name: str, column: str, period: Period) -> Trend:
        times, group = func.count().label("times"), summaries.c[column]
        query = select(group, times).where(_opened(period)).group_by(group).order_by(times.desc(), group)
        rows = tuple((row[0], row.times) for row in self._ask(query))
        return Trend(name, (column, "conversations"), rows, {}, sum(row[1] for row in rows))

    def _shares(self, name: str, of: str, query: Any, period: Period) -> Trend:
        found = {str(row.day): (int(row.hits), int(row.times)) for row in self._ask(query)}
        rows: list[tuple[Value, ...]] = []
        for each in map(str, period.days()):
            hits, times = found.get(each, (0, 0))
            rows.append((each, times, hits, _share(hits, times)))
        hits, times = (sum(pair[place] for pair in found.values()) for place in (0, 1))
        figures: Mapping[str, Value] = {"hits": hits, "of": times, "share": _share(hits, times)}
        return Trend(name, ("day", of, name, "share"), tuple(rows), figures, times)

    def _day(self, moment: Any) -> Any:
        """The day of a moment in UTC, whatever zone the database's own clock is in."""
        if self._engine.dialect.name == "postgresql":
            return cast(func.timezone("UTC", moment), Date).label("day")
        return func.date(moment).label("day")

    def _ask(self, query: Any) -> Sequence[Row]:
        with self._engine.connect() as connection:
            return list(connection.execute(query))


def _within(moment: Any, period: Period) -> Any:
    return and_(moment >= period.start, moment < period.end)


def _opened(period: Period) -> Any:
    return _within(summaries.c.opened_at, period)


def _of(table: Any) -> Any:
    return table.c.conversation_id == summaries.c.conversation_id


def _levels(found: set[str]) -> tuple[str, ...]:
    """The known levels in order, then any other that was found."""
    return (*LEVELS, *sorted(found - {*LEVELS, UNDECIDED}), UNDECIDED)


def _share(hits: int, of: int) -> float | None:
    return round(hits / of, 4) if of else None


def _percentile(times: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least this share of all is below or at, by the nearest rank; None of none."""
    total, seen = sum(times.values()), 0
    for value in sorted(times):
        seen += times[value]
        if seen >= share * total:
            return value
    return None
