"""What the console's list shows of a conversation, kept in step with each turn, and what reviewers set beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from sqlalchemy import and_, func, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.canonical import storable
from bot.records.database import insert_absent, writing
from bot.records.lookup import WITHHELD
from bot.records.models import (
    archive_lookups,
    conversations,
    decisions,
    feedback,
    messages,
    summaries,
    summary_rules,
    summary_texts,
    summary_topics,
)
from bot.records.redaction import redact
from bot.records.turn_record import TurnRecord

log = structlog.get_logger(__name__)

NEW, IN_REVIEW, DONE = "new", "in_review", "done"
STATUSES = (NEW, IN_REVIEW, DONE)
EMERGENCY, QUESTION = "emergency", "question"
MOST_WORDS = 20_000
"""Characters of a conversation that a search looks through: a turn adds to them, and must not become slow by it."""
BATCH = 50
_SHORT = 6


class Summaries:
    """The summaries of one database. Every method is one transaction, and says whether it found the conversation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, conversation_id: str) -> dict[str, Any] | None:
        """The summary of a conversation; None where there is none."""
        query = select(summaries).where(summaries.c.conversation_id == conversation_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else dict(row._mapping)

    def set_status(self, conversation_id: str, status: str, user_id: int) -> bool:
        """Says how far reviewing is: what is in review is this user's, and what is new again is nobody's.

        Raises ValueError for what is no status.
        """
        if status not in STATUSES:
            raise ValueError(f"{status!r} is no status; there are {', '.join(STATUSES)}")
        if status == DONE:
            return self._set(conversation_id, status=status)
        return self._set(conversation_id, status=status, assigned_to=user_id if status == IN_REVIEW else None)

    def flag(self, conversation_id: str, flagged: bool) -> bool:
        """Marks a conversation for others to look at, or takes the mark away."""
        return self._set(conversation_id, flagged=flagged)

    def _set(self, conversation_id: str, **values: Any) -> bool:
        with writing(self._engine) as connection:
            here = summaries.c.conversation_id == conversation_id
            return bool(connection.execute(update(summaries).where(here).values(**values)).rowcount)


def summarise(connection: Connection, conversation_id: str, turn: TurnRecord | None = None) -> None:
    """Brings the summary of a conversation up to date, in the transaction of what changed it.

    With `turn`, only what that newest turn adds is written, where the summary was right before it. Whatever goes
    wrong is logged: the list may be behind, and a turn is never lost for it. The next turn makes the summary anew.
    """
    try:
        with connection.begin_nested():
            if turn is None or not _add(connection, turn):
                _renew(connection, conversation_id)
    except Exception as error:  # a part that shows, and does not answer: the turn is kept whatever is wrong with it
        log.error("summary.failed", conversation=conversation_id, error=type(error).__name__)


def backfill(
    engine: Engine, progress: Callable[[int], None] | None = None, stop: Callable[[], bool] = lambda: False
) -> int:
    """Makes the summaries that are missing, in small transactions; tells `progress` how many were made so far.

    Erased conversations have none. One that cannot be made is logged and left. Gives how many were made.
    """
    made, after = 0, ""
    missing = select(conversations.c.id).outerjoin(summaries, summaries.c.conversation_id == conversations.c.id)
    missing = missing.where(summaries.c.conversation_id.is_(None), conversations.c.erased_at.is_(None))
    while not stop():
        with writing(engine) as connection:
            query = missing.where(conversations.c.id > after).order_by(conversations.c.id).limit(BATCH)
            ids = list(connection.execute(query).scalars())
            for conversation_id in ids:
                summarise(connection, conversation_id)
        if not ids:
            break
        made, after = made + len(ids), ids[-1]
        if progress is not None:
            progress(made)
    return made


def lot(conversation_id: str) -> int:
    """The number that a conversation draws, once and for ever."""
    return int.from_bytes(hashlib.sha256(conversation_id.encode("utf-8", "replace")).digest()[:4], "big") >> 1


def _add(connection: Connection, turn: TurnRecord) -> bool:
    """Adds a turn to a summary that was right before it and older; says whether it was."""
    here = summaries.c.conversation_id == turn.conversation_id
    stored = select(func.count()).where(messages.c.conversation_id == turn.conversation_id).scalar_subquery()
    row = connection.execute(
        select(summaries.c.messages, summaries.c.last_at, stored.label("stored")).where(here)
    ).first()
    # A short conversation is made anew: that costs no more, and there is one way to begin.
    if row is None or row.last_at > turn.at or row.stored <= _SHORT:
        return False
    if row.messages + 1 + len(turn.replies) != row.stored:
        return False
    decision: Mapping[str, Any] = turn.decision or {}
    level, kinds = decision.get("level"), [reply.get("kind") for reply in turn.replies]
    values: dict[str, Any] = {
        "last_at": turn.at,
        "messages": row.stored,
        "questions": summaries.c.questions + kinds.count(QUESTION),
        "failures": summaries.c.failures + int(turn.failed is not None),
    }
    if level:
        values["level"] = level
    if level == EMERGENCY or EMERGENCY in kinds:
        values["emergency"] = True
    if turn.lookup is not None and turn.lookup.outcome == WITHHELD:
        values["withheld"] = True
    if (turn.case or {}).get("facts"):
        values["not_understood"] = False
    connection.execute(update(summaries).where(here).values(**values))
    _name(connection, turn.conversation_id, decision.get("topics"), decision.get("fired"))
    if turn.text:
        _say(connection, turn.conversation_id, redact(storable(turn.text)))
    return True


def _renew(connection: Connection, conversation_id: str) -> None:
    """Makes the whole summary from what is stored; what reviewers set stays."""
    shell = connection.execute(
        select(conversations.c.channel, conversations.c.opened_at, conversations.c.last_at).where(
            conversations.c.id == conversation_id, conversations.c.erased_at.is_(None)
        )
    ).first()
    if shell is None:
        return
    said = messages.c.conversation_id == conversation_id
    rows = connection.execute(
        select(messages.c.client_id, messages.c.text, messages.c.reply, messages.c.failed)
        .where(said)
        .order_by(messages.c.at, messages.c.id)
    ).all()
    made = connection.execute(
        select(decisions.c.level, decisions.c.fired, decisions.c.facts, decisions.c.decision)
        .where(decisions.c.conversation_id == conversation_id)
        .order_by(decisions.c.at, decisions.c.id)
    ).all()
    lookups = archive_lookups.c
    withheld = select(lookups.id).where(lookups.conversation_id == conversation_id, lookups.outcome == WITHHELD)
    judged = select(feedback.c.helpful).where(feedback.c.conversation_id == conversation_id)
    values = {
        "channel": shell.channel,
        "opened_at": shell.opened_at,
        "last_at": shell.last_at,
        "withheld": connection.execute(withheld.limit(1)).first() is not None,
        "helpful": connection.execute(judged.order_by(feedback.c.at.desc(), feedback.c.id.desc()).limit(1)).scalar(),
        **_counted(rows, made),
    }
    new = {**values, "conversation_id": conversation_id, "status": NEW, "flagged": False, "lot": lot(conversation_id)}
    if insert_absent(connection, summaries, new) is None:
        connection.execute(update(summaries).where(summaries.c.conversation_id == conversation_id).values(**values))
    records = [json.loads(row.decision) for row in made if row.decision]
    topics = [topic for record in records for topic in record.get("topics") or []]
    _name(connection, conversation_id, topics, [rule for row in made for rule in row.fired or []])
    words = "\n".join(redact(row.text) for row in rows if row.client_id is not None and row.text)[:MOST_WORDS]
    known = connection.execute(select(summary_texts.c.words).where(summary_texts.c.conversation_id == conversation_id))
    if (before := known.scalar()) is None:
        if words:
            insert_absent(connection, summary_texts, {"conversation_id": conversation_id, "words": words})
    elif before != words:
        here = summary_texts.c.conversation_id == conversation_id
        connection.execute(update(summary_texts).where(here).values(words=words))


def _counted(rows: Iterable[Row], made: Iterable[Row]) -> dict[str, Any]:
    """What is counted of a conversation's messages and decisions."""
    rows, made = list(rows), list(made)
    levels = [row.level for row in made if row.level]
    kinds = [row.reply.get("kind") for row in rows if row.reply]
    facts = any(json.loads(row.facts).get("facts") for row in made)
    return {
        "level": levels[-1] if levels else None,
        # An emergency that was answered while deciding failed is one too.
        "emergency": EMERGENCY in levels or EMERGENCY in kinds,
        "not_understood": any(row.client_id is not None for row in rows) and not facts,
        "messages": len(rows),
        "questions": kinds.count(QUESTION),
        "failures": sum(row.failed is not None for row in rows),
    }


def _name(connection: Connection, conversation_id: str, topics: Any, fired: Any) -> None:
    """Notes the topics and rules of a decision that are not noted yet."""
    ids = [rule.get("id", "") if isinstance(rule, Mapping) else str(rule) for rule in fired or []]
    for table, column, names in ((summary_topics, "topic", topics or []), (summary_rules, "rule", ids)):
        wanted = {str(name)[:64] for name in names if name}
        if not wanted:
            continue
        known = select(table.c[column]).where(table.c.conversation_id == conversation_id)
        for name in sorted(wanted - set(connection.execute(known).scalars())):
            insert_absent(connection, table, {"conversation_id": conversation_id, column: name})


def _say(connection: Connection, conversation_id: str, words: str) -> None:
    """Adds what was said to what a search looks through, as far as there is room."""
    column = summary_texts.c.words
    here = and_(summary_texts.c.conversation_id == conversation_id, func.length(column) < MOST_WORDS)
    longer = func.substr(column + "\n" + words, 1, MOST_WORDS)
    changed = connection.execute(update(summary_texts).where(here).values(words=longer))
    if not changed.rowcount:
        # Either it is full, or only choices were pressed so far.
        insert_absent(connection, summary_texts, {"conversation_id": conversation_id, "words": words[:MOST_WORDS]})
