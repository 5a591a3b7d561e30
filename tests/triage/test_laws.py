"""The laws of the design that a decision must keep, whatever the case: 1, 2, 3 (order) and 6."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import Optional

from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.knowledge import build
from bot.knowledge.model import urgency
from bot.triage import Bounds, Case, Decision, Fact, decide
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN
from bot.triage.decide import in_play
from bot.triage.facts import case_of
from bot.triage.truth import Evaluator
from tests.triage.strategies import KNOWLEDGE, LASTING_COMPLAINTS, LAW, RED_FLAGS, WEIGHED, amounts, cases, exact, facts

ON = date(2026, 11, 23)


def decided(case: Case) -> Decision:
    return decide(case, KNOWLEDGE, ON)


def level(case: Case) -> int:
    return urgency(decided(case).level)


# Law 1: a red flag never lowers urgency.


@LAW
@given(cases(), st.sampled_from(RED_FLAGS), st.sampled_from([None, "sudden"]), st.sampled_from([None, "worse"]))
@example(
    Case({"limb_numbness": Fact(PRESENT, onset="gradual")}, asked={"severe_headache": 2}), "severe_headache", None, None
)
def test_a_red_flag_never_calms(case: Case, flag: str, onset: str | None, trend: str | None) -> None:
    assume(case.status(flag) in (None, ABSENT, UNCERTAIN))
    assert level(case.with_fact(flag, Fact(PRESENT, onset=onset, trend=trend))) >= level(case)


@LAW
@given(cases(asked=False), st.sampled_from(RED_FLAGS), amounts)
def test_a_red_flag_that_came_slowly_or_long_ago_never_calms_either(case: Case, flag: str, lasting: Bounds) -> None:
    # Without questions asked twice: there an answer that calms takes back a caution, which is what it is for.
    assume(case.status(flag) in (None, ABSENT, UNCERTAIN))
    fact = Fact(PRESENT, onset="gradual", lasting=lasting, trend="unchanged")
    assert level(case.with_fact(flag, fact)) >= level(case)


@LAW
@given(cases(), st.sampled_from(["worse", "spreading"]))
def test_getting_worse_never_calms(case: Case, trend: str) -> None:
    for name in [name for name, fact in case.facts.items() if fact.status == PRESENT]:
        assert level(case.with_fact(name, replace(case.facts[name], trend=trend))) >= level(case)


@LAW
@given(cases(), st.sampled_from(LASTING_COMPLAINTS), exact, exact)
def test_a_complaint_that_lasts_longer_never_calms(case: Case, name: str, one: Bounds, other: Bounds) -> None:
    shorter, longer = sorted((one, other), key=lambda each: each.middle)
    fact = replace(case.facts.get(name, Fact(PRESENT)), status=PRESENT)
    assert level(case.with_fact(name, replace(fact, lasting=longer))) >= level(
        case.with_fact(name, replace(fact, lasting=shorter))
    )


@LAW
@given(cases(), st.sampled_from(LASTING_COMPLAINTS), amounts)
def test_saying_how_long_calms_from_routine_to_self_care_at_most(case: Case, name: str, lasting: Bounds) -> None:
    fact = replace(case.facts.get(name, Fact(PRESENT)), status=PRESENT)
    before = decided(case.with_fact(name, replace(fact, lasting=None))).level
    after = decided(case.with_fact(name, replace(fact, lasting=lasting))).level
    assert urgency(after) >= urgency(before) or (before, after) == ("routine", "self_care")


@LAW
@given(cases(), st.sampled_from(RED_FLAGS))
def test_home_care_is_never_advised_over_a_red_flag(case: Case, flag: str) -> None:
    assert decided(case.with_fact(flag, Fact(PRESENT))).level != "self_care"


# Law 2: unknown is not no.


@LAW
@given(cases())
def test_a_denial_taken_away_never_lowers_what_it_could_become(case: Case) -> None:
    before = decided(case)
    for name in [name for name, fact in case.facts.items() if fact.status == ABSENT]:
        after = decided(replace(case, facts={each: fact for each, fact in case.facts.items() if each != name}))
        assert urgency(after.could_become) >= urgency(before.could_become)
        assert urgency(after.level) >= urgency(before.level)


@LAW
@given(cases(asked=False), st.sampled_from(WEIGHED), facts)
def test_what_is_decided_does_not_rest_on_what_nobody_said(case: Case, name: str, fact: Fact) -> None:
    # A whole is as open as its kinds, and a denied whole denies them: neither is "not said".
    assume(case.status(name) is None and not KNOWLEDGE.narrower(name))
    assume(not any(case.status(wider) == ABSENT for wider in KNOWLEDGE.broader(name)))
    assume(fact.status != PAST)
    for rule in in_play(case, KNOWLEDGE):
        raising = rule.level != "self_care"
        before = Evaluator(case, KNOWLEDGE, raising=raising).evaluate(rule.when).truth
        after = Evaluator(case.with_fact(name, fact), KNOWLEDGE, raising=raising).evaluate(rule.when).truth
        assert before is None or after is before, rule.id


def _unknown(fact: Optional[Fact]) -> bool:
    return fact is None or fact.status == UNCERTAIN or (fact.status == PAST and fact.gone is None)


@LAW
@given(cases())
def test_only_what_is_not_known_is_open(case: Case) -> None:
    decision = decided(case)
    assert urgency(decision.could_become) >= urgency(decision.level)
    for key in decision.open:
        name, _, attribute = key.partition(".")
        fact = case.facts.get(name)
        if name == "person":
            assert getattr(case, attribute) is None, key
        elif attribute:
            assert fact is not None and getattr(fact, attribute) is None, key
        else:
            assert any(_unknown(case.facts.get(each)) for each in (name, *KNOWLEDGE.narrower(name))), key


@LAW
@given(cases(), st.sampled_from(WEIGHED))
def test_not_sure_calms_no_more_than_silence(case: Case, name: str) -> None:
    assume(case.status(name) is None)
    unsure, silent = decided(case.with_fact(name, Fact(UNCERTAIN))), decided(case)
    assert urgency(unsure.level) >= urgency(silent.level)
    assert urgency(unsure.could_become) >= urgency(silent.could_become)


# Law 3, the part of the engine: the order in which facts come does not matter.


@LAW
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(case: Case, random: st.DataObject) -> None:
    shuffled = list(case.facts.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    asked = dict(reversed(case.asked.items()))
    assert decided(replace(case, facts=dict(shuffled), asked=asked)).canonical() == decided(case).canonical()


# Law 6: a decision is a pure function of the case, the knowledge and the day.


@LAW
@given(cases())
@example(Case(pregnant=False))
def test_a_case_replays_from_its_json(case: Case) -> None:
    again = Case.from_json(json.loads(json.dumps(case.to_json())))
    assert again == case
    assert decided(again).canonical() == decided(case).canonical() == decided(case).canonical()


@LAW
@given(cases())
def test_a_decision_replays_from_the_knowledge_as_it_is_stored(case: Case) -> None:
    assert decide(case, STORED, ON).canonical() == decided(case).canonical()


STORED = build(json.loads(KNOWLEDGE.canonical))

_DIGEST = """
import hashlib
from datetime import date
from tests.triage.test_laws import digest
print(digest())
"""


def digest() -> str:
    """One hash over the decisions on every written case, for another process to repeat."""
    sums = hashlib.sha256()
    for rule in KNOWLEDGE.rules.values():
        for written in rule.cases:
            if written.message is None:
                sums.update(decided(case_of(written.facts, KNOWLEDGE)).canonical())
    return sums.hexdigest()


def test_another_process_decides_the_same() -> None:
    # Strings hash differently there, so that an order taken from a set would show.
    surroundings = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(["."])}
    there = subprocess.run(
        [sys.executable, "-c", _DIGEST], env=surroundings, capture_output=True, text=True, check=True
    )
    assert there.stdout.strip() == digest()
