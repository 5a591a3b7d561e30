"""Moments by name, as seconds before now: "yesterday", "since this morning", "since I was 12", "all my life"."""

from __future__ import annotations

from typing import NamedTuple, Optional

from bot.nlu.durations_tokens import Tokens
from bot.nlu.durations_words import Bounds, Words


class When(NamedTuple):
    """A time in the past from token `start` up to `end`; `today` marks words that may also mean what is to come."""

    bounds: Bounds
    start: int
    end: int
    today: bool = False


class MomentReader:
    """Finds a named moment that begins at a given token."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def moment(self, tokens: Tokens, at: int) -> Optional[When]:
        """A moment by name ("yesterday"), or one that counts after "since" ("since childhood", "since I was 12")."""
        words, known = tokens.words, self._words
        found = known.moments.at(words, at)
        if found is not None:
            moment, end = found
            return When(moment.bounds, at, end, moment.today)
        if words[at] not in known.cues["since"]:
            return None
        place = at + 1
        for _ in range(2):
            named = known.moments.at(words, place)
            if named is not None:
                return When(named[0].bounds, at, named[1], named[0].today)
            found = known.since.at(words, place)
            if found is not None:
                return When(found[0].bounds, at, found[1])
            aged = known.since_age.at(words, place)
            if aged is not None:
                then = self._age(tokens, aged[1])
                if then is None:
                    return None
                years, past_age = then
                bounds = aged[0].bounds
                if tokens.age is not None and tokens.age > years:
                    ago = tokens.age - years
                    bounds = Bounds(max(ago - 1, 0.0), ago, ago + 1).times(self._words.year)
                return When(bounds, at, past_age)
            if words[place] not in known.cues["skip"] and words[place] not in known.parts:
                return None  # "since Saturday morning" is no morning of today
            place += 1
        return None

    def _age(self, tokens: Tokens, at: int) -> Optional[tuple[float, int]]:
        """An age in years that stands at `at` ("12", "just 7years", "twelve years old") and the token after it."""
        words = tokens.words
        if words[at] in self._words.cues["skip"]:
            at += 1
        value = tokens.values[at]
        if value is None:
            value = self._words.numbers.get(words[at])
        if value is None or not 1 <= value < 120:
            return None
        at += 1
        unit = self._words.units.get(words[at])
        if unit is None:
            return value, at
        if unit.name != "year":
            return None
        return value, at + 2 if words[at + 1] in self._words.reject["age_after"] else at + 1
