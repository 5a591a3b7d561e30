"""The entries nearest in meaning: a matrix in memory on SQLite, pgvector on PostgreSQL, the same numbers on both."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np
from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine

from bot.archive.meaning import Vectors
from bot.archive.unchanged import Unchanged
from bot.records.models import Embedding
from bot.records.models import archive_entries as entries
from bot.records.models import archive_vectors as stored

# How many ways the index of PostgreSQL follows: more is slower and misses less. The default, 40, misses one in thirty.
_EFFORT: Final = 200


class Nearest(Protocol):
    """Finds entries by their vectors: the part that differs from database to database."""

    def nearest(self, vector: Vectors, limit: int) -> Mapping[int, float]:
        """The entries nearest to a vector of length 1, with their cosine, -1 to 1."""

    def cosines(self, vector: Vectors, entry_ids: Sequence[int]) -> Mapping[int, float]:
        """The cosine of each of these entries that has a vector."""


def by_vectors(engine: Engine, model: str) -> Nearest:
    """The vectors of a model in this database."""
    return _InDatabase(engine, model) if engine.dialect.name == "postgresql" else _InMemory(engine, model)


class _InMemory:
    """All vectors as one matrix, read anew when the archive has changed."""

    def __init__(self, engine: Engine, model: str) -> None:
        self._engine = engine
        self._model = model
        self._lock = threading.Lock()
        self._state: Any = None
        self._clock = Unchanged()
        self._ids = np.zeros(0, dtype=np.int64)
        self._matrix = np.zeros((0, 1), dtype=np.float32)
        self._row_of: dict[int, int] = {}

    def nearest(self, vector: Vectors, limit: int) -> Mapping[int, float]:
        ids, matrix, _ = self._read()
        if not len(ids) or limit < 1:
            return {}
        cosines = matrix @ vector
        best = np.argpartition(-cosines, limit - 1)[:limit] if limit < len(ids) else np.arange(len(ids))
        return {int(ids[row]): float(cosines[row]) for row in best}

    def cosines(self, vector: Vectors, entry_ids: Sequence[int]) -> Mapping[int, float]:
        _, matrix, row_of = self._read()
        return {each: float(matrix[row_of[each]] @ vector) for each in entry_ids if each in row_of}

    def _read(self) -> tuple[Any, Any, dict[int, int]]:
        with self._lock:
            if not self._clock.unchanged(len(self._ids)):
                self._refresh()
            return self._ids, self._matrix, self._row_of

    def _refresh(self) -> None:
        here = stored.c.model == self._model
        with self._engine.connect() as connection:
            # Each of these is the end of an index: a large archive is not looked through for them.
            moments = (stored.c.read_at, stored.c.entry_id, entries.c.imported_at, entries.c.hidden_at)
            state = tuple(connection.execute(select(func.max(each))).scalar_one() for each in moments)
            if state == self._state:
                return
            query = (
                select(stored.c.entry_id, stored.c.vector)
                .join(entries, entries.c.id == stored.c.entry_id)
                .where(here, entries.c.hidden_because.is_(None))
                .order_by(stored.c.entry_id)
            )
            rows = connection.execute(query).all()
        self._ids = np.array([row.entry_id for row in rows], dtype=np.int64)
        self._matrix = np.array([row.vector for row in rows], dtype=np.float32) if rows else self._matrix[:0]
        self._row_of = {int(entry_id): row for row, entry_id in enumerate(self._ids)}
        self._state = state


class _InDatabase:
    """pgvector's index."""

    def __init__(self, engine: Engine, model: str) -> None:
        self._engine = engine
        self._model = model
        self._as_text = Embedding().process_bind_param

    def nearest(self, vector: Vectors, limit: int) -> Mapping[int, float]:
        query = text(
            "SELECT near.entry_id, near.cosine FROM (SELECT entry_id, -(vector <#> CAST(:vector AS vector)) AS cosine "
            "FROM archive_vectors WHERE model = :model "
            "ORDER BY vector <#> CAST(:vector AS vector) LIMIT :limit) AS near "
            "JOIN archive_entries AS e ON e.id = near.entry_id WHERE e.hidden_because IS NULL"
        )
        with self._engine.begin() as connection:
            connection.execute(text(f"SET LOCAL hnsw.ef_search = {_EFFORT}"))
            # Hidden ones are dropped behind the index: some more are asked for.
            given = {"model": self._model, "vector": self._bound(vector), "limit": 2 * limit}
            rows = connection.execute(query, given).all()
        found = {int(row.entry_id): float(row.cosine) for row in rows}
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0]))[:limit])

    def cosines(self, vector: Vectors, entry_ids: Sequence[int]) -> Mapping[int, float]:
        if not entry_ids:
            return {}
        query = text(
            "SELECT entry_id, -(vector <#> CAST(:vector AS vector)) AS cosine FROM archive_vectors "
            "WHERE model = :model AND entry_id = ANY(:ids)"
        )
        given = {"model": self._model, "vector": self._bound(vector), "ids": list(entry_ids)}
        with self._engine.connect() as connection:
            return {int(row.entry_id): float(row.cosine) for row in connection.execute(query, given)}

    def _bound(self, vector: Vectors) -> str:
        return str(self._as_text(vector, self._engine.dialect))
