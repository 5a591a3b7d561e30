"""What became of asking the archive: kept with its turn, gone with its conversation, and never the end of a turn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine
from structlog.testing import capture_logs

from bot.archive.answer import ArchivedAnswer, lookup_of
from bot.archive.importing import import_paths
from bot.records.conversations import Conversations
from bot.records.lookup import Lookup
from bot.records.models import archive_entries, archive_lookups
from bot.records.turn_record import TurnRecord
from tests.records.conftest import NOON

Turn = Callable[..., TurnRecord]


def answer(entry_id: int, shown: bool = True, question_only: bool = False) -> ArchivedAnswer:
    return ArchivedAnswer(
        entry_id=entry_id,
        title="T",
        score=entry_id / 10,
        question="Q",
        reply="R" if shown else "",
        signed=False,
        doctor=None,
        specialty=None,
        ask_date=date(2020, 1, 1),
        reply_date=None,
        level="routine",
        shown=shown,
        withheld_because=None if shown else "calmer",
        question_only=question_only,
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], Lookup("none")),
        ([answer(1), answer(2)], Lookup("shown", 1, 0.1)),
        ([answer(1, shown=False), answer(2)], Lookup("shown", 2, 0.2)),
        ([answer(1, shown=False), answer(3, question_only=True)], Lookup("withheld", 1, 0.1, "calmer")),
        ([answer(3, question_only=True)], Lookup("related", 3, 0.3)),
    ],
)
def test_what_became_of_a_question(answers: list[ArchivedAnswer], expected: Lookup) -> None:
    assert lookup_of(answers) == expected


@pytest.mark.parametrize("odd", [None, [], "shown", {}, {"outcome": "lost"}, {"outcome": ["shown"]}])
def test_what_is_no_lookup_is_none(odd: Any) -> None:
    assert Lookup.from_json(odd) is None


def test_odd_fields_are_left_out() -> None:
    assert Lookup.from_json({"outcome": "shown", "entry_id": "1; --", "score": [], "because": 3}) == Lookup("shown")


def test_it_survives_the_way_through_the_journal(turn: Turn) -> None:
    record = turn(lookup=Lookup("withheld", 3, 0.5, "calmer"))
    assert TurnRecord.from_json(record.to_json()) == record
    older = {name: value for name, value in record.to_json().items() if name != "lookup"}
    assert TurnRecord.from_json(older).lookup is None


@pytest.fixture
def entry(engine: Engine, tmp_path: Path) -> int:
    path = tmp_path / "entries.jsonl"
    path.write_text('{"title": "T", "question": "Q?", "reply": "Rest."}', encoding="utf-8")
    import_paths([path], engine)
    with engine.connect() as connection:
        return int(connection.execute(select(archive_entries.c.id)).scalar_one())


def rows(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(archive_lookups)).all())


def test_it_is_kept_with_its_turn_and_erased_with_the_conversation(
    conversations: Conversations, engine: Engine, turn: Turn, entry: int
) -> None:
    conversations.store_turn(turn(1, lookup=Lookup("shown", entry, 0.9)))
    conversations.store_turn(turn(1, lookup=Lookup("none")))
    conversations.store_turn(turn(2))
    (row,) = rows(engine)
    assert (row.outcome, row.entry_id, row.score, row.because) == ("shown", entry, 0.9, None)
    assert row.conversation_id == "c1" and row.message_id
    conversations.erase("c1", NOON)
    assert rows(engine) == []


def test_an_entry_that_is_gone_leaves_the_lookup(conversations: Conversations, engine: Engine, turn: Turn) -> None:
    assert conversations.store_turn(turn(lookup=Lookup("shown", 12345, 0.9)))
    assert [(row.outcome, row.entry_id) for row in rows(engine)] == [("shown", None)]


def test_a_lookup_that_cannot_be_kept_takes_no_turn_along(
    conversations: Conversations, engine: Engine, turn: Turn
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE archive_lookups")
    with capture_logs() as logs:
        assert conversations.store_turn(turn(lookup=Lookup("none")))
    assert logs[0]["event"] == "lookup not recorded"
    assert len(conversations.history("c1")) == 2 and conversations.level("c1") == "routine"
