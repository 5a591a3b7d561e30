"""Where a clause ends: what stands between two places of a text, and whether words there belong together."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from bot.nlu.compose import Found
from bot.nlu.lexicon import Lexicon
from bot.nlu.words import Word

REACH = 30
"""Words: how far anything in a sentence reaches."""

_BEGINS = frozenset({"it", "the", "there", "now", "just", "only", "this", "that"})


class Clauses:
    """The findings of a text with the words between them. Only near words are looked at, so that the work grows with
    the text and no faster."""

    def __init__(self, words: Sequence[Word], lexicon: Lexicon, found: Sequence[Found]) -> None:
        self._words = words
        self._subjects = lexicon.selves | lexicon.pronouns | _BEGINS
        self._found = found
        self._cores = [each.core for each in found]

    def findings_between(self, low: int, high: int) -> Sequence[Found]:
        """The findings whose phrase begins at `low` or behind it and before `high`."""
        return self._found[bisect_left(self._cores, low) : bisect_left(self._cores, high)]

    def last_before(self, place: int) -> int | None:
        """Where the last finding before a place begins; None where there is none."""
        at = bisect_left(self._cores, place)
        return self._cores[at - 1] if at else None

    def new_subject(self, place: int) -> bool:
        """Whether a comma or an "and" here is followed by a new subject, which no denial before it reaches."""
        words = self._words
        if words[place].text not in (",", "and", "-") or place + 1 >= len(words):
            return False
        after = words[place + 1]
        if after.text in ("and", ",") and place + 2 < len(words):
            after = words[place + 2]
        return after.text in self._subjects

    def same(self, place: int, found: Found) -> bool:
        """Whether a place is in the finding's clause: same sentence, no "but", no comma and other finding between."""
        words = self._words
        if words[place].sentence != words[found.core].sentence:
            return False
        low, high = (found.after, place) if place >= found.after else (place, found.first)
        if low >= high:
            return True
        if any(words[each].text == "but" for each in range(low, high)):
            return False
        if not any(words[each].text == "," or self.new_subject(each) for each in range(low, high)):
            return True
        around = self.findings_between(min(low, place) - REACH, max(high, place) + REACH)
        return not any(
            low <= each.core < high or (each.core != found.core and self._touches(each, place)) for each in around
        )

    def _touches(self, other: Found, place: int) -> bool:
        """Whether another finding stands next to a place, with no break between."""
        low, high = (other.after, place) if place >= other.after else (place, other.first)
        span = self._words[low:high] if low < high else []
        return self._words[other.core].sentence == self._words[place].sentence and not any(
            word.text in (",", "and", "but") for word in span
        )
