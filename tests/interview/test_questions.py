"""How questions are put: grouped, the most urgent first, at most so many at once, and again in other words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Optional

from bot.interview.questions import Asked, next_question, question_text
from bot.interview.turn import take_turn
from bot.knowledge import Knowledge, build
from bot.nlu.reading import Reading
from bot.triage import Case, Fact, decide
from bot.triage.case import ABSENT, PRESENT
from tests.triage.tiny import tiny

ON = date(2026, 11, 23)
WORDS = {"text": "first words", "again": "other words", "why": "why"}
MIXED = {
    "symptoms_first": "symptoms",
    "symptoms_again": "symptoms again",
    "background_first": "b",
    "background_again": "b",
}


def knowledge(most: int = 8, **levels: str) -> Knowledge:
    """Red flags s1, s2 (question "one"), s3, s4 ("two"), all symptoms, and b1 (background); each makes the complaint
    alpha as urgent as `levels` says, or an emergency."""
    names = ("s1", "s2", "s3", "s4", "b1")
    rules: dict[str, Any] = {
        name: {"when": {"all": [{"has": "alpha"}, {"has": name}]}, "level": levels.get(name, "emergency")}
        for name in names
    }
    rules["worse"] = {"when": {"has": "alpha", "trend": "worse"}, "level": "within_2_weeks"}
    documents = tiny(**rules)
    homes = {"s1": "one", "s2": "one", "s3": "two", "s4": "two", "b1": "past"}
    documents["findings/all.yml"] |= {
        name: {"label": name, "kind": "symptom", "say": [name], "asked_in": homes[name]} for name in names
    }
    documents["interview.yml"] = {
        "budget": 2,
        "most_at_once": most,
        "questions": {
            "one": {**WORDS, "red_flag": True, "group": "symptoms"},
            "two": {**WORDS, "red_flag": True, "group": "symptoms"},
            "past": {**WORDS, "red_flag": True, "group": "background"},
            "details": {
                **WORDS,
                "red_flag": False,
                "attribute": "trend",
                "none": "unchanged",
                "options": [{"value": "worse", "label": "Worse", "trend": "worse"}],
            },
        },
    }
    documents["messages/en/ask.yml"] = MIXED
    return build(documents)


CASE = Case({"alpha": Fact(PRESENT)})


def put(case: Case, of: Knowledge) -> Optional[Asked]:
    return next_question(case, decide(case, of, ON), of)


def press(case: Case, of: Knowledge, *choices: str) -> Case:
    """The case after the question that is due was put and these choices were pressed."""
    if case.pending is None:
        case = take_turn(case, Reading(text=""), of, ON).case
    return take_turn(case, Reading(text=""), of, ON, list(choices)).case


def test_small_questions_of_one_group_are_put_together() -> None:
    asked = put(CASE, knowledge())
    assert asked is not None and asked.findings == ("s1", "s2", "s3", "s4") and asked.mixed
    assert question_text(asked, knowledge()) == "symptoms"


def test_one_that_has_no_room_is_put_alone_in_its_own_words() -> None:
    asked = put(CASE, knowledge(most=3))
    assert asked is not None and asked.findings == ("s1", "s2") and not asked.mixed
    assert question_text(asked, knowledge()) == "first words"


def test_a_long_question_begins_with_what_is_most_urgent() -> None:
    asked = put(CASE, knowledge(most=1, s1="same_day"))
    assert asked is not None and asked.findings == ("s2",)


def test_the_more_urgent_question_comes_first_and_draws_the_other_in() -> None:
    asked = put(CASE, knowledge(s1="same_day", s2="same_day"))
    assert asked is not None and asked.question.id == "two" and asked.findings == ("s3", "s4", "s1", "s2")


def test_none_denies_what_was_offered_and_nothing_else() -> None:
    case = press(CASE, knowledge(most=3), "none")
    assert [case.status(name) for name in ("s1", "s2", "s3")] == [ABSENT, ABSENT, None]
    assert case.pending == "two" and case.pending_keys == ("s3", "s4")


def test_a_pressed_choice_of_another_question_of_the_group_counts() -> None:
    case = press(CASE, knowledge(), "s3")
    assert case.status("s3") == PRESENT and case.status("s1") is None and case.emergency


def test_not_sure_is_asked_again_in_other_words_after_all_else() -> None:
    case = press(CASE, knowledge(), "not_sure")
    assert case.pending_keys == ("b1",)
    case = press(case, knowledge(), "none")
    assert case.pending_keys == ("s1", "s2", "s3", "s4")
    asked = put(
        replace(case, pending=None, pending_keys=(), asked={name: 1 for name in case.pending_keys}), knowledge()
    )
    assert asked is not None and asked.again and question_text(asked, knowledge()) == "symptoms again"


def test_the_trend_is_asked_with_none_of_these_and_that_means_unchanged() -> None:
    of = knowledge()
    case = replace(CASE, facts={**CASE.facts, **{name: Fact(ABSENT) for name in ("s1", "s2", "s3", "s4", "b1")}})
    asked = put(case, of)
    assert asked is not None and (asked.question.id, asked.about, asked.findings) == ("details", "alpha", ())
    assert press(case, of, "none").facts["alpha"].trend == "unchanged"
    assert press(case, of, "worse").facts["alpha"].trend == "worse"
    assert press(case, of, "not_sure").facts["alpha"].trend is None


def test_what_no_answer_could_change_is_not_asked() -> None:
    of = knowledge(s1="routine", s2="routine")
    case = Case({"alpha": Fact(PRESENT, trend="worse")})
    while (asked := put(case, of)) is not None:
        assert not {"s1", "s2"} & set(asked.findings)
        case = replace(case, facts={**case.facts, **{name: Fact(ABSENT) for name in asked.findings}})
