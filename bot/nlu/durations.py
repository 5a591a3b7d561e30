"""Finds every stretch of time in a message: how long ago, how long a bout lasts, how often, until when."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Union

import yaml

from bot.nlu.durations_amounts import Amount, AmountReader
from bot.nlu.durations_context import EPISODE, FREQUENCY, ONSET, UNSPECIFIED, Context
from bot.nlu.durations_dates import DateReader
from bot.nlu.durations_moments import MomentReader, When
from bot.nlu.durations_numbers import NumberReader
from bot.nlu.durations_rates import RateReader
from bot.nlu.durations_tokens import PAD, Tokens
from bot.nlu.durations_words import BOUT, DATE, NUMBER, PHRASE, RATE, UNIT, Bounds, Words, exactly
from bot.nlu.reading import Stretch

_LONGEST_COUNT = 60  # days or weeks that people count one by one
_LONGEST_MOD = 3  # words of "less than", "upwards of"


def load(path: Union[str, Path]) -> dict[str, Any]:
    """The language data at `path` (knowledge/language/en/time.yml). Raises OSError or yaml.YAMLError."""
    with open(path, encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=yaml.CSafeLoader)
    return data


def _same(word: str) -> str:
    return word


class DurationReader:
    """Reads stretches of time from a text, in linear time.

    `words` is the data of time.yml. `correct` maps an unknown word of four letters or more to the word that was meant,
    or to itself; it is asked once per distinct word of a text.
    """

    def __init__(self, words: Mapping[str, Any], correct: Callable[[str], str] = _same) -> None:
        self._words = Words(words)
        self._correct = correct
        self._numbers = numbers = NumberReader(self._words)
        self._amounts = AmountReader(self._words, numbers)
        self._rates = RateReader(self._words, numbers, self._amounts)
        self._dates = DateReader(self._words)
        self._moments = MomentReader(self._words)
        self._context = Context(self._words)

    def read(self, text: str, as_of: date, age: Optional[float] = None) -> tuple[Stretch, ...]:
        """The stretches of `text` in their order; relative dates are resolved to the past of `as_of`, and "since I was
        nineteen" with the age in years of the person, where it is known."""
        tokens = Tokens(text, self._words, self._correct, age)
        flags, unit_near, found = tokens.flags, tokens.unit_near, []
        at, end = PAD, tokens.size
        floor = PAD
        while at < end:
            flag = flags[at]
            if not flag or flag == BOUT or (flag == NUMBER and not unit_near[at]):
                at += 1
                continue
            stretch, after = self._at(tokens, at, flag, floor, as_of)
            if stretch is not None:
                found.append(stretch)
            if after > at:
                floor = after
            at = max(after, at + 1)
        return tuple(found)

    def _at(self, tokens: Tokens, at: int, flag: int, floor: int, as_of: date) -> tuple[Optional[Stretch], int]:
        """The stretch that begins at a token, if any, and the token to go on from."""
        words = self._words
        if flag & PHRASE:
            when = self._moments.moment(tokens, at)
            if when is not None:
                return self._moment(tokens, when, floor)
        if flag & RATE or tokens.words[at] in words.weekday_plurals:
            rate = self._rates.rate(tokens, at)
            if rate is not None:
                return self._rate(tokens, rate)
        if flag & NUMBER and tokens.unit_near[at]:
            amount = self._led(tokens, at)
            if amount is not None:
                return self._amount(tokens, amount, floor)
            rate = self._rates.rate(tokens, at) if tokens.bout_near[at] else None
            if rate is not None:
                return self._rate(tokens, rate)
        if flag & DATE:
            when = self._dates.calendar(tokens, at, as_of)
            if when is not None:
                return self._moment(tokens, when, floor)
        if flag & UNIT and tokens.words[at] in words.units and tokens.words[at + 1] in words.cues["and"]:
            part = self._numbers.fraction(tokens, at + 2)  # "week and a half"
            if part is not None and tokens.words[at] not in words.plurals:
                unit = words.units[tokens.words[at]]
                return self._amount(tokens, Amount(exactly((1 + part[0]) * unit.seconds), at, part[1], unit), floor)
        if flag & UNIT and tokens.words[at] in words.counted and self._counts(tokens, at):
            size = exactly((tokens.values[at + 1] or 0) * words.units[tokens.words[at]].seconds)
            return self._stretch(tokens, ONSET, size, at, at + 2), at + 2
        if flag & UNIT and tokens.words[at] in words.plurals:
            return self._bare_plural(tokens, at, floor)
        return None, at

    def _counts(self, tokens: Tokens, at: int) -> bool:
        """Whether days or weeks are counted up to now: "day 5 now"; not "from day 1", nor "day 3 of the tablets"."""
        words, value = tokens.words, tokens.values[at + 1]
        before, after = words[at - 1], words[at + 2]
        if value is None or value != int(value) or not 2 <= value <= _LONGEST_COUNT:
            return False
        led = not before.isalnum() or before in self._words.counted_after
        return led and after not in self._words.cues["of"] and not tokens.leads(at + 2)

    def _led(self, tokens: Tokens, at: int) -> Optional[Amount]:
        """The amount that begins at `at`, perhaps led by "last" or "all"."""
        words, known = tokens.words, self._words
        word = words[at]
        if word in known.whole:
            place = at + 1
            while place <= at + 2 and words[place] in ("-", "the", "this"):
                place += 1
            unit = known.units.get(words[place])
            if unit is None or words[place] in known.plurals or words[place] in known.only_after_number:
                return None
            return Amount(exactly(unit.seconds), at, place + 1, unit)
        if word in known.ones and (words[at + 1] in known.articles or not tokens.leads(at + 1)):
            return None
        if word not in known.last:
            return self._amounts.amount(tokens, at) if word not in known.this else None
        verb = word != "past" and words[at - 1] in known.cues["last_verb"] and words[at - 1] not in known.cues["and"]
        if verb and words[at + 1] not in known.units:
            return None
        amount = self._amounts.amount(tokens, at + 1)
        if amount is not None:
            return Amount(amount.bounds, at, amount.end, amount.unit)
        unit = known.units.get(words[at + 1])
        if unit is None or words[at + 1] in known.only_after_number or unit.name in ("weekend", "night"):
            return None
        if words[at + 1] in known.plurals:
            return Amount(known.plural_bounds.times(unit.seconds), at, at + 2, unit)
        led = words[at - 1] in known.cues["start"] and words[at - 1] not in known.cues["since"]
        rolling = word == "past" or led or words[at - 1] in ("the", "this")
        if not rolling and words[at + 2] not in known.cues["and"]:
            return None
        size = 1.0
        end = at + 2
        if words[end] in known.cues["and"]:
            part = self._numbers.fraction(tokens, end + 1)
            if part is not None:
                size, end = 1.0 + part[0], part[1]
            elif not rolling:
                return None
        return Amount(exactly(unit.seconds * size), at, end, unit)

    def _amount(self, tokens: Tokens, amount: Amount, floor: int) -> tuple[Optional[Stretch], int]:
        words, known = tokens.words, self._words
        if words[amount.start] in known.whole:
            bounds = known.whole_bouts.get(amount.unit.name)
            if bounds is not None:
                middle = amount.bounds.middle
                bounds = bounds.times(amount.unit.seconds)
                bounds = Bounds(bounds.low, middle if amount.unit.name == "day" else bounds.middle, bounds.high)
                return self._stretch(tokens, EPISODE, bounds, amount.start, amount.end), amount.end
            return self._stretch(tokens, ONSET, amount.bounds, amount.start, amount.end), amount.end
        judged = self._context.amount_kind(tokens, amount)
        if judged is None:
            return None, amount.end
        kind, end = judged
        if words[amount.start] in known.last and kind == UNSPECIFIED:
            kind = ONSET
        start, bounds = self._modified(tokens, amount, floor)
        return self._stretch(tokens, kind, bounds, start, end), end

    def _modified(self, tokens: Tokens, amount: Amount, floor: int) -> tuple[int, Bounds]:
        """The bounds with "about", "more than", "or so" taken in, and where the phrase begins."""
        words, bounds = tokens.words, amount.bounds
        if self._words.more_after.at(words, amount.end):
            return amount.start, Bounds(bounds.low, bounds.middle, bounds.high * 2)
        if self._words.about_after.at(words, amount.end):
            return amount.start, Bounds(bounds.low * 0.75, bounds.middle, bounds.high * 1.25)
        for size in range(_LONGEST_MOD, 0, -1):
            start = amount.start - size
            if start < floor:
                continue
            mod = self._words.mods.at(words, start)
            if mod is not None and mod[1] == amount.start:
                if words[start] == "over" and words[amount.start] in self._words.last:
                    break
                bounds = Bounds(bounds.low * mod[0].low, bounds.middle, bounds.high * mod[0].high)
                return (start if mod[0].in_span else amount.start), bounds
        return amount.start, bounds

    def _bare_plural(self, tokens: Tokens, at: int, floor: int) -> tuple[Optional[Stretch], int]:
        """ "for weeks", "years ago": a plural unit with no number, where a cue says that it is a time."""
        words, known = tokens.words, self._words
        ago = words[at + 1] in known.cues["ago"]
        alone = at + 1 >= tokens.size and at - PAD <= 1  # the whole of an answer: "years", "just seconds"
        cued = words[at - 1] in known.cues["bare_plural"] or words[at - 1] in known.last
        if not (ago or cued or alone or known.at_a_time.at(words, at + 1)):
            return None, at
        if words[at - 1] in known.cues["of"] and words[at - 2]:
            return None, at  # "the days of the week", "plenty of years"
        unit = known.units[words[at]]
        amount = Amount(known.plural_bounds.times(unit.seconds), at, at + 1, unit)
        return self._amount(tokens, amount, floor)

    def _moment(self, tokens: Tokens, when: When, floor: int) -> tuple[Optional[Stretch], int]:
        kind = self._context.when_kind(tokens, when)
        if kind is None:
            return None, when.end
        start = when.start
        if start > floor and tokens.words[start - 1] in self._words.cues["since"]:
            start -= 1
        return self._stretch(tokens, kind, when.bounds, max(start, floor), when.end), when.end

    def _rate(self, tokens: Tokens, rate: Amount) -> tuple[Optional[Stretch], int]:
        if self._context.is_dose(tokens, rate.start, rate.end):
            return None, rate.end
        return self._stretch(tokens, FREQUENCY, rate.bounds, rate.start, rate.end), rate.end

    def _stretch(self, tokens: Tokens, kind: str, bounds: Bounds, start: int, end: int) -> Stretch:
        first, last = tokens.starts[start], tokens.ends[end - 1]
        return Stretch(kind, bounds.middle, bounds.low, bounds.high, first, last, tokens.text[first:last])
