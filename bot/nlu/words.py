"""A text as words: where each stands, its plain spelling, and its stem."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import spacy
import Stemmer

from bot.nlu.spelling import Speller

# Signs that end a sentence; a colon and a dash end only the reach of what stands before them.
_ENDS = frozenset(".!?;\n…")


class Word(NamedTuple):
    """One word: its place in the text (characters), its lower-case spelling without slips, its stem, its sentence."""

    start: int
    end: int
    text: str
    stem: str
    sentence: int


class Lexer:
    """Splits a text with spaCy's English tokenizer and makes each word comparable."""

    def __init__(self, vocabulary: Collection[str], spellings: Mapping[str, str]) -> None:
        self._tokenizer = spacy.blank("en").tokenizer
        self._stemmer = Stemmer.Stemmer("english", 0)
        self._spellings = {word: tuple(plain.split()) for word, plain in spellings.items()}
        self.speller = Speller({*vocabulary, *self._spellings})
        self._cache: dict[str, tuple[tuple[str, str], ...]] = {}

    def stem(self, word: str) -> str:
        """The stem of one plain word, by the Snowball stemmer for English (Porter2)."""
        return str(self._stemmer.stemWord(word))

    def phrase(self, text: str) -> tuple[str, ...]:
        """The stems of a phrase of the knowledge, cut up as a message would be."""
        return tuple(word.stem for word in self.words(text))

    def words(self, text: str) -> list[Word]:
        """The words of a text in order, with punctuation as words of its own."""
        found: list[Word] = []
        sentence = 0
        cache = self._cache
        for token in self._tokenizer(text):
            raw = token.text
            forms = cache.get(raw)
            if forms is None:
                forms = self._forms(raw)
                if len(cache) < 100_000 and len(raw) < 40:
                    cache[raw] = forms
            start = token.idx
            end = start + len(raw)
            for plain, stem in forms:
                found.append(Word(start, end, plain, stem, sentence))
            if raw[:1] in _ENDS or "\n" in raw:
                sentence += 1
        return found

    def _forms(self, raw: str) -> tuple[tuple[str, str], ...]:
        plain = raw.lower().replace("’", "'").replace("`", "'")
        if plain in self._spellings:
            return tuple((word, self.stem(word)) for word in self._spellings[plain])
        # "lip/cheek", "left_sided": what spaCy keeps as one word may still be several.
        parts = [part for part in plain.replace("/", " ").replace("_", " ").split() if part]
        if len(parts) > 1:
            return tuple(form for part in parts for form in self._forms(part))
        fixed = self.speller.correct(plain)
        if fixed in self._spellings:
            return tuple((word, self.stem(word)) for word in self._spellings[fixed])
        return ((fixed, self.stem(fixed)),)
