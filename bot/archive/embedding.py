"""The queue of entries that are not read yet: every entry is in it until it has a vector of what it means, and with it
what the reader finds in it. So an import that was broken off, or a new model, is simply gone on with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timezone
from multiprocessing import get_context
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, delete, func, insert, select
from sqlalchemy.engine import Engine, Row

from bot import knowledge
from bot.archive import meaning
from bot.archive.agreement import ANY_DAY, said
from bot.archive.meaning import Meaning, Vectors
from bot.nlu.reader import Reader
from bot.records.database import writing
from bot.records.models import archive_entries as entries
from bot.records.models import archive_vectors as stored

BATCH: Final = 256
# Below this many, a second process would take longer to start than it helps.
_WORTH_PROCESSES: Final = 2_000

Progress = Callable[[int, int], None]
"""Told after each batch how many entries have been embedded, and how many there were to do."""


def text_of(title: str, question: str) -> str:
    """What an entry's vector is of: its title and question, or the question alone where it begins with the title."""
    return question if question.startswith(title.rstrip(" .?!…")) else f"{title}. {question}"


def pending(engine: Engine, model: str) -> int:
    """How many entries have no vector of this model, or one of an older text."""
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(_waiting(model).subquery())).scalar_one())


def embed(
    engine: Engine,
    model: Meaning,
    progress: Progress | None = None,
    processes: int | None = None,
    reader: Reader | None = None,
) -> int:
    """Reads every entry that waits, a batch a transaction; the number of entries it did.

    `processes` work at once, by default as many as there are processors where there is much to do. A `reader` that is
    there already saves making one, for what is done in this process. What is done stays done whenever this is broken
    off. Raises what the database raises.
    """
    todo, done = pending(engine, model.model), 0
    workers = processes or (os.cpu_count() or 1 if todo >= _WORTH_PROCESSES else 1)
    worker = EntryReader(model, reader) if todo and workers < 2 else None
    with _workers(workers if todo else 1) as pool:
        last = 0
        while batch := _next(engine, model.model, BATCH * workers, last):
            last = batch[-1].id
            for rows, read in zip(_parts(batch), _read(worker, pool, batch)):
                _keep(engine, model.model, rows, read)
                done += len(rows)
                if progress:
                    progress(done, todo)
    return done


def _waiting(model: str) -> Any:
    old = and_(
        stored.c.entry_id == entries.c.id, stored.c.model == model, stored.c.fingerprint == entries.c.fingerprint
    )
    return (
        select(entries.c.id, entries.c.title, entries.c.question, entries.c.ask_date, entries.c.fingerprint)
        .outerjoin(stored, old)
        .where(stored.c.entry_id.is_(None))
    )


def _next(engine: Engine, model: str, limit: int, after: int) -> Sequence[Row]:
    with engine.connect() as connection:
        query = _waiting(model).where(entries.c.id > after).order_by(entries.c.id).limit(limit)
        return connection.execute(query).all()


def _parts(batch: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for begin in range(0, len(batch), BATCH):
        yield batch[begin : begin + BATCH]


def _read(worker: EntryReader | None, pool: Executor | None, batch: Sequence[Row]) -> Iterator[_Read]:
    given = [[(row.title, row.question, row.ask_date) for row in part] for part in _parts(batch)]
    if pool:
        yield from pool.map(_in_worker, given)
    elif worker:
        yield from map(worker.read, given)


def _keep(engine: Engine, model: str, rows: Sequence[Row], read: _Read) -> None:
    with writing(engine) as connection:
        there = set(
            connection.execute(select(entries.c.id).where(entries.c.id.in_([row.id for row in rows]))).scalars()
        )
        connection.execute(delete(stored).where(stored.c.entry_id.in_(there)))
        now = datetime.now(timezone.utc)
        values = [
            {
                "entry_id": row.id,
                "fingerprint": row.fingerprint,
                "model": model,
                "vector": vector,
                "said": own,
                "knowledge": read.knowledge,
                "read_at": now,
            }
            for row, vector, own in zip(rows, read.vectors, read.said)
            # One that was deleted meanwhile needs none.
            if row.id in there
        ]
        if values:
            connection.execute(insert(stored), values)


class _Read(NamedTuple):
    vectors: Vectors
    said: list[dict[str, Any]]
    knowledge: str


class EntryReader:
    """Reads entries for what they mean and for what is found in them: the model and the reader of one process."""

    def __init__(self, model: Meaning, reader: Reader | None = None) -> None:
        self._model = model
        self._reader = reader or Reader(knowledge.load())
        self._version = self._reader.lexicon.knowledge.version

    def read(self, batch: Sequence[tuple[str, str, date | None]]) -> _Read:
        """What is to be stored of entries, given with their titles, questions and the day they were asked."""
        texts = [text_of(title, question) for title, question, _ in batch]
        own = [said(self._reader.read(text, day or ANY_DAY)).to_json() for text, (_, _, day) in zip(texts, batch)]
        return _Read(self._model.vectors(texts), own, self._version)


@contextmanager
def _workers(number: int) -> Iterator[Executor | None]:
    if number < 2:
        yield None
        return
    # Not forked: a copy of a process with running threads may hold their locks for ever.
    with ProcessPoolExecutor(number, mp_context=get_context("spawn"), initializer=_begin) as pool:
        yield pool


_here: list[EntryReader] = []


def _begin() -> None:
    found = meaning.load()
    if found is None:
        raise RuntimeError("the model could not be loaded in a second process, though it was in the first")
    _here.append(EntryReader(found))


def _in_worker(batch: Sequence[tuple[str, str, date | None]]) -> _Read:
    return _here[0].read(batch)
