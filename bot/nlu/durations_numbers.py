"""Numbers in words and digits, exact or vague, and ranges of them: "two", "2-3", "a few", "one and a half"."""

from __future__ import annotations

from typing import NamedTuple, Optional

from bot.nlu.durations_tokens import Tokens
from bot.nlu.durations_words import Bounds, Words, exactly


class Number(NamedTuple):
    """A number with its bounds; `end` is the token after it, `counted` is false for a bare "a" or "an"."""

    bounds: Bounds
    end: int
    counted: bool = True
    digits: bool = False


class NumberReader:
    """Finds a number that begins at a given token."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def number(self, tokens: Tokens, at: int) -> Optional[Number]:
        """The number or range of numbers that begins at `at`, or None."""
        first = self.single(tokens, at)
        if first is None or not first.counted:
            return first
        words, end = tokens.words, first.end
        between = words[at - 1] in self._words.cues["between"]
        if words[end] in self._words.cues["to"] or (between and words[end] in self._words.cues["and"]):
            second = self.single(tokens, end + 1)
            if (
                second is not None
                and second.bounds.middle > first.bounds.middle
                and not (words[end] == "/" and first.bounds.middle + 1 < second.bounds.middle)
                and not (
                    second.digits and words[second.end] in ("-", "/") and tokens.values[second.end + 1] is not None
                )
            ):
                low, high = first.bounds.low, second.bounds.high
                return Number(
                    Bounds(low, (first.bounds.middle + second.bounds.middle) / 2, high), second.end, True, True
                )
        if words[end] == "," and first.digits:
            second = self.single(tokens, end + 1)  # "2, 3 days"
            if second is not None and second.digits and second.bounds.middle == first.bounds.middle + 1:
                low, high = first.bounds.low, second.bounds.high
                return Number(Bounds(low, (low + high) / 2, high), second.end, True, True)
        more = self._words.more_after.at(words, end)
        if more is not None:
            return Number(
                Bounds(first.bounds.low, first.bounds.middle, first.bounds.high * 2), more[1], True, first.digits
            )
        return first

    def single(self, tokens: Tokens, at: int) -> Optional[Number]:
        """The one number that begins at `at`, ranges left aside."""
        words, word, known = tokens.words, tokens.words[at], self._words
        value = tokens.values[at]
        if value is not None:
            return self._digits(tokens, at, value)
        vague = known.vague.at(words, at)
        if vague is not None:
            return Number(vague[0], vague[1])
        if word in known.signs:
            return Number(exactly(known.signs[word]), at + 1)
        if word in known.tens:
            small_at = at + 2 if words[at + 1] == "-" else at + 1
            small = known.numbers.get(words[small_at], 0.0)
            if 1 <= small <= 9:
                return self._with_half(tokens, known.tens[word] + small, small_at + 1)
            return self._with_half(tokens, known.tens[word], at + 1)
        if word in known.halves:
            return self._part(tokens, at, 1.0)
        one = word in known.ones
        if not one and word not in known.numbers:
            return Number(exactly(known.hundreds[word]), at + 1) if word in known.hundreds else None
        number = 1.0 if one else known.numbers[word]
        after = words[at + 1]
        if after in known.hundreds:
            return Number(exactly(number * known.hundreds[after]), at + 2)
        if after in known.halves and word != "another":
            return self._part(tokens, at + 1, number)
        if one:
            return Number(exactly(1.0), at + 1, counted=False)
        return self._with_half(tokens, number, at + 1)

    def _digits(self, tokens: Tokens, at: int, value: float) -> Optional[Number]:
        words, values, end = tokens.words, tokens.values, at + 1
        if words[end] in self._words.signs:
            return Number(exactly(value + self._words.signs[words[end]]), end + 1, digits=True)
        top, bottom = values[end], values[end + 2]
        if top is not None and words[end + 1] == "/" and bottom is not None and 0 < top < bottom <= 4:
            return Number(exactly(value + top / bottom), end + 3, digits=True)
        over = values[end + 1]
        # "3/4 weeks" is three or four, "3/4 week" a part of one.
        meant_as_range = over == value + 1 and (value == 2 or words[end + 2] in self._words.plurals)
        if words[end] == "/" and over is not None and 0 < value < over <= 4 and not meant_as_range:
            return Number(exactly(value / over), end + 2, digits=True)
        return self._with_half(tokens, value, end, digits=True)

    def _with_half(self, tokens: Tokens, value: float, end: int, digits: bool = False) -> Number:
        """`value` with "and a half" or "and three quarters" where they follow."""
        if tokens.words[end] in self._words.cues["and"]:
            part = self.fraction(tokens, end + 1)
            if part is not None:
                return Number(exactly(value + part[0]), part[1], digits=digits)
        return Number(exactly(value), end, digits=digits)

    def fraction(self, tokens: Tokens, at: int) -> Optional[tuple[float, int]]:
        """A half or some quarters ("half", "a quarter", "three quarters of") at `at`, and the token after it."""
        words, count = tokens.words, 1.0
        if words[at] in self._words.ones:
            at += 1
        elif words[at] in self._words.numbers:
            count, at = self._words.numbers[words[at]], at + 1
        size = self._words.halves.get(words[at])
        if size is None:
            return None
        at += 1
        return count * size, at + 1 if words[at] in self._words.cues["of"] else at

    def _part(self, tokens: Tokens, at: int, count: float) -> Optional[Number]:
        """ "half an", "quarter of an", "three quarters of an": the fraction word stands at `at`."""
        words = tokens.words
        size, end = self._words.halves[words[at]] * count, at + 1
        if words[end] in self._words.cues["of"]:
            end += 1
        if words[end] in self._words.ones:
            end += 1
        if (
            words[at] in self._words.units
            and words[end] not in self._words.units
            and words[end] not in self._words.fillers
        ):
            return Number(exactly(count), at)  # the unit of three months, not the fraction
        return Number(exactly(size), end)
