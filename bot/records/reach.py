"""Whom a clinician can write to: everybody in the chat of our own, and on a platform whoever is still known there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import ColumnElement

from bot.records.correspondents import Envelopes
from bot.records.models import conversations, correspondents

# The channel of the chat of our own. What is said there is read from the history: nothing is sent.
WEB = "web"


class Unreachable(LookupError):
    """The person is on a platform, and how to write to them there is not known."""


def reached() -> ColumnElement[bool]:
    """Whether the person of a row of `conversations` can be written to."""
    known = exists().where(correspondents.c.conversation_id == conversations.c.id)
    return and_(conversations.c.erased_at.is_(None), or_(conversations.c.channel == WEB, known))


def can_be_written_to(engine: Engine, conversation_id: str) -> bool:
    """Whether the person of a conversation can be written to; nobody can in one that is not there."""
    query = select(reached()).where(conversations.c.id == conversation_id)
    with engine.connect() as connection:
        return bool(connection.execute(query).scalar())


def deliver(
    connection: Connection, envelopes: Envelopes, conversation_id: str, reply: Mapping[str, Any], at: datetime
) -> None:
    """Puts a message into the outbox within a transaction, where the person is on a platform. Raises Unreachable where
    it would never come out of there: then it must not stand in the history either, as if it had been said."""
    if envelopes.deliver(connection, conversation_id, reply, at):
        return
    channel = select(conversations.c.channel).where(conversations.c.id == conversation_id)
    if connection.execute(channel).scalar() != WEB:
        raise Unreachable(f"nobody can be written to in conversation {conversation_id}")
