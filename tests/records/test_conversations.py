"""Conversations: stored once, read back in order, erased with a receipt."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine

from bot.records.conversations import Conversations
from bot.records.existence import Erased, UnknownConversation
from bot.records.journal import Journal
from bot.records.models import decisions, knowledge_versions, messages
from bot.records.turn_record import TurnRecord

NOON = datetime(2026, 6, 18, 12, 0, tzinfo=timezone.utc)
Turn = Callable[..., TurnRecord]


def count(engine: Engine, table: object) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_stored_turn_is_read_back(conversations: Conversations, turn: Turn) -> None:
    conversations.open("c1", "web", True, NOON)
    assert conversations.exists("c1") and not conversations.exists("c2")
    assert conversations.case("c1") is None and conversations.turn("c1", "m1") is None
    assert conversations.store_turn(turn(1)) is True
    assert conversations.store_turn(turn(2, text=None, choices=["none"])) is True
    assert conversations.turn("c1", "m1") == [{"id": "r1", "kind": "question", "text": "reply 1"}]
    assert conversations.case("c1") == {"facts": {"b": 2, "a": "ü"}}
    assert conversations.history("c1") == [
        {"from": "person", "id": "m1", "at": "2026-06-18T12:01:00+00:00", "text": "words 1 ü"},
        {"from": "bot", "id": "r1", "at": "2026-06-18T12:01:00+00:00", "kind": "question", "text": "reply 1"},
        {"from": "person", "id": "m2", "at": "2026-06-18T12:02:00+00:00", "choices": ["none"]},
        {"from": "bot", "id": "r2", "at": "2026-06-18T12:02:00+00:00", "kind": "question", "text": "reply 2"},
    ]


def test_a_turn_without_replies_is_known_to_be_stored(conversations: Conversations, turn: Turn) -> None:
    conversations.store_turn(turn(1, replies=[]))
    assert conversations.turn("c1", "m1") == []


def test_the_same_client_id_is_stored_once_in_a_conversation(
    conversations: Conversations, turn: Turn, engine: Engine
) -> None:
    assert conversations.store_turn(turn(1))
    assert not conversations.store_turn(turn(1, text="again", replies=[{"id": "x", "text": "other"}]))
    assert conversations.store_turn(turn(1, conversation="c2"))
    assert conversations.turn("c1", "m1") == [{"id": "r1", "kind": "question", "text": "reply 1"}]
    assert (count(engine, messages), count(engine, decisions)) == (4, 2)


def test_two_threads_that_store_the_same_message(conversations: Conversations, turn: Turn, engine: Engine) -> None:
    barrier, new = threading.Barrier(4), []

    def store() -> None:
        barrier.wait()
        new.extend(conversations.store_turn(turn(number)) for number in range(10))

    threads = [threading.Thread(target=store) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(new), sum(new)) == (40, 10)
    assert (count(engine, messages), count(engine, decisions)) == (20, 10)


def test_a_knowledge_version_is_stored_once(conversations: Conversations, turn: Turn, engine: Engine) -> None:
    for number in range(3):
        conversations.store_turn(turn(number))
    conversations.store_turn(turn(4, knowledge_version="0" * 64, knowledge_canonical=b"other"))
    assert count(engine, knowledge_versions) == 2


def test_a_turn_that_failed_has_no_decision_but_is_kept(conversations: Conversations, turn: Turn) -> None:
    failed = turn(1, case=None, decision=None, knowledge_version=None, knowledge_canonical=None, failed="the model")
    conversations.store_turn(failed)
    shown = conversations.show("c1")
    assert shown is not None
    assert (shown["messages"][0]["failed"], shown["messages"][0]["decision"]) == ("the model", None)
    assert conversations.list()[0]["failures"] == 1


def test_a_turn_that_could_not_be_stored_whole_leaves_nothing(
    conversations: Conversations, turn: Turn, engine: Engine
) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        conversations.store_turn(turn(1, decision={"level": float("nan")}))
    assert count(engine, messages) == 0 and not conversations.exists("c1")


def test_characters_that_no_database_keeps_lose_no_turn(
    conversations: Conversations, turn: Turn, tmp_path: Path
) -> None:
    odd = "a\x00b\ud800c"
    record = turn(1, text=odd, client_id=odd, case={"said": odd}, decision={"said": odd}, choices=None)
    assert conversations.store_turn(record) and not conversations.store_turn(record)
    assert conversations.turn("c1", odd) == record.replies
    assert conversations.history("c1")[0]["text"] == "a\ufffdb\ufffdc"
    assert conversations.case("c1") == {"said": odd}
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(turn(2, text=odd, case={"said": odd}))
    assert journal.drain(conversations).stored == 1


def test_a_late_turn_does_not_become_the_newest(conversations: Conversations, turn: Turn) -> None:
    conversations.store_turn(turn(5))
    conversations.store_turn(turn(1))
    assert conversations.case("c1") == turn(5).case
    assert [said["id"] for said in conversations.history("c1")] == ["m1", "r1", "m5", "r5"]
    assert conversations.list()[0]["last_at"] == "2026-06-18T12:05:00+00:00"


def test_times_come_back_in_utc_and_naive_ones_are_refused(conversations: Conversations, turn: Turn) -> None:
    east = datetime(2026, 6, 18, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    conversations.store_turn(turn(1, at=east))
    assert conversations.history("c1")[0]["at"] == "2026-06-18T12:00:00+00:00"
    with pytest.raises(Exception, match="has no time zone"):
        conversations.store_turn(turn(2, at=datetime(2026, 6, 18, 20, 0)))


def test_consent_given_later_is_noted_and_not_taken_back(conversations: Conversations, turn: Turn) -> None:
    conversations.store_turn(turn(1))
    assert conversations.list()[0]["consent"] is False
    conversations.open("c1", "web", True, NOON)
    conversations.open("c1", "web", False, NOON)
    assert conversations.list()[0]["consent"] is True


def test_the_list_has_the_last_spoken_in_first(conversations: Conversations, turn: Turn) -> None:
    for number in range(4):
        conversations.store_turn(turn(number, conversation=f"c{number}"))
    conversations.store_turn(turn(9, conversation="c1", decision={"level": "emergency"}))
    listed = conversations.list(limit=2, offset=0)
    assert [(one["id"], one["messages"], one["level"]) for one in listed] == [
        ("c1", 4, "emergency"),
        ("c3", 2, "routine"),
    ]
    assert [one["id"] for one in conversations.list(limit=2, offset=2)] == ["c2", "c0"]
    assert conversations.count() == 4


def test_the_console_sees_the_decision_beside_the_message(conversations: Conversations, turn: Turn) -> None:
    conversations.store_turn(turn(1))
    shown = conversations.show("c1")
    assert shown is not None and conversations.show("none") is None
    decision = shown["messages"][0]["decision"]
    assert decision["level"] == "routine" and decision["fired"] == ["r"] and decision["decided_on"] == "2026-06-18"
    assert decision["decision"] == turn(1).decision and decision["facts"] == turn(1).case
    assert json.dumps(shown)


def test_erasing_leaves_a_shell_and_gives_a_receipt(
    conversations: Conversations, turn: Turn, engine: Engine, tmp_path: Path
) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id TEXT, data TEXT)"))
        connection.execute(text("INSERT INTO events(sender_id, data) VALUES ('c1', 'said'), ('c2', 'said')"))
    secret = "a very particular complaint"
    for number in (1, 2):
        conversations.store_turn(turn(number, text=secret, case={"facts": secret}))
    conversations.store_turn(turn(1, conversation="c2"))
    receipt = conversations.erase("c1", NOON)
    assert receipt == {
        "conversation": "c1",
        "erased_at": "2026-06-18T12:00:00+00:00",
        "erased": {"messages": 4, "decisions": 2, "feedback": 0, "events": 1},
    }
    assert conversations.erase("c1", NOON + timedelta(days=1)) == receipt
    assert not conversations.exists("c1")
    assert conversations.history("c1") == [] and conversations.case("c1") is None
    assert conversations.turn("c2", "m1") is not None
    shell = conversations.show("c1")
    assert shell is not None and shell["messages"] == [] and shell["erased_at"] == "2026-06-18T12:00:00+00:00"
    left = b"".join(path.read_bytes() for path in tmp_path.glob("signpost.db*"))
    assert secret.encode() not in left


def test_an_erased_conversation_stays_empty(conversations: Conversations, turn: Turn) -> None:
    conversations.store_turn(turn(1))
    conversations.erase("c1", NOON)
    assert conversations.store_turn(turn(2)) is False
    assert conversations.history("c1") == []
    with pytest.raises(Erased, match="open one with a new id"):
        conversations.open("c1", "web", True, NOON)


def test_erasing_what_is_not_there_says_so(conversations: Conversations) -> None:
    with pytest.raises(UnknownConversation, match="there is no conversation nobody"):
        conversations.erase("nobody", NOON)
