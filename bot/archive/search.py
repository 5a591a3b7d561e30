"""Searching the archive, and the gate before what was found: rules decide, the archive only illustrates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.engine import Engine, Row

from bot.archive.agreement import ANY_DAY, Said, agreement, decades_apart, said
from bot.archive.answer import CALMER, EMERGENCY, ArchivedAnswer, Hit
from bot.archive.embedding import text_of
from bot.archive.index import best_by_words, postings
from bot.archive.levels import rank
from bot.archive.likeness import Likeness, shared_letters, weights
from bot.archive.meaning import Meaning
from bot.archive.vectors import by_vectors
from bot.archive.words import stems
from bot.nlu.reading import Reading
from bot.records.models import archive_entries as entries
from bot.records.models import archive_links as links
from bot.records.models import archive_vectors as stored

# How many entries are looked at by words where there is no model, and by meaning and by words where there is one, and
# how many of them are compared by what they say.
LOOKED_AT, BESIDE_MEANING = 60, 15
COMPARED = 15
MOST_SIMILAR = 4
REMEMBERED = 5_000


class ReadsTexts(Protocol):
    """What search needs of `bot.nlu.reader.Reader`."""

    def read(self, text: str, as_of: date) -> Reading:
        """What the text says."""


class Archive:
    """The archive of one database. Entries are compared by words, by meaning and by what both texts say: the last
    two only with a model and a reader."""

    def __init__(
        self, engine: Engine, knowledge: Any, reader: ReadsTexts | None = None, meaning: Meaning | None = None
    ) -> None:
        self._engine = engine
        self._knowledge = knowledge
        self._reader = reader
        self._meaning = meaning
        self._postings = postings(engine)
        self._vectors = by_vectors(engine, meaning.model) if meaning else None
        self._weights = weights()
        self._said: dict[tuple[int, str], Said] = {}

    @property
    def model(self) -> str | None:
        """Which model entries are compared by; None where they are compared by words alone."""
        return self._meaning.model if self._meaning else None

    @property
    def answers_from(self) -> float:
        """The probability from which an entry is shown as an answer."""
        return self._weights.answers_from

    def search(self, text: str, limit: int = 10, findings: Collection[str] = ()) -> list[Hit]:
        """The entries nearest to the text, best first, whatever their score; extracts are among them, and marked.

        `score` is the probability that the entry answers the question. Where fewer than `limit` are near in words or
        meaning, others follow with a score of 0, by their number. A text without any word finds nothing.
        """
        found = self._nearest(text, limit, findings)
        hits = [Hit(row.id, row.title, score, row.cut_off, like) for row, score, like in found]
        if len(hits) < limit and stems(text):
            others = (
                select(entries.c.id, entries.c.title, entries.c.cut_off)
                .where(entries.c.id.not_in([hit.entry_id for hit in hits]), entries.c.hidden_because.is_(None))
                .order_by(entries.c.id)
                .limit(limit - len(hits))
            )
            with self._engine.connect() as connection:
                hits += [Hit(row.id, row.title, 0.0, row.cut_off) for row in connection.execute(others)]
        return hits

    def answers(self, text: str, findings: Collection[str], level: str, limit: int = 3) -> list[ArchivedAnswer]:
        """The answered questions near enough to the text, gated by the level that the rules decided.

        First up to `limit` whole entries that answer the question as likely as `Weights.answers_from` asks, best
        first: one whose reply is calmer than the level is withheld, and in an emergency every one is. Then, where
        nothing is an emergency, up to four related questions (`question_only`): extracts that the best shown entry
        links to, and entries that are near and not the same; questions only, their replies are not handed on. An entry
        whose findings are all others than the text's is neither.
        """
        found = self._nearest(text, limit + MOST_SIMILAR, findings)
        # What has no finding in common is about something else, however alike the words are.
        found = [each for each in found if each[2].findings != 0]
        scores = {row.id: score for row, score, _ in found}
        near = [row for row, score, _ in found if score >= self._weights.answers_from]
        whole = [_gated(row, scores[row.id], level) for row in near if not row.cut_off][:limit]
        if level == EMERGENCY:
            return whole
        best = next((answer for answer in whole if answer.shown), None)
        linked = self._linked(best.entry_id) if best else ()
        taken = {answer.entry_id for answer in whole}
        related = [row for row, score, _ in found if score >= self._weights.related_from and row.id not in taken]
        extracts = {row.id: row for row in (*linked, *related) if row.id not in taken}
        similar = [_question_only(row, scores.get(row.id, 0.0)) for row in extracts.values()]
        return whole + similar[:MOST_SIMILAR]

    def _nearest(self, text: str, limit: int, findings: Collection[str]) -> Sequence[tuple[Row, float, Likeness]]:
        by_words = self._by_words(text)
        by_meaning: dict[int, float] = {}
        if self._meaning and self._vectors and stems(text):
            (vector,) = self._meaning.vectors([text])
            by_meaning.update(self._vectors.nearest(vector, LOOKED_AT))
            missing = [each for each in by_words if each not in by_meaning]
            by_meaning.update(self._vectors.cosines(vector, missing))
        wanted = self._best(by_words, by_meaning, max(limit, COMPARED))
        if not wanted:
            return ()
        return self._scored(wanted, text, findings, by_words, by_meaning)[:limit]

    def likenesses(self, text: str, entry_ids: Sequence[int]) -> Mapping[int, tuple[float, Likeness]]:
        """The probability that each of these entries answers the question, and its parts; of those that there are."""
        by_words = self._by_words(text)
        by_meaning: Mapping[int, float] = {}
        if self._meaning and self._vectors:
            by_meaning = self._vectors.cosines(self._meaning.vectors([text])[0], entry_ids)
        scored = self._scored(entry_ids, text, (), by_words, by_meaning)
        return {row.id: (probability, like) for row, probability, like in scored}

    def _by_words(self, text: str) -> Mapping[int, float]:
        limit = BESIDE_MEANING if self._meaning else LOOKED_AT
        return {each.entry_id: each.score for each in best_by_words(self._postings, text, limit)}

    def _scored(
        self,
        entry_ids: Sequence[int],
        text: str,
        findings: Collection[str],
        by_words: Mapping[int, float],
        by_meaning: Mapping[int, float],
    ) -> list[tuple[Row, float, Likeness]]:
        query = select(entries, stored.c.said, stored.c.knowledge)
        query = query.outerjoin(stored, stored.c.entry_id == entries.c.id).where(entries.c.id.in_(list(entry_ids)))
        with self._engine.connect() as connection:
            rows = connection.execute(query.where(entries.c.hidden_because.is_(None))).all()
        asked = self._asked(text, findings)
        scored = []
        for row in _without_twins(rows):
            cosine = by_meaning.get(row.id)
            like = Likeness(
                words=by_words.get(row.id, 0.0),
                # Letters count only where the meaning is not known.
                letters=0.0 if cosine is not None else shared_letters(text, text_of(row.title, row.question)),
                meaning=cosine,
                **self._compared(asked, row),
            )
            scored.append((row, self._weights.probability(like), like))
        return sorted(scored, key=lambda each: (-each[1], -each[2].words, each[0].id))

    def _best(self, by_words: Mapping[int, float], by_meaning: Mapping[int, float], limit: int) -> list[int]:
        """The entries worth a closer look: the nearest by meaning, and by words where there is no meaning."""
        known = sorted(by_meaning, key=lambda each: (-by_meaning[each], each))[:limit]
        unknown = [each for each in by_words if each not in by_meaning]
        return known + sorted(unknown, key=lambda each: (-by_words[each], each))[:limit]

    def _compared(self, asked: Said, row: Row) -> dict[str, Any]:
        if not asked.findings:
            return {}
        own = self._entry_said(row)
        if not own.findings:
            return {}
        return {"findings": agreement(asked, own, self._knowledge), "decades": decades_apart(asked, own)}

    def _asked(self, text: str, findings: Collection[str]) -> Said:
        if self._reader is None:
            return Said()
        return said(self._reader.read(text, ANY_DAY), findings)

    def _entry_said(self, row: Row) -> Said:
        assert self._reader is not None
        if row.said is not None and row.knowledge == getattr(self._knowledge, "version", None):
            return Said.from_json(row.said)
        key = (row.id, row.fingerprint)
        if key not in self._said:
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            self._said[key] = said(self._reader.read(text_of(row.title, row.question), row.ask_date or ANY_DAY))
        return self._said[key]

    def _linked(self, entry_id: int) -> Sequence[Row]:
        query = (
            select(entries)
            .join(links, links.c.similar_id == entries.c.id)
            .where(links.c.entry_id == entry_id, entries.c.hidden_because.is_(None))
            .order_by(links.c.position)
        )
        with self._engine.connect() as connection:
            return tuple(connection.execute(query).all())


def _without_twins(rows: Sequence[Row]) -> list[Row]:
    """The rows, without those that are nearly the same as another one of them."""
    here = {row.id for row in rows}
    return [row for row in rows if row.near_id not in here or row.near_id is None]


def _gated(row: Row, score: float, level: str) -> ArchivedAnswer:
    """An entry as an answer. A reply that is withheld is not in it: what is not there cannot be shown by mistake."""
    own = row.clinician_level or row.reply_level
    because = EMERGENCY if level == EMERGENCY else CALMER if rank(own) < rank(level) else None
    return _answer(row, score, own, reply="" if because else row.reply, because=because)


def _question_only(row: Row, score: float) -> ArchivedAnswer:
    own = row.clinician_level or row.reply_level
    return replace(_answer(row, score, own, reply="", because=None), question_only=True)


def _answer(row: Row, score: float, level: str, *, reply: str, because: str | None) -> ArchivedAnswer:
    return ArchivedAnswer(
        entry_id=row.id,
        title=row.title,
        score=score,
        question=row.question,
        reply=reply,
        signed=row.doctor is not None,
        doctor=row.doctor,
        specialty=row.specialty,
        ask_date=row.ask_date,
        reply_date=row.reply_date,
        level=level,
        shown=because is None,
        withheld_because=because,
        sample=row.sample,
        cut_off=row.cut_off,
        rated=row.clinician_level is not None,
    )
