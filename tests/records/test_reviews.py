"""Verdicts and drafts in both databases: every version kept, two at once, and gone with their conversation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.records.conversations import Conversations
from bot.records.database import writing
from bot.records.drafts import (
    DraftChanged,
    DraftExported,
    Drafts,
    OwnDraft,
    UnknownDraft,
    mark_exported,
    ready,
    seen_as,
)
from bot.records.existence import Erased, UnknownConversation
from bot.records.models import drafts as drafts_table
from bot.records.models import review_marks, reviews, summaries
from bot.records.reviews import Mark, Reviews, Verdict
from bot.records.users import Users
from tests.archive.conftest import any_engine, engine, postgres, server
from tests.records.conftest import make_turn

__all__ = ["any_engine", "engine", "postgres", "server"]

NOW = datetime(2026, 6, 19, 9, 0, tzinfo=timezone.utc)
FULL = Verdict("routine", "too_calm", "same_day", comment="late", tags=("a", "b"), done=True)


@pytest.fixture
def people(any_engine: Engine) -> list[int]:
    """Three reviewers, and a conversation c1 of one message."""
    users = Users(any_engine)
    for name in ("ada", "ben", "cleo"):
        users.add(name, name.title(), "reviewer", NOW)
    text = "my name is Ada Brown and my toe hurts"
    Conversations(any_engine).store_turn(make_turn(text=text, case={"facts": {}}))
    return [users.named(name).id for name in ("ada", "ben", "cleo")]  # type: ignore[union-attr]


def message_id(engine: Engine) -> int:
    return int(Reviews(engine).said("c1")[0].id)


def add_summary(engine: Engine) -> None:
    """A summary, where whoever stores turns has not made one."""
    values = {"conversation_id": "c1", "channel": "web", "opened_at": NOW, "last_at": NOW, "emergency": False}
    values |= dict.fromkeys(("withheld", "not_understood", "flagged"), False)
    values |= dict.fromkeys(("messages", "questions", "failures", "lot"), 0)
    with writing(engine) as connection:
        if connection.execute(select(summaries.c.status)).first() is None:
            connection.execute(summaries.insert().values(**values, status="new"))


def status(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(select(summaries.c.status)).scalar_one())


def test_every_version_is_kept_with_its_marks(any_engine: Engine, people: list[int]) -> None:
    kept, ada = Reviews(any_engine), people[0]
    mark = Mark(message_id(any_engine), "sore_toe", "missed", 28, 37)
    whole = replace(mark, start=None, end=None, verdict="wrong")
    first = kept.give("c1", ada, replace(FULL, marks=(mark, whole)), 0, NOW)
    second = kept.give("c1", ada, Verdict("routine", "right", "routine"), 1, NOW)
    assert (first.version, first.crossed, second.version, second.crossed) == (1, False, 2, False)
    versions = kept.versions("c1")
    assert [each.version for each in versions] == [1, 2] and versions[0].verdict.marks == (mark, whole)
    assert versions[0].verdict == replace(FULL, marks=(mark, whole)) and versions[0].reviewer == "Ada"
    assert kept.newest("c1")[ada].verdict.level_verdict == "right"


def test_a_version_made_from_an_older_one_is_kept_and_told(any_engine: Engine, people: list[int]) -> None:
    kept = Reviews(any_engine)
    assert not kept.give("c1", people[0], FULL, 0, NOW).crossed
    crossed = kept.give("c1", people[0], FULL, 0, NOW)
    assert (crossed.version, crossed.crossed) == (2, True)
    assert not kept.give("c1", people[1], FULL, 0, NOW).crossed
    assert len(kept.versions("c1")) == 3


def test_two_reviewers_and_two_tabs_at_once(any_engine: Engine, people: list[int]) -> None:
    kept, start = Reviews(any_engine), Barrier(6)

    def give(number: int) -> bool:
        start.wait()
        return kept.give("c1", people[number % 2], replace(FULL, comment=str(number)), 0, NOW).crossed

    with ThreadPoolExecutor(6) as pool:
        crossed = list(pool.map(give, range(6)))
    versions = kept.versions("c1")
    assert sorted(each.verdict.comment for each in versions) == list("012345")
    for reviewer, numbers in ((people[0], "024"), (people[1], "135")):
        assert [each.version for each in versions if each.reviewer_id == reviewer] == [1, 2, 3]
        assert [crossed[int(number)] for number in numbers].count(False) == 1


def test_nothing_unredacted_is_stored(any_engine: Engine, people: list[int]) -> None:
    kept = Reviews(any_engine)
    secret = replace(FULL, comment="Brown said 0171 234 5678 \x00", tags=("a@b.example",))
    kept.give("c1", people[0], secret, 0, NOW)
    verdict = kept.versions("c1")[0].verdict
    assert "5678" not in verdict.comment and "Brown" not in verdict.comment and verdict.tags == ("[e-mail]",)
    number = Drafts(any_engine).make(
        "c1", kept.versions("c1")[0].id, "nlu", "call Brown\r\na@b.example", people[0], NOW
    )
    row = Drafts(any_engine).show(number)
    assert row is not None and row.content == "call [name]\n[e-mail]"


@pytest.mark.parametrize(
    "verdict",
    [
        replace(FULL, level_verdict="fine"),
        replace(FULL, right_level="soon"),
        replace(FULL, answer_verdict="good"),
        replace(FULL, comment="x" * 4001),
        replace(FULL, tags=("x" * 41,)),
        replace(FULL, marks=(Mark(999_999, "x", "missed"),)),
    ],
)
def test_what_is_no_verdict_is_refused(any_engine: Engine, people: list[int], verdict: Verdict) -> None:
    with pytest.raises(ValueError):
        Reviews(any_engine).give("c1", people[0], verdict, 0, NOW)
    assert Reviews(any_engine).versions("c1") == []


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 3), (0, 999), (-1, 4), (None, 4), (4, None)])
def test_a_mark_lies_inside_its_message(
    any_engine: Engine, people: list[int], start: int | None, end: int | None
) -> None:
    mark = Mark(message_id(any_engine), "x", "missed", start, end)
    with pytest.raises(ValueError, match="no characters"):
        Reviews(any_engine).give("c1", people[0], replace(FULL, marks=(mark,)), 0, NOW)


def test_the_summary_learns_of_it(any_engine: Engine, people: list[int]) -> None:
    add_summary(any_engine)
    kept = Reviews(any_engine)
    kept.give("c1", people[0], Verdict(), 0, NOW)
    assert status(any_engine) == "in_review"
    kept.give("c1", people[0], FULL, 1, NOW)
    assert status(any_engine) == "done"
    kept.give("c1", people[1], Verdict(), 0, NOW)
    assert status(any_engine) == "done"


def test_the_first_finished_verdicts_of_the_first_two_are_a_pair(any_engine: Engine, people: list[int]) -> None:
    kept = Reviews(any_engine)
    ada, ben, cleo = people
    kept.give("c1", ada, Verdict("routine", "right", "routine"), 0, NOW)
    kept.give("c1", ada, FULL, 1, NOW)
    assert kept.pairs() == []
    kept.give("c1", ben, replace(FULL, right_level="emergency"), 0, NOW)
    kept.give("c1", ben, FULL, 1, NOW)
    kept.give("c1", cleo, Verdict("routine", "right", "routine", done=True), 0, NOW)
    assert [(one.right_level, other.right_level) for one, other in kept.pairs()] == [("same_day", "emergency")]


def test_erasing_takes_reviews_marks_and_drafts(any_engine: Engine, people: list[int]) -> None:
    kept, talks = Reviews(any_engine), Conversations(any_engine)
    given = kept.give("c1", people[0], replace(FULL, marks=(Mark(message_id(any_engine), "x", "missed"),)), 0, NOW)
    kept.give("c1", people[1], FULL, 0, NOW)
    drafts = Drafts(any_engine)
    number = drafts.make("c1", given.review_id, "entry", "{}", people[0], NOW)
    with any_engine.connect() as connection:
        seen = seen_as(connection.execute(select(drafts_table.c.content)).scalar_one())
    receipt = talks.erase("c1", NOW)
    assert receipt["erased"]["reviews"] == 2 and receipt["erased"]["drafts"] == 1
    with any_engine.connect() as connection:
        for table in (reviews, review_marks, drafts_table):
            assert connection.execute(select(table)).all() == []
    with pytest.raises(Erased):
        kept.give("c1", people[0], FULL, 0, NOW)
    with pytest.raises(Erased):
        drafts.make("c1", given.review_id, "entry", "{}", people[0], NOW)
    with pytest.raises(UnknownDraft):
        drafts.approve(number, seen, people[1], NOW)
    with pytest.raises(UnknownConversation):
        kept.give("nowhere", people[0], FULL, 0, NOW)


def test_no_review_comes_in_while_a_conversation_is_erased(any_engine: Engine, people: list[int]) -> None:
    kept, talks, start = Reviews(any_engine), Conversations(any_engine), Barrier(5)

    def give(number: int) -> None:
        start.wait()
        with suppress(Erased):
            kept.give("c1", people[number % 3], FULL, 0, NOW)

    def erase() -> None:
        start.wait()
        talks.erase("c1", NOW)

    with ThreadPoolExecutor(5) as pool:
        tasks = [*(pool.submit(give, number) for number in range(4)), pool.submit(erase)]
        for task in tasks:
            task.result()
    assert kept.versions("c1") == []


def test_a_draft_is_approved_as_it_was_read_and_by_another(any_engine: Engine, people: list[int]) -> None:
    ada, ben, _ = people
    drafts = Drafts(any_engine)
    review = Reviews(any_engine).give("c1", ada, FULL, 0, NOW).review_id
    number = drafts.make("c1", review, "entry", "old", ada, NOW)
    with pytest.raises(OwnDraft):
        drafts.approve(number, seen_as("old"), ada, NOW)
    drafts.save(number, "new", seen_as("old"), ben, NOW)
    for late in (
        lambda: drafts.approve(number, seen_as("old"), ada, NOW),
        lambda: drafts.save(number, "other", seen_as("old"), ada, NOW),
        lambda: drafts.remove(number, seen_as("old")),
    ):
        with pytest.raises(DraftChanged):
            late()
    with pytest.raises(OwnDraft):
        drafts.approve(number, seen_as("new"), ben, NOW)
    drafts.approve(number, seen_as("new"), ada, NOW)
    drafts.save(number, "newer", seen_as("new"), ada, NOW)
    with writing(any_engine) as connection:
        assert ready(connection) == []
    drafts.approve(number, seen_as("newer"), ben, NOW)
    with writing(any_engine) as connection:
        (row,) = ready(connection)
        assert (row.maker, row.approver, row.content) == ("Ada", "Ben", "newer") and row.knowledge_version
        mark_exported(connection, [row.id], NOW)
    for late in (lambda: drafts.remove(number, seen_as("newer")), lambda: drafts.save(number, "", "", ada, NOW)):
        with pytest.raises(DraftExported):
            late()
    assert [each.id for each in drafts.list()] == [number] and drafts.list(maker=ben) == []
    with pytest.raises(ValueError, match="rule_case"):
        drafts.make("c1", review, "poem", "", ada, NOW)
    with pytest.raises(ValueError, match="no review"):
        drafts.make("c1", review + 1, "entry", "", ada, NOW)
