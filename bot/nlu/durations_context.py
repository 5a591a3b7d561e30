"""What a stretch of time says, read from the words around it: its kind, or that it is none (an age, a dose, a plan)."""

from __future__ import annotations

from typing import Optional

from bot.nlu.durations_amounts import Amount
from bot.nlu.durations_moments import When
from bot.nlu.durations_tokens import Tokens
from bot.nlu.durations_words import HOUR, Words

ONSET, EPISODE, FREQUENCY, UNTIL, UNSPECIFIED = "onset", "episode", "frequency", "until", "unspecified"

_ENDS = frozenset({"", ".", "!", "?", ";", "\n"})
_CLAUSE = 6  # tokens looked back for the word that governs a stretch


class Context:
    """Judges a stretch by its neighbours. Every look around is bounded by a constant."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def amount_kind(self, tokens: Tokens, amount: Amount) -> Optional[tuple[str, int]]:
        """The kind of an amount and the token after it (which takes in "ago"), or None where it is no stretch."""
        words, cues, reject = tokens.words, self._words.cues, self._words.reject
        start, end = amount.start, amount.end
        cue = self._cue(tokens, start)
        after = words[end]
        if words[cue] in reject["habit"] or (words[cue] in cues["for"] and words[cue - 1] in reject["habit"]):
            return None  # "vegan for five years"
        if self._is_age(tokens, amount) or self._is_share(tokens, amount) or self._is_coming(tokens, amount, cue):
            return None
        shared = after in ("a", "per") and words[end + 1] in self._words.units
        if shared and words[cue] not in cues["for"] and not self._lasting(tokens, cue):
            return None  # "5 hours a night", of which no bout is said to last that long
        place = end
        for phrases in (self._words.about_after, self._words.more_after):
            found = phrases.at(words, place)
            if found is not None:
                place = found[1]
        if words[place] in cues["ago"]:
            return self._past_kind(tokens, start), place + 1
        if words[place] in cues["back"] and words[cue] not in cues["for"] and words[place + 1] in cues["back_before"]:
            return self._past_kind(tokens, start), place + 1
        if amount.one and amount.unit.name in reject["one_day"] and not self._sure_one(tokens, amount, cue):
            return None
        if after in cues["before"] and not words[end + 1].isalnum():
            return ONSET, end + 1
        if words[cue] in cues["before"] and after not in self._words.offset_after:
            return ONSET, end
        return self._kind(tokens, amount, cue, place), end

    def _kind(self, tokens: Tokens, amount: Amount, cue: int, place: int) -> str:
        words, cues = tokens.words, self._words.cues
        if words[cue] in cues["after"] and words[cue]:
            return self._words.gone_after if self.stopped(tokens, cue) else UNSPECIFIED
        lasting = self._lasting(tokens, cue)
        if lasting or (self._words.at_a_time.at(words, place) and words[cue] not in cues["since"]):
            return ONSET if lasting and self._has_lasted(tokens, cue) else EPISODE
        if words[cue] in cues["start"] and self._lasting(tokens, cue - 1):  # "goes on for", "lasts from"
            return ONSET if self._has_lasted(tokens, cue - 1) else EPISODE
        if words[cue] in cues["for"]:
            brief = amount.unit.seconds < HOUR and words[place] not in cues["going_on"]
            return EPISODE if brief and not self._perfect(tokens, cue - 1) else ONSET
        if words[cue] in cues["start"]:
            return ONSET
        if words[place] in cues["going_on"] and words[cue] not in cues["in"]:
            return ONSET
        if words[place] in self._words.offset_after and words[place] not in cues["of"]:
            return UNSPECIFIED
        if words[cue] in cues["begin"] and words[place] not in cues["since"]:
            return ONSET
        if words[place] in cues["of"] and words[place + 1] not in ("the", "my"):
            return ONSET
        return UNSPECIFIED

    def when_kind(self, tokens: Tokens, when: When) -> Optional[str]:
        """The kind of a date or moment, or None where it speaks of what is to come."""
        words = tokens.words
        if words[when.start - 1] in self._words.cues["ago"]:
            return None  # "a week ago tonight" is one time, already read
        if words[when.start - 1] in self._words.cues["of"] and words[when.start] in ("my", "his", "her"):
            return None  # "the worst pain of my whole life"
        if when.today:
            if words[when.start - 1] in self._words.reject["today_right_after"]:
                return None
            for place in range(when.start - 1, max(when.start - _CLAUSE, 0), -1):
                if words[place] in _ENDS:
                    break
                if words[place] in self._words.reject["today_after"]:
                    return None
        elif self._future(tokens, when.start):
            cues = self._words.cues
            if words[when.start] not in cues["since"] and words[when.start - 1] not in cues["until"]:
                return None
        return self._past_kind(tokens, when.start)

    def is_dose(self, tokens: Tokens, start: int, end: int) -> bool:
        """Whether a frequency is that of a medicine or a habit, not of a complaint."""
        words, dose = tokens.words, self._words.reject["dose"]
        for place in range(start - 1, start - 1 - _CLAUSE, -1):
            if words[place] in _ENDS:
                break
            if words[place] in dose:
                return True
        return any(words[place] in dose for place in (end, end + 1) if words[end] not in _ENDS)

    def _cue(self, tokens: Tokens, start: int) -> int:
        """The place of the word that governs what begins at `start`: the first that is not set aside, going back."""
        skip, start_cues = self._words.cues["skip"], self._words.cues["start"]
        place = start - 1
        for _ in range(_CLAUSE):
            word = tokens.words[place]
            if word not in skip or (word in start_cues and tokens.words[place - 1] not in start_cues):
                break
            place -= 1
        return place

    def _lasting(self, tokens: Tokens, cue: int) -> bool:
        """Whether the words that end at `cue` say that a bout lasts."""
        words = tokens.words
        if words[cue] in self._words.last:
            # "the last 10 seconds" is not "they last 10 seconds"
            return words[cue - 1] in self._words.cues["last_verb"]
        return self._words.lasting.before(words, cue + 1)

    def _perfect(self, tokens: Tokens, cue: int) -> bool:
        """Whether the clause says that it has been so until now."""
        for place in range(cue, cue - 2 * _CLAUSE, -1):
            if place < 0 or tokens.words[place] in _ENDS:
                return False
            if tokens.words[place] in self._words.cues["perfect"]:
                return True
        return False

    def _has_lasted(self, tokens: Tokens, cue: int) -> bool:
        """ "has lasted", "has only gone on": the verb at `cue` tells of the time until now."""
        words, cues = tokens.words, self._words.cues
        if words[cue - 1] in cues["perfect"]:
            return not words[cue].endswith("ing") or words[cue - 1] not in cues["had"]
        return words[cue - 1] in cues["been"] and words[cue - 2] in cues["perfect"]

    def stopped(self, tokens: Tokens, place: int) -> bool:
        """Whether the words up to and with `place` say that something ended, with only small words in between."""
        words, cues = tokens.words, self._words.cues
        for at in range(place, place - _CLAUSE, -1):
            if words[at] in _ENDS:
                return False
            if self._words.stop.before(words, at + 1):
                return not any(words[before] in cues["not"] for before in range(max(at - 4, 0), at + 1))
            if words[at] not in cues["stop_gap"]:
                return False
        return False

    def _past_kind(self, tokens: Tokens, start: int) -> str:
        words, cues = tokens.words, self._words.cues
        cue = self._cue(tokens, start)
        if words[cue] in cues["until"]:
            ended = not any(words[place] in cues["not"] for place in range(cue - 1, max(cue - _CLAUSE, 0), -1))
        else:
            ended = self.stopped(tokens, start - 1)
        return UNTIL if ended else ONSET

    def _is_age(self, tokens: Tokens, amount: Amount) -> bool:
        words, reject = tokens.words, self._words.reject
        after, before = words[amount.end], words[amount.start - 1]
        if after == "-":
            after = words[amount.end + 1]
        if amount.unit.name not in ("year", "month", "week", "day") or after in self._words.cues["ago"]:
            return False
        if after in reject["age_after"] and not (len(after) == 1 and tokens.glued(amount.end) and after != "o"):
            return True
        if after in ("y", "/") and words[amount.end + 1] in ("o", "m", "f"):
            return True
        if after in self._words.cues["of"] and words[amount.end + 1] in reject["age_of"]:
            return True
        if before in self._words.cues["skip"] and before not in reject["is"]:
            before = words[amount.start - 2]
        if before in reject["age_before"]:
            return True
        if amount.unit.name == "day" or after in reject["not_age_after"] or before not in reject["is"]:
            return False
        return before in reject["person"] or words[amount.start - 2] in reject["person"]

    def _is_share(self, tokens: Tokens, amount: Amount) -> bool:
        """ "2 tablets a day": an article before a unit that shares out what was counted before it."""
        if not amount.one or tokens.words[amount.start] not in ("a", "an", "per"):
            return False
        words, values, start = tokens.words, tokens.values, amount.start
        if words[amount.end] in self._words.cues["ago"] or words[amount.end] in self._words.cues["back"]:
            return False
        for place in (start - 1, start - 2, start - 3):
            if words[place] in _ENDS or words[place] in self._words.cues["start"] or words[place] == ",":
                return False
            if values[place] is not None or words[place] in self._words.numbers:
                return True
            if words[place] in self._words.plurals or words[place] in self._words.reject["dose"]:
                return True
        return False

    def _is_coming(self, tokens: Tokens, amount: Amount, cue: int) -> bool:
        words, cues, reject = tokens.words, self._words.cues, self._words.reject
        if words[cue] in reject["next"] or words[amount.start] in reject["next"]:
            return True
        if words[amount.end] in cues["from"] and words[amount.end + 1] in reject["ahead_of"]:
            return True
        if words[cue] != "in":
            return False
        if words[cue - 1] in reject["is"]:
            return True  # "the exams are in three weeks"
        if words[amount.start - 1] in self._words.last or words[amount.start] in self._words.last:
            return False
        if self._future(tokens, cue):
            return True
        follows = words[amount.end]
        return follows in reject["in_before"]

    def _future(self, tokens: Tokens, start: int) -> bool:
        for place in range(start - 1, start - _CLAUSE, -1):
            if tokens.words[place] in _ENDS or tokens.words[place] == ",":
                return False
            if tokens.words[place] in self._words.reject["future"]:
                return True
        return False

    def _sure_one(self, tokens: Tokens, amount: Amount, cue: int) -> bool:
        """Whether "a second", "one day" is a length: by its cue, or by what follows."""
        words, cues = tokens.words, self._words.cues
        after = words[amount.end]
        cued = any(words[cue] in cues[name] for name in ("start", "in", "after")) or self._lasting(tokens, cue)
        if amount.unit.name == "second":
            return after in self._words.reject["second_before"]
        return cued or after not in self._words.reject["one_day_before"]
