"""Plots as SVG inside a page: bars with their intervals, and a matrix of counts.

They are drawn by hand rather than by a library, so that their words can be read, searched and spoken, they follow the
page's colours (dark ones too), and a committed page stays small and the same from run to run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Optional

from markupsafe import Markup

# Units of the drawing, which the page scales to its width.
_AREA, _VALUE, _ROW, _TOP = 330, 150, 24, 22
# A letter's width, about; labels take what the longest of them needs.
_LETTER, _LEAST_LABEL = 6.8, 110
_CELL_WIDTH, _CELL_HEIGHT = 92, 40
# From this shade on, a number is written in the colour of the paper.
_DARK = 0.6


@dataclass(frozen=True)
class Row:
    """One bar: its label, its value, its interval, a limit to clear, and what to say behind it."""

    label: str
    value: float
    interval: Optional[tuple[float, float]] = None
    limit: Optional[float] = None
    said: str = ""
    good: bool = True


def bars(title: str, rows: Sequence[Row], most: float = 1.0) -> Markup:
    """Horizontal bars from 0 to `most`. The interval is a thin line over the bar, the limit a mark across it."""
    left = max(_LEAST_LABEL, round(_LETTER * max((len(row.label) for row in rows), default=0)) + 12)
    height = _TOP + _ROW * len(rows) + 6
    drawn = [_axis(left, most, height)]
    drawn += [_bar(row, left, _TOP + _ROW * place, most) for place, row in enumerate(rows)]
    spoken = "; ".join(f"{row.label}: {row.said or f'{row.value:.3f}'}" for row in rows)
    return _svg(title, spoken, left + _AREA + _VALUE, height, drawn)


def _axis(left: int, most: float, height: int) -> Markup:
    drawn = []
    for step in range(5):
        x = left + _AREA * step / 4
        drawn.append(
            Markup('<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{end}"/>').format(
                x=x, top=_TOP - 4, end=height - 4
            )
        )
        drawn.append(_text(x, 12, f"{most * step / 4:.3g}", "axis", "middle"))
    return Markup("").join(drawn)


def _bar(row: Row, left: int, top: int, most: float) -> Markup:
    middle = top + _ROW / 2
    drawn = [
        _text(left - 8, middle + 4, row.label, "name", "end"),
        Markup('<rect class="{}" x="{}" y="{}" width="{:.1f}" height="{}"/>').format(
            "bar" if row.good else "bar bad", left, top + 5, _x(row.value, most), _ROW - 10
        ),
        _text(left + _AREA + 10, middle + 4, row.said or f"{row.value:.3f}", "said", "start"),
    ]
    if row.interval:
        low, high = (left + _x(end, most) for end in row.interval)
        path = f"M{low:.1f} {middle:.1f}H{high:.1f}M{low:.1f} {middle - 4:.1f}v8M{high:.1f} {middle - 4:.1f}v8"
        drawn.append(Markup('<path class="whisker" d="{}"/>').format(path))
    if row.limit is not None:
        path = f"M{left + _x(row.limit, most):.1f} {top + 1}v{_ROW - 2}"
        drawn.append(Markup('<path class="limit" d="{}"/>').format(path))
    return Markup("").join(drawn)


def _text(x: float, y: float, words: str, name: str, anchor: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(name, x, y, anchor, words)


def _x(value: float, most: float) -> float:
    return _AREA * min(1.0, value / most)


def matrix(title: str, counts: Mapping[str, Mapping[str, int]]) -> Markup:
    """Counts as shaded cells: rows and columns by name, the cells of the same name framed."""
    columns = list(next(iter(counts.values())))
    left, drawn = 110, []
    for place, name in enumerate(columns):
        x = left + _CELL_WIDTH * (place + 0.5)
        drawn.append(_text(x, 14, name, "axis", "middle"))
    highest = max((number for row in counts.values() for number in row.values()), default=0) or 1
    spoken = []
    for line, (row, numbers) in enumerate(counts.items()):
        top = _TOP + _CELL_HEIGHT * line
        drawn.append(_text(left - 10, top + 25, row, "name", "end"))
        for place, (column, number) in enumerate(numbers.items()):
            drawn.append(_cell(left + _CELL_WIDTH * place, top, number, sqrt(number / highest), row == column))
        said = ", ".join(f"{number} {column}" for column, number in numbers.items() if number)
        spoken.append(f"{row}: {said or 'none'}")
    width, height = left + _CELL_WIDTH * len(columns) + 4, _TOP + _CELL_HEIGHT * len(counts) + 4
    return _svg(title, "; ".join(spoken), width, height, drawn)


def _cell(x: int, y: int, number: int, shade: float, same: bool) -> Markup:
    """One cell. Cells off the diagonal are in the colour of what is wrong."""
    rect = Markup('<rect class="cell {}" x="{}" y="{}" width="{}" height="{}" fill-opacity="{:.2f}"/>').format(
        "right" if same else "wrong", x + 1, y + 1, _CELL_WIDTH - 2, _CELL_HEIGHT - 2, shade
    )
    name = "count dark" if shade > _DARK else "count"
    return rect + _text(x + _CELL_WIDTH / 2, y + 25, str(number or "·"), name, "middle")


def _svg(title: str, spoken: str, width: int, height: int, drawn: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="plot" role="img" aria-label="{label}" viewBox="0 0 {width} {height}" '
        'style="max-width: {width}px">{drawn}</svg>'
    ).format(label=f"{title}. {spoken}.", width=width, height=height, drawn=Markup("").join(drawn))
