"""A filter of the list of conversations: read from what a link says, and turned into conditions of a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import exists, literal_column, or_, select
from sqlalchemy.sql import ColumnCollection

from bot.records.canonical import storable
from bot.records.models import reviews, summaries, summary_rules, summary_topics
from bot.records.wording import MOST_TEXT, joined, matching, terms

YES = "1"
NOBODY = "nobody"
HELPFUL, NOT_HELPFUL, NO_FEEDBACK = "helpful", "not", "none"
FEEDBACK = (HELPFUL, NOT_HELPFUL, NO_FEEDBACK)
HANDOFFS = ("asked", "taken")
SORTS = ("last", "opened", "level", "length")
MOST_NUMBER = 99_999
# How a link names what Python has a word of its own for.
_NAMES = {"since": "from", "until": "to"}
# With a sign before it a column leads SQLite to no index: words, topic or order do, which leave less to look at.
LED = ColumnCollection([(c.name, literal_column(f"+summaries.{c.name}", c.type)) for c in summaries.c])


@dataclass(frozen=True)
class Filter:
    """Which conversations are listed, and in which order; an empty filter lists all, the last spoken in first.

    Every field is a text as it stands in a link. `reviewer` is the number of a user, or NOBODY.
    """

    text: str = ""
    since: str = ""
    until: str = ""
    channel: str = ""
    level: str = ""
    topic: str = ""
    rule: str = ""
    status: str = ""
    feedback: str = ""
    least: str = ""
    most: str = ""
    reviewer: str = ""
    handoff: str = ""
    flagged: str = ""
    withheld: str = ""
    not_understood: str = ""
    emergency: str = ""
    sort: str = ""
    order: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, Any]) -> tuple[Filter, list[str]]:
        """The filter that a link asks for, and the names of what could not be read in it and does not count."""
        values, wrong = {}, []
        for each in fields(cls):
            name = _NAMES.get(each.name, each.name)
            text = storable(str(asked.get(name) or "")).strip()[:MOST_TEXT]
            if text and not _readable(each.name, text):
                wrong.append(name)
            elif text:
                values[each.name] = text
        return cls(**values), wrong

    def link(self) -> dict[str, str]:
        """What a link to this filter says: what is set, by name."""
        given = {_NAMES.get(each.name, each.name): getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in given.items() if value}

    @property
    def sorted_by(self) -> str:
        """One of SORTS."""
        return self.sort or SORTS[0]

    @property
    def narrows(self) -> bool:
        """Whether some conversation may be left out."""
        return bool(set(self.link()) - {"sort", "order"})

    def query(self, dialect: str, *columns: Any, walk: bool = False) -> Any:
        """A query for columns of `summaries`, over the rows that the filter lets through.

        `walk` is for a page out of very many: SQLite then goes along the order and not first through all of them.
        """
        asked = terms(self.text)
        named = [(table, value) for table, value in ((summary_topics, self.topic), (summary_rules, self.rule)) if value]
        led = dialect == "sqlite" and bool(walk or named or self.text)
        found = select(*columns).where(*self._conditions(LED if led else summaries.c))
        if named and dialect == "sqlite" and not walk and not self.text:
            # All of a topic are found in its own index, side by side.
            (table, value), *named = named
            theirs = table.join(summaries, summaries.c.conversation_id == table.c.conversation_id)
            found = found.select_from(theirs).where(_name(table) == value)
        for table, value in named:
            its = select(table.c.conversation_id).where(_name(table) == value)
            there = table.c.conversation_id == summaries.c.conversation_id
            inside = summaries.c.conversation_id.in_(its)
            found = found.where(its.where(there).exists() if dialect == "sqlite" else inside)
        if not self.text:
            return found
        if not asked:
            # Signs alone ask for nothing, and nothing holds them.
            return found.where(summaries.c.conversation_id.is_(None))
        if dialect == "postgresql":
            return found.where(summaries.c.conversation_id.in_(matching(asked)))
        source, holds = joined(asked, summaries)
        return found.select_from(source).where(holds)

    def _conditions(self, c: Any) -> list[Any]:
        """What a row must fulfil, whatever was written in it and decided of it. `c` are the columns of summaries."""
        found: list[Any] = []
        for name in ("channel", "level", "status", "handoff"):
            if value := getattr(self, name):
                found.append(c[name] == value if (name, value) != ("level", NO_FEEDBACK) else c.level.is_(None))
        for name in ("flagged", "withheld", "not_understood", "emergency"):
            if getattr(self, name):
                found.append(c[name].is_(True))
        if self.since:
            found.append(c.last_at >= _midnight(self.since))
        if self.until:
            found.append(c.last_at < _midnight(self.until) + timedelta(days=1))
        if self.least:
            found.append(c.messages >= int(self.least))
        if self.most:
            found.append(c.messages <= int(self.most))
        if self.feedback:
            found.append(c.helpful.is_(None if self.feedback == NO_FEEDBACK else self.feedback == HELPFUL))
        if self.reviewer:
            found.append(_of_reviewer(self.reviewer))
        return found


def _of_reviewer(reviewer: str) -> Any:
    judged = reviews.c.conversation_id == summaries.c.conversation_id
    if reviewer == NOBODY:
        return summaries.c.assigned_to.is_(None) & ~exists().where(judged)
    theirs = select(reviews.c.conversation_id).where(reviews.c.reviewer_id == int(reviewer))
    return or_(summaries.c.assigned_to == int(reviewer), summaries.c.conversation_id.in_(theirs))


def _name(table: Any) -> Any:
    return table.c.topic if table is summary_topics else table.c.rule


def _midnight(day: str) -> datetime:
    at = date.fromisoformat(day)
    return datetime(at.year, at.month, at.day, tzinfo=timezone.utc)


def _readable(name: str, text: str) -> bool:
    if name in ("since", "until"):
        try:
            # The years at both ends have no day before or after them.
            return 1 < date.fromisoformat(text).year < 9999
        except ValueError:
            return False
    if name in ("least", "most"):
        return _number(text) and int(text) <= MOST_NUMBER
    if name == "reviewer":
        return text == NOBODY or (_number(text) and int(text) < 2**31)
    choices = {"feedback": FEEDBACK, "handoff": HANDOFFS, "sort": SORTS, "order": ("up", "down")}
    if name in choices:
        return text in choices[name]
    return name not in ("flagged", "withheld", "not_understood", "emergency") or text == YES


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 11
