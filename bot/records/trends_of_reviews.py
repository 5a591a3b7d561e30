"""How the reviewers judged the levels of a period, and how far two of them agreed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.engine import Engine, Row

from bot.records.kappa import cohens_kappa
from bot.records.models import reviews, summaries
from bot.records.period import Period
from bot.records.proportion import Proportion
from bot.records.trend import Trend, Value
from bot.records.trends import LEVELS, UNDECIDED

RIGHT, TOO_CALM, TOO_ALARMED = "right", "too_calm", "too_alarmed"
VERDICTS = (RIGHT, TOO_CALM, TOO_ALARMED)
ALL = "all"

Pair = tuple[str, str]
Kappa = Callable[[Sequence[Pair]], Any]


class ReviewTrends:
    """What the verdicts on the conversations of a period say."""

    def __init__(self, engine: Engine, kappa: Kappa | None = cohens_kappa) -> None:
        self._engine = engine
        self._kappa = kappa

    def verdicts(self, period: Period) -> Trend:
        """Conversations that were reviewed, by the level that was given: how many levels were too calm and how many too
        alarmed, with Wilson's interval of 95 %. Of several readers of one conversation the newest word counts."""
        newest: dict[str, tuple[str, str]] = {}
        for row in sorted(self._current(period), key=lambda row: row.id):
            newest[row.conversation_id] = (row.given_level or UNDECIDED, row.level_verdict)
        counts = Counter(newest.values())
        levels = [level for level in (*LEVELS, UNDECIDED) if any(level == given for given, _ in counts)]
        levels += sorted({given for given, _ in counts} - {*levels})
        rows = [_row(ALL, Counter(verdict for _, verdict in newest.values()))]
        rows += [_row(level, Counter({v: counts[level, v] for v in VERDICTS})) for level in levels]
        parts = ("", "_share", "_low", "_high")
        columns = ("level", "reviewed", *(f"{verdict}{part}" for verdict in (TOO_CALM, TOO_ALARMED) for part in parts))
        return Trend("verdicts", columns, tuple(rows), {}, len(newest))

    def agreement(self, period: Period) -> Trend:
        """What the second reader of a conversation said, for each verdict of the first; pairs, and Cohen's kappa."""
        readers: dict[str, dict[int, str]] = defaultdict(dict)
        for row in self._current(period):
            readers[row.conversation_id][row.reviewer_id] = row.level_verdict
        # Who came first stays first, also after a change of mind.
        pairs: list[Pair] = []
        for verdicts in readers.values():
            if len(verdicts) > 1:
                first, second, *_ = verdicts.values()
                pairs.append((first, second))
        counts = Counter(pairs)
        rows: list[tuple[Value, ...]] = [(first, *(counts[first, other] for other in VERDICTS)) for first in VERDICTS]
        same = sum(times for (first, second), times in counts.items() if first == second)
        figures: dict[str, Value] = {"pairs": len(pairs), "same": same}
        if self._kappa is not None:
            figures.update(_figures(self._kappa(pairs) if pairs else None))
        return Trend("agreement", ("first", *VERDICTS), tuple(rows), figures, len(pairs))

    @property
    def has_kappa(self) -> bool:
        """Whether there is a way to calculate kappa."""
        return self._kappa is not None

    def _current(self, period: Period) -> Sequence[Row]:
        """Each reader's newest version, where it judges the level; in the order in which the readers came to it."""
        mine = and_(
            reviews.c.conversation_id == summaries.c.conversation_id,
            summaries.c.opened_at >= period.start,
            summaries.c.opened_at < period.end,
        )
        key = (reviews.c.conversation_id, reviews.c.reviewer_id)
        last = (
            select(*key, func.max(reviews.c.version).label("version"), func.min(reviews.c.id).label("began"))
            .select_from(reviews.join(summaries, mine))
            .group_by(*key)
            .subquery()
        )
        same = and_(*(last.c[column.name] == column for column in (*key, reviews.c.version)))
        query = (
            select(reviews.c.id, *key, reviews.c.given_level, reviews.c.level_verdict)
            .select_from(reviews.join(last, same))
            .where(reviews.c.level_verdict.in_(VERDICTS))
            .order_by(last.c.began)
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query))


def _row(level: str, verdicts: Counter[str]) -> tuple[Value, ...]:
    reviewed = sum(verdicts.values())
    cells: list[Value] = [level, reviewed]
    for verdict in (TOO_CALM, TOO_ALARMED):
        proportion = Proportion(verdicts[verdict], reviewed)
        low, high = proportion.interval() or (None, None)
        cells += [
            proportion.hits,
            *(None if each is None else round(each, 4) for each in (proportion.share, low, high)),
        ]
    return tuple(cells)


def _figures(found: Any) -> dict[str, Value]:
    """Kappa, and its interval where what was calculated has one: a plain number has none."""
    value = found if found is None or isinstance(found, (int, float)) else found.kappa
    low, high = getattr(found, "interval", None) or (None, None)
    named = {"kappa": value, "kappa_from": low, "kappa_to": high}
    return {name: None if each is None else round(float(each), 4) for name, each in named.items()}
