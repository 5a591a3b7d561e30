"""What is asked about next: the first open part of a rule, as often as its question may be put."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.knowledge import build
from bot.triage import Bounds, Case, Fact, decide
from bot.triage.asking import askable, askable_items, is_red_flag
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN
from bot.triage.truth import Evaluator
from tests.triage.tiny import tiny

ON = date(2026, 11, 23)


def ask(condition: dict[str, Any], case: Case) -> tuple[str, ...]:
    knowledge = build(tiny(rule={"when": condition, "level": "emergency"}))
    return Evaluator(case, knowledge).ask(knowledge.rules["rule"].when)


def said(**facts: Fact) -> Case:
    return Case(facts)


BOTH = {"all": [{"has": "alpha"}, {"has": "beta"}, {"has": "gamma"}]}


def test_of_parts_that_must_all_hold_the_first_open_one_is_asked() -> None:
    case = said(alpha=Fact(PRESENT))
    assert ask(BOTH, case) == ("beta",)
    assert ask(BOTH, case.with_fact("beta", Fact(PRESENT))) == ("gamma",)
    assert ask(BOTH, case.with_fact("beta", Fact(ABSENT))) == ()
    assert ask(BOTH, case.with_fact("gamma", Fact(ABSENT))) == ()


def test_of_parts_of_which_one_is_enough_all_are_asked() -> None:
    assert ask({"any": [{"has": "beta"}, {"has": "gamma"}]}, said(alpha=Fact(PRESENT))) == ("beta", "gamma")


def test_a_red_flag_that_stays_unknown_does_not_stop_the_next_part() -> None:
    case = replace(said(alpha=Fact(PRESENT)), asked={"beta": 2})
    assert ask(BOTH, case) == ("gamma",)
    assert ask(BOTH, replace(case, asked={"beta": 2, "gamma": 2})) == ()


def test_what_is_no_red_flag_and_stays_unknown_does() -> None:
    long = {"all": [{"has": "alpha", "lasting": {"over": "14 days"}}, {"has": "gamma"}]}
    case = said(alpha=Fact(PRESENT))
    assert ask(long, case) == ("alpha.lasting",)
    assert ask(long, replace(case, asked={"alpha.lasting": 1})) == ()


def test_of_the_attributes_of_a_finding_the_first_decides_whether_the_next_is_asked() -> None:
    leaf = {"has": "alpha", "onset": "sudden", "lasting": {"over": "3 days"}}
    assert ask(leaf, said(alpha=Fact(PRESENT))) == ("alpha.onset",)
    assert ask(leaf, said(alpha=Fact(PRESENT, onset="sudden"))) == ("alpha.lasting",)


def test_a_whole_is_asked_about_in_the_kinds_that_a_question_offers() -> None:
    knowledge = build(tiny())
    assert ask({"has": "whole"}, said(alpha=Fact(PRESENT))) == ("whole",)
    assert list(askable_items("whole", Case(), knowledge)) == ["kind", "proud"]
    assert list(askable_items("whole", said(kind=Fact(ABSENT)), knowledge)) == ["proud"]
    assert list(askable_items("whole", said(whole=Fact(ABSENT)), knowledge)) == []


def test_nothing_that_was_answered_is_asked_again() -> None:
    knowledge = build(tiny())
    for status, again in ((PRESENT, False), (ABSENT, False), (UNCERTAIN, True), (PAST, True)):
        assert askable("beta", said(beta=Fact(status)), knowledge) is again
    assert not askable("beta", Case(asked={"beta": 2}), knowledge)
    assert not askable("eased", Case(), knowledge), "no question offers it"


def test_the_kinds_of_a_red_flag_are_red_flags() -> None:
    documents = tiny()
    documents["interview.yml"]["questions"]["flags"]["findings"] = ["whole"]
    knowledge = build(documents)
    assert is_red_flag("kind", knowledge) and is_red_flag("beta.onset", knowledge)
    assert not is_red_flag("beta", knowledge) and not is_red_flag("beta.lasting", knowledge)


def test_a_finding_that_this_person_cannot_have_is_neither_waited_for_nor_asked_about() -> None:
    documents = tiny(rule={"when": {"all": [{"has": "alpha"}, {"has": "beta"}]}, "level": "emergency"})
    documents["findings/all.yml"]["beta"]["only_for"] = {"sex": "female", "age": {"under": 60}}
    knowledge = build(documents)
    for case, open_to in (
        (Case({"alpha": Fact(PRESENT)}), {"beta": "emergency"}),
        (Case({"alpha": Fact(PRESENT)}, sex="male"), {}),
        (Case({"alpha": Fact(PRESENT)}, age=Bounds.exactly(60)), {}),
        (Case({"alpha": Fact(PRESENT)}, age=Bounds.exactly(59), sex="female"), {"beta": "emergency"}),
    ):
        assert decide(case, knowledge, ON).open == open_to


def test_where_nothing_speaks_for_a_doctor_what_could_show_that_home_will_do_is_asked() -> None:
    short = {"all": [{"has": "alpha", "lasting": {"at_most": "14 days"}}]}
    knowledge = build(tiny(short={"when": short, "level": "self_care"}, firm={"when": {"has": "gamma"}}))
    decision = decide(said(alpha=Fact(PRESENT)), knowledge, ON)
    assert (decision.level, decision.could_become, decision.open) == (
        "routine",
        "routine",
        {"alpha.lasting": "self_care"},
    )
    assert decide(said(alpha=Fact(PRESENT), gamma=Fact(PRESENT)), knowledge, ON).open == {}
