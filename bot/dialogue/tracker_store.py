"""Rasa's events in our own database: the store reads no more than the last turns, and fails loudly.

Rasa's SQL store reads and counts the whole session at every turn, on the event loop; its FailSafeTrackerStore answers a
failing database with an empty memory, and so restarts a triage without a word. Here the last events are enough,
because the case travels with each message and no rule looks further back; the work is done in a thread; and an error
of the database goes up to the desk.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Iterable, Optional

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Engine

from bot.records.database import writing
from bot.records.existence import is_erased
from bot.records.models import conversations

# A turn is about six events; what is read must hold at least one whole turn.
EVENTS_READ = 24

_metadata = sa.MetaData()
# The columns of Rasa's own SQL tracker store, so that its tools (rasa export) read the table as well.
EVENTS = sa.Table(
    "events",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False, index=True),
    sa.Column("type_name", sa.String(255), nullable=False),
    sa.Column("timestamp", sa.Float),
    sa.Column("intent_name", sa.String(255)),
    sa.Column("action_name", sa.String(255)),
    sa.Column("data", sa.Text),
)


class EventStore(TrackerStore, SerializedTrackerAsText):
    """A tracker store on an engine of ours. Every method raises SQLAlchemyError where the database does not work."""

    def __init__(self, engine: Engine, domain: Optional[Domain] = None, event_broker: Optional[EventBroker] = None):
        super().__init__(domain, event_broker)
        self._engine = engine
        # `rasa run` may be given a database of its own, in which nothing is ever erased.
        self._beside_records = sa.inspect(engine).has_table(conversations.name)

    def create_table(self) -> None:
        """Makes the table where there is none; two processes may do so at once."""
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("LOCK TABLE alembic_version IN SHARE ROW EXCLUSIVE MODE"))
            _metadata.create_all(connection)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The newest session's last events as a tracker, or None for a conversation that is not known."""
        return await self._tracker(sender_id, EVENTS_READ)

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        """Every event of the conversation, for reading only."""
        return await self._tracker(conversation_id, None)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Stores the events that the tracker has and the database has not."""
        events = list(tracker.events)
        stored = getattr(tracker, "events_stored", 0)
        rows = [_row(tracker.sender_id, event.as_dict()) for event in events[stored:]]
        if rows:
            await asyncio.to_thread(self._insert, rows)
        tracker.events_stored = len(events)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations that have events."""
        return await asyncio.to_thread(self._senders)

    async def _tracker(self, sender_id: str, newest: Optional[int]) -> Optional[DialogueStateTracker]:
        events = await asyncio.to_thread(self._read, sender_id, newest)
        if newest is not None:
            events = _from_the_last_start(events, cut=len(events) == newest)
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.events_stored = len(tracker.events)
        return tracker

    def _read(self, sender_id: str, newest: Optional[int]) -> list[dict[str, Any]]:
        query = sa.select(EVENTS.c.data).where(EVENTS.c.sender_id == sender_id).order_by(EVENTS.c.id.desc())
        if newest is not None:
            query = query.limit(newest)
        with self._engine.connect() as connection:
            rows = connection.execute(query).scalars().all()
        return [json.loads(row) for row in reversed(rows)]

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        with writing(self._engine) as connection:
            # A turn that was on its way when its conversation was erased leaves nothing.
            if not self._beside_records or not is_erased(connection, rows[0]["sender_id"]):
                connection.execute(EVENTS.insert(), rows)

    def _senders(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(EVENTS.c.sender_id).distinct()).scalars())


def _from_the_last_start(events: list[dict[str, Any]], cut: bool) -> list[dict[str, Any]]:
    """The events from the newest session's start, or, where that was not read, from a moment when the bot listened."""
    for place in range(len(events) - 1, -1, -1):
        if events[place]["event"] == SessionStarted.type_name:
            return events[place:]
    if cut:
        for place, event in enumerate(events):
            if event["event"] == "action" and event.get("name") == ACTION_LISTEN_NAME:
                return events[place:]
    return events


def _row(sender_id: str, event: dict[str, Any]) -> dict[str, Any]:
    return {
        "sender_id": sender_id,
        "type_name": event["event"],
        "timestamp": event.get("timestamp"),
        "intent_name": event.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": event.get("name"),
        "data": json.dumps(_slim(event)),
    }


def _slim(event: dict[str, Any]) -> dict[str, Any]:
    """The event without what the records keep already: the case and the decision, which would be stored four times."""
    if event["event"] == "user":
        metadata = {key: value for key, value in (event.get("metadata") or {}).items() if key not in _IN_RECORDS}
        parsed = {key: value for key, value in event.get("parse_data", {}).items() if key not in _NOT_NEEDED}
        return {**event, "metadata": metadata, "parse_data": {**parsed, "metadata": metadata}}
    if event["event"] == "bot":
        data = dict(event.get("data") or {})
        data["custom"] = {key: value for key, value in (data.get("custom") or {}).items() if key not in _IN_RECORDS}
        return {**event, "data": data}
    if event["event"] == SlotSet.type_name and event.get("name") == "session_started_metadata":
        return {**event, "value": None}
    return event


_IN_RECORDS = {"case", "decision", "said"}
_NOT_NEEDED = {"text_tokens", "metadata"}
