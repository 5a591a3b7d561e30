"""Typing slips that were written into the knowledge as phrases, where the speller would have seen through them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.knowledge import Knowledge
from bot.knowledge.model import Finding
from bot.nlu.lexicon import Lexicon
from bot.nlu.spelling import SHORTEST_TYPED, SHORTEST_WORD, english

_LETTERS = re.compile(r"[a-z]+")


def slips(knowledge: Knowledge, lexicon: Lexicon) -> Iterator[tuple[Finding, int, str, str]]:
    """Each such word once: the finding, the place of its phrase, the slip, and the right word.

    A slip is no English word, is one edit away from one, and the right word means the same finding there.
    """
    spellings = knowledge.language["skip"]["spellings"]
    told: set[str] = set()
    right: list[str] = []
    for finding in knowledge.findings.values():
        for place, phrase in enumerate(finding.say):
            for word in _LETTERS.findall(phrase.lower()):
                if word in told or len(word) < SHORTEST_TYPED or word in spellings or word in english():
                    continue
                right = right or _right_words(knowledge)
                meant = [each for each in _near(word, right, lexicon) if _says(finding, phrase, word, each, lexicon)]
                if meant:
                    told.add(word)
                    yield finding, place, word, meant[0]


def _right_words(knowledge: Knowledge) -> list[str]:
    words = {word for each in knowledge.findings.values() for say in each.say for word in _LETTERS.findall(say.lower())}
    return sorted(word for word in words if len(word) >= SHORTEST_WORD and word in english())


def _near(word: str, right: list[str], lexicon: Lexicon) -> list[str]:
    """The right words one edit away that are compared by another stem: those of one stem do each other no harm. With
    another first letter or another ending ("y" added) a word is taken for one of its own."""
    near = [each for each, _, _ in process.extract(word, right, scorer=OSA.distance, score_cutoff=1, limit=None)]
    near = [each for each in near if each[0] == word[0] and lexicon.lexer.stem(each) != lexicon.lexer.stem(word)]
    return [each for each in near if each[:-1] not in (word[:-1], word) and each != word[:-1]]


def _says(finding: Finding, phrase: str, slip: str, right: str, lexicon: Lexicon) -> bool:
    """Whether a phrase means the finding with the right word in the place of the slip as well."""
    ways = [[way for way in slot.split("|") if way] for slot in phrase.split()]
    chosen = [next((way for way in slot if slip in way.lower()), slot[0]) for slot in ways if slot]
    text = re.sub(rf"(?<![a-z]){slip}(?![a-z])", right, " ".join(chosen).replace("_", " ").lower())
    matches = lexicon.terms.find(lexicon.lexer.words(text))
    return any(term.kind == "finding" and term.name == finding.id for each in matches for term in each.meanings)
