"""Summaries: in step with every turn, gone with an erased conversation, given to one reviewer at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.engine import Engine

from bot.records import summaries as module
from bot.records.conversations import Conversations
from bot.records.feedback import Feedback
from bot.records.filters import Filter
from bot.records.letters import Letters
from bot.records.listing import Listing
from bot.records.lookup import Lookup
from bot.records.models import reviews, summaries, summary_rules, summary_texts, summary_topics
from bot.records.queue import Queue
from bot.records.summaries import Summaries, backfill, summarise
from bot.records.turn_record import TurnRecord
from bot.records.users import Users
from tests.archive.conftest import postgres, server
from tests.records.conftest import NOON, make_turn

__all__ = ["postgres", "server"]

Turn = Callable[..., TurnRecord]


@pytest.fixture(params=["engine", "postgres"])
def any_engine(request: pytest.FixtureRequest) -> Engine:
    """A new database of either kind."""
    return request.getfixturevalue(request.param)


def everything(engine: Engine, name: str = "c1") -> list[Any]:
    tables = (summaries, summary_topics, summary_rules, summary_texts)
    with engine.connect() as connection:
        return [
            sorted(map(tuple, connection.execute(select(table).where(table.c.conversation_id == name))), key=str)
            for table in tables
        ]


def talk(count: int) -> list[TurnRecord]:
    """Turns of every kind."""
    made = []
    for number in range(1, count + 1):
        level = ("routine", "emergency", None, "same_day")[number % 4]
        decision = {"level": level, "fired": [{"id": f"rule{number % 3}"}], "topics": [f"topic{number % 2}", "same"]}
        changes: dict[str, Any] = {"decision": decision, "failed": "no model" if number == 5 else None}
        if number == 6:
            changes.update(text=None, choices=["none"])
        if number == 7:
            changes["lookup"] = Lookup("withheld", None, 0.5, "calmer")
        if number < 8:
            changes["case"] = {"facts": {}}
        made.append(make_turn(number, **changes))
    return made


def test_adding_turns_is_the_same_as_making_it_anew(any_engine: Engine) -> None:
    conversations = Conversations(any_engine)
    for record in talk(12):
        conversations.store_turn(record)
        added = everything(any_engine)
        with any_engine.begin() as connection:
            summarise(connection, "c1")
        assert everything(any_engine) == added
    row = Summaries(any_engine).get("c1")
    assert row is not None
    assert (row["level"], row["emergency"], row["withheld"], row["not_understood"]) == ("routine", True, True, False)
    assert (row["messages"], row["questions"], row["failures"], row["status"]) == (24, 12, 1, "new")


def test_turns_that_come_late_count_too(any_engine: Engine) -> None:
    conversations = Conversations(any_engine)
    records = talk(10)
    for record in [*records[:7], records[9], records[7], records[8]]:
        conversations.store_turn(record)
    added = everything(any_engine)
    with any_engine.begin() as connection:
        summarise(connection, "c1")
    assert everything(any_engine) == added
    row = Summaries(any_engine).get("c1")
    assert row is not None and row["messages"] == 20 and row["last_at"] == records[9].at


def test_letters_and_feedback_are_in_it(any_engine: Engine, turn: Turn) -> None:
    conversations = Conversations(any_engine)
    conversations.store_turn(turn(1))
    Letters(any_engine).write("c1", "l1", "Please ring us", NOON + timedelta(hours=1))
    Feedback(any_engine).give("c1", "r1", False, None, NOON)
    row = Summaries(any_engine).get("c1")
    assert row is not None and row["messages"] == 3 and row["helpful"] is False
    assert row["last_at"] == NOON + timedelta(hours=1)


def test_a_fault_in_it_loses_no_turn_and_mends_itself(
    any_engine: Engine, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversations = Conversations(any_engine)
    for number in range(1, 9):
        conversations.store_turn(turn(number))
    with monkeypatch.context() as broken:
        broken.setattr(module, "redact", lambda text: 1 / 0)
        assert conversations.store_turn(turn(9)) is True
    assert len(conversations.history("c1")) == 18
    row = Summaries(any_engine).get("c1")
    assert row is not None and row["messages"] == 16
    conversations.store_turn(turn(10))
    row = Summaries(any_engine).get("c1")
    assert row is not None and row["messages"] == 20


def test_what_names_a_person_is_not_searched(any_engine: Engine, turn: Turn) -> None:
    Conversations(any_engine).store_turn(turn(1, text="Ring 07700 900123 or me@home.example, cheek"))
    words = everything(any_engine)[3][0][2]
    assert "900123" not in words and "home" not in words and "cheek" in words


def test_what_is_missing_is_made(any_engine: Engine, turn: Turn) -> None:
    conversations = Conversations(any_engine)
    for number in range(60):
        conversations.store_turn(turn(1, conversation=f"c{number}"))
    conversations.erase("c7", NOON)
    with any_engine.begin() as connection:
        for table in (summary_topics, summary_rules, summary_texts, summaries):
            connection.execute(delete(table))
    told: list[int] = []
    assert backfill(any_engine, told.append) == 59 and told == [50, 59]
    assert backfill(any_engine) == 0 and Summaries(any_engine).get("c7") is None


def test_erasing_leaves_nothing(any_engine: Engine, turn: Turn) -> None:
    conversations = Conversations(any_engine)
    for number in range(1, 5):
        conversations.store_turn(turn(number, text="zyzzyva there"))
    conversations.erase("c1", NOON)
    assert everything(any_engine) == [[], [], [], []]
    assert conversations.store_turn(turn(9)) is False and everything(any_engine) == [[], [], [], []]


def test_an_erased_word_is_not_in_the_file(engine: Engine, tmp_path: Path, turn: Turn) -> None:
    conversations = Conversations(engine)
    for number in range(40):
        conversations.store_turn(turn(number, conversation=f"other{number}", text=f"words of others {number}"))
    for number in range(1, 12):
        conversations.store_turn(turn(number, text=f"zyzzyva said {number} times"))
    assert Listing(engine).look(Filter(text="zyzzyva"))[1].total == 1
    conversations.erase("c1", NOON)
    engine.dispose()
    left = b"".join(path.read_bytes() for path in tmp_path.glob("signpost.db*"))
    # The full-text index shortens a word that shares its beginning with the one before it.
    assert b"zyzzyva" not in left and b"yzzyva" not in left and b"zzyva" not in left


@pytest.mark.parametrize(
    ("text", "found"),
    [("cheek", 1), ("cheeks", 1), ('"left cheek"', 1), ('"cheek left"', 0), ("che*", 1), ("left nose", 0), ('"le', 0)],
)
def test_both_databases_find_the_same(any_engine: Engine, turn: Turn, text: str, found: int) -> None:
    Conversations(any_engine).store_turn(turn(1, text="My left cheek jumps"))
    page, counts = Listing(any_engine).look(Filter.read({"text": text})[0])
    assert counts.total == found == len(page.rows)


@pytest.mark.parametrize(
    "text", ["'", '"', "a' | b", "a & !b", ":*", "*", "(((", "AND", "x NEAR/2 y", "\x00", "a:b^2", "<->"]
)
def test_no_search_is_an_error(any_engine: Engine, turn: Turn, text: str) -> None:
    Conversations(any_engine).store_turn(turn(1))
    for sort in ("", "level", "length", "opened"):
        Listing(any_engine).look(Filter.read({"text": text, "topic": text, "sort": sort, "level": text})[0])


def reviewers(engine: Engine, count: int) -> list[int]:
    users = Users(engine)
    for number in range(count):
        users.add(f"r{number}", f"R {number}", "reviewer", NOON)
    return [row.id for number in range(count) if (row := users.named(f"r{number}")) is not None]


def fill(engine: Engine, emergencies: int, calm: int) -> None:
    conversations = Conversations(engine)
    for number in range(emergencies + calm):
        level = "emergency" if number < emergencies else "routine"
        conversations.store_turn(make_turn(1, conversation=f"c{number}", decision={"level": level}))


def test_the_queue_keeps_its_ratio(engine: Engine) -> None:
    fill(engine, 40, 40)
    (user,) = reviewers(engine, 1)
    queue, records = Queue(engine, 70), Summaries(engine)
    given = [records.get(queue.take(user) or "") for _ in range(40)]
    assert sum(bool(row and row["emergency"]) for row in given) == 28
    assert Queue(engine, 0).take(user) and len(queue.mine(user)) == 20


def test_no_two_reviewers_get_the_same(any_engine: Engine) -> None:
    fill(any_engine, 12, 12)
    taken: list[str] = []
    lock = threading.Lock()

    def work(user: int) -> None:
        while name := Queue(any_engine, 70).take(user):
            with lock:
                taken.append(name)

    threads = [threading.Thread(target=work, args=(user,)) for user in reviewers(any_engine, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 24


def test_a_second_reader_gets_what_a_first_has_done(any_engine: Engine) -> None:
    fill(any_engine, 1, 0)
    first, second, third = reviewers(any_engine, 3)
    queue = Queue(any_engine, 70)
    assert queue.take(first) == "c0" and queue.take(second) is None
    with any_engine.begin() as connection:
        values = {"conversation_id": "c0", "reviewer_id": first, "version": 1, "at": NOON, "tags": [], "done": True}
        connection.execute(reviews.insert().values(**values))
    Summaries(any_engine).set_status("c0", "done", first)
    assert queue.take(first) is None
    assert queue.take(second) == "c0" and queue.take(third) is None
    assert not queue.put_back("c0", first) and queue.put_back("c0", second)
    assert queue.take(third) == "c0"
    with any_engine.begin() as connection:
        connection.execute(reviews.insert().values(**{**values, "reviewer_id": third}))
    Summaries(any_engine).set_status("c0", "done", third)
    assert queue.take(second) is None


def test_status_flag_and_reviewer_are_set(engine: Engine, turn: Turn) -> None:
    Conversations(engine).store_turn(turn(1))
    (user,) = reviewers(engine, 1)
    records = Summaries(engine)
    assert records.set_status("c1", "in_review", user) and records.flag("c1", True)
    Conversations(engine).store_turn(turn(2))
    row = records.get("c1")
    assert row is not None and (row["status"], row["flagged"], row["assigned_to"]) == ("in_review", True, user)
    assert records.set_status("c1", "done", user + 1) and (records.get("c1") or {})["assigned_to"] == user
    assert records.set_status("c1", "new", user) and (records.get("c1") or {})["assigned_to"] is None
    assert not records.flag("nobody", True)
    with pytest.raises(ValueError, match="there are new, in_review, done"):
        records.set_status("c1", "lost", user)
