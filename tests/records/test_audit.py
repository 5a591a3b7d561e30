"""The audit log: a chain that shows whatever is done to it, on both databases, with many writers at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from bot.records.audit import FIRST, Audit, Search, to_json
from bot.records.database import writing
from tests.archive.conftest import any_engine, engine, postgres, server

__all__ = ["any_engine", "engine", "postgres", "server"]

SECRET = "s" * 32


def written(engine: Engine, count: int = 4) -> Audit:
    audit = Audit(engine, SECRET)
    for number in range(count):
        audit.write("anna", "export", f"file {number}", rows=number, final=True, note="naïve <b> 漢", nothing=None)
    return audit


def test_a_chain_hangs_together_and_begins_with_nothing(any_engine: Engine) -> None:
    audit = written(any_engine)
    rows = list(audit.every())
    assert rows[0].before == FIRST and [row.before for row in rows[1:]] == [row.hash for row in rows[:-1]]
    chain = audit.verify()
    assert (chain.lines, chain.newest, chain.broken, chain.why) == (4, rows[-1].hash, None, None)
    assert Audit(any_engine, "another secret, same chain").verify() == chain


def test_an_empty_log_is_whole(any_engine: Engine) -> None:
    assert Audit(any_engine, SECRET).verify().newest == FIRST


@pytest.mark.parametrize(
    ("change", "line", "why"),
    [
        ("UPDATE audit SET actor = 'bert' WHERE id = 2", 2, "changed"),
        ("UPDATE audit SET action = 'login' WHERE id = 2", 2, "changed"),
        ("UPDATE audit SET object = 'file 9' WHERE id = 2", 2, "changed"),
        ("UPDATE audit SET detail = '{}' WHERE id = 2", 2, "changed"),
        ("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE id = 2", 2, "changed"),
        ("UPDATE audit SET hash = 'f' WHERE id = 2", 2, "changed"),
        ("DELETE FROM audit WHERE id = 2", 3, "gap"),
        ("DELETE FROM audit WHERE id = 1", 2, "gap"),
        ("UPDATE audit SET id = 9 WHERE id = 2", 3, "gap"),
    ],
)
def test_whatever_is_done_to_a_line_shows(any_engine: Engine, change: str, line: int, why: str) -> None:
    audit = written(any_engine)
    with any_engine.begin() as connection:
        connection.execute(text(change))
    chain = audit.verify()
    assert (chain.broken, chain.why) == (line, why)


def test_lines_taken_off_the_end_show_to_who_kept_the_hash(any_engine: Engine) -> None:
    audit = written(any_engine)
    newest = audit.verify().newest
    assert audit.verify(newest).why is None
    with any_engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE id = 4"))
    assert audit.verify().why is None and audit.verify(newest).why == "lost"


def test_many_writers_at_once_make_one_chain(any_engine: Engine) -> None:
    audits = [Audit(any_engine, SECRET) for _ in range(8)]

    def write(number: int) -> None:
        audits[number % 8].write(f"user{number % 8}", "sign_in", str(number))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(120)))
    chain = audits[0].verify()
    assert chain.lines == 120 and chain.why is None
    assert {row.object for row in audits[0].every()} == {str(number) for number in range(120)}


def test_a_line_goes_with_the_transaction_that_it_tells_of(any_engine: Engine) -> None:
    audit = written(any_engine, 1)
    with pytest.raises(RuntimeError), writing(any_engine) as connection:
        audit.append(connection, "anna", "export", "lost")
        raise RuntimeError
    audit.write("anna", "export", "kept")
    assert [row.object for row in audit.every()] == ["file 0", "kept"] and audit.verify().why is None


def test_a_conversation_is_named_by_what_only_this_server_can_make(engine: Engine) -> None:
    audit = Audit(engine, SECRET)
    audit.write("anna", "reveal", conversation_id="abc", reason="asked by the person")
    (row,) = audit.every()
    assert row.object == audit.pseudonym("abc") and "abc" not in row.object
    assert Audit(engine, "other").pseudonym("abc") != row.object != audit.pseudonym("abd")
    assert row.detail == {"reason": "asked by the person"} and to_json(row)["hash"] == row.hash


@pytest.mark.parametrize(
    ("action", "detail", "told"),
    [
        ("verdict", {"reason": "long story"}, "only .reveal. may"),
        ("verdict", {"level": "x" * 161}, "161 characters"),
        ("reveal", {"reason": "x" * 501}, "501 characters"),
        ("verdict", {"words": ["a"]}, "type list"),
        ("verdict", {"score": 0.5}, "type float"),
    ],
)
def test_the_log_takes_no_stories(engine: Engine, action: str, detail: dict[str, Any], told: str) -> None:
    audit = Audit(engine, SECRET)
    with pytest.raises(ValueError, match=told):
        audit.write("anna", action, **detail)
    assert audit.verify().lines == 0


def test_what_a_database_cannot_keep_breaks_nothing(any_engine: Engine) -> None:
    audit = Audit(any_engine, SECRET)
    audit.write("a\0b\ud800", "reveal", "\0" * 400, reason="\ud83d\0")
    assert audit.verify().why is None


def test_lines_are_found_by_actor_action_and_time(any_engine: Engine) -> None:
    now = datetime(2026, 3, 4, 12, tzinfo=timezone.utc)
    moments = iter([now, now + timedelta(days=1), now + timedelta(days=2)])
    audit = Audit(any_engine, SECRET, lambda: next(moments))
    for actor, action in (("anna", "sign_in"), ("bert", "sign_in"), ("anna", "export")):
        audit.write(actor, action)
    assert [row.id for row in audit.list(Search(), 10)] == [3, 2, 1]
    assert audit.names() == (("anna", "bert"), ("export", "sign_in"))
    for search, count in (
        (Search(actor="anna"), 2),
        (Search(action="sign_in", actor="anna"), 1),
        (Search(since=now + timedelta(days=1)), 2),
        (Search(before=now + timedelta(days=1)), 1),
    ):
        assert audit.count(search) == len(audit.list(search, 10)) == len(list(audit.every(search))) == count


def test_long_logs_are_read_some_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.records.audit._AT_ONCE", 3)
    assert written(engine, 9).verify().lines == 9
