"""The bars that the understanding of messages must clear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.evaluation.bar import Bar
from bot.evaluation.figure import Card, Figure


@dataclass(frozen=True)
class Asked:
    """What is asked of one figure: in words, the limit that a plot draws, and whether a value clears it."""

    key: str
    name: str
    words: str
    limit: float
    clears: Callable[[float], bool]


def _at_least(key: str, name: str, limit: float) -> Asked:
    return Asked(key, name, f"at least {limit:g}", limit, lambda value: value >= limit)


def _most(key: str, name: str, limit: float, under: bool = False) -> Asked:
    words = f"under {limit:g}" if under else f"at most {limit:g}"
    return Asked(key, name, words, limit, lambda value: value < limit if under else value <= limit)


ASKED = (
    *(
        asked
        for part, name in (("all", "Own messages"), ("kept_aside", "Own messages kept aside"))
        for asked in (
            _at_least(f"own.{part}.finding_status.f", f"{name}: F of finding, status and person", 0.95),
            _at_least(f"own.{part}.onset.f", f"{name}: F of onset within 10 %", 0.95),
        )
    ),
    _at_least("negex_context.negated.f", "negex_context: F of Negated", 0.95),
    _at_least("duration_recognizers.exact", "duration_recognizers: exact", 0.9),
    _at_least("duration_duckling.exact", "duration_duckling: exact", 0.9),
    _at_least("avey400.complaints", "avey400: chief complaints found", 0.85),
    _most("avey400.absent_asserted", "avey400: denied findings asserted", 0.01, under=True),
    _at_least("patient_messages.neuro.topic", "patient_messages, neuro: right topic", 0.95),
    _most("patient_messages.random_other.invented", "patient_messages, random_other: with an invented finding", 0.01),
)
"""What is asked, by figure. Sets that were not measured have no bar."""


def bars(card: Card) -> tuple[Bar, ...]:
    """Every bar whose figure was measured."""
    return tuple(_bar(asked, figure) for asked in ASKED if (figure := card.figure(asked.key)))


def asked_of(key: str) -> Asked | None:
    """What is asked of the figure with that key; None where nothing is."""
    return next((asked for asked in ASKED if asked.key == key), None)


def _bar(asked: Asked, figure: Figure) -> Bar:
    return Bar(asked.name, asked.words, str(figure), figure.value is not None and asked.clears(figure.value))
