"""Corrections: one thing is put right and nothing else; a red flag is asked about first; the question comes again."""

from __future__ import annotations

import pytest

from bot.interview.correcting import correction, correction_kinds
from bot.interview.turn import ADVICE, CONFIRM, NOTHING, QUESTION, in_crisis
from bot.triage.case import ABSENT, PAST, PRESENT, Bounds, Fact
from bot.triage.decide import decide
from tests.interview.conftest import TODAY, Talk

TWITCH = "My left cheek has been twitching for two weeks and my eyelid too"
FINDING = "facial_twitching"


def facts(talk: Talk) -> dict[str, Fact]:
    return dict(talk.case.facts)


def test_what_is_taken_away_is_absent_and_all_else_stays(talk: Talk) -> None:
    before = talk.say(TWITCH)
    others = {name: fact for name, fact in facts(talk).items() if name != FINDING}
    asked = dict(talk.case.asked)
    turn = talk.say([correction(FINDING, ABSENT)])
    assert talk.case.status(FINDING) == ABSENT
    assert {name: fact for name, fact in facts(talk).items() if name != FINDING} == others
    assert turn.kind == QUESTION and turn.question == before.question
    assert dict(talk.case.asked) == asked, "a question that is put again because of a correction was not asked twice"
    assert [(change.key, change.before, change.after) for change in talk.case.changes] == [(FINDING, PRESENT, ABSENT)]


@pytest.mark.parametrize(
    ("kind", "attribute", "value"),
    [("right", "side", "right"), ("both", "side", "both")],
)
def test_a_quality_is_put_right(talk: Talk, kind: str, attribute: str, value: str) -> None:
    talk.say(TWITCH)
    before = facts(talk)[FINDING]
    talk.say([correction(FINDING, kind)])
    after = facts(talk)[FINDING]
    assert getattr(after, attribute) == value
    assert after.lasting == before.lasting and after.status == PRESENT


def test_when_it_began_is_asked_at_once_and_does_not_count(talk: Talk) -> None:
    talk.say(TWITCH)
    asked, spent, trail = dict(talk.case.asked), talk.case.spent, talk.case.trail
    turn = talk.say([correction(FINDING, "lasting")])
    assert turn.kind == QUESTION and turn.question.question.attribute == "lasting"
    assert turn.question.about == FINDING and facts(talk)[FINDING].lasting is None
    talk.say("about four months")
    assert 100 < facts(talk)[FINDING].lasting.middle / 86400 < 140
    assert len(talk.case.trail) == len(trail) and talk.case.spent == spent
    assert sum(talk.case.asked.values()) == sum(asked.values())


def test_it_has_gone_and_is_back(talk: Talk) -> None:
    talk.say(TWITCH)
    talk.say([correction(FINDING, PAST)])
    assert talk.case.status(FINDING) == PAST and facts(talk)[FINDING].gone is not None
    talk.say([correction(FINDING, PRESENT)])
    assert talk.case.status(FINDING) == PRESENT and facts(talk)[FINDING].gone is None


def calm_red_flag(talk: Talk) -> str:
    """A red flag that by itself is no emergency: after one of those nothing is taken back at all."""
    for question in talk.knowledge.questions:
        for name in question.findings if question.red_flag else ():
            case = talk.case.with_fact(name, Fact(PRESENT))
            decision = decide(case, talk.knowledge, TODAY)
            if decision.level != "emergency" and not in_crisis(decision, talk.knowledge):
                return name
    raise AssertionError("every red flag is an emergency")


@pytest.mark.parametrize("status", [PRESENT, PAST])
def test_a_red_flag_is_only_taken_away_after_one_question(talk: Talk, status: str) -> None:
    talk.say(TWITCH)
    flag = calm_red_flag(talk)
    talk.case = talk.case.with_fact(flag, Fact(status))
    for answer, after in ((["no"], status), (["yes"], ABSENT)):
        turn = talk.say([correction(flag, ABSENT)])
        assert turn.kind == CONFIRM and talk.case.status(flag) == status
        talk.say(answer)
        assert talk.case.status(flag) == after
    assert talk.case.changes[-1].confirmed and talk.case.changes[-1].before == status


def test_a_red_flag_that_is_over_is_not_denied_in_words_without_the_question_either(talk: Talk) -> None:
    talk.say("My eyelid droops since yesterday")
    talk.say([correction("drooping_eyelid", PAST)])
    assert talk.say("no, my eyelid does not droop").kind == CONFIRM
    assert talk.case.status("drooping_eyelid") == PAST


def test_gone_and_still_there_loses_nothing(talk: Talk) -> None:
    talk.say("My left cheek has been twitching for two weeks, getting worse every day")
    before = facts(talk)[FINDING]
    talk.say([correction(FINDING, PAST)])
    talk.say([correction(FINDING, PRESENT)])
    assert facts(talk)[FINDING] == before


def test_what_is_pressed_beside_a_correction_counts(talk: Talk) -> None:
    talk.say(TWITCH)
    turn = talk.say(["facial_weakness", "speech_problem", correction(FINDING, "lasting")])
    assert turn.emergency and talk.case.status("facial_weakness") == PRESENT


def test_several_corrections_are_all_made(talk: Talk) -> None:
    talk.say(TWITCH)
    talk.say([correction("eyelid_twitching", ABSENT), correction(FINDING, "right")])
    assert talk.case.status("eyelid_twitching") == ABSENT and facts(talk)[FINDING].side == "right"


def test_none_beside_what_was_picked_denies_nothing_of_it(talk: Talk) -> None:
    talk.say(TWITCH)
    assert talk.say(["none", "facial_weakness", "speech_problem"]).emergency


def test_the_level_after_a_correction_is_that_of_the_case_without_the_mistake(talk: Talk) -> None:
    talk.say(TWITCH)
    talk.deny_everything(talk.say([correction("eyelid_twitching", ABSENT)]))
    turn = talk.say([correction(FINDING, "right")])
    assert turn.kind == ADVICE and turn.again


def test_with_everything_taken_away_there_is_nothing_to_advise_on(talk: Talk) -> None:
    talk.say("My left cheek has been twitching for two weeks")
    assert talk.say([correction(FINDING, ABSENT)]).kind == NOTHING


@pytest.mark.parametrize(
    "value",
    [
        "correct.",
        "correct.facial_twitching",
        "correct.facial_twitching.sudden",
        "correct.facial_twitching.left",
        "correct.facial_twitching.made_up",
        "correct.no_such_finding.absent",
        "correct.limb_weakness.absent",
        "correct.person.age",
        "correct.person.facts",
        "correct.person.emergency",
        "correct.a.b.c.absent",
    ],
)
def test_what_was_never_offered_changes_nothing(talk: Talk, value: str) -> None:
    before = talk.say(TWITCH)
    known = facts(talk)
    turn = talk.say([value])
    assert facts(talk) == known and turn.question == before.question and talk.case.changes == ()


def test_an_age_is_asked_again(talk: Talk) -> None:
    talk.say("I am 45. " + TWITCH)
    assert talk.case.age == Bounds.exactly(45)
    turn = talk.say([correction("person", "age")])
    assert talk.case.age is None and turn.question.question.attribute == "age"
    talk.say("54")
    assert talk.case.age == Bounds.exactly(54)


def test_a_wrong_sex_is_taken_away(talk: Talk) -> None:
    talk.say("I am a 45 year old man. " + TWITCH)
    assert talk.case.sex is not None
    assert talk.say([correction("person", "sex")]).kind == QUESTION
    assert talk.case.sex is None


def test_nothing_takes_back_an_emergency(talk: Talk) -> None:
    turn = talk.say("One side of my face suddenly droops and I cannot speak")
    assert turn.emergency
    for name in facts(talk):
        assert talk.say([correction(name, ABSENT)]).emergency


def test_the_ways_to_be_wrong() -> None:
    assert correction_kinds(Fact(PRESENT)) == (ABSENT, PAST)
    assert correction_kinds(Fact(PAST, side="left")) == (ABSENT, PRESENT)
    full = Fact(PRESENT, side="left", onset="sudden", trend="worse", lasting=Bounds.exactly(86400.0))
    assert correction_kinds(full) == (ABSENT, PAST, "right", "both", "gradual", "lasting", "unchanged", "better")
