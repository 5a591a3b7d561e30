"""A stored decision comes out the same, byte for byte, or the report says where it differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.knowledge import Knowledge
from bot.records.commands import compare_command, direction
from bot.records.conversations import Conversations
from bot.records.replay import compare, replay
from bot.records.turn_record import TurnRecord
from bot.triage.case import Case
from bot.triage.decide import decide as by_rules

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


def made(level: str, *rules: str) -> dict[str, Any]:
    return {"level": level, "could_become": level, "fired": [{"id": name} for name in rules]}


def test_decisions_that_other_rules_would_change(conversations: Conversations, turn: Turn, engine: Engine) -> None:
    before = [made("routine", "a"), made("same_day", "b"), made("routine", "c"), made("routine", "d")]
    for number, decision in enumerate(before, 1):
        conversations.store_turn(turn(number, case={"facts": {"n": number}}, decision=decision))
    after = {1: made("emergency", "a", "x"), 2: made("routine"), 3: made("routine", "c"), 4: made("routine", "e")}
    result = compare(engine, lambda facts: after[facts["facts"]["n"]])
    assert result.compared == 4 and [one.decision_id for one in result.changed] == [1, 2, 4]
    up, down, other = result.changed
    assert (up.before, up.after, up.came, up.went) == ("routine", "emergency", ("x",), ())
    assert (down.before, down.after, down.came, down.went) == ("same_day", "routine", (), ("b",))
    assert (other.came, other.went) == (("e",), ("d",))
    assert [direction(one) for one in result.changed] == ["more urgent", "calmer", "same level, other rules"]
    assert up.decided_on == turn(1).at.date()


def test_a_decision_that_cannot_be_made_by_todays_rules_does_not_stop_the_others(
    conversations: Conversations, turn: Turn, engine: Engine
) -> None:
    for number in (1, 2):
        conversations.store_turn(turn(number, case={"facts": {"n": number}}, decision=made("routine")))

    def fails_once(facts: Mapping[str, Any]) -> Mapping[str, Any]:
        if facts["facts"]["n"] == 1:
            raise KeyError("gone")
        return made("same_day")

    first, second = compare(engine, fails_once).changed
    assert first.failed == "KeyError: 'gone'" and direction(first) == "failed"
    assert second.after == "same_day"
    assert compare(engine, fails_once, [2, 9]).missing == (9,)


def test_the_command_counts_by_direction_and_ends_with_a_status(
    conversations: Conversations,
    turn: Turn,
    engine: Engine,
    knowledge: Knowledge,
    capsys: pytest.CaptureFixture[str],
) -> None:
    day = max(rule.valid_from for rule in knowledge.rules.values())
    now = by_rules(Case(), knowledge, day).to_json()
    conversations.store_turn(turn(1, case={}, decision=now))
    assert compare_command(engine, knowledge, day, None, as_json=False) == 0
    assert "0 of 1 decisions would change" in capsys.readouterr().out
    conversations.store_turn(turn(2, case={}, decision=made("same_day", "old")))
    assert compare_command(engine, knowledge, day, None, as_json=True) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["counts"]["calmer"] == 1 and result["changed"][0]["went"] == ["old"]
    assert result["rules_of"] == day.isoformat() and result["knowledge_version"] == knowledge.version
    assert compare_command(engine, knowledge, day, [2, 7], as_json=False) == 1
    shown = capsys.readouterr().out
    assert "decision 2 of 2026-06-18: same_day -> unknown (calmer) -old" in shown and "decision 7: not in" in shown
