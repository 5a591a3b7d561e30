"""A text cut into the tokens that the readers of time walk over, once and in linear time."""

from __future__ import annotations

import re
from typing import Callable, Optional

from bot.nlu.durations_words import BOUT, DATE, NUMBER, UNIT, Words

# No quantifier stands inside another over the same characters: the pattern cannot backtrack.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\s]")
_LONGEST_NUMBER = 12  # characters; a longer run of digits is an identifier, not an amount
_MOST_SEEN, _LONGEST_SEEN = 50_000, 40  # words that are remembered, and characters of one
PAD = 8  # empty tokens before and behind, so that looking around needs no bounds check
_NEAR = 12  # a number further than this from any unit or month is not looked at


class Tokens:
    """The words of a text in lower case with their places; PAD empty words stand before and behind."""

    __slots__ = (
        "text",
        "age",
        "words",
        "starts",
        "ends",
        "values",
        "flags",
        "size",
        "unit_near",
        "bout_near",
        "_fillers",
    )

    def __init__(
        self, text: str, vocabulary: Words, correct: Callable[[str], str], age: Optional[float] = None
    ) -> None:
        self.text, self.age = text, age
        plain = text.replace("’", "'").replace("‘", "'").replace("`", "'")
        words: list[str] = [""] * PAD
        starts: list[int] = [0] * PAD
        ends: list[int] = [0] * PAD
        values: list[Optional[float]] = [None] * PAD
        flags: list[int] = [0] * PAD
        known, flag_of, letters = vocabulary.known, vocabulary.flags, vocabulary.letters
        months, dating = vocabulary.months, vocabulary.after_day
        seen = vocabulary.seen
        last_end = -1
        before: Optional[float] = None
        for match in _TOKEN.finditer(plain):
            raw = match.group()
            start, end = match.span()
            value: Optional[float] = None
            read = seen.get(raw)
            if read is not None:
                word, flag = read
            elif raw[0].isdecimal():
                word, flag = raw, 0
                # Digits glued to a few letters before them ("B12") are a name.
                if not (start == last_end and words[-1].isalpha() and words[-1] != "x" and len(words[-1]) < 4):
                    value = _value(raw)
                    # What follows "2-" or "120/" belongs to the number before it: no amount begins there.
                    chained = start == last_end and words[-1] in ("-", "/") and values[-2] is not None
                    if value is not None and not chained:
                        flag = NUMBER | DATE if len(raw) == 4 else NUMBER
            else:
                word = raw.lower()
                if word not in known and len(word) > 3:
                    if word.endswith("'s") and word[:-2] in known:
                        word = word[:-2]
                    elif word.isalpha():
                        word = correct(word)
                flag = flag_of.get(word, 0)
                if len(seen) < _MOST_SEEN and len(raw) < _LONGEST_SEEN:
                    seen[raw] = (word, flag)
            if before is not None and value is None:
                if word in letters:
                    flag |= UNIT
                if flags[-1] and (word in dating or word in months):
                    flags[-1] |= DATE
            words.append(word)
            starts.append(start)
            ends.append(end)
            values.append(value)
            flags.append(flag)
            last_end, before = end, value
        self.size = len(words)
        words.extend([""] * (2 * PAD))
        starts.extend([len(text)] * (2 * PAD))
        ends.extend([len(text)] * (2 * PAD))
        values.extend([None] * (2 * PAD))
        flags.extend([0] * (2 * PAD))
        self.words, self.starts, self.ends, self.values, self.flags = words, starts, ends, values, flags
        self._fillers = vocabulary.fillers
        self.unit_near = self._near(UNIT, _NEAR)
        self.bout_near = self._near(BOUT, _NEAR // 2)

    def _near(self, flag: int, far: int) -> list[bool]:
        """For each token, whether one of a kind stands at it or at most `far` behind it."""
        near = [False] * len(self.flags)
        for place, flags in enumerate(self.flags):
            if flags & flag:
                low = max(0, place - far)
                near[low : place + 1] = [True] * (place + 1 - low)
        return near

    def leads(self, place: int) -> bool:
        """Whether the token can be a part of an amount of time."""
        return self.flags[place] != 0 or self.words[place] in self._fillers

    def glued(self, place: int) -> bool:
        """Whether no space stands between this token and the one before it."""
        return self.starts[place] == self.ends[place - 1]

    def span(self, start: int, end: int) -> str:
        """The text of the tokens from `start` up to `end`."""
        return self.text[self.starts[start] : self.ends[end - 1]]


def _value(raw: str) -> Optional[float]:
    if len(raw) < 4 and raw.isascii() and raw.isdecimal():
        return float(raw)
    if len(raw) > _LONGEST_NUMBER:
        return None
    if "," in raw:
        head, _, tail = raw.rpartition(",")
        # "1,000" is a thousand, "1,5" is one and a half.
        raw = raw.replace(",", "") if len(tail) == 3 else f"{head.replace(',', '')}.{tail}"
    if raw.count(".") > 1 or not raw.replace(".", "").isascii():
        return None
    return float(raw)
