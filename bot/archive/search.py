"""Searching the archive, and the gate before what was found: rules decide, the archive only illustrates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.engine import Engine, Row

from bot.archive.agreement import Said, agreement, said
from bot.archive.answer import CALMER, EMERGENCY, ArchivedAnswer, Hit
from bot.archive.index import best_by_words, postings
from bot.archive.levels import rank
from bot.archive.words import stems
from bot.nlu.reading import Reading
from bot.records.models import archive_entries as entries
from bot.records.models import archive_links as links

# Below this score an entry is not the same question. Placed on public pairs of questions, to be calibrated.
NEAR = 0.3
# How much of the score is what the texts mean, where a reader can tell, and how many entries are read for it.
MEANING = 0.4
READ_AT_MOST = 20
MOST_SIMILAR = 4
REMEMBERED = 5_000
# Texts are read as of some day; it matters to durations alone, and those are not compared.
ANY_DAY = date(2020, 1, 1)


class ReadsTexts(Protocol):
    """What search needs of `bot.nlu.reader.Reader`."""

    def read(self, text: str, as_of: date) -> Reading:
        """What the text says."""


class Archive:
    """The archive of one database. Entries are compared by words, and with a reader by what both texts say."""

    def __init__(self, engine: Engine, knowledge: Any, reader: ReadsTexts | None = None) -> None:
        self._engine = engine
        self._knowledge = knowledge
        self._reader = reader
        self._postings = postings(engine)
        self._said: dict[tuple[int, str], Said] = {}

    def search(self, text: str, limit: int = 10, findings: Collection[str] = ()) -> list[Hit]:
        """The entries nearest to the text, best first, whatever their score; extracts are among them, and marked.

        Where fewer than `limit` have a word in common with it, others follow with a score of 0, by their number. A
        text without any word finds nothing.
        """
        hits = [Hit(row.id, row.title, score, row.cut_off) for row, score in self._nearest(text, limit, findings)]
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

        First up to `limit` whole entries, best first: one whose reply is calmer than the level is withheld, and in an
        emergency every one is. Then, where nothing is an emergency, up to four similar questions (`cut_off`), those
        that the best shown entry links to before others: questions only, their replies are not handed on.
        """
        found = self._nearest(text, limit + MOST_SIMILAR, findings)
        scores = {row.id: score for row, score in found}
        near = [row for row, score in found if score >= NEAR]
        whole = [_gated(row, scores[row.id], level) for row in near if not row.cut_off][:limit]
        if level == EMERGENCY:
            return whole
        best = next((answer for answer in whole if answer.shown), None)
        linked = self._linked(best.entry_id) if best else ()
        extracts = {row.id: row for row in (*linked, *near) if row.cut_off}
        similar = [_question_only(row, scores.get(row.id, 0.0)) for row in extracts.values()]
        return whole + similar[:MOST_SIMILAR]

    def _nearest(self, text: str, limit: int, findings: Collection[str]) -> Sequence[tuple[Row, float]]:
        found = best_by_words(self._postings, text, max(limit, READ_AT_MOST))
        if not found:
            return ()
        wanted = entries.c.id.in_([each.entry_id for each in found])
        with self._engine.connect() as connection:
            rows = {row.id: row for row in connection.execute(select(entries).where(wanted))}
        scored = [(rows[each.entry_id], each.score) for each in found if each.entry_id in rows]
        asked = self._asked(text, findings)
        if asked.findings:
            scored = [
                (row, (1 - MEANING) * score + MEANING * agreement(asked, self._entry_said(row), self._knowledge))
                for row, score in scored
            ]
        return sorted(scored, key=lambda each: (-each[1], each[0].id))[:limit]

    def _asked(self, text: str, findings: Collection[str]) -> Said:
        if self._reader is None:
            return Said()
        return said(self._reader.read(text, ANY_DAY), findings)

    def _entry_said(self, row: Row) -> Said:
        assert self._reader is not None
        key = (row.id, row.fingerprint)
        if key not in self._said:
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            self._said[key] = said(self._reader.read(f"{row.title}.\n{row.question}", row.ask_date or ANY_DAY))
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


def _gated(row: Row, score: float, level: str) -> ArchivedAnswer:
    """An entry as an answer. A reply that is withheld is not in it: what is not there cannot be shown by mistake."""
    own = row.clinician_level or row.reply_level
    because = EMERGENCY if level == EMERGENCY else CALMER if rank(own) < rank(level) else None
    return _answer(row, score, own, reply="" if because else row.reply, because=because)


def _question_only(row: Row, score: float) -> ArchivedAnswer:
    return _answer(row, score, row.clinician_level or row.reply_level, reply="", because=None)


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
