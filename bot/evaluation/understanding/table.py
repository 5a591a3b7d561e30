"""The scorecard of understanding in a terminal."""

from __future__ import annotations

from rich.console import Console

from bot.evaluation.figure import Card
from bot.evaluation.terminal import bars_table, show_part
from bot.evaluation.understanding.bars import bars


def show(card: Card, console: Console) -> None:
    """Prints the bars, then each set: its figures, its tables, and the first of its faults."""
    console.print(f"Knowledge {card.knowledge_version[:10]}, own messages {card.fingerprint[:10]}")
    if found := bars(card):
        console.print(bars_table(found))
    for part in card.parts:
        show_part(part, console)
