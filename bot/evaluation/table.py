"""The scorecard of triage in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bot.evaluation.bars import bars
from bot.evaluation.interview import Lengths
from bot.evaluation.terminal import bars_table
from bot.evaluation.triage import WAYS, Scorecard
from bot.records.proportion import Proportion

# More than so many wrong ones of one way belong in the file.
_SHOWN = 15


def show(card: Scorecard, console: Console) -> None:
    """Prints the card: the numbers of the two parts, the bars, the turns, and the wrong ones of those worked with."""
    aside = sum(each.aside for each in card.vignettes)
    console.print(
        f"{len(card.vignettes) - aside} vignettes worked with, {aside} kept aside; "
        f"knowledge {card.knowledge_version[:10]}"
    )
    console.print(_numbers(card))
    console.print(bars_table(bars(card)))
    console.print(_turns(card))
    for way in WAYS:
        wrong = card.part(way, aside=False).wrong
        if wrong:
            table = Table(
                "vignette", "expected", "given", "rules that fired", title=f"{way}: not exact", title_justify="left"
            )
            for each in wrong[:_SHOWN]:
                table.add_row(each.id, each.expected, each.given, ", ".join(each.rules) or "none")
            console.print(table)
            if len(wrong) > _SHOWN:
                console.print(f"... and {len(wrong) - _SHOWN} more; --json and --html have them all")


def _numbers(card: Scorecard) -> Table:
    columns = ("", "", "exact", "too calm", "too urgent", "emergencies\nfound", "false\nemergencies")
    table = Table(*columns, title="Levels, with Wilson's intervals of 95 %", title_justify="left")
    for way in WAYS:
        for part, aside in (("worked", False), ("aside", True)):
            numbers = card.part(way, aside).numbers().values()
            table.add_row("" if aside else way, part, *(_cell(number) for number in numbers))
    return table


def _cell(number: Proportion) -> str:
    interval = number.interval()
    if interval is None:
        return "-"
    return f"{number.hits}/{number.of}\n{interval[0]:.0%} to {interval[1]:.0%}"


def _turns(card: Scorecard) -> Table:
    table = Table("interviews", "of", "median", "90 %", "longest", title="Turns to the advice", title_justify="left")
    rows = [("message", card.lengths("interview")), ("complaint only", card.lengths("opening"))]
    rows += [("message, kept aside", card.lengths("interview", aside=True))]
    rows += [("complaint only, kept aside", card.lengths("opening", aside=True))]
    rows += [(f"complaint only, {topic}", lengths) for topic, lengths in card.lengths_by_topic("opening").items()]
    rows += [(f"random, {topic}", lengths) for topic, lengths in card.random_lengths().items()]
    for name, lengths in rows:
        table.add_row(name, *_row(lengths))
    return table


def _row(lengths: Lengths) -> list[str]:
    numbers = (len(lengths.turns), lengths.median, lengths.percentile(0.9), lengths.longest)
    return ["-" if number is None else str(number) for number in numbers]
