"""Simulated patients: they answer from their facts, and from nothing else."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from bot.evaluation.interview import hold
from bot.evaluation.patient import Answer, Patient, span
from bot.interview.turn import ADVICE, CONFIRM, QUESTION, Turn, take_turn
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.triage.case import Case
from bot.triage.facts import case_of

ON = date(2026, 11, 23)


def patient(knowledge: Knowledge, facts: dict[str, Any], **shares: Any) -> Patient:
    return Patient(case_of(facts, knowledge), knowledge, ON, **shares)


def first(knowledge: Knowledge, reader: Reader, message: str) -> Turn:
    return take_turn(Case(), reader.read(message, ON), knowledge, ON)


def test_what_the_facts_do_not_mention_is_denied(knowledge: Knowledge, reader: Reader) -> None:
    someone = patient(knowledge, {"facial_twitching": "present"})
    turn = first(knowledge, reader, "My cheek twitches.")
    assert turn.kind == QUESTION and turn.question is not None and turn.question.findings
    assert someone.answer(turn) == Answer(("none",))
    assert someone.has("numbness") is False


def test_what_is_so_is_pressed_a_kind_of_it_too(knowledge: Knowledge, reader: Reader) -> None:
    turn = first(knowledge, reader, "My cheek twitches.")
    assert turn.question is not None and "numbness" in turn.question.findings
    assert patient(knowledge, {"facial_numbness": "present"}).answer(turn) == Answer(("numbness",))


def test_what_is_over_counts_as_long_as_a_rule_counts_it(knowledge: Knowledge) -> None:
    assert patient(knowledge, {"speech_problem.gone": "2 days"}).has("speech_problem") is True
    assert patient(knowledge, {"speech_problem.gone": "2 years"}).has("speech_problem") is False


def test_an_uncertain_finding_is_answered_not_sure(knowledge: Knowledge, reader: Reader) -> None:
    turn = first(knowledge, reader, "My cheek twitches.")
    assert patient(knowledge, {"numbness": "uncertain"}).answer(turn) == Answer(("not_sure",))


def test_a_share_of_answers_is_not_sure_or_typed(knowledge: Knowledge, reader: Reader) -> None:
    turn = first(knowledge, reader, "My cheek twitches.")
    assert patient(knowledge, {"numbness": "present"}, not_sure=1.0).answer(turn) == Answer(("not_sure",))
    typed = patient(knowledge, {"numbness": "present"}, typed=1.0).answer(turn)
    assert typed.choices is None and typed.text is not None and typed.text.startswith("Yes: ")
    some = patient(knowledge, {}, random=Random(3), not_sure=0.5)
    answers = {some.answer(turn) for _ in range(30)}
    assert answers == {Answer(("none",)), Answer(("not_sure",))}


def test_the_same_seed_gives_the_same_interview(knowledge: Knowledge, reader: Reader) -> None:
    def held() -> Any:
        someone = patient(knowledge, {"facial_twitching": "present"}, random=Random(5), not_sure=0.3, typed=0.5)
        return hold(someone, "My cheek twitches.", reader, knowledge, ON)

    assert held() == held()


def test_a_red_flag_that_is_there_is_not_taken_back(knowledge: Knowledge, reader: Reader) -> None:
    said = take_turn(Case(), reader.read("My cheek twitches and my face is numb.", ON), knowledge, ON)
    turn = take_turn(said.case, reader.read("Actually, my face is not numb.", ON), knowledge, ON)
    assert turn.kind == CONFIRM
    assert patient(knowledge, {"facial_numbness": "present"}).answer(turn) == Answer(("no",))
    assert patient(knowledge, {"facial_twitching": "present"}).answer(turn) == Answer(("yes",))


@pytest.mark.parametrize("days", ["5 days", "14 days", "25 days", "200 days"])
def test_a_time_reaches_the_case_as_it_is(knowledge: Knowledge, reader: Reader, days: str) -> None:
    # Unchanged and alone: what is decided in the end is what the facts decide.
    facts = {"facial_twitching.lasting": days, "facial_twitching.trend": "unchanged", "person.age": 30}
    held = hold(patient(knowledge, facts), "My cheek twitches.", reader, knowledge, ON)
    assert held.kind == ADVICE and held.decision.level == ("self_care" if days in ("5 days", "14 days") else "routine")
    assert held.turns == len(held.asked) + 1 > 1


def test_only_a_question_can_be_answered(knowledge: Knowledge, reader: Reader) -> None:
    turn = first(knowledge, reader, "My face suddenly droops on one side.")
    with pytest.raises(ValueError, match="a turn of kind emergency asks nothing"):
        patient(knowledge, {}).answer(turn)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1209600, "14 days"), (86400, "1 day"), (7200, "2 hours"), (300, "5 minutes"), (5 * 31557600, "5 years")],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert span(seconds) == words
