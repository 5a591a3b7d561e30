"""The words of the archive: which entries share telling words with a question, and how much they have in common.

SQLite finds them by its FTS5 index, PostgreSQL by its full-text search over the same stems. How much two texts have in
common is computed here for both, so that both give the same scores.
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

from bot.archive.unchanged import Unchanged
from bot.archive.words import stems
from bot.records.models import archive_entries as entries

# A question is looked up by its rarest words: a long one has more than a search needs.
MOST_WORDS = 48
# Entries that the looked-up words may stand in together: what stands in more of them finds everything, slowly.
MOST_HELD = 1_000
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
    rarest = _rarest(asked, known, weights)
    found = postings.holding({word: weights[word] for word in rarest}, max(2 * limit, 30))
    most = sum(weights.values())
    every = {word for words in found.values() for word in words}
    others = postings.frequencies([word for word in every if word not in known])
    weigh = {**{word: _weight(count, number) for word, number in others.items()}, **weights}
    scores = [WordScore(entry_id, _score(words, weights, weigh, most, mean)) for entry_id, words in found.items()]
    return heapq.nsmallest(limit, scores, key=lambda each: (-each.score, each.entry_id))


def _rarest(asked: Sequence[str], known: Mapping[str, int], weights: Mapping[str, float]) -> list[str]:
    """The words that an entry is looked up by: the rarest, as long as they stand in few entries together."""
    words = heapq.nlargest(MOST_WORDS, (word for word in asked if known.get(word)), key=weights.__getitem__)
    held = 0
    for at, word in enumerate(words):
        held += known[word]
        if held > MOST_HELD and at:
            return words[:at]
    return words


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
    return _FullText(engine) if engine.dialect.name == "sqlite" else _TextSearch(engine)


class _FullText:
    """SQLite's FTS5 index. How often words stand in it is kept in memory while the number of entries is the same."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._clock = Unchanged()
        self._counted: tuple[int, float, Mapping[str, int]] = (0, 1.0, {})

    def size(self) -> tuple[int, float]:
        if self._clock.unchanged(self._counted[0]):
            return self._counted[:2]
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


class _TextSearch:
    """PostgreSQL's full-text search. How often words stand in it is kept in memory until the archive has changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._clock = Unchanged()
        self._state: Any = None
        self._counted: tuple[int, float, Mapping[str, int]] = (0, 1.0, {})

    def size(self) -> tuple[int, float]:
        if self._clock.unchanged(self._counted[0]):
            return self._counted[:2]
        with self._engine.connect() as connection:
            state = tuple(connection.execute(_STATE).one())
            if state != self._state:
                rows = connection.execute(text(_VOCABULARY)).all()
                mean = sum(row.nentry for row in rows) / max(state[0], 1)
                self._counted = (state[0], mean or 1.0, {row.word: row.ndoc for row in rows})
                self._state = state
        return self._counted[:2]

    def frequencies(self, words: Sequence[str]) -> Mapping[str, int]:
        known = self._counted[2]
        return {word: known[word] for word in words if word in known}

    def holding(self, weights: Mapping[str, float], limit: int) -> Mapping[int, Sequence[str]]:
        if not weights:
            return {}
        # Stems are letters and digits only; in quotes none of them is an operator.
        match = " | ".join(f"'{word}'" for word in weights)
        with self._engine.connect() as connection:
            found = connection.execute(text(_HOLDING), {"match": match, "limit": limit, "most": 4 * MOST_HELD})
            return {row.id: row.words.split() for row in found}


_VOCABULARY = "SELECT word, ndoc, nentry FROM ts_stat('SELECT words_index FROM archive_entries')"
# Ranking is what costs: of a word that stands in very many entries not all are ranked.
_HOLDING = (
    "SELECT id, words FROM (SELECT id, words, words_index FROM archive_entries "
    "WHERE words_index @@ to_tsquery('simple', :match) AND hidden_because IS NULL LIMIT :most) AS held "
    "ORDER BY ts_rank(words_index, to_tsquery('simple', :match), 1) DESC, id LIMIT :limit"
)
_STATE = select(func.count(entries.c.id), func.max(entries.c.id), func.max(entries.c.imported_at))
