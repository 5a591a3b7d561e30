"""The words of the archive: which entries share telling words with a question, and how much they have in common.

SQLite finds them by its own full-text index, kept in step by the schema; any other database by lists of words in
memory. How much two texts have in common is computed here for both, so that both give the same scores.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine

from bot.archive.words import stems
from bot.records.models import archive_entries as entries

# A question is looked up by its rarest words: a long one has more than a search needs.
MOST_WORDS = 48
# Saturation and length of BM25.
K1, B = 1.2, 0.6
# What a word weighs that is nowhere in the archive, as a part of the rarest one that is.
UNKNOWN = 0.25
# How much of a score is what part of the question the entry holds; the rest is what part of both is common.
HELD = 0.7


class Postings(Protocol):
    """Where words stand: the part that differs from database to database."""

    def size(self) -> tuple[int, float]:
        """How many entries there are, and how many words an entry has on average."""

    def frequencies(self, words: Sequence[str]) -> Mapping[str, int]:
        """In how many entries each word stands; a word that stands in none may be left out."""

    def holding(self, weights: Mapping[str, float], limit: int) -> Mapping[int, Sequence[str]]:
        """The entries that hold most of these words, about `limit` of them, each with all its words."""


@dataclass(frozen=True)
class WordScore:
    """One entry's score by words alone, from 0 to 1."""

    entry_id: int
    score: float


def best_by_words(postings: Postings, question: str, limit: int) -> list[WordScore]:
    """The entries that have most in common with the question, best first.

    The score mixes two: how much of the question is in the entry (BM25 as a part of the most that any entry
    could have), and how much of both is common (weighted Dice). Measured on pairs of questions, the first ranks
    better, and the second better tells a match from a near miss.
    """
    asked = list(dict.fromkeys(stems(question)))
    count, mean = postings.size()
    if not count or not asked:
        return []
    known = postings.frequencies(asked)
    weights = {word: _weight(count, known.get(word, 0)) for word in asked}
    rarest = heapq.nlargest(MOST_WORDS, (word for word in asked if known.get(word)), key=weights.__getitem__)
    found = postings.holding({word: weights[word] for word in rarest}, max(3 * limit, 60))
    most = sum(weights.values())
    every = {word for words in found.values() for word in words}
    others = postings.frequencies([word for word in every if word not in known])
    weigh = {**{word: _weight(count, number) for word, number in others.items()}, **weights}
    scores = [WordScore(entry_id, _score(words, weights, weigh, most, mean)) for entry_id, words in found.items()]
    return heapq.nsmallest(limit, scores, key=lambda each: (-each.score, each.entry_id))


def _weight(count: int, frequency: int) -> float:
    # A word that no entry has counts against every entry alike; little, because most such words are only chatter.
    return math.log(1 + (count + 0.5) / (max(frequency, 1) + 0.5)) * (1 if frequency else UNKNOWN)


def _score(
    words: Sequence[str], asked: Mapping[str, float], weigh: Mapping[str, float], most: float, mean: float
) -> float:
    times = Counter(words)
    length = K1 * (1 - B + B * len(words) / mean)
    common = bm25 = 0.0
    for word, weight in asked.items():
        if word in times:
            common += weight
            bm25 += weight * times[word] / (times[word] + length)
    # Sums in a fixed order, so that every database and every run gives the same number.
    own = sum(weigh.get(word, 0.0) for word in sorted(times))
    return HELD * bm25 / most + (1 - HELD) * 2 * common / (most + own)


def postings(engine: Engine) -> Postings:
    """The postings of the archive in this database."""
    return _FullText(engine) if engine.dialect.name == "sqlite" else _InMemory(engine)


class _FullText:
    """SQLite's FTS5 index. How often words stand in it is kept in memory while the number of entries is the same."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._counted: tuple[int, float, Mapping[str, int]] = (0, 1.0, {})

    def size(self) -> tuple[int, float]:
        with self._engine.connect() as connection:
            count = connection.execute(select(func.count()).select_from(entries)).scalar_one()
            if count != self._counted[0]:
                rows = connection.execute(text("SELECT term, doc, cnt FROM archive_vocabulary")).all()
                mean = sum(row.cnt for row in rows) / max(count, 1)
                self._counted = (count, mean or 1.0, {row.term: row.doc for row in rows})
        return self._counted[:2]

    def frequencies(self, words: Sequence[str]) -> Mapping[str, int]:
        known = self._counted[2]
        return {word: known[word] for word in words if word in known}

    def holding(self, weights: Mapping[str, float], limit: int) -> Mapping[int, Sequence[str]]:
        if not weights:
            return {}
        # Stems are letters and digits only; in quotes none of them is an operator.
        match = " OR ".join(f'"{word}"' for word in weights)
        query = text(
            "SELECT e.id, e.words FROM (SELECT rowid FROM archive_words WHERE archive_words MATCH :match "
            "ORDER BY rank LIMIT :limit) AS w JOIN archive_entries AS e ON e.id = w.rowid "
            "WHERE e.hidden_because IS NULL"
        )
        with self._engine.connect() as connection:
            found = connection.execute(query, {"match": match, "limit": limit})
            return {row.id: row.words.split() for row in found}


class _InMemory:
    """Lists of words in memory, made again when the archive has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._state: Any = None
        self._words: dict[int, list[str]] = {}
        self._at: dict[str, list[int]] = {}
        self._mean = 1.0

    def size(self) -> tuple[int, float]:
        self._refresh()
        return len(self._words), self._mean

    def frequencies(self, words: Sequence[str]) -> Mapping[str, int]:
        return {word: len(self._at[word]) for word in words if word in self._at}

    def holding(self, weights: Mapping[str, float], limit: int) -> Mapping[int, Sequence[str]]:
        sums: dict[int, float] = {}
        for word, weight in weights.items():
            for entry_id in self._at.get(word, ()):
                length = K1 * (1 - B + B * len(self._words[entry_id]) / self._mean)
                sums[entry_id] = sums.get(entry_id, 0.0) + weight / (1 + length)
        best = heapq.nsmallest(limit, sums, key=lambda entry_id: (-sums[entry_id], entry_id))
        return {entry_id: self._words[entry_id] for entry_id in best}

    def _refresh(self) -> None:
        with self._engine.connect() as connection:
            state = tuple(connection.execute(_STATE).one())
            if state == self._state:
                return
            query = select(entries.c.id, entries.c.words).where(entries.c.hidden_because.is_(None))
            words = {row.id: row.words.split() for row in connection.execute(query)}
        at: dict[str, list[int]] = {}
        for entry_id, own in words.items():
            for word in set(own):
                at.setdefault(word, []).append(entry_id)
        self._mean = sum(map(len, words.values())) / max(len(words), 1) or 1.0
        self._words, self._at, self._state = words, at, state


_STATE = select(
    func.count(entries.c.id),
    func.max(entries.c.id),
    func.max(entries.c.imported_at),
    func.count(entries.c.hidden_because),
)
