"""Conversations as they are kept: opened, stored turn by turn, read again, and erased with a receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import structlog
from sqlalchemy import and_, func, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import SQLAlchemyError

from bot.records.canonical import canonical, storable
from bot.records.database import insert_absent, writing
from bot.records.erasure import erase
from bot.records.existence import Erased, is_erased
from bot.records.feedback import given
from bot.records.handoffs import ask
from bot.records.letters import CLINICIAN
from bot.records.models import (
    archive_entries,
    archive_lookups,
    conversations,
    decisions,
    knowledge_versions,
    messages,
)
from bot.records.summaries import summarise
from bot.records.turn_record import TurnRecord

__all__ = ["Conversations", "TurnRecord"]


log = structlog.get_logger(__name__)

Rows = list[dict[str, Any]]


class Conversations:
    """The conversations of one database. Every method is one transaction; any number of threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def engine(self) -> Engine:
        """The database, for what is kept beside the conversations."""
        return self._engine

    def open(self, conversation_id: str, channel: str, consent: bool, at: datetime) -> None:
        """Begins a conversation. Opening it again changes nothing, except that consent given later is noted.

        Raises Erased for the id of an erased conversation.
        """
        with writing(self._engine) as connection:
            new = {"id": conversation_id, "channel": channel, "consent": consent, "opened_at": at, "last_at": at}
            if insert_absent(connection, conversations, new) is None:
                if is_erased(connection, conversation_id):
                    raise Erased(f"conversation {conversation_id} was erased: open one with a new id")
                if consent:
                    here = conversations.c.id == conversation_id
                    connection.execute(update(conversations).where(here).values(consent=True))
            else:
                summarise(connection, conversation_id)

    def exists(self, conversation_id: str) -> bool:
        """Whether a conversation of this id is open; an erased one is not."""
        here = and_(conversations.c.id == conversation_id, conversations.c.erased_at.is_(None))
        with self._engine.connect() as connection:
            return connection.execute(select(conversations.c.id).where(here)).first() is not None

    def was_erased(self, conversation_id: str) -> bool:
        """Whether a conversation of this id was there and was erased, asked in one look: one that is stored meanwhile
        was not."""
        with self._engine.connect() as connection:
            return is_erased(connection, conversation_id)

    def turn(self, conversation_id: str, client_id: str) -> Rows | None:
        """The replies already given to the message that a client gave this id; None where it was not stored yet."""
        asked = messages.alias("asked")
        query = (
            select(asked.c.id, messages.c.reply)
            .select_from(asked.outerjoin(messages, messages.c.answers_id == asked.c.id))
            .where(asked.c.conversation_id == conversation_id, asked.c.client_id == storable(client_id))
            .order_by(messages.c.id)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [row.reply for row in rows if row.reply is not None] if rows else None

    def store_turn(self, record: TurnRecord) -> bool:
        """Stores a turn, all of it or nothing; says whether it was new.

        A message of the same client id is stored once, the first time. A conversation that was never opened is
        opened, without consent, because what was said must not be lost; one that was erased stays empty.
        """
        with writing(self._engine) as connection:
            first = {"channel": record.channel, "consent": False, "opened_at": record.at, "last_at": record.at}
            opened = insert_absent(connection, conversations, {"id": record.conversation_id, **first})
            if opened is None and is_erased(connection, record.conversation_id, to_write=True):
                return False
            asked = {
                "conversation_id": record.conversation_id,
                "client_id": storable(record.client_id),
                "at": record.at,
                "text": None if record.text is None else storable(record.text),
                "choices": record.choices,
                "failed": record.failed,
                "took_ms": record.took_ms,
                "model": record.model,
            }
            message_id = insert_absent(connection, messages, asked)
            if message_id is None:
                return False
            for reply in record.replies:
                answer = {"conversation_id": record.conversation_id, "answers_id": message_id, "at": record.at}
                connection.execute(messages.insert().values(**answer, reply=reply))
            _store_decision(connection, record, message_id)
            _store_lookup(connection, record, message_id)
            if record.asks_human:
                ask(connection, record.conversation_id, record.at)
            # A turn from the journal may be older than the newest: the time only moves forward.
            here = and_(conversations.c.id == record.conversation_id, conversations.c.last_at < record.at)
            connection.execute(update(conversations).where(here).values(last_at=record.at))
            summarise(connection, record.conversation_id, record)
        return True

    def case(self, conversation_id: str) -> dict[str, Any] | None:
        """The facts after the newest turn that has any; None before the first one."""
        newest = self.newest(conversation_id)
        return None if newest is None else newest[0]

    def newest(self, conversation_id: str) -> tuple[dict[str, Any], datetime] | None:
        """The facts after the newest turn that has any, and its moment; None before the first one."""
        newest = (
            select(decisions.c.facts, decisions.c.at)
            .where(decisions.c.conversation_id == conversation_id)
            .order_by(decisions.c.at.desc(), decisions.c.id.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(newest).first()
        return None if row is None else (dict(json.loads(row.facts)), row.at)

    def level(self, conversation_id: str) -> str | None:
        """The level of the newest decision; None before the first. A turn that decided nothing leaves it as it was."""
        newest = (
            select(decisions.c.level)
            .where(decisions.c.conversation_id == conversation_id, decisions.c.level.is_not(None))
            .order_by(decisions.c.at.desc(), decisions.c.id.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            return connection.execute(newest).scalar()

    def history(self, conversation_id: str) -> Rows:
        """Every message in order: {"from": "person", id, at, text or choices}, {"from": "bot", at, and the reply}, or
        {"from": "clinician", at, id, kind, text}. A reply of which the person said whether it helped carries that.
        """
        rows, judged = self._messages(conversation_id)
        return [_public(row, judged) for row in rows]

    def list(self, limit: int = 50, offset: int = 0) -> Rows:
        """Conversations, the one last spoken in first: id, channel, times, counts, newest level."""
        said = select(func.count()).where(messages.c.conversation_id == conversations.c.id)
        level = (
            select(decisions.c.level)
            .where(decisions.c.conversation_id == conversations.c.id)
            .order_by(decisions.c.at.desc(), decisions.c.id.desc())
            .limit(1)
        )
        query = (
            select(
                conversations,
                said.scalar_subquery().label("messages"),
                said.where(messages.c.failed.is_not(None)).scalar_subquery().label("failures"),
                level.scalar_subquery().label("level"),
            )
            .order_by(conversations.c.last_at.desc(), conversations.c.id)
            .limit(limit)
            .offset(offset)
        )
        with self._engine.connect() as connection:
            return [
                {**_shell(row), "messages": row.messages, "failures": row.failures, "level": row.level}
                for row in connection.execute(query)
            ]

    def count(self) -> int:
        """How many conversations there are, erased ones too."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(conversations)).scalar_one())

    def show(self, conversation_id: str) -> dict[str, Any] | None:
        """One conversation for the console: its row, and its messages with the decision beside each of the person's.

        A message also has `row`, its number in the table, and `took_ms` and `model` of its turn. A decision is {id,
        decided_on, level, could_become, fired, facts, decision, knowledge_version}. None where there is no such
        conversation.
        """
        with self._engine.connect() as connection:
            shell = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).first()
            made = connection.execute(select(decisions).where(decisions.c.conversation_id == conversation_id)).all()
        if shell is None:
            return None
        by_message = {row.message_id: _decision(row) for row in made}
        rows, judged = self._messages(conversation_id)
        said = [
            {
                **_public(row, judged),
                **{"row": row.id, "failed": row.failed, "took_ms": row.took_ms, "model": row.model},
                "decision": by_message.get(row.id),
            }
            for row in rows
        ]
        return {**_shell(shell), "messages": said}

    def knowledge(self, version: str) -> bytes | None:
        """The canonical bytes of a knowledge version that decided something here; None where there is none of it."""
        query = select(knowledge_versions.c.canonical).where(knowledge_versions.c.version == version)
        with self._engine.connect() as connection:
            canonical_bytes = connection.execute(query).scalar()
        return None if canonical_bytes is None else bytes(canonical_bytes)

    def erase(self, conversation_id: str, at: datetime) -> dict[str, Any]:
        """Erases everything of a conversation, in every table; the receipt of `bot.records.erasure`."""
        return erase(self._engine, conversation_id, at)

    def _messages(self, conversation_id: str) -> tuple[Sequence[Row], dict[str, dict[str, Any]]]:
        """The rows of a conversation in order, and the feedback to its replies."""
        turn = func.coalesce(messages.c.answers_id, messages.c.id)
        query = (
            select(messages)
            .where(messages.c.conversation_id == conversation_id)
            .order_by(messages.c.at, turn, messages.c.id)
        )
        with self._engine.connect() as connection:
            return tuple(connection.execute(query).all()), given(connection, conversation_id)


def _store_decision(connection: Connection, record: TurnRecord, message_id: int) -> None:
    if record.case is None and record.decision is None:
        return
    if record.knowledge_version and record.knowledge_canonical is not None:
        version = {"version": record.knowledge_version, "canonical": record.knowledge_canonical}
        known = select(knowledge_versions.c.version).where(knowledge_versions.c.version == record.knowledge_version)
        # Asked first, so that the bytes travel to the database once per version and not once per turn.
        if connection.execute(known).first() is None:
            insert_absent(connection, knowledge_versions, {**version, "first_used_at": record.at})
    decision: Mapping[str, Any] = record.decision or {}
    connection.execute(
        decisions.insert().values(
            conversation_id=record.conversation_id,
            message_id=message_id,
            at=record.at,
            decided_on=record.decided_on or record.at.astimezone(timezone.utc).date(),
            level=decision.get("level"),
            could_become=decision.get("could_become"),
            fired=decision.get("fired"),
            facts=canonical(record.case or {}),
            decision=None if record.decision is None else canonical(record.decision),
            knowledge_version=record.knowledge_version or None,
        )
    )


def _store_lookup(connection: Connection, record: TurnRecord, message_id: int) -> None:
    if record.lookup is None:
        return
    # The entry may be gone since it was found: then the lookup is kept without it.
    there = select(archive_entries.c.id).where(archive_entries.c.id == record.lookup.entry_id).scalar_subquery()
    values = {**record.lookup.to_json(), "entry_id": there}
    here = {"conversation_id": record.conversation_id, "message_id": message_id, "at": record.at}
    try:
        # A savepoint: whatever is wrong with a lookup, the turn is kept.
        with connection.begin_nested():
            connection.execute(archive_lookups.insert().values(**here, **values))
    except SQLAlchemyError as error:
        log.error("lookup not recorded", conversation=record.conversation_id, error=type(error).__name__)


def _public(row: Row, judged: Mapping[str, Any]) -> dict[str, Any]:
    at = row.at.isoformat()
    if row.client_id is None:
        judgement = judged.get(row.reply.get("id", ""))
        author = CLINICIAN if row.reply.get("kind") == CLINICIAN else "bot"
        return {"from": author, "at": at, **row.reply, **({"feedback": judgement} if judgement else {})}
    said = {"text": row.text} if row.choices is None else {"choices": row.choices}
    return {"from": "person", "id": row.client_id, "at": at, **said}


def _shell(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "channel": row.channel,
        "consent": row.consent,
        "opened_at": row.opened_at.isoformat(),
        "last_at": row.last_at.isoformat(),
        "erased_at": row.erased_at.isoformat() if row.erased_at else None,
    }


def _decision(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "decided_on": row.decided_on.isoformat(),
        "level": row.level,
        "could_become": row.could_become,
        "fired": row.fired,
        "facts": json.loads(row.facts),
        "decision": None if row.decision is None else json.loads(row.decision),
        "knowledge_version": row.knowledge_version,
    }
