"""Dates said in words or digits, as seconds before a given day: "last Tuesday", "May 2019", "03/05/2019"."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Optional

from bot.nlu.durations_moments import When
from bot.nlu.durations_tokens import Tokens
from bot.nlu.durations_words import DAY, Bounds, Words

_SINCE_REACH = 5  # words from "since" to the day of what came then
_OLDEST = 1900  # a year before this is no year a living person speaks of


class DateReader:
    """Finds a date that begins at a given token, and resolves it to the past of a given day."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def calendar(self, tokens: Tokens, at: int, as_of: date) -> Optional[When]:
        """The date that begins at `at` and lies in the past of `as_of`, or None."""
        words, known = tokens.words, self._words
        word, value = words[at], tokens.values[at]
        if value is not None:
            return self._digits(tokens, at, value, as_of)
        if word in known.last or word in known.this:
            return self._relative(tokens, at, as_of)
        if word in known.weekdays:
            return self._weekday(tokens, at, at, as_of)
        if word in known.months:
            return self._month(tokens, at, at, None, as_of)
        led = words[at - 2] if words[at - 1] == "the" else words[at - 1]
        if word in known.seasons and (led in known.cues["since"] or led in known.season_cues):
            return self._season(tokens, at, at, as_of)
        return None

    def _relative(self, tokens: Tokens, at: int, as_of: date) -> Optional[When]:
        words, known, last = tokens.words, self._words, tokens.words[at] in self._words.last
        name = at + 1
        if not last and words[name] in known.last:
            name += 1
        word = words[name]
        if word in known.weekdays:
            return self._weekday(tokens, at, name, as_of)
        if word in known.months:
            return self._month(tokens, at, name, None, as_of)
        if word in known.seasons:
            return self._season(tokens, at, name, as_of)
        unit = known.units.get(word)
        if unit is None or word in known.plurals or unit.name not in ("week", "month", "year"):
            return None
        if unit.name == "week":
            first = as_of - timedelta(days=as_of.weekday() + (7 if last else 0))
            until = first + timedelta(days=6)
        elif unit.name == "month":
            first = as_of.replace(day=1)
            if last:
                first = (first - timedelta(days=1)).replace(day=1)
            until = first.replace(day=monthrange(first.year, first.month)[1])
        else:
            year = as_of.year - 1 if last else as_of.year
            first, until = date(year, 1, 1), date(year, 12, 31)
        return self._narrowed(tokens, at, name + 1, first, until, as_of)

    def _cued(self, tokens: Tokens, at: int, word: str) -> bool:
        before, known = tokens.words[at - 1], self._words
        if before in known.not_past or (before == "the" and tokens.words[at - 2] in known.not_past):
            return False
        return before in (known.strong_date_cues if word in known.plain_words else known.date_cues)

    def _weekday(self, tokens: Tokens, at: int, name: int, as_of: date) -> Optional[When]:
        words, known = tokens.words, self._words
        if at == name and not (self._cued(tokens, at, words[name]) or self._since_what(tokens, at)):
            return None
        back = (as_of.weekday() - known.weekdays[words[name]]) % 7 or 7
        end = name + 1
        if words[end] in known.day_parts:
            end += 1
        later = 7.0 if words[at] in known.last and back < 4 else 0.0
        if words[end] in known.cues["of"] and words[end + 1] in known.last and words[end + 2] in known.units:
            back, later, end = as_of.weekday() + 7 - known.weekdays[words[name]], 0.0, end + 3
        if words[at - 1] in known.cues["since"]:
            at -= 1
        return When(Bounds(max(back - 0.75, 0.0), back, back + 1.0 + later).times(DAY), at, end)

    def _since_what(self, tokens: Tokens, at: int) -> bool:
        """Whether a day tells when that was since which something lasts: "since her jabs Thursday"."""
        words, known = tokens.words, self._words
        if words[at] in known.plain_words:
            return False
        for place in range(at - 2, at - _SINCE_REACH, -1):
            if words[place] in known.cues["since"]:
                return True
            if not words[place][:1].isalpha() or words[place] in known.not_past:
                return False
        return False

    def _month(self, tokens: Tokens, at: int, name: int, day: Optional[int], as_of: date) -> Optional[When]:
        """A month at `name`, perhaps with a day before it (`day`) or behind it, and a year."""
        words, known, values = tokens.words, self._words, tokens.values
        month, end = known.months[words[name]], name + 1
        if words[end] == ".":
            end += 1
        plain = day is None and at == name
        after = values[end]
        clock = words[end + 1] in (":", "/")
        if day is None and after is not None and 1 <= after <= 31 and after == int(after) and not clock:
            ordinal = words[end + 1] in known.ordinals and tokens.glued(end + 1)
            sure = words[name] not in known.plain_words and len(words[name]) > 3 and words[end + 1] not in known.bouts
            dated = self._year(tokens, end + (2 if words[end + 1] == "," else 1), as_of)
            if ordinal or sure or dated or self._cued(tokens, at, words[name]):
                day, end = int(after), end + (2 if ordinal else 1)
        at_year = end + 1 if words[end] in (",", "of") else end
        year = self._year(tokens, at_year, as_of)
        if year is not None:
            end = at_year + 1
        elif plain and not self._cued(tokens, at, words[name]):
            return None
        if words[end - 1] == "." and year is None:
            end -= 1
        return self._resolved(tokens, at, end, year, month, day, as_of)

    def _resolved(
        self, tokens: Tokens, at: int, end: int, year: Optional[int], month: int, day: Optional[int], as_of: date
    ) -> Optional[When]:
        given = year
        year = as_of.year if given is None else given
        days = monthrange(year, month)[1]
        if day is not None and day > days:
            if given is not None or (month, day) != (2, 29):
                return None
            day = days  # the nearest day to the 29th of February in a year without one
        first = date(year, month, day or 1)
        if given is None and first > as_of:
            year -= 1
            day = min(day, monthrange(year, month)[1]) if day else None
            first = date(year, month, day or 1)
        until = first if day else date(year, month, monthrange(year, month)[1])
        return self._narrowed(tokens, at, end, first, until, as_of)

    def _season(self, tokens: Tokens, at: int, name: int, as_of: date) -> Optional[When]:
        begin, finish = self._words.seasons[tokens.words[name]]
        end = name + 1
        year = self._year(tokens, end, as_of)
        if year is not None:
            end += 1
        else:
            year = as_of.year if date(as_of.year, begin, 1) <= as_of else as_of.year - 1
            if tokens.words[at] in self._words.last and date(year, min(finish, 12), 28) > as_of:
                year -= 1
        last_year, last_month = (year, finish) if finish <= 12 else (year + 1, finish - 12)
        until = date(last_year, last_month, monthrange(last_year, last_month)[1])
        return self._narrowed(tokens, at, end, date(year, begin, 1), until, as_of)

    def _year(self, tokens: Tokens, at: int, as_of: date) -> Optional[int]:
        value = tokens.values[at]
        if value is None or len(tokens.words[at]) != 4 or not _OLDEST <= value <= as_of.year or value != int(value):
            return None
        return int(value)

    def _digits(self, tokens: Tokens, at: int, value: float, as_of: date) -> Optional[When]:
        """A date that begins with digits: "2019", "5th of May", "03/05/2019", "2019-05-03"; or a day of the month."""
        words, values, known = tokens.words, tokens.values, self._words
        if words[at + 1] in ("/", "-") and words[at + 3] == words[at + 1] and values[at + 2] and values[at + 4]:
            return self._numeric(tokens, at, as_of)
        year = self._year(tokens, at, as_of)
        if year is not None:
            cued = words[at - 1] in known.date_cues and words[at - 1] not in known.not_past
            if not cued or words[at + 1] in known.units or words[at + 1] in ("/", "-"):
                return None
            return self._narrowed(tokens, at, at + 1, date(year, 1, 1), date(year, 12, 31), as_of)
        if value != int(value) or not 1 <= value <= 31:
            return None
        end, ordinal = at + 1, words[at + 1] in known.ordinals and tokens.glued(at + 1)
        if ordinal:
            end += 1
        name = end + 1 if words[end] in known.cues["of"] else end
        sure = ordinal or words[name] not in known.plain_words or self._cued(tokens, at, "")
        if words[name] in known.months and sure:
            return self._month(tokens, at, name, int(value), as_of)
        before = words[at - 2] if words[at - 1] == "the" else words[at - 1]
        if ordinal and before in ("on", *known.cues["since"]) and not words[end].isalpha():
            month = as_of if value <= as_of.day else as_of.replace(day=1) - timedelta(days=1)
            return self._resolved(tokens, at, end, month.year, month.month, int(value), as_of)
        return None

    def _numeric(self, tokens: Tokens, at: int, as_of: date) -> Optional[When]:
        """Year first, or day before month; where the month may come first too, the bounds hold both readings."""
        numbers = [tokens.values[place] or 0.0 for place in (at, at + 2, at + 4)]
        if any(number != int(number) for number in numbers):
            return None
        one, two, three = (int(number) for number in numbers)
        if one >= _OLDEST:
            orders = [(one, two, three)]
        else:
            year = three + 2000 if three < 100 else three
            orders = [(year, two, one), (year, one, two)]
        dates = []
        for year, month, day in orders:
            if _OLDEST <= year <= as_of.year and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
                dates.append((as_of - date(year, month, day)).days)
        dates = [days for days in dates if days >= 0]
        if not dates:
            return None
        start = at - 1 if tokens.words[at - 1] in self._words.cues["since"] else at
        return When(Bounds(max(min(dates) - 0.75, 0), dates[0], max(dates) + 1.0).times(DAY), start, at + 5)

    def _narrowed(self, tokens: Tokens, at: int, end: int, first: date, until: date, as_of: date) -> Optional[When]:
        """The days from `first` to `until`, narrowed by "early" or "the end of", with a "since" before them."""
        words, known = tokens.words, self._words
        if first > as_of:
            return None
        days = (until - first).days
        place = at - 1
        if words[place] == "year" and words[place - 1] == "the":
            place -= 2
            at = place + 1
        if words[place] == "the":
            place -= 1
        part = known.parts.get(words[place - 1 if words[place] in known.cues["of"] else place])
        if words[place] == "-":
            part = known.parts.get(words[place - 1])
        if part is not None and words[place] != "the":
            at = place - 1 if words[place] in known.cues["of"] or words[place] == "-" else place
            first, until = first + timedelta(days=int(days * part[0])), first + timedelta(days=round(days * part[1]))
        else:
            at = min(at, place + 1) if words[place] in known.cues["since"] else at
        before = words[at - 2] if words[at - 1] == "the" else words[at - 1]
        if before in known.cues["since"]:
            at -= 2 if words[at - 1] == "the" else 1
        if first > as_of:
            return None
        newest, oldest = max((as_of - until).days, 0), (as_of - first).days
        low = max(newest - 0.75, 0.0)
        middle = float(newest) if newest == oldest else (newest + oldest) / 2
        return When(Bounds(low, max(middle, 0.25), oldest + 1.0).times(DAY), at, end)
