"""How often, as the time from one bout to the next: "once or twice a week", "every 20 minutes", "3x/day"."""

from __future__ import annotations

from typing import Optional

from bot.nlu.durations_amounts import Amount, AmountReader
from bot.nlu.durations_numbers import NumberReader
from bot.nlu.durations_tokens import Tokens
from bot.nlu.durations_words import DAY, NUMBER, Bounds, Unit, Words, exactly


class RateReader:
    """Finds a frequency that begins at a given token."""

    def __init__(self, words: Words, numbers: NumberReader, amounts: AmountReader) -> None:
        self._words, self._numbers, self._amounts = words, numbers, amounts
        self._day = words.by_name["day"]
        self._week = words.by_name["week"]

    def rate(self, tokens: Tokens, at: int) -> Optional[Amount]:
        """The time from one bout to the next that is said from `at` on, or None."""
        words, known = tokens.words, self._words
        word = words[at]
        if word in known.one_word:
            return self._one_word(tokens, at)
        if word in known.every:
            return self._every(tokens, at)
        if word in known.most:
            if words[at + 1] in known.day_parts or words[at + 1] == "days":
                return Amount(Bounds(1.0, 1.3, 2.0).times(DAY), at, at + 2, self._day)
            return None
        if word in known.weekday_plurals:
            return Amount(exactly(1.0).times(self._week.seconds), at, at + 1, self._week)
        counted = self._count(tokens, at)
        if counted is None:
            return None
        count, end = counted
        found = self._period(tokens, end)
        if found is None:
            return None
        unit, periods, end = found
        bounds = Bounds(*(unit.seconds * periods / each for each in (count.high, count.middle, count.low)))
        if count.low != count.high and count.low + 5 > count.high:
            bounds = Bounds(bounds.low, (bounds.low + bounds.high) / 2, bounds.high)
        return Amount(bounds, at, end, unit)

    def _one_word(self, tokens: Tokens, at: int) -> Optional[Amount]:
        words, known = tokens.words, self._words
        if words[at + 1] in known.reject["regular_before"]:
            return None
        unit = known.by_name[known.one_word[words[at]]]
        return Amount(exactly(unit.seconds), at, at + 1, unit)

    def _every(self, tokens: Tokens, at: int) -> Optional[Amount]:
        words, known = tokens.words, self._words
        place, factor = at + 1, 1.0
        nth = known.every_nth.get(words[place])
        ordinal = tokens.values[place]
        if ordinal and words[place + 1] in known.ordinals:
            nth, place = ordinal, place + 1
        if nth is not None and nth > 0:
            factor, place = nth, place + 1
        elif words[place] in known.almost or words[place] in ("last", "-"):
            place += 1
        word = words[place]
        unit = known.units.get(word)
        if unit is not None and word not in known.only_after_number:
            return Amount(exactly(unit.seconds * factor), at, place + 1, unit)
        if word in known.day_parts:
            return Amount(exactly(self._day.seconds * factor), at, place + 1, self._day)
        if word in known.weekdays:
            return Amount(exactly(self._week.seconds * factor), at, place + 1, self._week)
        if nth is None and tokens.unit_near[place] and tokens.flags[place] & NUMBER:
            amount = self._amounts.amount(tokens, place)
            if amount is not None:
                return Amount(amount.bounds, at, amount.end, amount.unit)
        return None

    def _count(self, tokens: Tokens, at: int) -> Optional[tuple[Bounds, int]]:
        """How many bouts ("once or twice", "3-4 times", "3x", "twice"), and the token after."""
        words, known = tokens.words, self._words
        once = known.counts.get(words[at])
        if once is not None:
            low = high = once
            end = at + 1
            if words[end] in known.cues["to"]:
                more = known.counts.get(words[end + 1])
                if more is not None:
                    high, end = more, end + 2
                else:
                    number = self._numbers.number(tokens, end + 1)
                    if number is not None and number.counted and words[number.end] in known.bouts:
                        high, end = number.bounds.high, number.end + 1
            return (Bounds(low, (low + high) / 2, high), end) if high >= low else None
        number = self._numbers.number(tokens, at)
        if number is None or not number.counted or number.bounds.low <= 0 or words[at - 1] in known.reject["asked"]:
            return None
        end = number.end
        if words[end] in known.bouts:
            return number.bounds, end + 1
        if words[end] == "/" and number.digits and tokens.values[end + 1] is None:
            return number.bounds, end
        return None

    def _period(self, tokens: Tokens, at: int) -> Optional[tuple[Unit, float, int]]:
        """The unit that the bouts are counted in, how many of it, and the token after: "a week", "daily", "/day"."""
        words, known = tokens.words, self._words
        place, per = at, 0
        while per < 3 and words[place] in known.per:
            place, per = place + 1, per + 1
        if per == 0 and words[place] in known.one_word:
            return known.by_name[known.one_word[words[place]]], 1.0, place + 1
        if per == 0:
            return None
        unit = known.units.get(words[place]) or (known.letters.get(words[place]) if words[place - 1] == "/" else None)
        if unit is not None and words[place] not in known.only_after_number:
            return (unit, 1.0, place + 1) if words[place + 1] not in known.cues["ago"] else None
        if words[place] in known.day_parts:
            return self._day, 1.0, place + 1
        number = self._numbers.number(tokens, place) if tokens.unit_near[place] else None
        if number is not None and number.counted:
            found = self._amounts.unit(tokens, number.end, number)
            if found is not None and number.bounds.middle > 0:
                return found[0], number.bounds.middle, found[1]
        return None
