"""Who answers in a conversation: asked for, taken by one alone, given back; and the queue in its order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, Callable

import pytest
from sqlalchemy import delete, select
from sqlalchemy.engine import Engine

from bot.records.conversations import Conversations
from bot.records.correspondents import Envelopes
from bot.records.existence import Erased, UnknownConversation
from bot.records.feedback import Feedback
from bot.records.handoffs import Handoffs
from bot.records.letters import Letters
from bot.records.models import correspondents, outbox
from bot.records.outbox import Parcel, post
from bot.records.reach import Unreachable, can_be_written_to
from bot.records.turn_record import TurnRecord
from bot.records.users import Users
from tests.archive.conftest import any_engine, postgres, server
from tests.records.conftest import CHAT, NOON, SECRET, correspondent, make_turn

__all__ = ["any_engine", "postgres", "server"]

Turn = Callable[..., TurnRecord]
NOTICE = {"id": "n1", "kind": "notice", "text": "Ada joined."}
LATER = NOON + timedelta(hours=1)


def somebody(engine: Engine, name: str) -> int:
    users = Users(engine)
    users.add(name, name.title(), "reviewer", NOON)
    return int(users.named(name).id)  # type: ignore[union-attr]


@pytest.fixture
def handoffs(any_engine: Engine) -> Handoffs:
    Conversations(any_engine).store_turn(make_turn(1))
    return Handoffs(any_engine)


def test_asked_taken_and_given_back(handoffs: Handoffs, any_engine: Engine) -> None:
    ada = somebody(any_engine, "ada")
    assert handoffs.state("c1").holder is None and not handoffs.state("c1").asked
    handoffs.asked("c1", NOON)
    handoffs.asked("c1", LATER)
    (line,) = handoffs.waiting()
    assert (line.conversation_id, line.since, line.level) == ("c1", NOON, "routine")
    assert handoffs.take("c1", ada, LATER, NOTICE)
    state = handoffs.state("c1")
    assert state.holder is not None and (state.holder.id, state.holder.display) == (ada, "Ada")
    assert not handoffs.waiting() and [each.conversation_id for each in handoffs.taken()] == ["c1"]
    handoffs.asked("c1", LATER)
    assert not handoffs.waiting(), "somebody is there already"
    assert handoffs.give_back("c1", LATER, {**NOTICE, "id": "n2"})
    assert not handoffs.give_back("c1", LATER, {**NOTICE, "id": "n3"})
    state = handoffs.state("c1")
    assert state.holder is None and not state.asked and state.since == LATER
    told = [said["id"] for said in Conversations(any_engine).history("c1") if said.get("kind") == "notice"]
    assert told == ["n1", "n2"]


def test_one_that_nobody_asked_for_can_be_taken(handoffs: Handoffs, any_engine: Engine) -> None:
    ada, bob = somebody(any_engine, "ada"), somebody(any_engine, "bob")
    assert handoffs.take("c1", ada, NOON, NOTICE)
    assert not handoffs.take("c1", bob, NOON, NOTICE) and not handoffs.take("c1", ada, NOON, NOTICE)


def test_two_clinicians_never_both_take(handoffs: Handoffs, any_engine: Engine) -> None:
    people = [somebody(any_engine, name) for name in ("ada", "bob", "cem", "dee")]
    for number in range(5):
        start = Barrier(len(people))

        def take(user: int, start: Barrier = start, number: int = number) -> bool:
            start.wait()
            return handoffs.take("c1", user, NOON, {**NOTICE, "id": f"{number}-{user}"})

        with ThreadPoolExecutor(len(people)) as threads:
            took = list(threads.map(take, people))
        assert took.count(True) == 1
        holder = handoffs.state("c1").holder
        assert holder is not None and holder.id == people[took.index(True)]
        handoffs.give_back("c1", NOON, NOTICE)


def test_emergencies_come_first_then_who_waits_longest(any_engine: Engine) -> None:
    handoffs, kept = Handoffs(any_engine), Conversations(any_engine)
    levels = [("late", "routine", 30), ("early", "self_care", 10), ("alarm", "emergency", 40), ("none", None, 20)]
    for name, level, minutes in levels:
        decision = {"level": level} if level else None
        kept.store_turn(make_turn(1, conversation=name, case={"human": name == "late"}, decision=decision))
        handoffs.asked(name, NOON + timedelta(minutes=minutes))
    assert [line.conversation_id for line in handoffs.waiting()] == ["alarm", "early", "none", "late"]
    assert [line.because for line in handoffs.waiting()] == [(), (), (), ("human",)]


def test_a_turn_that_asks_for_a_human_and_a_reply_that_did_not_help_ask(any_engine: Engine) -> None:
    handoffs, kept = Handoffs(any_engine), Conversations(any_engine)
    kept.store_turn(make_turn(1, asks_human=True, case={"human": True}))
    kept.store_turn(make_turn(1, conversation="c2"))
    assert [line.because for line in handoffs.waiting()] == [("human",)]
    Feedback(any_engine).give("c2", "r1", True, None, NOON)
    assert len(handoffs.waiting()) == 1
    Feedback(any_engine).give("c2", "r1", False, "no", LATER)
    Feedback(any_engine).give("c1", "r1", False, None, LATER)
    assert {line.conversation_id: line.because for line in handoffs.waiting()} == {
        "c1": ("human", "feedback"),
        "c2": ("feedback",),
    }


def test_a_turn_from_the_journal_still_asks(turn: Turn) -> None:
    record = turn(1, asks_human=True)
    assert TurnRecord.from_json(record.to_json()) == record
    old: dict[str, Any] = record.to_json()
    del old["asks_human"]
    assert TurnRecord.from_json(old).asks_human is False


def test_a_letter_says_who_writes_and_who_reads_what_is_written_back(handoffs: Handoffs, any_engine: Engine) -> None:
    letters = Letters(any_engine)
    before = letters.write("c1", "l1", "hello", NOON, "Ada (clinician)")
    handoffs.take("c1", somebody(any_engine, "ada"), NOON, NOTICE)
    after = letters.write("c1", "l2", "hello", LATER, "Ada (clinician)")
    assert before is not None and after is not None
    assert (before["by"], before["held"], after["held"]) == ("Ada (clinician)", False, True)


def test_nobody_holds_what_is_not_there(any_engine: Engine) -> None:
    handoffs, ada = Handoffs(any_engine), somebody(any_engine, "ada")
    with pytest.raises(UnknownConversation):
        handoffs.take("nobody", ada, NOON, NOTICE)
    Conversations(any_engine).store_turn(make_turn(1))
    handoffs.take("c1", ada, NOON, NOTICE)
    Conversations(any_engine).erase("c1", LATER)
    assert not handoffs.taken() and handoffs.state("c1").holder is None
    for again in (lambda: handoffs.take("c1", ada, LATER, NOTICE), lambda: handoffs.asked("c1", LATER)):
        with pytest.raises(Erased):
            again()


def sealed(engine: Engine) -> list[Any]:
    """What stands in the outbox: address and reply of each, in order."""
    with engine.connect() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id)).all()
    return [Envelopes(SECRET).unpack(row.sealed) for row in rows]


def forgotten(engine: Engine) -> None:
    """How to write to anybody on a platform is not known any more."""
    with engine.begin() as connection:
        connection.execute(delete(correspondents))


def test_whoever_is_known_on_a_platform_can_be_written_to(any_engine: Engine) -> None:
    kept = Conversations(any_engine)
    kept.store_turn(make_turn(1))
    kept.store_turn(make_turn(1, conversation="unknown", channel="telegram"))
    name = correspondent(any_engine)
    reached = {each: can_be_written_to(any_engine, each) for each in ("c1", "unknown", name, "nobody")}
    assert reached == {"c1": True, "unknown": False, name: True, "nobody": False}
    for each in ("c1", "unknown", name):
        Handoffs(any_engine).asked(each, NOON)
    assert {line.conversation_id: line.reachable for line in Handoffs(any_engine).waiting()} == {
        "c1": True,
        "unknown": False,
        name: True,
    }
    for each in ("c1", name):
        kept.erase(each, LATER)
        assert not can_be_written_to(any_engine, each)


def test_notices_and_letters_go_to_the_platform(any_engine: Engine) -> None:
    name, ada = correspondent(any_engine), somebody(any_engine, "ada")
    handoffs = Handoffs(any_engine, Envelopes(SECRET))
    letters = Letters(any_engine, Envelopes(SECRET))
    assert handoffs.take(name, ada, NOON, NOTICE) and not handoffs.take(name, ada, NOON, {**NOTICE, "id": "late"})
    for _ in range(2):
        letters.write(name, "l1", "hello", NOON, "Ada")
    assert handoffs.give_back(name, LATER, {**NOTICE, "id": "n2"})
    assert not handoffs.give_back(name, LATER, {**NOTICE, "id": "n3"})
    letter = {"id": "l1", "kind": "clinician", "text": "hello", "by": "Ada", "held": True}
    assert sealed(any_engine) == [({"chat": CHAT}, each) for each in (NOTICE, letter, {**NOTICE, "id": "n2"})]


def test_a_hostile_letter_is_sealed_as_it_is_kept(any_engine: Engine) -> None:
    name = correspondent(any_engine)
    hostile = "\ud800 \x00 \u202e {} %s '\"; DROP TABLE outbox; -- \U0001f9d1\u200d\u2695\ufe0f"
    kept = Letters(any_engine, Envelopes(SECRET)).write(name, "l1", hostile, NOON, hostile)
    ((_, reply),) = sealed(any_engine)
    assert kept is not None and (reply["text"], reply["by"]) == (kept["text"], kept["by"])
    assert reply["text"].endswith("-- \U0001f9d1\u200d\u2695\ufe0f") and "\u202e {} %s" in reply["text"]


def test_without_envelopes_and_in_the_chat_of_our_own_nothing_is_sent(any_engine: Engine) -> None:
    name, ada = correspondent(any_engine), somebody(any_engine, "ada")
    Conversations(any_engine).store_turn(make_turn(1))
    for conversation, envelopes in ((name, None), ("c1", Envelopes(SECRET))):
        assert Letters(any_engine, envelopes).write(conversation, "l1", "hello", NOON)
        assert Handoffs(any_engine, envelopes).take(conversation, ada, NOON, NOTICE)
        assert Handoffs(any_engine, envelopes).give_back(conversation, NOON, {**NOTICE, "id": "n2"})
    assert sealed(any_engine) == []


def test_what_cannot_be_sent_was_not_said(any_engine: Engine) -> None:
    name, ada = correspondent(any_engine), somebody(any_engine, "ada")
    handoffs, letters = Handoffs(any_engine, Envelopes(SECRET)), Letters(any_engine, Envelopes(SECRET))
    # A letter's id is a form's: one that stands in the outbox already must not pass for delivered.
    with any_engine.begin() as connection:
        post(connection, Parcel("taken", None, "telegram", "somebody else", "sealed"), NOON)
    with pytest.raises(Unreachable):
        letters.write(name, "taken", "hello", NOON)
    forgotten(any_engine)
    with pytest.raises(Unreachable):
        letters.write(name, "l1", "hello", NOON)
    with pytest.raises(Unreachable):
        handoffs.take(name, ada, NOON, NOTICE)
    assert Conversations(any_engine).history(name) == [] and handoffs.state(name).since is None


def test_the_bot_answers_again_also_where_nobody_can_be_told(any_engine: Engine) -> None:
    name, ada = correspondent(any_engine), somebody(any_engine, "ada")
    handoffs = Handoffs(any_engine, Envelopes(SECRET))
    handoffs.take(name, ada, NOON, NOTICE)
    forgotten(any_engine)
    assert handoffs.give_back(name, LATER, {**NOTICE, "id": "n2"}) and handoffs.state(name).holder is None
    assert len(sealed(any_engine)) == 1
