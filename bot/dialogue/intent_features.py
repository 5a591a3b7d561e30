"""What a message looks like to the intent classifier: words, letters, and which patterns it matches.

A pattern is a construction of the language ("ask ... again", "who are you"), so that one example teaches all its kin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import log, sqrt
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

# No longer message is a mere request, and patterns must not take their time over one.
READ = 300
# The weight of one pattern beside all words of a message (1) and all its letters (1).
PATTERN_WEIGHT = 0.25
LENGTHS = (1, 2, 3, 5, 8, 12, 18)
LONGEST_STRETCH = 5
# How people write small words; the rest is left to the letters.
SPELLINGS = {
    "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "dont": "do not", "cant": "can not",
    "cannot": "can not", "wont": "will not", "im": "i am", "ive": "i have", "thats": "that is", "whats": "what is",
    "wat": "what", "wot": "what", "dunno": "do not know", "idk": "i do not know", "doesnt": "does not",
    "didnt": "did not", "havent": "have not", "hasnt": "has not", "isnt": "is not", "wasnt": "was not",
    "gotta": "got to", "wanna": "want to", "gonna": "going to", "lets": "let us", "ok": "okay", "yeah": "yes",
    "yep": "yes", "yup": "yes", "nope": "no", "nah": "no", "can't": "can not", "won't": "will not", "let's": "let us",
}  # fmt: skip
ENDINGS = {"n't": " not", "'m": " am", "'re": " are", "'ve": " have", "'ll": " will", "'d": " would", "'s": " is"}
_WORD = re.compile(r"[\w']+|\?")
_DRAWN_OUT = re.compile(r"(.)\1\1+")


def folded(text: str) -> str:
    """The words of a text in small letters with single spaces; the text itself where it has none."""
    text = text[:READ].lower().replace("\u2019", "'")
    return " ".join(_WORD.findall(text)) or text


def spelt_out(text: str) -> str:
    """A folded text with short forms in full ("dont" and "don't" are "do not") and numbers as NUM."""
    words = []
    for word in _DRAWN_OUT.sub(r"\1\1", text).split():
        word = SPELLINGS.get(word, word)
        for ending, full in ENDINGS.items():
            if word.endswith(ending) and len(word) > len(ending):
                word = word[: -len(ending)] + full
        words += ["NUM" if part.isdigit() else part for part in word.split()]
    return " ".join(words)


class Features:
    """Turns texts into rows of numbers, always the same way; made from the examples, stored with the model."""

    def __init__(self, words: Sequence[str], letters: Sequence[str], patterns: Mapping[str, str]) -> None:
        """The known words (one or two), the known stretches of letters, and a regular expression for each name."""
        self._patterns = dict(patterns)
        self._compiled = [re.compile(each) for each in patterns.values()]
        self._words = {each: place for place, each in enumerate(words)}
        self._letters = {each: place for place, each in enumerate(letters, len(words))}
        self._first_pattern = len(words) + len(letters)
        self.width = self._first_pattern + len(patterns) + 1 + len(LENGTHS)

    @classmethod
    def of(cls, texts: Sequence[str], patterns: Mapping[str, Mapping[str, Sequence[str]]]) -> Features:
        """Features that know the words and letters of these texts. `patterns`: as in data/intent_patterns.yml."""
        words = sorted({each for text in texts for each in _words(spelt_out(folded(text)))})
        letters = sorted({each for text in texts for each in _letters(folded(text))})
        return cls(words, letters, {name: expression(entry) for name, entry in patterns.items()})

    def row(self, text: str) -> tuple[list[int], list[float]]:
        """The places of a text's features and their values; all others are zero."""
        small = folded(text)
        plain = spelt_out(small)
        places, values = _evened(_words(plain), self._words)
        for more in (_evened(_letters(small), self._letters), self._matched(plain)):
            places += more[0]
            values += more[1]
        return places, values

    def matrix(self, texts: Sequence[str]) -> Any:
        """The rows of many texts as one sparse matrix."""
        rows = [self.row(text) for text in texts]
        ends = np.cumsum([0, *(len(places) for places, _ in rows)])
        places = np.fromiter((place for row in rows for place in row[0]), np.int32, ends[-1])
        values = np.fromiter((value for row in rows for value in row[1]), np.float64, ends[-1])
        return csr_matrix((values, places, ends), shape=(len(rows), self.width))

    def _matched(self, plain: str) -> tuple[list[int], list[float]]:
        found = [place for place, pattern in enumerate(self._compiled) if pattern.search(plain)]
        count = plain.count(" ") + 1
        # One more tells that no pattern matched, the last few that the message is short.
        found += [] if found else [len(self._compiled)]
        found += [len(self._compiled) + 1 + place for place, length in enumerate(LENGTHS) if count <= length]
        return [self._first_pattern + place for place in found], [PATTERN_WEIGHT] * len(found)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` needs to make the same features again."""
        return {"words": list(self._words), "letters": list(self._letters), "patterns": self._patterns}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Features:
        """The features that `to_json` told of. Raises KeyError where a part is missing."""
        return cls(told["words"], told["letters"], told["patterns"])


def expression(entry: Mapping[str, Sequence[str]]) -> str:
    """One regular expression for an entry of data/intent_patterns.yml: any of its `words`, any of its `patterns`."""
    words = "|".join(re.escape(word) for word in entry.get("words", ()))
    return "|".join([*([rf"\b(?:{words})\b"] if words else []), *(f"(?:{each})" for each in entry.get("patterns", ()))])


def _words(plain: str) -> list[str]:
    # Where a message begins and ends says much when it is short.
    words = ["<", *plain.split(), ">"]
    return [*words, *(f"{one} {other}" for one, other in zip(words, words[1:]))]


def _letters(small: str) -> list[str]:
    padded = [f" {word} " for word in small.split()]
    return [
        word[start : start + length]
        for word in padded
        for length in range(1, LONGEST_STRETCH + 1)
        for start in range(max(1, len(word) - length + 1))
    ]


def _evened(found: Sequence[str], known: Mapping[str, int]) -> tuple[list[int], list[float]]:
    """Repeated parts count less, and all parts together as much as in any other message."""
    counts: dict[int, int] = {}
    for each in found:
        place = known.get(each)
        if place is not None:
            counts[place] = counts.get(place, 0) + 1
    values = [1 + log(count) for count in counts.values()]
    length = sqrt(sum(value * value for value in values))
    return list(counts), [value / length for value in values]
