"""The scorecard of understanding as one page of HTML that needs nothing beside it."""

from __future__ import annotations

from itertools import groupby
from typing import Optional

from markupsafe import Markup

from bot.evaluation import plots
from bot.evaluation.figure import Breakdown, Card, Comparison, Figure, Part
from bot.evaluation.output import render
from bot.evaluation.plots import Row
from bot.evaluation.understanding.bars import ASKED, Asked, asked_of, bars
from bot.evaluation.understanding.labelled import AS_OF

# The findings of a plot are those with the most labels and faults; all of them are in the table below it.
_PLOTTED = 30
# A limit below this is drawn on an axis of its own, where it can be seen: the shortest of these that holds all.
_SMALL = 0.5
_AXES = (0.04, 0.08, 0.2, 0.4, 1.0)


def page(card: Card) -> str:
    """The page of a card."""
    return render(
        "nlu.html",
        card=card,
        bars=bars(card),
        as_of=AS_OF,
        plots=[plot for small in (False, True) if (plot := _against_bars(card, small))],
        parts=[_shown(part) for part in card.parts if not part.skipped],
        skipped=[part for part in card.parts if part.skipped],
    )


def _against_bars(card: Card, small: bool) -> Optional[Markup]:
    """Every figure that has a bar, beside its bar; those that are to be high, or those that are to be low."""
    rows = [
        _row(asked.name, figure, asked)
        for asked in ASKED
        if (asked.limit < _SMALL) is small and (figure := card.figure(asked.key)) and figure.value is not None
    ]
    if not rows:
        return None
    highest = max(row.interval[1] if row.interval else row.value for row in rows)
    title = "To be low: measured, with the bar asked for" if small else "To be high: measured, with the bar asked for"
    return plots.bars(title, rows, most=next(each for each in _AXES if each >= highest) if small else 1.0)


def _row(label: str, figure: Figure, asked: Optional[Asked] = None) -> Row:
    value = figure.value or 0.0
    return Row(
        label,
        value,
        figure.interval,
        limit=asked.limit if asked else None,
        said=_said(figure),
        good=asked is None or asked.clears(value),
    )


def _said(figure: Figure) -> str:
    low, high = figure.interval or (0.0, 0.0)
    return f"{figure.value:.3f} ({low:.3f} to {high:.3f})"


def _shown(part: Part) -> dict[str, object]:
    """A part with its plots drawn, and its figures put together by how they were got."""
    measured = [figure for figure in part.figures if figure.value is not None]
    return {
        "part": part,
        "groups": [(method, list(listed)) for method, listed in groupby(measured, key=lambda each: each.method)],
        "confusion": plots.matrix(part.confusion.title, part.confusion.counts) if part.confusion else None,
        "findings": _findings(part.by_finding) if part.by_finding and part.by_finding.counts else None,
        "comparisons": [(each, _compared(each)) for each in part.comparisons],
    }


def _findings(breakdown: Breakdown) -> Markup:
    """F of the findings with the most labels and faults, those first."""
    weights = {name: each.hits + each.missed + each.false for name, each in breakdown.counts.items()}
    names = sorted(breakdown.counts, key=lambda name: (-weights[name], name))[:_PLOTTED]
    rows = []
    for name in names:
        each = breakdown.counts[name]
        rows.append(Row(name, each.f or 0.0, said=f"{each.f or 0:.2f}  +{each.hits} ?{each.false} −{each.missed}"))
    return plots.bars(f"F by finding, the {len(rows)} with the most labels and faults", rows)


def _compared(comparison: Comparison) -> Markup:
    """The peers beside ours, with the bar that is asked of ours where there is one."""
    asked = asked_of(comparison.asked) if comparison.asked else None
    rows = [_row(name, figure, asked) for name, figure in comparison.figures.items() if figure.value is not None]
    return plots.bars(comparison.title, rows)
