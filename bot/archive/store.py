"""The archive's tables, written: new entries, updated ones, duplicates merged, similar questions linked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.archive.entry import Entry, Similar, Topic, key
from bot.archive.levels import ReplyLevels
from bot.archive.words import stems
from bot.records.database import insert_absent
from bot.records.models import archive_entries as entries
from bot.records.models import archive_entry_topics as entry_topics
from bot.records.models import archive_links as links
from bot.records.models import archive_topics as topics

# An extract has an id of this kind until the page that it was taken from is imported.
EXTRACT = "extract:"


class Store:
    """Adds entries within one transaction, that of `connection`."""

    def __init__(self, connection: Connection, reply_levels: ReplyLevels) -> None:
        self._connection = connection
        self._levels = reply_levels
        self._counts: Counter[str] = Counter()
        self._topics: dict[Topic, int] = {}

    def add(self, batch: Sequence[Entry]) -> Counter[str]:
        """Stores a batch; gives the counts imported, updated, unchanged, merged and linked."""
        rows = [self._row(entry) for entry in batch]
        known = self._known("source_id", [row["source_id"] for row in rows])
        twins = self._known("fingerprint", [row["fingerprint"] for row in rows])
        extracts = self._extracts([row["title_key"] for row in rows])
        for entry, row in zip(batch, rows):
            there = known.get(row["source_id"])
            if there is None:
                twin = twins.get(row["fingerprint"])
                if twin is not None:
                    self._counts["merged"] += 1
                    continue
                entry_id = self._insert(row)
                self._counts["imported"] += 1
                self._replace_extracts(extracts.get(row["title_key"], ()), row, entry_id)
            elif all(getattr(there, name) == value for name, value in row.items() if name != "imported_at"):
                entry_id = there.id
                self._counts["unchanged"] += 1
            else:
                entry_id = there.id
                # A clinician's level was for the old words: for new ones it has to be set again.
                stale = {} if there.reply == row["reply"] else {"clinician_level": None}
                self._connection.execute(update(entries).where(entries.c.id == entry_id).values(**row, **stale))
                self._counts["updated"] += 1
            stored = self._connection.execute(select(entries).where(entries.c.id == entry_id)).one()
            known[row["source_id"]] = twins[row["fingerprint"]] = stored
            self._link(entry_id, entry.similar)
            self._name_topics(entry_id, entry.topics)
        return self._counts

    def _row(self, entry: Entry) -> dict[str, Any]:
        level = self._levels.read(entry.reply)
        low, high = entry.asker_ages or (None, None)
        return {
            "source_id": entry.source_id,
            "fingerprint": key(entry.title, entry.question, entry.reply),
            "title_key": key(entry.title),
            "title": entry.title,
            "question": entry.question,
            "asker_age_low": low,
            "asker_age_high": high,
            "asker_sex": entry.asker_sex,
            "ask_date": entry.ask_date,
            "reply": entry.reply,
            "doctor": entry.doctor,
            "specialty": entry.specialty,
            "reply_date": entry.reply_date,
            "unsigned_text": entry.unsigned_text,
            "sample": entry.sample,
            "cut_off": entry.cut_off,
            "reply_level": level.level,
            "reply_level_cue": level.cue,
            "tags": list(entry.tags),
            "source_file": entry.file,
            "source_line": entry.line,
            "words": " ".join(stems(f"{entry.title} {entry.question}")),
            "imported_at": datetime.now(timezone.utc),
        }

    def _insert(self, row: dict[str, Any]) -> int:
        return int(self._connection.execute(insert(entries).values(**row)).inserted_primary_key[0])

    def _known(self, column: str, values: Sequence[str]) -> dict[str, Row]:
        query = select(entries).where(entries.c[column].in_(values), ~entries.c.source_id.startswith(EXTRACT))
        return {getattr(row, column): row for row in self._connection.execute(query)}

    def _extracts(self, title_keys: Sequence[str]) -> dict[str, list[Row]]:
        query = select(entries).where(entries.c.title_key.in_(title_keys), entries.c.source_id.startswith(EXTRACT))
        found: dict[str, list[Row]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.title_key, []).append(row)
        return found

    def _replace_extracts(self, extracts: Sequence[Row], row: dict[str, Any], entry_id: int) -> None:
        """Points links at the page itself where, until now, only its extract was known."""
        for extract in extracts:
            if _begins(row["question"], extract.question):
                pointing = select(links.c.entry_id).where(links.c.similar_id == entry_id)
                here = links.c.similar_id == extract.id
                self._connection.execute(
                    update(links).where(here, links.c.entry_id.not_in(pointing)).values(similar_id=entry_id)
                )
                self._connection.execute(delete(entries).where(entries.c.id == extract.id))

    def _link(self, entry_id: int, similar: Sequence[Similar]) -> None:
        """Links similar questions; one that the page no longer has is let go."""
        wanted = {self._similar_id(each): place for place, each in enumerate(similar)}
        wanted.pop(entry_id, None)
        query = select(links.c.similar_id, links.c.position).where(links.c.entry_id == entry_id)
        there = {row.similar_id: row.position for row in self._connection.execute(query)}
        if there == wanted:
            return
        self._connection.execute(delete(links).where(links.c.entry_id == entry_id))
        for similar_id, place in wanted.items():
            values = {"entry_id": entry_id, "similar_id": similar_id, "position": place}
            self._connection.execute(insert(links).values(**values))
        self._counts["linked"] += len(wanted.keys() - there.keys())

    def _similar_id(self, similar: Similar) -> int:
        same_title = select(entries.c.id, entries.c.question).where(entries.c.title_key == key(similar.title))
        for row in self._connection.execute(same_title.order_by(entries.c.id)):
            if _begins(row.question, similar.question):
                return int(row.id)
        # What an extract was taken from is not here, so neither are its date, its asker, nor all of its words.
        extract = Entry(
            title=similar.title,
            question=similar.question,
            reply=similar.reply,
            source_id=f"{EXTRACT}{key(similar.title, similar.question)}",
            file="",
            line=similar.line,
            doctor=similar.doctor,
            specialty=similar.specialty,
            cut_off=similar.cut_off,
        )
        return self._insert(self._row(extract))

    def _name_topics(self, entry_id: int, named: Sequence[Topic]) -> None:
        wanted = {self._topic_id(topic): place for place, topic in enumerate(named)}
        query = select(entry_topics).where(entry_topics.c.entry_id == entry_id)
        there = {row.topic_id: row.position for row in self._connection.execute(query)}
        if there != wanted:
            self._connection.execute(delete(entry_topics).where(entry_topics.c.entry_id == entry_id))
            rows = [{"entry_id": entry_id, "topic_id": topic, "position": place} for topic, place in wanted.items()]
            if rows:
                self._connection.execute(insert(entry_topics), rows)

    def _topic_id(self, topic: Topic) -> int:
        if topic not in self._topics:
            insert_absent(self._connection, topics, {"name": topic.name, "specialty": topic.specialty})
            here = (topics.c.name == topic.name, topics.c.specialty == topic.specialty)
            self._topics[topic] = int(self._connection.execute(select(topics.c.id).where(*here)).scalar_one())
        return self._topics[topic]


def _begins(question: str, extract: str) -> bool:
    """Whether the extract is the beginning of the question, or the question of the extract."""
    whole, part = (" ".join(text.casefold().split()).rstrip(".… ") for text in (question, extract))
    return whole.startswith(part) or part.startswith(whole)
