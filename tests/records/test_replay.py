"""A stored decision comes out the same, byte for byte, or the report says where it differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy.engine import Engine

from bot.records.conversations import Conversations
from bot.records.replay import replay
from bot.records.turn_record import TurnRecord

Turn = Callable[..., TurnRecord]


def decide(facts: Mapping[str, Any], knowledge: bytes, on: date) -> dict[str, Any]:
    """Stands in for the engine: its answer depends on all that it is given."""
    return {"level": "routine", "facts": facts["facts"], "knowledge": knowledge.decode(), "on": on.isoformat()}


def decided(turn: Turn, number: int, **changes: Any) -> TurnRecord:
    plain = turn(number)
    assert plain.case is not None and plain.knowledge_canonical is not None
    decision = decide(plain.case, plain.knowledge_canonical, plain.at.date())
    return turn(number, **{"decision": dict(reversed(decision.items())), **changes})


def test_decisions_replay_from_what_is_stored(conversations: Conversations, turn: Turn, engine: Engine) -> None:
    for number in range(3):
        conversations.store_turn(decided(turn, number))
    conversations.store_turn(turn(4, case=None, decision=None))
    report = replay(engine, decide)
    assert report.same and len(report.replayed) == 3
    assert replay(engine, decide, [2]).replayed[0].decision_id == 2


def test_a_difference_is_shown_where_it_begins(conversations: Conversations, turn: Turn, engine: Engine) -> None:
    conversations.store_turn(decided(turn, 1))
    report = replay(engine, lambda facts, knowledge, on: {**decide(facts, knowledge, on), "level": "self_care"})
    (one,) = report.replayed
    assert not report.same and one.first_difference is not None
    assert one.why is not None and "decided 'routine\"" in one.why and "and 'self_care" in one.why


def test_an_engine_that_fails_is_a_finding(conversations: Conversations, turn: Turn, engine: Engine) -> None:
    conversations.store_turn(decided(turn, 1))

    def fails(facts: Mapping[str, Any], knowledge: bytes, on: date) -> dict[str, Any]:
        raise KeyError("no such rule")

    assert replay(engine, fails).replayed[0].why == "deciding again failed: KeyError: 'no such rule'"


def test_an_id_that_is_not_there_is_named(engine: Engine) -> None:
    report = replay(engine, decide, [7])
    assert report.missing == (7,) and not report.same


def test_knowledge_that_is_not_what_it_says_is_not_trusted(
    conversations: Conversations, turn: Turn, engine: Engine
) -> None:
    conversations.store_turn(decided(turn, 1, knowledge_canonical=b"tampered"))
    conversations.store_turn(decided(turn, 2, knowledge_version=None, knowledge_canonical=None))
    first, second = replay(engine, decide).replayed
    assert first.why is not None and "the stored knowledge is not the one" in first.why
    assert second.why is not None and "is not stored" in second.why
