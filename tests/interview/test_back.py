"""Going back a question: only what it was about is open again."""

from __future__ import annotations

from dataclasses import replace

from bot.interview.back import go_back
from bot.triage.case import ABSENT, PRESENT, Case
from tests.interview.conftest import Talk

OPENING = "My cheek has been twitching for 20 days"


def test_the_question_before_is_put_again_and_its_denials_are_open(talk: Talk) -> None:
    first = talk.say(OPENING)
    assert first.question is not None
    offered = first.question.findings
    talk.say(["none"])
    assert all(talk.case.status(name) == ABSENT for name in offered)
    case = go_back(talk.case, talk.knowledge)
    assert case is not None and (case.pending, case.pending_keys) == (first.question.question.id, offered)
    assert all(case.status(name) is None for name in offered)
    assert case.facts["facial_twitching"].lasting == talk.case.facts["facial_twitching"].lasting
    assert {change.key for change in case.changes} >= set(offered)
    assert all(case.asked[name] == 1 for name in offered), "to be put again does not count as one asking more"


def test_a_red_flag_that_is_there_stays(talk: Talk) -> None:
    talk.say(OPENING, ["numbness"])
    case = go_back(talk.case, talk.knowledge)
    assert case is not None and case.status("numbness") == PRESENT


def test_an_answer_about_time_is_open_again(talk: Talk) -> None:
    turn = talk.say("My cheek twitches")
    while turn.question is not None and turn.question.question.attribute != "lasting":
        turn = talk.say(["none"])
    turn = talk.say(["weeks_2_to_12"])
    assert talk.case.facts["facial_twitching"].lasting is not None
    case = talk.case if turn.question is not None else replace(talk.case, pending=None)
    back = go_back(case, talk.knowledge)
    assert back is not None and back.pending == "lasting" and back.facts["facial_twitching"].lasting is None
    assert back.facts["facial_twitching"].when is None


def test_back_and_back_again_leads_to_the_first_question_and_no_further(talk: Talk) -> None:
    talk.say(OPENING, ["none"], ["none"])
    first = talk.asked[0]
    case = go_back(talk.case, talk.knowledge)
    assert case is not None
    case = go_back(case, talk.knowledge)
    assert case is not None and case.pending == first
    assert go_back(case, talk.knowledge) is None
    assert go_back(Case(), talk.knowledge) is None
