"""The times read beside those labelled: since when, until when, how long a bout, how often."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.evaluation.counts import Counts
from bot.evaluation.understanding.matching import Match, Matched
from bot.nlu.reading import Stretch

_DAY = 86_400


@dataclass(frozen=True)
class Kind:
    """A kind of time: what labels call it and in which unit (seconds), and which kinds of stretches say it."""

    name: str
    label: str
    unit: float
    stretches: tuple[str, ...]


KINDS = (
    Kind("onset", "began_days", _DAY, ("onset", "unspecified")),
    Kind("until", "ended_days", _DAY, ("until",)),
    Kind("episode", "bout_seconds", 1, ("episode",)),
    Kind("frequency", "every_days", _DAY, ("frequency",)),
)
# What is called by a place in the calendar has no middle: its bounds are all that was said.
_NAMES = [name.lower() for names in (calendar.month_name, calendar.month_abbr) for name in names if name]
_CALENDAR = re.compile(
    rf"\b(?:{'|'.join(_NAMES)}|sept|(?:19|20)\d\d|(?:this|last)\s+(?:week|weekend|month|year|spring|summer|autumn|fall|winter))\b",
    re.IGNORECASE,
)
# A month is 30 days to one and 30.4 to another.
_ROUNDING = 0.02


def near(stretch: Stretch, seconds: float) -> bool:
    """Whether the middle of what was read is within 10 % of the label."""
    return abs(stretch.seconds - seconds) <= 0.1 * seconds


def in_bounds(stretch: Stretch, seconds: float) -> bool:
    """Whether the label is within the bounds of what was read, or 2 % beyond them (a month of 30 or 30.4 days)."""
    return stretch.low * (1 - _ROUNDING) <= seconds <= stretch.high * (1 + _ROUNDING)


def right(stretch: Stretch, seconds: float) -> bool:
    """Whether what was read is within 10 % of the label; of what has a place in the calendar, a day, part of a day, a
    month or a year by name, whether the label is within it."""
    named = stretch.high - stretch.low <= 1.75 * _DAY and stretch.high > stretch.low
    if named or _CALENDAR.search(stretch.text):
        return near(stretch, seconds) or in_bounds(stretch, seconds)
    return near(stretch, seconds)


WAYS: Mapping[str, Callable[[Stretch, float], bool]] = {
    "": right,
    "_strict": right,
    "_middle": near,
    "_bounds": in_bounds,
}
"""Ways of telling whether a time is right, by what is put after the name of the figure."""


def count(matched: Matched, kind: Kind, way: Callable[[Stretch, float], bool], strict: bool = False) -> Counts:
    """The times of one kind in one message, for the labels that were matched.

    A stretch counts as false where its finding has another such time by its label, or where no label has the finding.
    One that belongs to no finding or to one that counts neither way does not count, nor does one of a finding whose
    label has no such time: those who labelled gave times of the main complaints, and the text may say more. `strict`
    counts these as false too, but for events, medicines and conditions.
    """
    stretches = [each for each in matched.reading.durations if each.kind in kind.stretches and each.finding]
    wanted = [one for one in matched.matches if kind.label in one.label.numbers]
    hits = sum(
        any(way(each, _seconds(one, kind)) for each in stretches if each.finding in one.findings) for one in wanted
    )
    labelled = {name for one in matched.matches for name in one.findings}
    loose = {each.finding for each in matched.ignored} | {label.id for label in matched.message.optional}
    false = 0
    for each in {(one.finding, one.start, one.end): one for one in stretches}.values():
        own = [one for one in wanted if each.finding in one.findings]
        right_one = any(way(each, _seconds(one, kind)) for one in own)
        unsaid = each.finding in labelled and not own
        neither = each.finding in loose - labelled or (each.finding in matched.background and not own)
        neither = neither or (unsaid and not strict)
        false += not right_one and not neither
    return Counts(hits, false, len(wanted) - hits)


def _seconds(one: Match, kind: Kind) -> float:
    return one.label.numbers[kind.label] * kind.unit
