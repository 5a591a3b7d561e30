"""The decision on a case, one part of it at a time, on rules made for the purpose."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from bot.knowledge import build
from bot.triage import Bounds, Case, Decision, Fact, decide
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Change
from tests.triage.tiny import tiny

ON = date(2026, 11, 23)
DAY = 86400.0


def decided(rules: dict[str, dict[str, Any]], case: Case, on: date = ON) -> Decision:
    return decide(case, build(tiny(**rules)), on)


def present(*names: str, **more: Any) -> Case:
    return Case({name: Fact(PRESENT) for name in names}, **more)


BETA = {"level": "emergency", "when": {"all": [{"has": "alpha"}, {"has": "beta"}]}}
SLOW = {"level": "within_2_weeks", "when": {"all": [{"has": "alpha"}, {"has": "gamma"}]}}
CALM = {"level": "self_care", "when": {"has": "alpha"}}


# The level.


def test_the_highest_rule_that_holds_gives_the_level() -> None:
    decision = decided({"b": BETA, "g": SLOW, "c": CALM}, present("alpha", "beta", "gamma"))
    assert decision.level == "emergency"
    assert [fired.id for fired in decision.fired] == ["b", "g", "c"]
    assert decision.fired[0].because == ("alpha", "beta")


@pytest.mark.parametrize(
    ("case", "level", "covered"),
    [
        (Case(), "unknown", "no"),
        (present("other"), "unknown", "no"),
        (Case({"alpha": Fact(ABSENT)}), "unknown", "no"),
        (present("alpha"), "routine", "yes"),
        (Case({"alpha": Fact(UNCERTAIN)}), "routine", "yes"),
        (present("a name of an older version"), "unknown", "no"),
    ],
)
def test_where_no_rule_speaks(case: Case, level: str, covered: str) -> None:
    decision = decided({"b": BETA}, case)
    assert (decision.level, decision.covered, decision.fired) == (level, covered, ())


def test_home_care_needs_a_rule_and_nothing_unexplained() -> None:
    assert decided({"c": CALM}, present("alpha")).level == "self_care"
    assert decided({"c": CALM}, present("alpha", unexplained=("a sore toe",))).level == "routine"


def test_a_red_flag_that_no_rule_weighs_forbids_home_care() -> None:
    assert decided({"b": BETA, "c": CALM}, present("alpha", "gamma")).level == "routine"
    assert decided({"b": BETA, "c": CALM}, Case({"alpha": Fact(PRESENT), "gamma": Fact(ABSENT)})).level == "self_care"


def test_a_complaint_that_nothing_explains_does_not_calm_either() -> None:
    assert decided({"b": BETA}, present("alpha", "beta", unexplained=("a sore toe",))).level == "emergency"
    assert decided({"b": BETA}, Case(unexplained=("a sore toe",))).level == "unknown"


# In force.


def test_rules_hold_from_their_first_day_to_their_last() -> None:
    rules = {"b": {**BETA, "valid_from": "2026-03-01", "valid_to": "2026-03-31"}, "g": SLOW}
    case = present("alpha", "beta")
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    assert [decided(rules, case, day).level for day in days] == ["routine", "emergency", "emergency", "routine"]


def test_a_day_before_the_knowledge_began_counts_as_its_first_day() -> None:
    assert decided({"b": BETA}, present("alpha", "beta"), date(1999, 1, 1)).level == "emergency"


# Under sixteen.


@pytest.mark.parametrize(
    ("age", "level", "covered"),
    [
        (Bounds.exactly(15), "unknown", "child"),
        (Bounds.exactly(16), "within_2_weeks", "yes"),
        (Bounds(16, 14, 18), "within_2_weeks", "yes"),
    ],
)
def test_rules_for_adults_are_silent_about_children(age: Bounds, level: str, covered: str) -> None:
    decision = decided({"g": SLOW, "c": CALM}, present("alpha", "gamma", age=age))
    assert (decision.level, decision.covered) == (level, covered)


def test_emergencies_and_rules_that_name_an_age_hold_for_children() -> None:
    young = {"level": "same_day", "when": {"all": [{"has": "alpha"}, {"person": {"age": {"under": 10}}}]}}
    case = present("alpha", "beta", age=Bounds.exactly(8))
    assert decided({"b": BETA, "g": SLOW}, case).level == "emergency"
    assert decided({"y": young, "g": SLOW}, case).level == "same_day"
    assert decided({"b": BETA, "g": SLOW}, present("alpha", age=Bounds.exactly(8))).could_become == "emergency"


# What is open.


def test_an_unknown_raises_nothing_and_shows_how_far_it_could_reach() -> None:
    decision = decided({"b": BETA, "g": SLOW}, present("alpha"))
    assert (decision.level, decision.could_become) == ("routine", "emergency")
    assert decision.open == {"beta": "emergency", "gamma": "within_2_weeks"}


def test_what_could_not_raise_the_level_is_not_open() -> None:
    decision = decided({"b": BETA, "g": SLOW}, present("alpha", "beta"))
    assert (decision.open, decision.could_become) == ({}, "emergency")


# Caution: a red flag that stayed unknown after it was asked about twice.


@pytest.mark.parametrize(("times", "level", "caution"), [(1, "routine", False), (2, "same_day", True)])
def test_an_emergency_in_doubt_after_two_askings_is_for_the_same_day(times: int, level: str, caution: bool) -> None:
    decision = decided({"b": BETA}, present("alpha", asked={"beta": times}))
    assert decision.level == level and decision.could_become == "emergency"
    assert [fired.caution for fired in decision.fired] == ([True] if caution else [])


def test_a_lower_level_in_doubt_keeps_its_level() -> None:
    assert decided({"g": SLOW}, present("alpha", asked={"gamma": 2})).level == "within_2_weeks"


def test_only_red_flags_in_doubt_count() -> None:
    rule = {"level": "same_day", "when": {"has": "alpha", "lasting": {"over": "3 days"}}}
    assert decided({"l": rule}, present("alpha", asked={"alpha.lasting": 2})).level == "routine"
    rule = {"level": "same_day", "when": {"has": "alpha", "onset": "sudden"}}
    assert decided({"o": rule}, present("alpha", asked={"alpha.onset": 2})).level == "same_day"


def test_doubt_about_one_part_does_not_stand_for_another() -> None:
    both = {"level": "emergency", "when": {"all": [{"has": "alpha"}, {"has": "beta"}, {"has": "gamma"}]}}
    assert decided({"b": both}, present("alpha", asked={"beta": 2})).level == "routine"
    assert decided({"b": both}, present("alpha", asked={"beta": 2, "gamma": 2})).level == "same_day"


def test_a_denial_ends_the_doubt() -> None:
    case = Case({"alpha": Fact(PRESENT), "beta": Fact(ABSENT)}, asked={"beta": 2})
    assert decided({"b": BETA}, case).level == "routine"


def test_a_yes_does_not_calm_what_the_doubt_had_raised() -> None:
    rule = {"level": "emergency", "when": {"has": "beta", "onset": "sudden"}}
    rules = {"b": rule, "s": SLOW}
    doubt = decided(rules, Case({"alpha": Fact(PRESENT), "beta": Fact(UNCERTAIN)}, asked={"beta": 2}))
    there = decided(rules, present("alpha", "beta", asked={"beta": 2}))
    slow = Case({"alpha": Fact(PRESENT), "beta": Fact(PRESENT, onset="gradual")}, asked={"beta": 2})
    assert (doubt.level, there.level, decided(rules, slow).level) == ("same_day", "same_day", "routine")


# What would change the advice.


def test_one_more_thing_that_would_raise_the_level() -> None:
    spread = {
        "level": "same_day",
        "when": {"has": "alpha", "trend": ["worse", "spreading"], "lasting": {"over": "3 days"}},
    }
    decision = decided({"b": BETA, "g": SLOW, "s": spread}, Case({"alpha": Fact(PRESENT), "beta": Fact(ABSENT)}))
    assert [(each.finding, each.level, each.rule) for each in decision.would_change] == [
        ("beta", "emergency", "b"),
        ("alpha", "same_day", "s"),
        ("gamma", "within_2_weeks", "g"),
    ]
    assert (decision.would_change[1].trend, decision.would_change[1].over) == ("worse", 3 * DAY)


def test_what_two_things_together_would_change_is_not_told() -> None:
    both = {"level": "emergency", "when": {"all": [{"has": "alpha"}, {"has": "beta"}, {"has": "gamma"}]}}
    assert decided({"b": both}, present("alpha")).would_change == ()


def test_the_same_thing_is_told_once_with_the_higher_level() -> None:
    lower = {"level": "routine", "when": {"any": [{"has": "beta"}, {"all": [{"has": "alpha"}, {"has": "gamma"}]}]}}
    decision = decided({"b": BETA, "l": lower, "c": CALM}, present("alpha"))
    assert [(each.finding, each.level) for each in decision.would_change] == [
        ("beta", "emergency"),
        ("gamma", "routine"),
    ]


def test_what_has_gone_before_is_no_advice() -> None:
    gone = {"level": "same_day", "when": {"any": [{"has": "alpha", "gone_for": {"over": "7 days"}}]}}
    assert decided({"g": gone}, present("alpha")).would_change == ()


# Topics and form.


def test_topics_are_those_of_what_is_there() -> None:
    assert decided({"b": BETA}, present("alpha")).topics == ("letters",)
    assert decided({"b": BETA}, Case({"alpha": Fact(ABSENT)})).topics == ()
    # Of what is over, where nothing is there: "I had that six years ago, will it come back?"
    assert decided({"b": BETA}, Case({"alpha": Fact(PAST)})).topics == ("letters",)
    assert decided({"b": BETA}, present("beta")).topics == ()


def test_a_decision_names_sources_and_reviewer() -> None:
    reviewed = {**BETA, "version": 3, "reviewed": {"by": "Dr Example", "on": "2026-02-01", "next": "2027-02-01"}}
    (fired,) = decided({"b": reviewed}, present("alpha", "beta")).fired
    assert (fired.version, fired.sources, fired.reviewed) == (3, ("BOOK",), "Dr Example")


def test_the_canonical_form_is_json_with_every_field() -> None:
    decision = decided({"b": BETA}, present("alpha"))
    assert json.loads(decision.canonical())["open"] == {"beta": "emergency"}
    assert json.loads(decision.canonical()) == json.loads(json.dumps(decision.to_json()))


def test_a_case_comes_back_from_its_json() -> None:
    case = Case(
        {"beta": Fact(PAST, side="left", gone=Bounds(2, 1, 3)), "alpha": Fact(PRESENT, lasting=Bounds.exactly(DAY))},
        age=Bounds.exactly(0.5),
        sex="female",
        pregnant=False,
        asked={"beta": 2},
        spent=1,
        pending="flags",
        pending_keys=("beta",),
        retracting="beta",
        unexplained=("a sore toe",),
        changes=(Change("beta", PRESENT, ABSENT, confirmed=True),),
        emergency=True,
        advised=True,
    )
    assert Case.from_json(json.loads(json.dumps(case.to_json()))) == case
    assert Case.from_json(None) == Case() and Case().to_json() == {}
    assert Case.from_json({"a field of a later version": 1}) == Case()
