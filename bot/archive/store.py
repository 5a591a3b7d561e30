"""The archive's entries, written: new ones, updated ones, duplicates merged, near-duplicates found, a batch at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from bot.archive.chunks import chunks
from bot.archive.entry import Entry, key, page_of
from bot.archive.levels import ReplyLevels
from bot.archive.links import EXTRACT, extracts_of, link, replace_extracts
from bot.archive.near import ALIKE, NearIndex, bands, likeness, same_signer, threes
from bot.archive.topics import name_topics
from bot.archive.words import stems
from bot.records.models import archive_entries as entries

# Where an entry stands may change with every export of the same data: that alone makes it no other entry.
_PLACE = ("source_file", "source_line")
_Row = dict[str, Any]


class Store:
    """Adds entries within one transaction, that of `connection`. `near` is one for all batches of an import."""

    def __init__(self, connection: Connection, reply_levels: ReplyLevels, near: NearIndex) -> None:
        self._connection = connection
        self._levels = reply_levels
        self._near = near
        self._counts: Counter[str] = Counter()
        self._now = datetime.now(timezone.utc)

    def add(self, batch: Sequence[Entry]) -> Counter[str]:
        """Stores a batch; gives the counts imported, updated, unchanged, merged, near and linked.

        It takes the same few statements for any number of entries, and has the same outcome as one entry after the
        other, except that a page links to others of its batch wherever they stand in it.
        """
        new, stored, changed, kept = self._sorted(batch)
        if new or changed:
            self._near.load(self._connection)
        self._insert(new, stored)
        self._update(changed.values())
        self._find_near([stored[name] for name in new], changed)
        ids = {name: stored[name]["id"] for name in kept}
        self._counts["linked"] += link(
            self._connection, {ids[name]: entry.similar for name, entry in kept.items()}, self._row
        )
        name_topics(self._connection, {ids[name]: entry.topics for name, entry in kept.items()})
        return self._counts

    def _sorted(
        self, batch: Sequence[Entry]
    ) -> tuple[dict[str, _Row], dict[str, _Row], dict[int, _Row], dict[str, Entry]]:
        """What to do: the new rows and the stored ones by source id, the changes by id, and the entries kept."""
        rows = [self._row(entry) for entry in batch]
        stored = self._known("source_id", [row["source_id"] for row in rows])
        twins = {
            row["fingerprint"]: name
            for name, row in self._known("fingerprint", [row["fingerprint"] for row in rows]).items()
        }
        new: dict[str, _Row] = {}
        changed: dict[int, _Row] = {}
        kept: dict[str, Entry] = {}
        for entry, row in zip(batch, rows):
            name = row["source_id"]
            there = new.get(name) or stored.get(name)
            if there is None:
                if row["fingerprint"] in twins:
                    self._counts["merged"] += 1
                    continue
                self._counts["imported"] += 1
                new[name] = row
            else:
                differs = {
                    column for column, value in row.items() if column != "imported_at" and there[column] != value
                }
                told = differs.difference(_PLACE)
                self._counts["updated" if told else "unchanged"] += 1
                if name in new:
                    new[name] = row
                elif differs:
                    change = row if told else {column: row[column] for column in _PLACE}
                    # A clinician's level was for the old words: for new ones it has to be set again.
                    stale = {"clinician_level": None} if "reply" in told else {}
                    before = changed.get(there["id"], {"id": there["id"], "was": there})
                    changed[there["id"]] = {**before, **change, **stale}
                    stored[name] = {**there, **change, **stale}
                if twins.get(there["fingerprint"]) == name:
                    del twins[there["fingerprint"]]
            twins.setdefault(row["fingerprint"], name)
            kept[name] = entry
        return new, stored, changed, kept

    def _row(self, entry: Entry) -> _Row:
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
            "imported_at": self._now,
        }

    def _known(self, column: str, values: Iterable[str]) -> dict[str, _Row]:
        """The entries with these values, by their source ids; extracts are not among them."""
        found = {}
        for some in chunks(sorted(set(values))):
            query = select(entries).where(entries.c[column].in_(some), ~entries.c.source_id.startswith(EXTRACT))
            for row in self._connection.execute(query.order_by(entries.c.id)):
                found[row.source_id] = dict(row._mapping)
        return found

    def _insert(self, new: Mapping[str, _Row], stored: dict[str, _Row]) -> None:
        """Inserts the new rows, which are then among the stored ones with their ids, and replaces their extracts."""
        if not new:
            return
        extracts = extracts_of(self._connection, list(new.values()))
        rows = []
        for name, row in new.items():
            # What a clinician has hidden stays hidden when more of it is imported.
            hidden = next((each for each in extracts.get(name, ()) if each.hidden_because), None)
            because, at = (hidden.hidden_because, hidden.hidden_at) if hidden else (None, None)
            rows.append({**row, "hidden_because": because, "hidden_at": at})
        self._connection.execute(insert(entries), rows)
        for names in chunks(new):
            query = select(entries.c.id, entries.c.source_id).where(entries.c.source_id.in_(names))
            for each in self._connection.execute(query):
                stored[each.source_id] = {**new[each.source_id], "id": each.id, "near_id": None}
        pages = {each.id: stored[name]["id"] for name, several in extracts.items() for each in several}
        if pages:
            replace_extracts(self._connection, pages)

    def _update(self, changed: Iterable[_Row]) -> None:
        """Updates rows, which hold their id and the columns that change; those with the same columns at once."""
        alike: dict[tuple[str, ...], list[_Row]] = {}
        for row in changed:
            values = {f"new_{column}": value for column, value in row.items() if column != "was"}
            alike.setdefault(tuple(sorted(values)), []).append(values)
        for names, rows in alike.items():
            columns = [name[len("new_") :] for name in names if name != "new_id"]
            statement = update(entries).where(entries.c.id == bindparam("new_id"))
            self._connection.execute(statement.values({column: bindparam(f"new_{column}") for column in columns}), rows)

    def _find_near(self, new: Sequence[_Row], changed: Mapping[int, _Row]) -> None:
        """Finds, for entries with a new question or signer, the entry that they are nearly the same as."""
        reworded = {
            entry_id: {**row["was"], **row}
            for entry_id, row in changed.items()
            if any(row.get(column, row["was"][column]) != row["was"][column] for column in ("question", "doctor"))
        }
        rows = [*reworded.values(), *self._standing_behind(reworded), *new]
        if not rows:
            return
        words = {row["id"]: threes(row["question"]) for row in rows}
        hashes = {row["id"]: bands(words[row["id"]], row["doctor"]) for row in rows}
        # Of these rows one can stand behind another only when that one stands for itself.
        others: dict[int, Mapping[str, Any]] = {}
        wanted = {each for own in hashes.values() for each in self._near.candidates(own)} - words.keys()
        for ids in chunks(sorted(wanted)):
            query = select(entries.c.id, entries.c.source_id, entries.c.question, entries.c.doctor)
            for each in self._connection.execute(query.where(entries.c.id.in_(ids), entries.c.near_id.is_(None))):
                others[each.id] = each._mapping
                words[each.id] = threes(each.question)
        found: list[_Row] = []
        for row in rows:
            near_id = self._nearest(row, hashes[row["id"]], others, words)
            if near_id is None:
                self._near.add(row["id"], hashes[row["id"]])
                others[row["id"]] = row
            else:
                self._counts["near"] += row["near_id"] is None
            if near_id != row["near_id"]:
                found.append({"id": row["id"], "near_id": near_id})
        self._update(found)

    def _standing_behind(self, reworded: Mapping[int, _Row]) -> list[_Row]:
        """The entries that were nearly the same as one whose words have changed: for them another has to be found."""
        behind: list[_Row] = []
        for ids in chunks(sorted(reworded)):
            query = select(entries).where(entries.c.near_id.in_(ids)).order_by(entries.c.id)
            behind += [dict(row._mapping) for row in self._connection.execute(query) if row.id not in reworded]
        return behind

    def _nearest(
        self,
        row: Mapping[str, Any],
        own: Sequence[int],
        others: Mapping[int, Mapping[str, Any]],
        words: Mapping[int, frozenset[tuple[str, ...]]],
    ) -> int | None:
        """The entry most like this one; none among the replies to its own page, which are answers of their own."""
        best: tuple[float, int] | None = None
        for other_id in self._near.candidates(own):
            other = others.get(other_id)
            if other is None or not same_signer(row["doctor"], other["doctor"]):
                continue
            if page_of(row["source_id"]) == page_of(other["source_id"]):
                continue
            alike = likeness(words[row["id"]], words[other_id])
            if alike >= ALIKE and (best is None or (-alike, other_id) < best):
                best = (-alike, other_id)
        return best[1] if best else None
