"""A filter of the list of conversations: read from what a link says, and turned into conditions of a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import exists, or_, select

from bot.records.canonical import storable
from bot.records.models import reviews, summaries, summary_rules, summary_topics
from bot.records.wording import MOST_TEXT, matching, terms

YES = "1"
NOBODY = "nobody"
HELPFUL, NOT_HELPFUL, NO_FEEDBACK = "helpful", "not", "none"
FEEDBACK = (HELPFUL, NOT_HELPFUL, NO_FEEDBACK)
HANDOFFS = ("asked", "taken")
SORTS = ("last", "opened", "level", "length")
MOST_NUMBER = 99_999
# How a link names what Python has a word of its own for.
_NAMES = {"since": "from", "until": "to"}


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

    def conditions(self, dialect: str) -> list[Any]:
        """What a row of `summaries` must fulfil."""
        c = summaries.c
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
        for table, value in ((summary_topics.c.topic, self.topic), (summary_rules.c.rule, self.rule)):
            if value:
                found.append(c.conversation_id.in_(select(table.table.c.conversation_id).where(table == value)))
        if self.reviewer:
            found.append(_of_reviewer(self.reviewer))
        if self.text:
            asked = terms(self.text)
            # Signs alone ask for nothing, and nothing holds them.
            found.append(c.conversation_id.in_(matching(asked, dialect)) if asked else c.conversation_id.is_(None))
        return found


def _of_reviewer(reviewer: str) -> Any:
    judged = reviews.c.conversation_id == summaries.c.conversation_id
    if reviewer == NOBODY:
        return summaries.c.assigned_to.is_(None) & ~exists().where(judged)
    theirs = select(reviews.c.conversation_id).where(reviews.c.reviewer_id == int(reviewer))
    return or_(summaries.c.assigned_to == int(reviewer), summaries.c.conversation_id.in_(theirs))


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
