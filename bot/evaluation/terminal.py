"""What every scorecard prints in a terminal: its bars, and the figures, tables and faults of a part."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.evaluation.bar import Bar
from bot.evaluation.figure import Breakdown, Comparison, Confusion, Figure, Part

# More faults of one set than these belong in the page.
_SHOWN = 12
_WIDEST = 160


def bars_table(bars: Iterable[Bar]) -> Table:
    """The bars, each with what was asked, what was measured, and the verdict."""
    table = Table("bar", "asked", "measured", "", title="Bars", title_justify="left")
    for bar in bars:
        table.add_row(bar.name, bar.asked, bar.measured, bar.verdict)
    return table


def show_part(part: Part, console: Console) -> None:
    """Prints a part: its figures, its tables, and the first of its faults."""
    if part.skipped:
        console.print(f"{part.title}: not measured, {part.skipped}.")
        return
    console.print(_figures(part))
    for note in part.notes:
        console.print(escape(note))
    if part.confusion:
        console.print(_confusion(part.confusion))
    for breakdown in part.breakdowns:
        console.print(_breakdown(breakdown))
    for comparison in part.comparisons:
        console.print(_comparison(comparison))
    if part.faults:
        table = Table("where", "what", "text", title=f"{part.title}: wrong", title_justify="left")
        for fault in part.faults[:_SHOWN]:
            table.add_row(escape(fault.where), escape(fault.what), escape(fault.text[:_WIDEST]))
        console.print(table)
        if len(part.faults) > _SHOWN:
            console.print(f"... and {len(part.faults) - _SHOWN} more; --html has them all")


def _figures(part: Part) -> Table:
    table = Table("", "measured", "95 %", "of", title=f"{part.title}. {part.about}", title_justify="left")
    for figure in part.figures:
        if figure.value is not None:
            table.add_row(figure.name, *_cells(figure))
    return table


def _cells(figure: Figure) -> tuple[str, str, str]:
    if figure.value is None or figure.interval is None:
        return "-", "-", figure.counts
    return f"{figure.value:.3f}", "{:.3f} to {:.3f}".format(*figure.interval), figure.counts


def _confusion(confusion: Confusion) -> Table:
    columns = list(next(iter(confusion.counts.values())))
    table = Table("", *columns, title=confusion.title, title_justify="left")
    for row, counts in confusion.counts.items():
        table.add_row(row, *(str(number) if number else "·" for number in counts.values()))
    return table


def _breakdown(breakdown: Breakdown) -> Table:
    table = Table("", "F", "found", "invented", "missed", title=breakdown.title, title_justify="left")
    for name, counts in breakdown.counts.items():
        f = "-" if counts.f is None else f"{counts.f:.3f}"
        table.add_row(name, f, str(counts.hits), str(counts.false), str(counts.missed))
    return table


def _comparison(comparison: Comparison) -> Table:
    table = Table("", "measured", "95 %", "of", title=f"Compared: {comparison.title}", title_justify="left")
    for name, figure in comparison.figures.items():
        table.add_row(name, *_cells(figure))
    return table
