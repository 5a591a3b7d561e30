"""The reply to a person who may harm themselves: its own words at once, never a question, nothing of the archive."""

from __future__ import annotations

from datetime import date

import pytest

from bot.interview.turn import CRISIS, EMERGENCY, Turn, take_turn
from bot.knowledge import Knowledge, load
from bot.nlu.reader import Reader
from bot.report.compose import compose
from bot.report.reply import Reply
from bot.triage.case import Case

ON = date(2026, 11, 23)
LINE = "Somebody who listens, 116 123"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load()


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> Reader:
    return Reader(knowledge)


def said(knowledge: Knowledge, reader: Reader, *messages: str, line: str | None = LINE) -> tuple[Turn, Reply]:
    case = Case()
    for message in messages:
        turn = take_turn(case, reader.read(message, ON), knowledge, ON)
        case = turn.case
    return turn, compose(turn, knowledge, emergency_number="999", crisis_line=line)


@pytest.mark.parametrize(
    "message",
    [
        "I want to end my life",
        "I took all my pills because I want to die",
        "kms tonight",
        "No job no money I want to end it all",
    ],
)
def test_danger_is_an_emergency_in_words_of_its_own(knowledge: Knowledge, reader: Reader, message: str) -> None:
    turn, reply = said(knowledge, reader, message)
    assert turn.kind == EMERGENCY and reply.kind == "emergency" and not reply.choices
    assert reply.text.startswith(knowledge.messages.text("crisis.headline", number="999"))
    assert LINE in reply.text and knowledge.messages.text("crisis.ask") in reply.text
    assert reply.advice is not None and reply.advice["level"] == "emergency" and reply.advice["answer"] is None
    assert all(knowledge.rules[reason["rule"]["id"]].reply == "crisis" for reason in reply.advice["reasons"])


@pytest.mark.parametrize("message", ["I don't want to be here anymore", "everyone would be better off without me"])
def test_thoughts_are_for_today_and_nothing_is_asked(knowledge: Knowledge, reader: Reader, message: str) -> None:
    turn, reply = said(knowledge, reader, message)
    assert turn.kind == CRISIS and turn.question is None and not reply.choices
    assert reply.advice is not None and reply.advice["level"] == "same_day"
    assert "999" in reply.text and LINE in reply.text


def test_beside_another_complaint_it_comes_first_and_stays(knowledge: Knowledge, reader: Reader) -> None:
    turn, reply = said(knowledge, reader, "my eyelid twitches and I don't want to live any more", "no", "ok")
    assert turn.kind in (CRISIS, EMERGENCY) and turn.question is None
    assert knowledge.messages.text("crisis.later") in reply.text and LINE in reply.text


def test_a_child_is_answered_as_anybody_is(knowledge: Knowledge, reader: Reader) -> None:
    turn, reply = said(knowledge, reader, "I am 13 and I don't want to be here anymore")
    assert turn.kind == CRISIS and LINE in reply.text


def test_somebody_else_is_cared_for_too(knowledge: Knowledge, reader: Reader) -> None:
    _, reply = said(knowledge, reader, "my cheek twitches", "my friend says he is going to kill himself")
    assert reply.kind == "emergency" and knowledge.messages.text("crisis.other") in reply.text


def test_without_a_known_line_the_number_to_call_is_there(knowledge: Knowledge, reader: Reader) -> None:
    _, reply = said(knowledge, reader, "I want to end my life", line=None)
    assert knowledge.messages.text("crisis.no_line", number="999") in reply.text


@pytest.mark.parametrize(
    "message",
    [
        "this headache is killing me",
        "I am dying for a coffee",
        "not suicidal, my eyelid twitches",
        "killing time while my cheek twitches",
        "my uncle died by suicide in 2005",
    ],
)
def test_a_manner_of_speaking_is_none(knowledge: Knowledge, reader: Reader, message: str) -> None:
    turn, reply = said(knowledge, reader, message)
    assert turn.kind not in (CRISIS, EMERGENCY) and LINE not in reply.text


def test_no_rule_about_it_is_ever_asked_about(knowledge: Knowledge) -> None:
    from bot.knowledge.conditions import Has, leaves

    rules = [rule for rule in knowledge.rules.values() if rule.reply == "crisis"]
    names = {leaf.finding for rule in rules for leaf in leaves(rule.when) if isinstance(leaf, Has)}
    assert len(rules) >= 4 and names
    assert not [name for name in names if knowledge.asked_by(name) or knowledge.items_of(name)]
