"""How each trend is shown: its title, what it says in one sentence, its table in words, and what the script draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from bot.console.view import View
from bot.records.trend import Trend, Value
from bot.records.trends import LEVELS, REASONS, UNDECIDED
from bot.records.trends_of_reviews import ALL, TOO_ALARMED, TOO_CALM, VERDICTS
from bot.web.texts import Texts

# What the script knows to draw. "columns" stand on days or numbers, "bars" lie beside names, "ranges" are intervals.
COLUMNS, BARS, LINES, RANGES = "columns", "bars", "lines", "ranges"
COUNT, PERCENT, MILLISECONDS = "count", "percent", "ms"
_NAMED = {"level", "topic", "channel", "first", "day"}


@dataclass(frozen=True)
class Shown:
    """A trend on the page. `drawing` is none where there is nothing to draw."""

    name: str
    title: str
    says: str
    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[str]]
    drawing: Optional[dict[str, Any]]
    wide: bool


class Charts:
    """Shows trends in words, with the labels of the knowledge in place of ids."""

    def __init__(self, words: Texts, view: View) -> None:
        self._words = words
        self._view = view
        self._drawn: dict[str, Callable[[Trend], dict[str, Any]]] = {
            "by_day": self._by_day,
            "by_level": self._by_level,
            "by_topic": lambda trend: self._bars(trend, "topic"),
            "by_channel": lambda trend: self._bars(trend, "channel"),
            "verdicts": self._verdicts,
            "agreement": self._agreement,
            "questions": lambda trend: self._columns(trend, "questions", ("conversations",)),
            "understood": lambda trend: self._lines(trend, ("share",), PERCENT),
            "unanswered": self._unanswered,
            "withheld": lambda trend: self._columns(trend, "day", trend.columns[1:]),
            "response_times": lambda trend: self._lines(trend, ("p50", "p95"), MILLISECONDS),
        }

    def show(self, trend: Trend) -> Shown:
        """One trend, ready for the page."""
        title = self._words(f"plots.{trend.name}")
        headings = [(self._heading(trend, name), name not in _NAMED) for name in trend.columns]
        rows = [[self._cell(name, cell) for name, cell in zip(trend.columns, row)] for row in trend.rows]
        drawing = self._drawn[trend.name](trend) if trend.counted else None
        says = self._says(trend) if trend.counted else self._words("empty")
        return Shown(trend.name, title, says, headings, rows, drawing, len(trend.columns) > 7)

    def _says(self, trend: Trend) -> str:
        values: dict[str, Any] = {name: self._cell(name, value) for name, value in trend.figures.items()}
        if trend.name == "by_day":
            day, most, *_ = max(trend.rows, key=lambda row: int(row[1] or 0))
            values.update(day=day, most=most)
        elif trend.name in ("by_topic", "by_channel"):
            values["first"] = self._cell(trend.columns[0], trend.rows[0][0])
        elif trend.name == "agreement" and trend.figures.get("kappa_from") is not None:
            values["kappa"] = self._words(
                "interval", value=values["kappa"], low=values["kappa_from"], high=values["kappa_to"]
            )
        elif trend.name == "verdicts":
            values.update({name: trend.column(name)[0] for name in (TOO_CALM, TOO_ALARMED)})
        return self._words(f"says.{trend.name}", counted=trend.counted, **values)

    def _heading(self, trend: Trend, name: str) -> str:
        if trend.name == "by_day" and name not in ("day", "conversations"):
            return self._level(name)
        if trend.name == "withheld" and name != "day":
            if name not in (*REASONS, "other"):
                return name
            return self._words("columns.emergency_withheld" if name == "emergency" else f"columns.{name}")
        return self._words(f"columns.{name}")

    def _cell(self, column: str, cell: Value) -> str:
        if cell is None:
            return self._words("nothing")
        if column == "level":
            return self._level(str(cell))
        if column == "topic":
            return self._view.topic(str(cell))
        if column == "first":
            return self._words(f"columns.{cell}")
        if column.endswith(("share", "_low", "_high")):
            return self._words("percent", value=f"{_percent(cell):g}")
        return str(cell)

    def _level(self, name: str) -> str:
        if name == ALL:
            return self._words("columns.all")
        return self._view.level(None if name == UNDECIDED else name) if name in (*LEVELS, UNDECIDED) else name

    def _labels(self, trend: Trend, column: str) -> list[str]:
        return [self._cell(column, cell) for cell in trend.column(column)]

    def _columns(self, trend: Trend, axis: str, names: Sequence[str]) -> dict[str, Any]:
        series = [_series(self._heading(trend, name), trend.column(name)) for name in names]
        return _drawing(COLUMNS, self._labels(trend, axis), series, COUNT)

    def _bars(self, trend: Trend, axis: str) -> dict[str, Any]:
        label = self._words("columns.conversations")
        return _drawing(
            BARS, self._labels(trend, axis), [_series(label, trend.column("conversations"))], COUNT, axis=label
        )

    def _lines(self, trend: Trend, names: Sequence[str], unit: str) -> dict[str, Any]:
        series = []
        for name in names:
            values = trend.column(name)
            shares = [None if value is None else _percent(value) for value in values] if unit == PERCENT else values
            series.append(_series(self._heading(trend, name), shares))
        return _drawing(LINES, self._labels(trend, "day"), series, unit)

    def _by_day(self, trend: Trend) -> dict[str, Any]:
        # A level that nobody had would only fill the legend.
        names = [name for name in trend.columns[2:] if any(trend.column(name))]
        series = [_series(self._level(name), trend.column(name), name) for name in names]
        return _drawing(COLUMNS, self._labels(trend, "day"), series, COUNT)

    def _by_level(self, trend: Trend) -> dict[str, Any]:
        drawing = self._bars(trend, "level")
        drawing["series"][0]["tones"] = trend.column("level")
        return drawing

    def _unanswered(self, trend: Trend) -> dict[str, Any]:
        none = [int(value or 0) for value in trend.column("unanswered")]
        rest = [int(value or 0) - missing for value, missing in zip(trend.column("asked"), none)]
        series = [_series(self._words(f"columns.{n}"), v) for n, v in (("unanswered", none), ("answered", rest))]
        return _drawing(COLUMNS, self._labels(trend, "day"), series, COUNT)

    def _verdicts(self, trend: Trend) -> dict[str, Any]:
        series = []
        for verdict in (TOO_CALM, TOO_ALARMED):
            parts = [trend.column(f"{verdict}_{part}") for part in ("share", "low", "high")]
            shares, lows, highs = ([_percent(value) for value in values] for values in parts)
            one = _series(self._words(f"columns.{verdict}"), shares)
            one["ranges"] = [list(pair) for pair in zip(lows, highs)]
            series.append(one)
        counts = zip(self._labels(trend, "level"), trend.column("reviewed"))
        return _drawing(RANGES, [f"{label} ({reviewed})" for label, reviewed in counts], series, PERCENT)

    def _agreement(self, trend: Trend) -> dict[str, Any]:
        series = [_series(self._words(f"columns.{verdict}"), trend.column(verdict)) for verdict in VERDICTS]
        return _drawing(BARS, self._labels(trend, "first"), series, COUNT)


def _drawing(kind: str, labels: list[str], series: list[dict[str, Any]], unit: str, axis: str = "") -> dict[str, Any]:
    return {"kind": kind, "labels": labels, "series": series, "unit": unit, "axis": axis}


def _series(label: str, values: Sequence[Value], tone: str = "") -> dict[str, Any]:
    return {"label": label, "values": list(values), "tone": tone}


def _percent(share: Value) -> float:
    return round(float(share or 0) * 100, 1)
