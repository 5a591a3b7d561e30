"""One typing slip in a longer word is seen through; a word that exists is never changed into another.

Method: the deletion index of symmetric delete spelling correction (W. Garbe, SymSpell, 2012), with the optimal string
alignment distance; the list of English words is the one that comes with symspellpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Optional

from rapidfuzz.distance import OSA

# Law 3: a slip in a word of five letters or more. With one letter lost, four are left.
SHORTEST_WORD, SHORTEST_TYPED, SHORTEST_PART = 5, 4, 3
_LONGEST = 24


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """The words that count as real: about 82,000, in lower case."""
    text = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    # Each line is a word and how often it was counted.
    return frozenset(text.split()[::2])


# From this weight on (times, and words of emergencies) two letters in the wrong order decide by themselves.
_WEIGHTY = 9


class Speller:
    """Maps a word with one slip to the word of the vocabulary that was meant; anything else stays as it is."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._known = dict(vocabulary)
        # Made when the first word is met that is not known: most messages have one, but nothing else waits for it.
        self._index: Optional[tuple[dict[str, list[str]], dict[str, list[str]]]] = None
        self._cache: dict[str, str] = {}

    def correct(self, word: str) -> str:
        """The word meant by `word` (lower case), at most one edit away. Where several fit, a weighty word of the same
        letters wins; then the weightiest, since a red flag must not be lost to a slip; then the same letters in another
        order, the same first letter (which is seldom mistyped), the same length."""
        if word in self._known or not SHORTEST_TYPED <= len(word) <= _LONGEST or not word.isalpha():
            return word
        if word in english():
            return word
        if word not in self._cache:
            if len(self._cache) > 50_000:
                self._cache.clear()
            self._cache[word] = self._nearest(word)
        return self._cache[word]

    def divide(self, word: str) -> tuple[str, ...]:
        """The two known words of which `word` was made by a lost blank ("facedrooping"); nothing where it is a word of
        English, or no such pair is there. One of the two must be a word that weighs."""
        if word in self._known or not 2 * SHORTEST_PART <= len(word) <= _LONGEST or not word.isalpha():
            return ()
        if word in english():
            return ()
        pairs = [
            (self._known[word[:at]] + self._known[word[at:]], word[:at], word[at:])
            for at in range(2, len(word) - 1)
            if word[:at] in self._known and word[at:] in self._known and max(at, len(word) - at) >= SHORTEST_TYPED
        ]
        return max(pairs)[1:] if pairs else ()

    def _indexed(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Words by what is left of them without one letter, and words of four letters by their letters in order."""
        if self._index is None:
            deletions: dict[str, list[str]] = {}
            shuffled: dict[str, list[str]] = {}
            for word in sorted(self._known):
                if SHORTEST_WORD <= len(word) <= _LONGEST and word.isalpha():
                    for form in {word, *_deletions(word)}:
                        deletions.setdefault(form, []).append(word)
                elif len(word) == SHORTEST_TYPED and word.isalpha():
                    shuffled.setdefault("".join(sorted(word)), []).append(word)
            self._index = deletions, shuffled
        return self._index

    def _nearest(self, word: str) -> str:
        deletions, shuffled = self._indexed()
        found = {each for form in (word, *_deletions(word)) for each in deletions.get(form, ())}
        if len(word) == SHORTEST_TYPED:
            # In a word of four letters only a swap of two is seen through: any other slip fits too many words.
            found.update(shuffled.get("".join(sorted(word)), ()))
        near = [each for each in found if OSA.distance(word, each, score_cutoff=1) <= 1]
        if not near:
            return word
        letters = sorted(word)

        def likely(each: str) -> tuple[object, ...]:
            swapped, weight = sorted(each) == letters, self._known[each]
            sure = swapped and weight >= _WEIGHTY
            return (not sure, -weight, not swapped, each[0] != word[0], len(each) != len(word), each)

        return min(near, key=likely)


def _deletions(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}
