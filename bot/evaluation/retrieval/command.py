"""`signpost evaluate archive`: measures, prints, and writes what was asked for."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Optional

from rich.console import Console

from bot.archive import meaning
from bot.evaluation import plots
from bot.evaluation.bar import Bar, broken
from bot.evaluation.figure import Figure, Part
from bot.evaluation.output import render, write
from bot.evaluation.plots import Row
from bot.evaluation.retrieval.measuring import ENTRIES, PAIRS, Search, entries_part, pages_part, pairs_part
from bot.evaluation.sets import SetError
from bot.evaluation.terminal import bars_table, show_part
from bot.knowledge import load
from bot.nlu.reader import Reader

# What is asked of a figure: at least so much, or under so much.
_AT_LEAST = {"pairs.recall_at_1": 0.86, "pairs.auc": 0.89, "entries.own_first": 0.95, "pages.own_first": 1.0}
_UNDER = {"pairs.false_answers": 0.03}


def archive_command(
    knowledge_path: Path,
    data: Path,
    pages: Optional[Path],
    as_json: Optional[Path],
    html: Optional[Path],
    must_clear: bool,
    by_words: bool = False,
) -> int:
    """Measures the archive's search on the sets in the folder `data`, and on `pages` in a page's form, and prints it;
    `by_words` without the model.

    Writes the figures as JSON and the card as HTML to the files given. Gives the exit status: 1 where `must_clear` and
    a bar is broken, and where a set cannot be used: that is a line on standard error. Raises KnowledgeError and
    OSError.
    """
    if not data.is_dir():
        print(f"signpost: no such folder: {data}", file=sys.stderr)
        return 1
    knowledge = load(knowledge_path)
    model = None if by_words else meaning.load()
    search = Search(knowledge, Reader(knowledge), model)
    parts: list[Part] = []
    console = Console(highlight=False)
    try:
        with console.status("measuring"):
            if (data / PAIRS).exists():
                parts.append(pairs_part(data, search))
            if (data / ENTRIES).exists():
                parts.append(entries_part(data, search))
            if pages is not None:
                parts.append(pages_part(data, pages, search))
    except SetError as error:
        for line in str(error).splitlines():
            print(f"signpost: {line}", file=sys.stderr)
        return 1
    figures = [figure for part in parts for figure in part.figures]
    cleared = [bar for figure in figures if (bar := _bar(figure))]
    if cleared:
        console.print(bars_table(cleared))
    for part in parts:
        show_part(part, console)
    if as_json is not None:
        values = {name: value for figure in figures for name, value in figure.to_json().items()}
        written = {"model": model.model if model else None, "knowledge": knowledge.version, **values}
        write(as_json, json.dumps(written, indent=1) + "\n")
    if html is not None:
        named = model.model if model else "by words alone"
        write(html, render("archive.html", parts=parts, bars=cleared, plot=_plot(figures), model=named))
    return 1 if must_clear and broken(cleared) else 0


def _bar(figure: Figure) -> Optional[Bar]:
    value = figure.value
    if figure.key in _AT_LEAST:
        least = _AT_LEAST[figure.key]
        return Bar(figure.name, f"at least {least:g}", str(figure), value is not None and value >= least)
    if figure.key in _UNDER:
        most = _UNDER[figure.key]
        return Bar(figure.name, f"under {most:g}", str(figure), value is not None and value < most)
    return None


def _plot(figures: list[Figure]) -> object:
    shown = [
        Row(
            figure.name,
            figure.value or 0.0,
            figure.interval,
            limit=_AT_LEAST.get(figure.key, _UNDER.get(figure.key)),
            said=str(figure),
            good=(bar := _bar(figure)) is None or bar.cleared,
        )
        for figure in figures
        if figure.value is not None
    ]
    return plots.bars("Measured, with the bar asked for", shown, most=1.0) if shown else None
