"""What a person wrote, as it may leave: dates as offsets, ages by the middle of their band, the rest redacted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from bot.console.places import Edit, Placed, edited, redacted

BANDS = (0, 1, 5, 12, 16, 30, 40, 50, 60, 70, 80, 100, 130)
"""Where bands of age begin, in years. None goes over sixteen, where children's rules end."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:,?\s+(?P<year>(?:19|20)\d\d))?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATES = tuple(
    re.compile(rf"(?<![\w/.-])(?:on\s+(?:the\s+)?)?{form}(?![\w/-])", re.IGNORECASE)
    for form in (
        r"(?P<year>(?:19|20)\d\d)-(?P<number>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})(?P<by>[/.-])(?P<number>\d{1,2})(?P=by)(?P<year>(?:19|20)?\d\d)",
        rf"{_DAY}(?:\s+of)?\s+{_MONTH}{_YEAR}",
        rf"{_MONTH}\s+{_DAY}{_YEAR}",
    )
)
_OTHER_UNIT = (
    r"(?!\s*(?:days?|weeks?|months?|hours?|hrs?|minutes?|mins?|%|°|kg|cm|st\b|am\b|pm\b|bpm|mg|th\b)|[\d.,:/]*\d)"
)
_AGES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<![\w.,/])(?P<age>\d{1,3})(?=\s*-?\s*(?:years?|yrs?)?\s*-?\s*(?:old|of age)\b|\s*(?:yo|y/o|y\.o)\b)",
        rf"\b(?:aged?|age:|age is|i\s*am|i['’]m|he is|she is|he['’]s|she['’]s)\s+(?P<age>\d{{1,3}})\b{_OTHER_UNIT}",
    )
)

Offset = Callable[[int], str]
"""Days before the message, in words; fewer than nought are days after it."""


def deidentified(text: str, on: date, offset: Offset, names: Iterable[str] = ()) -> list[Placed]:
    """`text`, written on a day, as it may leave; `names` are those said elsewhere in the conversation.

    The last one holds the text; each one's places lead to the next.
    """
    first = edited(text, [*_dates(text, on, offset), *_ages(text)])
    return [first, redacted(first.text, names)]


def through(steps: list[Placed], start: int, end: int) -> tuple[int, int]:
    """Where a stretch of the first text stands in the last."""
    for step in steps:
        start, end = step.after(start, end)
    return start, end


def banded(years: float) -> float:
    """The middle of the band that an age lies in, in whole years where the band has any.

    >>> banded(47), banded(15.5), banded(0.5)
    (45, 14, 0.5)
    """
    for low, high in zip(BANDS, BANDS[1:]):
        if years < high:
            return 0.5 if high == 1 else (low + high) // 2
    return BANDS[-1]


def _ages(text: str) -> Iterator[Edit]:
    for pattern in _AGES:
        for match in pattern.finditer(text):
            yield match.start("age"), match.end("age"), f"{banded(float(match['age'])):g}"


def _dates(text: str, on: date, offset: Offset) -> Iterator[Edit]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            day = _day(match.groupdict(), on)
            if day is not None:
                yield match.start(), match.end(), offset((on - day).days)


def _day(said: dict[str, Any], on: date) -> date | None:
    """The day that was said; without a year, the last one before the message."""
    number = said.get("number") or _MONTHS.index(said["month"][:3].lower()) + 1
    year = int(said["year"]) if said.get("year") else on.year
    year += 2000 if year < 100 else 0
    try:
        day = date(year, int(number), int(said["day"]))
        return day if said.get("year") or day <= on else date(year - 1, int(number), int(said["day"]))
    except ValueError:
        return None
