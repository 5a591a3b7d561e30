"""How well the archive is searched: on pairs of questions, and on whole entries, imported as an operator would."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Optional

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.archive.answer import Hit
from bot.archive.embedding import embed
from bot.archive.importing import import_paths
from bot.archive.meaning import Meaning
from bot.archive.search import Archive
from bot.evaluation.figure import Fault, Figure, Part
from bot.evaluation.sets import rows
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.records import database
from bot.records.models import archive_entries as entries
from bot.records.models import archive_links as links
from bot.records.proportion import Proportion

PAIRS: Final = Path("mqp3048") / "pairs.jsonl"
ENTRIES: Final = Path("archive") / "icliniq.jsonl"
# The share of the right answers that a threshold is to keep.
KEPT = 0.75

_RECALL = (
    "Each question_2 that means the same as its question_1 is searched for in an archive of all question_1 and all "
    "near misses; the share where the first hit (the first three) is its question_1. A question that is in the archive "
    "itself is not counted as its own answer."
)
_AUC = "The probability that a pair of the same meaning gets a higher probability than one that only looks like it."
_FALSE = (
    "In an archive of all question_1: the share of questions whose own answer is taken out of it that still get an "
    "answer, at the probability that keeps three quarters of the right first hits."
)
_SET = "The same at the probability from which the program answers."
_TITLE = "Each title is searched for in an archive of all entries; the share where the first hit is its own entry."
_SEED = "The question of each page is searched for; its own page is to be first, its similar questions next."


def pairs_part(folder: Path, search: Search) -> Part:
    """Pairs of questions: recall, AUC, and false answers to what is not in the archive."""
    key, title = "pairs", "Pairs of questions: mqp3048"
    pairs = rows(folder / PAIRS, "question_1", "question_2", "label")
    about = f"{len(pairs)} pairs of questions, half of the same meaning, half near misses (McCreery and others, 2020)."
    same = [each for each in pairs if each["label"] == 1]
    first = sorted({each["question_1"] for each in pairs})
    near = sorted({each["question_2"] for each in pairs if each["label"] == 0} - set(first))
    found, wrong, best, scores = [], [], [], []
    with search.over([_entry(text) for text in first + near]) as (archive, ids):
        for pair in same:
            hits = [hit for hit in archive.search(pair["question_2"], limit=5) if hit.title != pair["question_2"]]
            place = next((at for at, hit in enumerate(hits) if hit.title == pair["question_1"]), None)
            found.append(place)
            if place != 0:
                wrong.append(Fault(f"{pair['question_2'][:60]}", f"found: {hits[0].title}", pair["question_1"]))
        for pair in pairs:
            entry = ids[pair["question_1"]]
            alike = archive.likenesses(pair["question_2"], [entry])
            scores.append((alike[entry][0] if entry in alike else 0.0, int(pair["label"])))
    with search.over([_entry(text) for text in first]) as (archive, _):
        best = [_best(archive.search(pair["question_2"], limit=5), pair["question_1"]) for pair in same]
        answers_from = archive.answers_from
    threshold = float(np.quantile([right for right, _ in best if right is not None], 1 - KEPT))
    figures = (
        Figure.of(f"{key}.recall_at_1", "Recall at 1", _share(found, lambda at: at == 0), _RECALL),
        Figure.of(f"{key}.recall_at_3", "Recall at 3", _share(found, lambda at: at is not None and at < 3), _RECALL),
        Figure(f"{key}.auc", "AUC of pairs", _auc(scores), len(scores), _auc_interval(scores), _AUC),
        Figure.of(f"{key}.false_answers", "False answers", _share(best, lambda each: each[1] >= threshold), _FALSE),
        Figure.of(
            f"{key}.set.right_kept",
            "Right first hits that are answered",
            _share([right for right, _ in best if right is not None], lambda right: right >= answers_from),
            _SET,
        ),
        Figure.of(
            f"{key}.set.false_answers",
            "False answers as it is set",
            _share(best, lambda each: each[1] >= answers_from),
            _SET,
        ),
    )
    notes = (f"The threshold that keeps {KEPT:.0%} is {threshold:.3f}; the program's own is {answers_from:.3f}.",)
    return Part(key, title, about, figures, faults=tuple(wrong), notes=notes)


def entries_part(folder: Path, search: Search) -> Part:
    """Whole entries, found by their titles."""
    key, title, path = "entries", "Titles and their entries: icliniq", folder / ENTRIES
    wanted = rows(path, "title", "question", "reply")
    with search.of([path]) as archive:
        right = [(row["title"], archive.search(row["title"], limit=1)) for row in wanted]
    found = [(name, bool(hits) and hits[0].title == name) for name, hits in right]
    figure = Figure.of(f"{key}.own_first", "Its own entry first", _share(found, lambda each: each[1]), _TITLE)
    faults = tuple(Fault(name[:60], f"found: {hits[0].title}", name) for name, hits in right if hits[0].title != name)
    return Part(key, title, f"{len(wanted)} entries of a doctors' site.", (figure,), faults=faults)


def pages_part(folder: Path, pages: Path, search: Search) -> Part:
    """Pages with similar questions, in an archive that also holds the other entries."""
    key, title = "pages", "Pages and their similar questions"
    figures_of: list[tuple[bool, int, int]] = []
    faults = []
    others = [folder / ENTRIES] if (folder / ENTRIES).exists() else []
    with search.of([pages, *others]) as archive:
        for entry_id, question, similar in search.pages():
            hits = archive.search(question, limit=1 + len(similar))
            own, following = hits[0].entry_id == entry_id, {hit.entry_id for hit in hits[1:]}
            figures_of.append((own, len(following & similar), len(similar)))
            if not own or following != similar:
                faults.append(Fault(str(entry_id), "found: " + "; ".join(hit.title for hit in hits), question))
    near = Proportion(sum(found for _, found, _ in figures_of), sum(of for _, _, of in figures_of))
    figures = (
        Figure.of(f"{key}.own_first", "Its own page first", _share(figures_of, lambda each: each[0]), _SEED),
        Figure.of(f"{key}.similar_next", "Its similar questions next", near, _SEED),
    )
    return Part(key, title, f"{len(figures_of)} pages.", figures, faults=tuple(faults))


class Search:
    """Archives made for measuring, each in a database of its own that is gone afterwards."""

    def __init__(self, knowledge: Knowledge, reader: Reader, meaning: Optional[Meaning]) -> None:
        self._knowledge, self._reader, self._meaning = knowledge, reader, meaning
        self._engine: Optional[Engine] = None

    @contextmanager
    def of(self, paths: Sequence[Path]) -> Iterator[Archive]:
        """An archive of these files, imported and read."""
        with tempfile.TemporaryDirectory() as folder:
            engine = database.engine(f"sqlite:///{Path(folder) / 'archive.db'}")
            database.migrate(engine)
            import_paths(paths, engine)
            if self._meaning:
                embed(engine, self._meaning, processes=1, reader=self._reader)
            self._engine = engine
            yield Archive(engine, self._knowledge, self._reader, self._meaning)
            self._engine = None
            engine.dispose()

    @contextmanager
    def over(self, made: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Archive, dict[str, int]]]:
        """An archive of made entries, and the numbers of the entries by their titles."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "entries.jsonl"
            rows = ({"id": number, **each} for number, each in enumerate(made))
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            with self.of([path]) as archive:
                assert self._engine is not None
                with self._engine.begin() as connection:
                    # Near misses are what is measured: none of them may be left out for being like another.
                    connection.execute(entries.update().values(near_id=None))
                    ids = connection.execute(select(entries.c.title, entries.c.id)).all()
                yield archive, dict(map(tuple, ids))

    def pages(self) -> list[tuple[int, str, set[int]]]:
        """The number, the question and the similar questions of each entry that has any."""
        assert self._engine is not None
        with self._engine.connect() as connection:
            query = select(links.c.entry_id, links.c.similar_id, entries.c.question)
            joined = connection.execute(query.join(entries, entries.c.id == links.c.entry_id)).all()
        found: dict[int, tuple[str, set[int]]] = {}
        for row in joined:
            found.setdefault(row.entry_id, (row.question, set()))[1].add(row.similar_id)
        return [(entry_id, question, similar) for entry_id, (question, similar) in found.items()]


def _entry(text: str) -> dict[str, str]:
    return {"title": text, "question": text, "reply": "See a doctor."}


def _best(hits: Sequence[Hit], right: str) -> tuple[Optional[float], float]:
    """The probability of the first hit where it is right, and that of the best wrong one."""
    wrong = [hit.score for hit in hits if hit.title != right]
    return (hits[0].score if hits and hits[0].title == right else None), (wrong[0] if wrong else 0.0)


def _share(values: Sequence[Any], holds: Callable[[Any], bool]) -> Proportion:
    return Proportion(sum(map(bool, map(holds, values))), len(values))


def _auc(scores: Sequence[tuple[float, int]]) -> float:
    from scipy.stats import rankdata

    ranks = rankdata([score for score, _ in scores])
    labels = np.array([label for _, label in scores])
    right, wrong = int(labels.sum()), int((1 - labels).sum())
    return float((ranks[labels == 1].sum() - right * (right + 1) / 2) / (right * wrong))


def _auc_interval(scores: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """The interval of 95 % of Hanley and McNeil (1982)."""
    area, right = _auc(scores), sum(label for _, label in scores)
    wrong = len(scores) - right
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    error = (area * (1 - area) + (right - 1) * (one - area**2) + (wrong - 1) * (two - area**2)) / (right * wrong)
    half = 1.96 * float(np.sqrt(error))
    return max(0.0, area - half), min(1.0, area + half)
