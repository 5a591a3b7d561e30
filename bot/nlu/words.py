"""A text as words: where each stands, its plain spelling, and its stem."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

import Stemmer
from spacy.lang.en import English
from spacy.tokenizer import Tokenizer
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
from spacy.vocab import Vocab

from bot.nlu.spelling import Speller

# Signs that end a sentence; a colon and a dash end only the reach of what stands before them.
ENDS = frozenset(".!?;…")
_LINE = 3
# What stands between blanks; spaCy's tokenizer looks no further than these, so that each is cut up only once. One of
# thousands of signs, which nobody means as a word, would take it time that grows with their square.
_CHUNK = re.compile(r"\S{1,200}")
_MOST_KNOWN, _LONGEST_KNOWN = 100_000, 40
_SIGNS = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "´": "'",
        "`": "'",
        "ʼ": "'",
        "\u00a0": " ",
        "\u2009": " ",
        "<": " ",
        ">": " ",
        "\t": " ",
        "\r": " ",
    }
)


class Word(NamedTuple):
    """One word: its place in the text (characters), its lower-case spelling without slips, its stem, its sentence."""

    start: int
    end: int
    text: str
    stem: str
    sentence: int


class Lexer:
    """Splits a text with spaCy's English tokenizer and makes each word comparable.

    `vocabulary` gives each known word a weight: of two words that a slip may stand for, the weightier was meant.
    """

    def __init__(self, vocabulary: Mapping[str, int], spellings: Mapping[str, str]) -> None:
        self._tokenizer = _tokenizer([word for word in spellings if word.isalpha()])
        self._exceptions = frozenset(self._tokenizer.rules or ())
        self._stemmer = Stemmer.Stemmer("english", 0)
        self._spellings = {word: tuple(plain.split()) for word, plain in spellings.items()}
        self.speller = Speller({**dict.fromkeys(self._spellings, 0), **vocabulary})
        self._stems: dict[str, tuple[str, ...]] = {}
        self._cache: dict[str, tuple[tuple[int, int, str, str, bool], ...]] = {}

    def stem(self, word: str) -> str:
        """The stem of one plain word, by the Snowball stemmer for English (Porter2)."""
        return str(self._stemmer.stemWord(word))

    def phrase(self, text: str) -> tuple[str, ...]:
        """The stems of a phrase of the knowledge, cut up as a message would be. Each word is cut up only once."""
        stems: list[str] = []
        for word in text.split():
            stems += self._stems.get(word) or self._stems_of(word)
        return tuple(stems)

    def first_stem(self, word: str) -> tuple[str, ...]:
        """The stem that a word of the knowledge begins with; none where it has none."""
        return (self._stems.get(word) or self._stems_of(word))[:1]

    def _stems_of(self, word: str) -> tuple[str, ...]:
        # A plain word is one token to spaCy unless it has a rule for it; asking for each takes half a second.
        if word.isascii() and word.isalpha() and word.islower() and word not in self._exceptions:
            stems = tuple(stem for _, stem in self._forms(word))
        else:
            stems = tuple(each.stem for each in self.words(word))
        self._stems[word] = stems
        return stems

    def words(self, text: str) -> list[Word]:
        """The words of a text in order, with punctuation as words of its own."""
        found: list[Word] = []
        plain_text = _plain(text)
        sentence = line = last = 0
        cache = self._cache
        for match in _CHUNK.finditer(plain_text):
            chunk = match.group()
            start, end = match.span()
            pieces = cache.get(chunk)
            if pieces is None:
                pieces = self._pieces(chunk)
            if start - last > 1 or plain_text[last : last + 1] == "\n":
                gap = plain_text[last:start]
                if "\n" in gap:
                    # A blank line ends a sentence, and so does a line of some words; one word a line is one sentence.
                    after = plain_text[end : end + 1]
                    alone = len(pieces) == 1 and after in ("", "\n")
                    if "\n\n" in gap or (line >= _LINE and not alone):
                        sentence += 1
                    line = 0
            for first, after_last, plain, stem, ends in pieces:
                found.append(Word(start + first, start + after_last, plain, stem, sentence))
                if ends:
                    sentence += 1
            line += len(pieces)
            last = end
        return found

    def _pieces(self, chunk: str) -> tuple[tuple[int, int, str, str, bool], ...]:
        """The words of a piece of text without blanks: first and last character in it, plain spelling, stem, and
        whether a sentence ends there."""
        pieces: list[tuple[int, int, str, str, bool]] = []
        for token in self._tokenizer(chunk):
            raw, first = token.text, token.idx
            forms = self._forms(raw)
            after = first + len(raw)
            pieces += [(first, after, plain, stem, False) for plain, stem in forms[:-1]]
            pieces += [(first, after, plain, stem, raw[0] in ENDS) for plain, stem in forms[-1:]]
        known = tuple(pieces)
        if len(self._cache) < _MOST_KNOWN and len(chunk) < _LONGEST_KNOWN:
            self._cache[chunk] = known
        return known

    def _forms(self, raw: str) -> tuple[tuple[str, str], ...]:
        if raw in self._spellings:
            return tuple((word, self.stem(word)) for word in self._spellings[raw])
        # "lip/cheek", "left_sided": what spaCy keeps as one word may still be several.
        parts = [part for part in raw.replace("/", " ").replace("_", " ").split() if part]
        if len(parts) > 1:
            return tuple(form for part in parts for form in self._forms(part))
        # "coludn't": with the apostrophe out of the way, a slip in it is seen through as in any other word.
        fixed = self.speller.correct(raw.replace("'", "") if raw.endswith("n't") else raw)
        if fixed == raw:
            divided = self.speller.divide(raw)
            if divided:
                return tuple(form for part in divided for form in self._forms(part))
        if fixed in self._spellings:
            return tuple((word, self.stem(word)) for word in self._spellings[fixed])
        return ((fixed, self.stem(fixed)),)


def _tokenizer(whole: Collection[str]) -> Tokenizer:
    """spaCy's tokenizer of English, with those of its exceptions that a text in lower case can meet. A whole blank
    pipeline has the others too, and takes five times as long to make. The words of `whole` are not divided."""
    defaults = English.Defaults
    rules = {
        word: parts
        for word, parts in defaults.tokenizer_exceptions.items()
        # "im" and the like are spelt out by knowledge/language/en/skip.yml, as whole words.
        if word == _plain(word) and word not in whole
    }
    return Tokenizer(
        Vocab(),
        rules=rules,
        prefix_search=compile_prefix_regex(defaults.prefixes or ()).search,
        suffix_search=compile_suffix_regex(defaults.suffixes or ()).search,
        infix_finditer=compile_infix_regex(defaults.infixes or ()).finditer,
        token_match=defaults.token_match,
        url_match=defaults.url_match,
    )


def _plain(text: str) -> str:
    """The text in lower case with plain apostrophes and blanks, each character still in its place."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)
    return lower.translate(_SIGNS)
