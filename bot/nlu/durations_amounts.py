"""Amounts of time in words and digits: "3 wks", "an hour and a half", "2 to 3 months", "a couple of days"."""

from __future__ import annotations

from typing import NamedTuple, Optional

from bot.nlu.durations_numbers import Number, NumberReader
from bot.nlu.durations_tokens import Tokens
from bot.nlu.durations_words import NUMBER, Bounds, Unit, Words

_FARTHEST_UNIT = 400  # a year and some days are one amount, a month and some minutes are two
_MOST_PARTS = 5  # "1 year 1 month 21 days"; a bound, so that no text makes the scan run long
_LONGEST = 130 * 31536000.0  # seconds; nothing a person lives through is longer


class Amount(NamedTuple):
    """A length of time in seconds from token `start` up to `end`, in `unit` (the first one said)."""

    bounds: Bounds
    start: int
    end: int
    unit: Unit
    one: bool = False


class AmountReader:
    """Finds an amount of time that begins at a given token."""

    def __init__(self, words: Words, numbers: NumberReader) -> None:
        self._words, self._numbers = words, numbers

    def unit(self, tokens: Tokens, at: int, number: Number) -> Optional[tuple[Unit, int]]:
        """The unit at `at`, after at most two words such as "more" or "full", and the token after it."""
        words = tokens.words
        for place in (at, at + 1, at + 2):
            word = words[place]
            found = self._words.units.get(word)
            if found is not None:
                if word in self._words.only_after_number and not number.counted:
                    return None
                return found, place + 1
            if word in self._words.letters and number.digits:
                return self._letter(tokens, place)
            if word not in self._words.fillers and not (place == at and word in self._words.cues["of"]):
                return None
        return None

    def _letter(self, tokens: Tokens, place: int) -> Optional[tuple[Unit, int]]:
        """A unit of one letter right after digits, where it cannot be a sex, a decade of life, a height or a scan."""
        words, reject, raw = tokens.words, self._words.reject, tokens.text[tokens.starts[place]]
        letter, after, value = words[place], words[place + 1], tokens.values[place - 1]
        if value is None or (raw in "DM" and not tokens.text.isupper()):
            return None
        if (
            after in reject["letter_before"]
            or (after == "/" and letter in "ym")
            or (after and not after.isalnum() and tokens.glued(place + 1) and after in "'’°")
        ):
            return None
        before = words[place - 2]
        if letter == "s" and (before in reject["decades_of_life"] or value >= 1900):
            return None
        if letter == "m" and (value != int(value) or (value > 15 and before not in self._words.cues["start"])):
            return None
        return self._words.letters[letter], place + 1

    def amount(self, tokens: Tokens, at: int) -> Optional[Amount]:
        """The amount of time that begins at `at`, with all its parts, or None."""
        if tokens.words[at - 1] in self._words.reject["asked"]:
            return None
        first = self._plain(tokens, at)
        if first is None:
            return None
        first = self._joined(tokens, first)
        words = tokens.words
        if words[first.end] in self._words.cues["to"]:
            second = self._plain(tokens, first.end + 1) if tokens.unit_near[first.end + 1] else None
            if second is None and words[first.end + 1] in self._words.plurals:
                unit = self._words.units[words[first.end + 1]]
                second = Amount(self._words.plural_bounds.times(unit.seconds), first.end + 1, first.end + 2, unit)
            if second is not None and second.bounds.middle > first.bounds.middle:
                middle = (first.bounds.middle + second.bounds.middle) / 2
                bounds = Bounds(first.bounds.low, middle, second.bounds.high)
                first = Amount(bounds, first.start, second.end, first.unit)
        return first if 0 < first.bounds.middle <= _LONGEST else None

    def _plain(self, tokens: Tokens, at: int) -> Optional[Amount]:
        number = self._numbers.number(tokens, at)
        if number is None:
            return None
        found = self.unit(tokens, number.end, number)
        if found is None:
            return None
        unit, end = found
        words, bounds = tokens.words, number.bounds
        one = bounds.middle == 1.0
        if words[end] in self._words.cues["and"]:
            part = self._numbers.fraction(tokens, end + 1)
            if part is not None and words[part[1]] not in self._words.units:
                bounds = Bounds(*(value + part[0] for value in (bounds.low, bounds.middle, bounds.high)))
                # "a quarter of" keeps its "of" only before a unit, and none follows here.
                end = part[1] - 1 if words[part[1] - 1] in self._words.cues["of"] else part[1]
        elif words[end] == "or" and one:
            second = self._numbers.single(tokens, end + 1)
            if (
                second is not None
                and second.counted
                and 1 < second.bounds.middle <= 4
                and not self.unit(tokens, second.end, second)
            ):
                bounds = Bounds(1.0, (1.0 + second.bounds.middle) / 2, second.bounds.high)
                end = second.end
        return Amount(bounds.times(unit.seconds), at, end, unit, one and tokens.values[at] is None)

    def _joined(self, tokens: Tokens, first: Amount) -> Amount:
        """ "1 year 1 month 21 days", "1 hour and 30 minutes", "1 hour and fifteen" as one amount."""
        words, and_words = tokens.words, self._words.cues["and"]
        units, bounds, end, smallest = {first.unit.name}, first.bounds, first.end, first.unit.seconds
        for _ in range(_MOST_PARTS):
            join = words[end] in and_words or words[end] == ","
            at = end + 1 if join else end
            if not tokens.flags[at] & NUMBER or words[at] in self._words.last or words[at] in self._words.this:
                break
            repeated = self._words.units.get(words[at + 1])
            if repeated is not None and repeated.name in units:
                break
            part = self._plain(tokens, at) if tokens.unit_near[at] else None
            if part is not None and part.one and not join:
                break  # "5 hours a night"
            if part is None or words[part.end] in self._words.reject["age_after"]:
                if join and words[end] != "," and smallest in (3600.0, 60.0):
                    rest = self._numbers.single(tokens, at)
                    if rest and rest.counted and 1 <= rest.bounds.middle < 60 and not _goes_on(words[rest.end]):
                        add = rest.bounds.middle * smallest / 60
                        bounds, end = Bounds(bounds.low + add, bounds.middle + add, bounds.high + add), rest.end
                break
            if part.unit.name in units or (join and part.unit.seconds > smallest):
                break
            if part.unit.seconds * _FARTHEST_UNIT * (1 if words[end] == "," else 10) < smallest:
                break  # "2 months, 10 seconds each time": two times
            units.add(part.unit.name)
            smallest, end = min(smallest, part.unit.seconds), part.end
            low, high = bounds.low + part.bounds.low, bounds.high + part.bounds.high
            bounds = Bounds(low, bounds.middle + part.bounds.middle, high)
        return Amount(bounds, first.start, end, first.unit, first.one and end == first.end)


def _goes_on(word: str) -> bool:
    """Whether a number before `word` counts something else than minutes: only an end or a stop may follow it."""
    return word.isalnum()
