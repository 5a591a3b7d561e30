"""Whether a conversation is there: never opened, open, or erased."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.records.models import conversations


class UnknownConversation(LookupError):
    """There is no conversation of this id."""


class Erased(LookupError):
    """The conversation was erased: its id is not used again."""


def is_erased(connection: Connection, conversation_id: str, to_write: bool = False) -> bool:
    """Whether a conversation of this id was there and was erased. With `to_write`, it is
    not erased before this transaction ends either: what was written in between would stay for ever."""
    query = select(conversations.c.erased_at).where(conversations.c.id == conversation_id)
    if to_write:
        query = query.with_for_update(key_share=True)
    return connection.execute(query).scalar() is not None


def must_be_open(connection: Connection, conversation_id: str) -> None:
    """Raises UnknownConversation or Erased where nothing may be added to a conversation; none is erased before the
    transaction ends."""
    query = select(conversations.c.erased_at).where(conversations.c.id == conversation_id)
    query = query.with_for_update(key_share=True)
    row = connection.execute(query).first()
    if row is None:
        raise UnknownConversation(f"there is no conversation {conversation_id}")
    if row.erased_at is not None:
        raise Erased(f"conversation {conversation_id} was erased")
