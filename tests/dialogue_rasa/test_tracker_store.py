"""The tracker store: as much of a conversation as a turn needs, in our database, and no silence when that fails."""

from __future__ import annotations

import asyncio
import json
import sqlite3

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Restarted, SessionStarted, SlotSet, UserUttered
from sqlalchemy.exc import SQLAlchemyError

from bot.dialogue.tracker_store import EVENTS, EVENTS_READ, EventStore

DOMAIN = """
version: "3.1"
intents: [inform]
actions: [action_triage]
slots: {case: {type: any, influence_conversation: false, mappings: [{type: custom}]}}
"""


@pytest.fixture
def store(database) -> EventStore:
    made = EventStore(database, Domain.from_yaml(DOMAIN))
    made.create_table()
    return made


def run(work):
    return asyncio.run(work)


def turn(number: int) -> list:
    metadata = {"case": {"spent": number}, "said": "all of it", "as_of": "2027-03-10"}
    reply = {"reply": {"kind": "question", "text": "And?"}, "case": {"spent": number}, "decision": {"level": "routine"}}
    return [
        UserUttered(f"message {number}", {"name": "inform", "confidence": 1.0}, metadata=metadata),
        ActionExecuted("action_triage"),
        BotUttered("And?", {"custom": reply}),
        SlotSet("case", {"spent": number}),
        ActionExecuted("action_listen"),
    ]


async def say(store: EventStore, number: int, begin: bool = False) -> None:
    tracker = await store.get_or_create_tracker("talk", append_action_listen=False)
    events = [SessionStarted(), ActionExecuted("action_listen"), *turn(number)] if begin else turn(number)
    tracker.update_with_events(events, store.domain)
    await store.save(tracker)


def rows(database) -> list[dict]:
    with database.connect() as connection:
        return [
            json.loads(data) for data in connection.execute(sa.select(EVENTS.c.data).order_by(EVENTS.c.id)).scalars()
        ]


def test_a_conversation_is_read_as_it_was_stored(store):
    async def talk():
        await say(store, 1, begin=True)
        await say(store, 2)
        return await store.retrieve("talk")

    tracker = run(talk())
    assert [event.text for event in tracker.events if isinstance(event, UserUttered)] == ["message 1", "message 2"]
    assert tracker.get_slot("case") == {"spent": 2}
    assert run(store.retrieve("nobody")) is None
    assert list(run(store.keys())) == ["talk"]


def test_what_is_read_does_not_grow(store, database):
    async def talk():
        for number in range(30):
            await say(store, number, begin=number == 0)
        return await store.retrieve("talk"), await store.retrieve_full_tracker("talk")

    tracker, full = run(talk())
    assert len(tracker.events) <= EVENTS_READ
    assert tracker.events[0].as_dict()["name"] == "action_listen", "what is read begins where the bot listened"
    assert tracker.get_slot("case") == {"spent": 29}
    assert len(full.events) == len(rows(database)) == 2 + 30 * 5, "every event is stored once"


def test_saving_twice_stores_once(store, database):
    async def talk():
        await say(store, 1, begin=True)
        tracker = await store.retrieve("talk")
        await store.save(tracker)
        await store.save(tracker)

    run(talk())
    assert len(rows(database)) == 7


def test_only_the_newest_session_is_read(store):
    async def talk():
        await say(store, 1, begin=True)
        await say(store, 2, begin=True)
        return await store.retrieve("talk")

    assert [event.text for event in run(talk()).events if isinstance(event, UserUttered)] == ["message 2"]


def test_a_restart_is_stored(store):
    async def talk():
        await say(store, 1, begin=True)
        tracker = await store.retrieve("talk")
        tracker.update_with_events([Restarted(), SessionStarted(), ActionExecuted("action_listen")], store.domain)
        await store.save(tracker)
        return await store.retrieve("talk")

    tracker = run(talk())
    assert tracker.get_slot("case") is None and len(tracker.events) == 2


def test_what_the_records_keep_is_not_stored_again(store, database):
    run(say(store, 1, begin=True))
    stored = {row["event"]: row for row in rows(database)}
    assert stored["user"]["metadata"] == stored["user"]["parse_data"]["metadata"] == {"as_of": "2027-03-10"}
    assert stored["bot"]["data"]["custom"] == {"reply": {"kind": "question", "text": "And?"}}
    assert stored["slot"]["value"] == {"spent": 1}


def test_the_table_can_be_made_twice(store):
    store.create_table()


def test_a_failing_database_is_an_error_and_no_empty_memory(store, database, tmp_path):
    run(say(store, 1, begin=True))
    with sqlite3.connect(database.url.database) as other:
        other.execute("DROP TABLE events")
    with pytest.raises(SQLAlchemyError):
        run(store.retrieve("talk"))
    with pytest.raises(SQLAlchemyError):
        run(say(store, 2))
