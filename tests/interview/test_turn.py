"""Conversations, turn by turn: what is asked, what is merged, and when advice is due."""

from __future__ import annotations

from itertools import permutations

import pytest

from bot.interview.turn import ADVICE, CONFIRM, EMERGENCY, NOT_COVERED, NOTHING, NOTHING_NEW, QUESTION
from bot.nlu.reader import Reader
from bot.triage.case import ABSENT, PAST, PRESENT
from tests.interview.conftest import Talk

OPENING = "Lately the left half of my face has twitched again and again. I can't get to sleep because of it."


def test_the_first_questions_are_about_red_flags_and_outside_the_budget(talk: Talk) -> None:
    turn = talk.say(OPENING)
    assert (turn.kind, turn.decision.level, turn.decision.could_become) == (QUESTION, "routine", "emergency")
    assert turn.question is not None and turn.question.question.red_flag
    assert {"facial_weakness", "numbness", "vision_change"} <= set(turn.question.findings)
    assert talk.case.spent == 0


def test_a_denial_with_a_time_answers_the_group_and_the_duration_at_once(talk: Talk) -> None:
    talk.say(OPENING, "no, none of those, about two months")
    assert talk.case.status("numbness") == ABSENT
    lasting = talk.case.facts["facial_twitching"].lasting
    assert lasting is not None and round(lasting.middle / 86400) == 60


def test_how_long_and_getting_worse_are_asked_when_they_were_not_said(talk: Talk) -> None:
    talk.deny_everything(talk.say(OPENING))
    assert {"nerve_signs", "lasting", "details"} <= set(talk.asked)


def test_the_interview_ends_in_at_most_nine_turns(talk: Talk) -> None:
    turn = talk.deny_everything(talk.say(OPENING))
    assert turn.kind == ADVICE
    assert len(talk.asked) <= 8


def test_buttons_and_words_lead_to_the_same_level(knowledge, reader: Reader) -> None:
    pressed = Talk(knowledge, reader)
    turn = pressed.say(OPENING, ["numbness"])
    said = Talk(knowledge, reader)
    assert said.say(OPENING, "part of my cheek is numb").decision.level == turn.decision.level == "same_day"


@pytest.mark.parametrize(
    "message",
    [
        "Since an hour my mouth droops on one side and my words are slurred",
        "my uncle had a stroke last year and now my own face droops",
        "my dad is slurring his words right now",
        "MY ARM WENT WEAK ALL OF A SUDDEN",
        "my face drooped for ten minutes this morning but it is fine now",
        "I think I am having a stroke",
    ],
)
def test_an_emergency_ends_the_questions_in_the_first_turn(talk: Talk, message: str) -> None:
    turn = talk.say(message)
    assert (turn.kind, turn.question, turn.emergency) == (EMERGENCY, None, True)


@pytest.mark.parametrize(
    "message",
    [
        "My uncle had a stroke; I have no weakness, just an eyelid twitch",
        "Is this a stroke?",
        "no weakness and no slurred speech, my eyelid twitches",
        "My grandmother had a stroke in 1999. My cheek twitches.",
    ],
)
def test_a_false_alarm_does_not(talk: Talk, message: str) -> None:
    assert talk.say(message).kind != EMERGENCY


def test_an_emergency_may_come_as_the_answer_to_a_question(talk: Talk) -> None:
    assert talk.say(OPENING, "yes, my arm went weak suddenly").kind == EMERGENCY


def test_after_an_emergency_every_turn_is_one(talk: Talk) -> None:
    talk.say("my face droops since an hour")
    assert talk.say("ok thank you").emergency
    assert talk.say("it is better now").emergency


def test_a_bare_yes_to_the_group_counts_and_is_followed_up(talk: Talk) -> None:
    turn = talk.say(OPENING, "yes")
    assert turn.decision.level == "same_day"
    assert turn.kind == QUESTION


def test_not_sure_is_asked_once_more_in_other_words_and_then_counts_as_caution(talk: Talk) -> None:
    first = talk.say(OPENING)
    second = talk.say("not sure")
    while second.question is not None and second.question.question.id != "nerve_signs":
        second = talk.say(["none"])
    assert first.question is not None and second.question is not None and second.question.again
    turn = talk.say(["not_sure"])
    assert turn.decision.level == "same_day"
    assert any(fired.caution for fired in turn.decision.fired)


def test_what_was_not_ticked_is_not_denied(talk: Talk) -> None:
    talk.say(OPENING, ["numbness"])
    assert talk.case.status("numbness") == PRESENT
    assert talk.case.status("vision_change") is None


def test_only_denies_the_rest(talk: Talk) -> None:
    talk.say(OPENING, "only the fourth")
    assert talk.case.status("numbness") == PRESENT
    assert talk.case.status("vision_change") == ABSENT


def test_taking_back_a_red_flag_needs_one_confirming_question(talk: Talk) -> None:
    talk.say(OPENING, ["numbness"])
    turn = talk.say("no, I am not numb")
    assert turn.kind == CONFIRM
    assert (turn.decision.level, talk.case.status("numbness")) == ("same_day", PRESENT)
    talk.say("yes")
    assert talk.case.status("numbness") == ABSENT
    assert [(change.key, change.before, change.after) for change in talk.case.changes] == [
        ("numbness", PRESENT, ABSENT)
    ]


def test_a_red_flag_that_is_not_taken_back_stays(talk: Talk) -> None:
    talk.say(OPENING, ["numbness"], "no, I am not numb", ["no"])
    assert talk.case.status("numbness") == PRESENT


def test_a_correction_replaces_only_what_it_names(talk: Talk) -> None:
    talk.say(OPENING, "no, I meant the right side")
    fact = talk.case.facts["facial_twitching"]
    assert (fact.side, fact.status) == ("right", PRESENT)
    assert talk.case.status("sleep_disturbed") == PRESENT


def test_the_order_of_the_facts_does_not_matter(knowledge, reader: Reader) -> None:
    parts = [
        "My left cheek twitches.",
        "I have had it for three weeks.",
        "My right hand is numb.",
        "It is getting worse.",
    ]
    fixed = {0: "My left cheek twitches."}
    outcomes = set()
    for order in permutations(parts):
        if order[0] != fixed[0]:
            # "It" means nothing before something was named.
            continue
        talk = Talk(knowledge, reader)
        for part in order:
            turn = talk.say(part)
        outcomes.add(turn.decision.level)
    assert outcomes == {"same_day"}


def test_a_past_sign_is_kept_as_past(talk: Talk) -> None:
    talk.say("My cheek twitches. Two years ago my left hand was numb for a day, it has gone.")
    assert talk.case.status("hand_numbness") == PAST


def test_nothing_of_ours_is_said_so(talk: Talk) -> None:
    assert talk.say("hello").kind == NOTHING
    assert talk.say("I have a cough").kind == NOT_COVERED


def test_a_twitch_without_a_place_is_asked_for_it(talk: Talk) -> None:
    turn = talk.say("I have a twitch")
    assert turn.question is not None and turn.question.question.id == "where_twitching"
    assert talk.say(["eyelid_twitching"]).decision.topics == ("eyelid_twitching",)


def test_an_unexplained_complaint_keeps_the_advice_from_self_care(knowledge, reader: Reader) -> None:
    alone, beside = Talk(knowledge, reader), Talk(knowledge, reader)
    calm = alone.say("My eyelid has been twitching for three days")
    assert calm.decision.level == "self_care"
    also = beside.say("My eyelid has been twitching for three days and I have a rash")
    assert also.decision.level == "routine"
    assert also.case.unexplained == ("rash or skin trouble",)


def test_no_calm_advice_before_the_red_flags_were_asked(talk: Talk) -> None:
    turn = talk.say("My eyelid has been twitching for three days")
    assert turn.kind == QUESTION
    while turn.question is not None:
        assert turn.kind == QUESTION
        turn = talk.say(["to_49" if turn.question.question.attribute == "age" else "none"])
    assert {"facial_weakness", "seizure", "jaw_locked", "recent_wound", "serotonin_medicine"} <= talk.offered


def test_after_the_advice_a_word_of_thanks_is_not_answered_with_all_of_it_again(talk: Talk) -> None:
    talk.deny_everything(talk.say(OPENING))
    assert talk.say("thank you").kind == NOTHING_NEW
    assert talk.say("now my cheek has gone numb").decision.level == "same_day"


def test_choices_that_were_not_offered_change_nothing(talk: Talk) -> None:
    talk.say(OPENING)
    before = talk.case.facts
    talk.say(["jaw_locked", "nonsense"])
    assert talk.case.facts == before


@pytest.mark.parametrize(
    ("answer", "present"),
    [
        ("just my speech", {"speech_problem"}),
        ("yes, my arm, suddenly", {"arm_weakness", "limb_weakness"}),
        ("only the fourth", {"numbness"}),
        ("3", {"speech_problem"}),
    ],
)
def test_a_choice_may_be_named_by_its_word_or_its_place(talk: Talk, answer: str, present: set[str]) -> None:
    talk.say("my cheek twitches", answer)
    flags = {name for name, fact in talk.case.facts.items() if fact.status == PRESENT} - {"facial_twitching"}
    assert flags and flags <= present


def test_all_of_a_list_may_be_said_in_words(talk: Talk) -> None:
    assert talk.say("my cheek twitches", "everything on that list").kind == EMERGENCY


def test_everything_is_fine_picks_nothing(talk: Talk) -> None:
    assert talk.say("my cheek twitches", "everything is fine").kind != EMERGENCY


@pytest.mark.parametrize("answer", ["2 weeks", "about 3 days", "3 times a day", "I am 45", "second time this happens"])
def test_a_number_that_is_no_place_picks_no_choice(talk: Talk, answer: str) -> None:
    turn = talk.say("my cheek twitches", answer)
    assert turn.kind != EMERGENCY
    assert {name for name, fact in talk.case.facts.items() if fact.status == PRESENT} == {"facial_twitching"}


def test_how_it_came_on_may_be_said_as_a_time(talk: Talk) -> None:
    turn = talk.say("my cheek is numb and twitches", ["none"])
    assert turn.question is not None and turn.question.question.id == "onset"
    assert talk.say("within a minute").kind == EMERGENCY


def test_to_take_back_the_whole_takes_back_its_kind_after_the_confirming_question(talk: Talk) -> None:
    assert talk.say("my cheek is numb and twitches", "sorry, not numb, I meant itchy").kind == CONFIRM
    talk.say(["yes"])
    assert talk.case.status("facial_numbness") == ABSENT


def test_what_was_said_is_not_offered_again(talk: Talk) -> None:
    turn = talk.say("my cheek is numb and twitches")
    assert turn.question is not None and "numbness" not in turn.question.findings


def test_calm_advice_is_not_given_before_the_age_is_known(talk: Talk) -> None:
    turn = talk.say("My eyelid has been twitching for three days")
    while turn.question is not None:
        attribute = turn.question.question.attribute
        turn = talk.say([{"age": "under_16", "trend": "unchanged"}.get(attribute or "", "none")])
    assert "age" in talk.asked
    assert (turn.decision.covered, turn.decision.level) == ("child", "unknown")


def test_a_child_named_by_age_gets_no_home_care(talk: Talk) -> None:
    turn = talk.deny_everything(talk.say("my son is 7 and his eyelid has been twitching for three days"))
    assert (turn.decision.covered, turn.decision.level) == ("child", "unknown")


def test_the_emergency_of_a_second_person_is_that_person_s_alone(talk: Talk) -> None:
    turn = talk.say("My left cheek twitches", "My brother is 40 and his face went numb suddenly")
    assert turn.kind == EMERGENCY and turn.other
    assert talk.case.status("facial_twitching") is None


def test_slowly_getting_worse_says_nothing_of_how_it_began(talk: Talk) -> None:
    assert talk.say("my face droops and it is slowly getting worse").kind == EMERGENCY


def test_the_person_s_own_words_for_a_time_are_kept(talk: Talk) -> None:
    talk.say("my face has been drooping since this morning")
    assert talk.case.facts["facial_weakness"].when in ("this morning", "since this morning")
