"""The bars that the scorecard of triage must clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from bot.evaluation.bar import Bar
from bot.evaluation.triage import Scorecard
from bot.records.proportion import Proportion


def bars(card: Scorecard) -> tuple[Bar, ...]:
    """Every bar, measured over the vignettes worked with; those kept aside are only shown."""
    facts, message = card.part("facts", aside=False), card.part("message", aside=False)
    opening = card.lengths("opening")
    return (
        _share("Facts: emergencies recognised", facts.emergency_recall, "all", lambda share: share == 1),
        _share("Facts: too calm", facts.under, "at most 1 %", lambda share: share <= 0.01),
        _share("Facts: exact", facts.exact, "at least 95 %", lambda share: share >= 0.95),
        _share("Facts: false emergencies", facts.false_emergencies, "none", lambda share: share == 0),
        _share("Messages: emergencies recognised", message.emergency_recall, "all", lambda share: share == 1),
        _share("Messages: exact", message.exact, "at least 90 %", lambda share: share >= 0.9),
        _share(
            "Messages: false emergencies",
            message.false_emergencies,
            "at most 3 %",
            lambda share: share <= 0.03,
        ),
        _turns("Turns from the complaint to the advice, median", opening.median, 6),
        _turns("Turns from the complaint to the advice, longest", opening.longest, 9),
        Bar("Interviews that do not end, of all", "none", str(len(card.endless)), not card.endless),
    )


def _share(name: str, number: Proportion, asked: str, clears: Callable[[float], bool], now: bool = True) -> Bar:
    share = number.share
    return Bar(name, asked, str(number), share is not None and clears(share), now)


def _turns(name: str, number: Optional[int], most: int) -> Bar:
    measured = "none to measure" if number is None else str(number)
    return Bar(name, f"at most {most}", measured, number is not None and number <= most)
