"""Whether a condition holds: yes, no or not known, one part of the logic at a time."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from bot.knowledge import build
from bot.knowledge.conditions import ConditionParser, leaves
from bot.triage import Bounds, Case, Fact
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN
from bot.triage.truth import Evaluator, Finding, Truth
from tests.triage.tiny import tiny

KNOWLEDGE = build(tiny())
DAY = 86400.0
SAID: dict[Truth, Fact | None] = {True: Fact(PRESENT), False: Fact(ABSENT), None: None}


def case(**facts: Fact | None) -> Case:
    return Case({name: fact for name, fact in facts.items() if fact is not None})


def outcome(condition: dict[str, Any], of: Case, **options: Any) -> Finding:
    tree = ConditionParser("rules/all.yml", KNOWLEDGE.findings).parse(condition, ())
    return Evaluator(of, KNOWLEDGE, **options).evaluate(tree)


def truth(condition: dict[str, Any], of: Case, **options: Any) -> Truth:
    return outcome(condition, of, **options).truth


def days(low: float, high: float | None = None) -> Bounds:
    high = low if high is None else high
    return Bounds((low + high) / 2 * DAY, low * DAY, high * DAY)


def kleene_and(*values: Truth) -> Truth:
    return False if False in values else None if None in values else True


def kleene_or(*values: Truth) -> Truth:
    return True if True in values else None if None in values else False


# Kleene's tables, all of them.


@pytest.mark.parametrize(("a", "b", "c"), list(product((True, False, None), repeat=3)))
def test_all_any_and_at_least_follow_kleene(a: Truth, b: Truth, c: Truth) -> None:
    of = case(alpha=SAID[a], beta=SAID[b], gamma=SAID[c])
    parts = [{"has": name} for name in ("alpha", "beta", "gamma")]
    assert truth({"all": parts}, of) is kleene_and(a, b, c)
    assert truth({"any": parts}, of) is kleene_or(a, b, c)
    two = kleene_or(kleene_and(a, b), kleene_and(a, c), kleene_and(b, c))
    assert truth({"at_least": {"n": 2, "of": parts}}, of) is two


@pytest.mark.parametrize(("status", "expected"), [(PRESENT, True), (ABSENT, False), (PAST, False), (UNCERTAIN, None)])
def test_a_finding_by_its_status(status: str, expected: Truth) -> None:
    assert truth({"has": "alpha"}, case(alpha=Fact(status))) is expected


def test_only_what_could_still_decide_is_open() -> None:
    assert outcome({"all": [{"has": "alpha"}, {"has": "beta"}]}, case(alpha=Fact(PRESENT))).open == ("beta",)
    assert outcome({"all": [{"has": "alpha"}, {"has": "beta"}]}, case(alpha=Fact(ABSENT))).open == ()
    assert outcome({"any": [{"has": "alpha"}, {"has": "beta"}]}, case(alpha=Fact(PRESENT))).held == ("alpha",)


def test_what_calms_counts_only_when_it_was_said() -> None:
    denied = {"not": {"has": "eased"}}
    assert truth(denied, case()) is True
    assert truth(denied, case(eased=Fact(UNCERTAIN))) is True
    assert truth(denied, case(eased=Fact(PRESENT))) is False


def test_not_over_the_person_stays_unknown() -> None:
    child = {"not": {"person": {"age": {"under": 16}}}}
    assert truth(child, Case()) is None
    assert truth(child, Case(age=Bounds.exactly(40))) is True
    assert truth(child, Case(age=Bounds.exactly(12))) is False


# A whole and its kinds.


def test_a_kind_makes_the_whole_hold_and_not_the_other_way_round() -> None:
    assert truth({"has": "whole"}, case(kind=Fact(PRESENT))) is True
    assert truth({"has": "kind"}, case(whole=Fact(PRESENT))) is None


def test_a_denied_whole_denies_its_kinds_but_not_one_with_a_denial_of_its_own() -> None:
    of = case(whole=Fact(ABSENT))
    assert truth({"has": "kind"}, of) is False
    assert outcome({"has": "proud"}, of) == Finding(None, ("proud",))
    assert outcome({"has": "whole"}, of).open == ("proud",)
    assert truth({"has": "whole"}, case(whole=Fact(ABSENT), proud=Fact(ABSENT))) is False


def test_a_kind_that_is_there_outweighs_a_denied_whole() -> None:
    assert truth({"has": "whole"}, case(whole=Fact(ABSENT), kind=Fact(PRESENT))) is True


def test_a_whole_is_as_open_as_its_kinds() -> None:
    assert outcome({"has": "whole"}, case()).open == ("kind", "proud")


# Limits beside a finding.


@pytest.mark.parametrize(
    ("limits", "fact", "expected"),
    [
        ({"onset": "sudden"}, Fact(PRESENT, onset="sudden"), True),
        ({"onset": "sudden"}, Fact(PRESENT, onset="gradual"), False),
        ({"onset": "sudden"}, Fact(PRESENT), None),
        ({"trend": ["worse", "spreading"]}, Fact(PRESENT, trend="spreading"), True),
        ({"trend": "worse"}, Fact(PRESENT, trend="better"), False),
        ({"trend": "worse"}, Fact(PRESENT), None),
        ({"side": "one"}, Fact(PRESENT, side="left"), True),
        ({"side": "one"}, Fact(PRESENT, side="both"), False),
        ({"side": "left"}, Fact(PRESENT, side="right"), False),
        ({"side": "one"}, Fact(PRESENT), None),
        ({"episode": {"over": "5 minutes"}}, Fact(PRESENT, episode=Bounds.exactly(301)), True),
        ({"episode": {"over": "5 minutes"}}, Fact(PRESENT, episode=Bounds.exactly(300)), False),
        ({"episode": {"over": "5 minutes"}}, Fact(PRESENT), None),
    ],
)
def test_limits_beside_a_finding(limits: dict[str, Any], fact: Fact, expected: Truth) -> None:
    assert truth({"has": "alpha", **limits}, case(alpha=fact)) is expected


def test_a_missing_limit_is_open_by_its_own_key() -> None:
    found = outcome({"has": "alpha", "onset": "sudden", "lasting": {"over": "3 days"}}, case(alpha=Fact(PRESENT)))
    assert found.open == ("alpha.onset", "alpha.lasting")


@pytest.mark.parametrize(
    ("said", "long", "short"),
    [
        (days(13), False, True),
        (days(14), False, True),
        (days(14.01), True, False),
        (days(10, 17), True, False),  # a vague amount raises, and does not calm
        (days(14, 20), True, False),
        (days(10, 14), False, True),
    ],
)
def test_a_vague_amount_raises_and_does_not_calm(said: Bounds, long: bool, short: bool) -> None:
    of = case(alpha=Fact(PRESENT, lasting=said))
    assert truth({"has": "alpha", "lasting": {"over": "14 days"}}, of, raising=True) is long
    assert truth({"has": "alpha", "lasting": {"at_most": "14 days"}}, of, raising=False) is short


@pytest.mark.parametrize(
    ("limit", "said", "possible"),
    [
        ({"under": "3 days"}, days(2, 9), True),
        ({"under": "3 days"}, days(3, 9), False),
        ({"at_least": "3 days"}, days(1, 3), True),
        ({"at_least": "3 days"}, days(1, 2), False),
        ({"at_most": "3 days"}, days(3, 9), True),
        ({"at_most": "3 days"}, days(4, 9), False),
    ],
)
def test_every_kind_of_limit_may_be_met_by_a_vague_amount(limit: dict[str, str], said: Bounds, possible: bool) -> None:
    assert truth({"has": "alpha", "lasting": limit}, case(alpha=Fact(PRESENT, lasting=said))) is possible


# Unless: what takes a finding back, and only when it was said.

UNLESS = {"has": "alpha", "unless": {"onset": "gradual", "lasting": {"over": "28 days"}, "trend": ["unchanged"]}}


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (Fact(PRESENT), True),
        (Fact(PRESENT, onset="sudden"), True),
        (Fact(PRESENT, onset="gradual"), False),
        (Fact(PRESENT, trend="unchanged"), False),
        (Fact(PRESENT, trend="worse"), True),
        (Fact(PRESENT, lasting=days(28)), True),
        (Fact(PRESENT, lasting=days(29)), False),
        (Fact(PRESENT, lasting=days(20, 40)), True),  # perhaps not long enough to calm
    ],
)
def test_unless_counts_only_what_was_said_for_certain(fact: Fact, expected: Truth) -> None:
    assert truth(UNLESS, case(alpha=fact)) is expected


# What has gone again.


@pytest.mark.parametrize(
    ("gone", "even_if_gone", "gone_for"),
    [
        (days(1), True, False),
        (days(7), True, False),
        (days(8), False, True),
        (days(90), False, True),
        (days(91), False, False),
        (days(5, 10), True, True),
        (None, None, None),
    ],
)
def test_what_has_gone_counts_for_as_long_as_the_rule_says(
    gone: Bounds | None, even_if_gone: Truth, gone_for: Truth
) -> None:
    of = case(alpha=Fact(PAST, gone=gone))
    assert truth({"has": "alpha", "even_if_gone": "7 days"}, of) is even_if_gone
    assert truth({"has": "alpha", "gone_for": {"over": "7 days", "at_most": "90 days"}}, of) is gone_for


def test_what_is_there_has_not_gone() -> None:
    assert truth({"has": "alpha", "gone_for": {"over": "7 days"}}, case(alpha=Fact(PRESENT))) is False
    assert truth({"has": "alpha", "gone_for": {"over": "7 days"}}, case()) is False


def test_unless_holds_for_what_has_gone_too() -> None:
    leaf = {"has": "alpha", "even_if_gone": "7 days", "unless": {"onset": "gradual"}}
    assert truth(leaf, case(alpha=Fact(PAST, gone=days(1), onset="gradual"))) is False


# The person.


@pytest.mark.parametrize(
    ("condition", "of", "expected"),
    [
        ({"age": {"at_least": 60}}, Case(age=Bounds.exactly(60)), True),
        ({"age": {"at_least": 60}}, Case(age=Bounds(60, 55, 65)), True),
        ({"age": {"at_least": 60}}, Case(age=Bounds.exactly(59)), False),
        ({"age": {"at_least": 60}}, Case(), None),
        ({"sex": "female"}, Case(sex="female"), True),
        ({"sex": "female"}, Case(sex="male"), False),
        ({"pregnant": True}, Case(pregnant=False), False),
        ({"pregnant": True, "sex": "female"}, Case(pregnant=True), None),
    ],
)
def test_the_person(condition: dict[str, Any], of: Case, expected: Truth) -> None:
    assert truth({"person": condition}, of) is expected


# What is assumed after two askings, and what is lacking to see what would change.


def test_an_assumed_key_holds_as_if_the_worse_answer_had_come() -> None:
    leaf = {"has": "alpha", "onset": "sudden"}
    assert truth(leaf, case(), assumed={"alpha"}) is True
    assert truth(leaf, case(alpha=Fact(PRESENT)), assumed={"alpha.onset"}) is True
    assert truth(leaf, case(alpha=Fact(ABSENT)), assumed={"alpha"}) is False
    assert truth({"has": "alpha", "lasting": {"over": "1 day"}}, case(alpha=Fact(PRESENT)), assumed={"alpha.lasting"})
    assert truth({"has": "alpha", "even_if_gone": "1 day"}, case(alpha=Fact(PAST)), assumed={"alpha"}) is True
    assert truth({"person": {"sex": "female"}}, case(), assumed={"person.sex"}) is None  # no red flag


def test_what_is_lacking_is_what_alone_would_make_it_hold() -> None:
    parser = ConditionParser("x", KNOWLEDGE.findings)
    both = parser.parse({"all": [{"has": "alpha"}, {"has": "beta"}]}, ())
    first, second = leaves(both)
    assert Evaluator(case(alpha=Fact(PRESENT)), KNOWLEDGE).lacking(both) == (second,)
    assert Evaluator(case(alpha=Fact(ABSENT), beta=Fact(PRESENT)), KNOWLEDGE).lacking(both) == (first,)
    assert Evaluator(case(), KNOWLEDGE).lacking(both) == ()
    assert Evaluator(case(alpha=Fact(PRESENT), beta=Fact(PRESENT)), KNOWLEDGE).lacking(both) == ()
    either = parser.parse({"any": [{"has": "alpha"}, {"has": "beta"}]}, ())
    assert Evaluator(case(), KNOWLEDGE).lacking(either) == (first, second)
    two = parser.parse(
        {"at_least": {"n": 2, "of": [{"has": "alpha"}, {"has": "beta"}, {"person": {"sex": "male"}}]}}, ()
    )
    assert Evaluator(Case(sex="male"), KNOWLEDGE).lacking(two) == (first, second)
    assert Evaluator(case(), KNOWLEDGE).lacking(two) == ()


def test_equal_leaves_are_one() -> None:
    parser = ConditionParser("x", KNOWLEDGE.findings)
    assert parser.parse({"has": "alpha"}, ()) is parser.parse({"has": "alpha"}, ())
