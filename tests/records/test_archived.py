"""What became of asking the archive is read for a conversation, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Engine

from bot.records.archived import archived
from bot.records.conversations import Conversations
from bot.records.lookup import Lookup
from bot.records.turn_record import TurnRecord
from tests.archive.conftest import any_engine, engine, postgres, server

__all__ = ["any_engine", "engine", "postgres", "server"]


def test_look_ups_stand_by_the_message_that_they_were_made_for(
    any_engine: Engine, turn: Callable[..., TurnRecord]
) -> None:
    records = Conversations(any_engine)
    for number, lookup in enumerate((None, Lookup("withheld", 99, 0.75, "calmer"), Lookup("none"))):
        records.store_turn(turn(number, lookup=lookup, took_ms=number, model="m"))
    conversation = records.list()[0]["id"]
    shown = [each for each in records.show(conversation)["messages"] if each["from"] == "person"]  # type: ignore[index]
    found: dict[int, dict[str, Any]] = archived(any_engine, conversation)
    assert list(found) == [shown[1]["row"], shown[2]["row"]]
    assert [each["took_ms"] for each in shown] == [0, 1, 2] and {each["model"] for each in shown} == {"m"}
    first = found[shown[1]["row"]]
    assert (first["outcome"], first["because"], first["score"], first["entry_id"]) == ("withheld", "calmer", 0.75, None)
    assert first["title"] is None and first["level"] is None and not first["hidden"]
