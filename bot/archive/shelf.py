"""The archive as clinicians see it: every entry, hidden ones too, and what they set: a level, or that it is hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import Engine, Row

from bot.archive.levels import LEVELS
from bot.records.canonical import storable
from bot.records.database import writing
from bot.records.lookup import WITHHELD
from bot.records.models import archive_entries as entries
from bot.records.models import archive_links as links
from bot.records.models import archive_lookups as lookups

MOST_TEXT = 200
"""Characters of a filter, and of a reason for hiding."""
MOST_ALIKE = 50
_ESCAPE = "\\"

Counts = dict[int, Counter[str]]


@dataclass(frozen=True)
class Filter:
    """Which entries are listed; an empty filter lists all."""

    text: str = ""
    level: str = ""
    specialty: str = ""
    hidden: bool = False
    withheld: bool = False

    def conditions(self) -> list[Any]:
        """What a row must fulfil."""
        found: list[Any] = []
        if self.text.strip():
            pattern = storable(self.text.strip()[:MOST_TEXT])
            for sign in (_ESCAPE, "%", "_"):
                pattern = pattern.replace(sign, _ESCAPE + sign)
            columns = (entries.c.title, entries.c.question, entries.c.reply)
            found.append(or_(*(column.ilike(f"%{pattern}%", escape=_ESCAPE) for column in columns)))
        if self.level:
            found.append(func.coalesce(entries.c.clinician_level, entries.c.reply_level) == storable(self.level))
        if self.specialty:
            found.append(entries.c.specialty == storable(self.specialty))
        if self.hidden:
            found.append(entries.c.hidden_because.is_not(None))
        if self.withheld:
            found.append(entries.c.id.in_(select(lookups.c.entry_id).where(lookups.c.outcome == WITHHELD)))
        return found


@dataclass(frozen=True)
class Shown:
    """One entry: its row, how often each outcome befell it, what is nearly the same, and what is linked to it."""

    row: Row
    counts: Counter[str]
    near: Sequence[Row]
    similar: Sequence[Row]


class Shelf:
    """The entries of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self, wanted: Filter, limit: int, offset: int = 0) -> Sequence[Row]:
        """Entries by their number, without their texts."""
        columns = [entries.c[name] for name in _LISTED]
        query = select(*columns).where(*wanted.conditions()).order_by(entries.c.id).limit(limit).offset(offset)
        with self._engine.connect() as connection:
            return list(connection.execute(query))

    def count(self, wanted: Filter) -> int:
        """How many entries there are."""
        query = select(func.count()).select_from(entries).where(*wanted.conditions())
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def specialties(self) -> Sequence[str]:
        """The specialties that entries have, in the order of the alphabet."""
        query = select(entries.c.specialty).where(entries.c.specialty.is_not(None)).distinct()
        with self._engine.connect() as connection:
            return sorted(connection.execute(query).scalars())

    def counts(self, ids: Sequence[int]) -> Counts:
        """How often each outcome befell these entries."""
        query = select(lookups.c.entry_id, lookups.c.outcome, func.count().label("times"))
        query = query.where(lookups.c.entry_id.in_(ids)).group_by(lookups.c.entry_id, lookups.c.outcome)
        found: Counts = {entry_id: Counter() for entry_id in ids}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                found[row.entry_id][row.outcome] = row.times
        return found

    def rows(self, ids: Sequence[int]) -> dict[int, Row]:
        """These entries, whole; one that is not there is left out."""
        with self._engine.connect() as connection:
            return {row.id: row for row in connection.execute(select(entries).where(entries.c.id.in_(ids)))}

    def show(self, entry_id: int) -> Shown | None:
        """One entry; None where there is none."""
        row = self.rows([entry_id]).get(entry_id)
        if row is None:
            return None
        alike = [entries.c.near_id == entry_id]
        if row.near_id is not None:
            alike += [entries.c.id == row.near_id, entries.c.near_id == row.near_id]
        columns = [entries.c[name] for name in _LISTED]
        near = select(*columns).where(or_(*alike), entries.c.id != entry_id).order_by(entries.c.id).limit(MOST_ALIKE)
        linked = select(*columns).join(links, links.c.similar_id == entries.c.id)
        linked = linked.where(links.c.entry_id == entry_id).order_by(links.c.position).limit(MOST_ALIKE)
        with self._engine.connect() as connection:
            twins, similar = list(connection.execute(near)), list(connection.execute(linked))
        return Shown(row, self.counts([entry_id])[entry_id], twins, similar)

    def hide(self, entry_id: int, because: str, at: datetime) -> bool:
        """Hides an entry from every search; says whether it is there. Raises ValueError without a reason."""
        reason = storable(because).strip()[:MOST_TEXT]
        if not reason:
            raise ValueError("an entry is hidden with a reason: write one")
        return self._set(entry_id, hidden_because=reason, hidden_at=at)

    def show_again(self, entry_id: int, at: datetime) -> bool:
        """Lets searches find a hidden entry again; says whether it is there. `at` tells them to look again."""
        return self._set(entry_id, hidden_because=None, hidden_at=at)

    def rate(self, entry_id: int, level: str | None) -> bool:
        """Sets a clinician's level, which wins over the one that was read; None takes it away again. Says whether the
        entry is there. Raises ValueError for what is no level of a reply."""
        if level is not None and level not in LEVELS:
            raise ValueError(f"{level} is no level of a reply: choose one of {', '.join(LEVELS)}")
        return self._set(entry_id, clinician_level=level)

    def _set(self, entry_id: int, **values: Any) -> bool:
        with writing(self._engine) as connection:
            done = connection.execute(update(entries).where(entries.c.id == entry_id).values(**values))
        return bool(done.rowcount)


_LISTED = ("id", "title", "specialty", "reply_level", "clinician_level", "hidden_because", "cut_off", "sample")
