"""A small table of numbers: what a plot shows, what stands beside it, and what is downloaded."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Union

Value = Union[str, int, float, None]

# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Trend:
    """Columns by name, rows in order, and `figures` of the whole. A cell of which nothing can be said is None."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    figures: Mapping[str, Value] = field(default_factory=dict)
    # How many things were counted at all: where none were, there is nothing to draw.
    counted: int = 0

    def column(self, name: str) -> list[Value]:
        """The cells of one column."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def to_json(self) -> dict[str, Any]:
        """Name, columns, rows and figures."""
        rows = [list(row) for row in self.rows]
        return {"name": self.name, "columns": list(self.columns), "rows": rows, "figures": dict(self.figures)}

    def to_csv(self) -> str:
        """The table with its header. Text that a spreadsheet would calculate gets an apostrophe before it."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow(["" if cell is None else _plain(cell) for cell in row])
        return out.getvalue()


def _plain(cell: Value) -> Value:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
