"""What clinicians write into a conversation: kept among its messages, as their own and not as the bot's."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.engine import Engine

from bot.records.canonical import storable
from bot.records.correspondents import Envelopes
from bot.records.database import writing
from bot.records.existence import must_be_open
from bot.records.handoffs import is_held
from bot.records.models import conversations, messages
from bot.records.reach import deliver
from bot.records.summaries import summarise

# The kind of such a message, and whom it is from.
CLINICIAN = "clinician"


class Letters:
    """The letters of one database. Every method is one transaction; any number of threads may share it. With
    `envelopes` a letter to somebody on a platform goes into the outbox; without, nothing is delivered."""

    def __init__(self, engine: Engine, envelopes: Envelopes | None = None) -> None:
        self._engine = engine
        self._envelopes = envelopes

    def write(
        self, conversation_id: str, letter_id: str, text: str, at: datetime, by: str = ""
    ) -> dict[str, Any] | None:
        """Stores a letter; gives it as the history does, or None where one of this id was there already.

        `by` says who writes. The letter tells whether a clinician holds the conversation, and so who reads what is
        written back. Raises UnknownConversation, Erased, or, for somebody on a platform, Unreachable.
        """
        letter: dict[str, Any] = {"id": letter_id, "kind": CLINICIAN, "text": storable(text)}
        if by:
            letter["by"] = storable(by)
        with writing(self._engine) as connection:
            must_be_open(connection, conversation_id)
            others = select(messages.c.reply).where(
                messages.c.conversation_id == conversation_id,
                messages.c.client_id.is_(None),
                messages.c.answers_id.is_(None),
            )
            if any(other.get("id") == letter_id for other in connection.execute(others).scalars()):
                return None
            letter["held"] = is_held(connection, conversation_id)
            connection.execute(messages.insert().values(conversation_id=conversation_id, at=at, reply=letter))
            if self._envelopes is not None:
                deliver(connection, self._envelopes, conversation_id, letter, at)
            here = and_(conversations.c.id == conversation_id, conversations.c.last_at < at)
            connection.execute(update(conversations).where(here).values(last_at=at))
            summarise(connection, conversation_id)
        return {"from": CLINICIAN, "at": at.astimezone(timezone.utc).isoformat(), **letter}
