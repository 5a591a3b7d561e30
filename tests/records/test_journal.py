"""The journal keeps what the database would not take, and gives it back once."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.records.conversations import Conversations
from bot.records.journal import Drained, Journal
from bot.records.turn_record import TurnRecord

Turn = Callable[..., TurnRecord]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is; its folder is not there yet."""
    return tmp_path / "state" / "journal.jsonl"


def test_a_turn_survives_the_way_through_json(turn: Turn) -> None:
    for record in (turn(1), turn(2, knowledge_canonical=None, knowledge_version=None, decided_on=turn(1).at.date())):
        assert TurnRecord.from_json(record.to_json()) == record


def test_a_journal_of_an_earlier_version_has_no_timings(turn: Turn) -> None:
    timed = turn(1, took_ms=31, model="0123456789abcdef")
    assert TurnRecord.from_json(timed.to_json()) == timed
    old = {name: value for name, value in timed.to_json().items() if name not in ("took_ms", "model")}
    assert TurnRecord.from_json(old) == turn(1)


def test_what_was_journaled_is_stored_once_and_the_file_goes(
    conversations: Conversations, turn: Turn, path: Path
) -> None:
    journal = Journal(path)
    assert journal.drain(conversations) == Drained(0)
    journal.append(turn(1))
    journal.append(turn(2))
    assert journal.waiting()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert journal.drain(conversations) == Drained(2)
    assert not path.exists() and not journal.waiting()
    assert conversations.turn("c1", "m2") == turn(2).replies


def test_a_turn_that_is_stored_already_is_taken_off(conversations: Conversations, turn: Turn, path: Path) -> None:
    conversations.store_turn(turn(1))
    Journal(path).append(turn(1))
    assert Journal(path).drain(conversations) == Drained(1)
    assert len(conversations.history("c1")) == 2


def test_a_line_that_cannot_be_stored_stays(conversations: Conversations, turn: Turn, path: Path) -> None:
    journal = Journal(path)
    journal.append(turn(1))
    with path.open("a") as file:
        file.write('{"conversation_id": "torn')
    journal.append(turn(2))
    drained = journal.drain(conversations)
    assert drained.stored == 2
    assert len(drained.left) == 1 and "journal.jsonl:2: not a turn: JSONDecodeError" in drained.left[0]
    assert path.read_text() == '{"conversation_id": "torn\n'
    assert journal.drain(conversations).stored == 0


def test_a_database_that_still_fails_loses_nothing_and_leaks_nothing(
    conversations: Conversations, turn: Turn, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(path)
    journal.append(turn(1))
    journal.append(turn(2))
    before, tried = path.read_bytes(), []

    def locked(record: TurnRecord) -> bool:
        tried.append(record.client_id)
        raise OperationalError("INSERT", {"text": "what the person said"}, Exception("database is locked"))

    with monkeypatch.context() as patched:
        patched.setattr(conversations, "store_turn", locked)
        assert journal.drain(conversations).left == (
            "journal.jsonl:1: the database does not take it: database is locked",
        )
    assert path.read_bytes() == before
    assert tried == ["m1"], "one wait for a lock is enough"
    assert journal.drain(conversations) == Drained(2)


def test_an_erased_conversation_is_forgotten_here_too(turn: Turn, path: Path) -> None:
    journal = Journal(path)
    assert journal.forget("c1") == 0
    journal.append(turn(1))
    journal.append(turn(1, conversation="c2"))
    assert journal.forget("c1") == 1
    assert b"c1" not in path.read_bytes() and b"c2" in path.read_bytes()
    assert journal.forget("c2") == 1 and not journal.waiting()
