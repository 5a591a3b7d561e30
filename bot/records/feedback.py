"""What people say of a reply: whether it helped, and why. One word for each reply, the newest."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.engine import Connection, Engine

from bot.records.canonical import storable
from bot.records.database import insert_absent, writing
from bot.records.existence import must_be_open
from bot.records.handoffs import ask
from bot.records.models import feedback, messages
from bot.records.summaries import summarise


class UnknownReply(LookupError):
    """The conversation has no reply of this id."""


class Feedback:
    """The feedback of one database. Every method is one transaction; any number of threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def give(self, conversation_id: str, reply_id: str, helpful: bool, comment: str | None, at: datetime) -> None:
        """Stores what the person says of a reply, in place of what they said of it before.

        Raises UnknownConversation, Erased, or UnknownReply.
        """
        values = {"helpful": helpful, "comment": storable(comment) if comment else None, "at": at}
        key = {"conversation_id": conversation_id, "reply_id": reply_id}
        with writing(self._engine) as connection:
            must_be_open(connection, conversation_id)
            said = select(messages.c.reply).where(
                messages.c.conversation_id == conversation_id, messages.c.answers_id.is_not(None)
            )
            if not any(reply.get("id") == reply_id for reply in connection.execute(said).scalars()):
                raise UnknownReply(f"conversation {conversation_id} has no reply {reply_id}")
            if insert_absent(connection, feedback, {**key, **values}) is None:
                here = and_(*(feedback.c[name] == value for name, value in key.items()))
                connection.execute(update(feedback).where(here).values(**values))
            if not helpful:
                # Whom the bot could not help waits for a clinician.
                ask(connection, conversation_id, at)
            summarise(connection, conversation_id)


def given(connection: Connection, conversation_id: str) -> dict[str, dict[str, Any]]:
    """The feedback of a conversation by the id of the reply: {helpful, comment?}."""
    rows = connection.execute(select(feedback).where(feedback.c.conversation_id == conversation_id))
    return {row.reply_id: {"helpful": row.helpful, **({"comment": row.comment} if row.comment else {})} for row in rows}
