"""Why a case is decided so: the rules that fired, nearly fired, were overruled or are not in force."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.knowledge import Knowledge
from bot.knowledge.loading import build
from bot.triage.case import Case
from bot.triage.decide import decide
from bot.triage.explain import FIRED, NEARLY, NOT_IN_FORCE, OVERRULED, Explained, Explanation, Node, explain
from bot.triage.facts import case_of, facts_in
from bot.triage.trees import lines
from tests.triage.tiny import tiny

TODAY = date(2026, 3, 1)


def explained(facts: dict[str, Any], knowledge: Knowledge, **rules: dict[str, Any]) -> Explanation:
    loaded = build({**tiny(**rules), "messages/en/console.yml": words(knowledge)})
    return explain(case_of(facts, loaded), loaded, TODAY)


def words(knowledge: Knowledge) -> dict[str, Any]:
    """The shipped words for conditions."""
    return {group: knowledge.messages.under(f"console.{group}") for group in ("condition", "levels")}


def ids(rules: tuple[Explained, ...]) -> list[str]:
    return [rule.id for rule in rules]


def test_fired_and_overruled(knowledge: Knowledge) -> None:
    found = explained(
        {"alpha": "present", "beta": "present"},
        knowledge,
        high={"level": "emergency", "when": {"all": [{"has": "alpha"}, {"has": "beta"}]}},
        low={"level": "routine", "when": {"has": "alpha"}},
    )
    assert found.level == "emergency"
    assert ids(found.of(FIRED)) == ["high"] and ids(found.of(OVERRULED)) == ["low"]
    assert found.of(NEARLY) == ()


def test_what_is_missing_and_what_it_would_lead_to(knowledge: Knowledge) -> None:
    found = explained(
        {"alpha": "present"},
        knowledge,
        one={"level": "same_day", "when": {"all": [{"has": "alpha"}, {"any": [{"has": "beta"}, {"has": "gamma"}]}]}},
        two={"level": "emergency", "when": {"all": [{"has": "alpha"}, {"has": "beta"}, {"has": "gamma"}]}},
    )
    two, one = found.of(NEARLY)
    assert [way.missing for way in one.ways] == [("beta",), ("gamma",)]
    assert {way.level for way in one.ways} == {"same_day"}
    assert [(way.missing, way.level) for way in two.ways] == [(("beta", "gamma"), "emergency")]


def test_three_things_missing_are_not_near(knowledge: Knowledge) -> None:
    four = [{"has": name} for name in ("alpha", "beta", "gamma", "kind")]
    found = explained({"alpha": "present"}, knowledge, far={"level": "emergency", "when": {"all": four}})
    assert found.rules == ()


def test_a_threshold_not_reached_is_named_with_its_limit(knowledge: Knowledge) -> None:
    rule = {"level": "same_day", "when": {"has": "alpha", "lasting": {"over": "14 days"}}}
    found = explained({"alpha": "present", "alpha.lasting": "14 days"}, knowledge, long=rule)
    (near,) = found.of(NEARLY)
    assert near.tree.truth == "no" and near.ways[0].missing == ("alpha, for more than 14 days",)
    assert near.ways[0].level == "same_day" and found.level == "routine"


def test_the_level_of_a_missing_thing_counts_every_rule_that_it_fires(knowledge: Knowledge) -> None:
    found = explained(
        {"alpha": "present"},
        knowledge,
        calm={"level": "within_2_weeks", "when": {"all": [{"has": "alpha"}, {"has": "beta"}]}},
        urgent={"level": "emergency", "when": {"has": "beta"}},
    )
    near = next(rule for rule in found.of(NEARLY) if rule.id == "calm")
    assert near.ways[0].level == "emergency"


@pytest.mark.parametrize(
    ("dates", "why"), [({"valid_to": "2026-02-28"}, "ended"), ({"valid_from": "2026-03-02"}, "begins")]
)
def test_rules_out_of_force_by_date(knowledge: Knowledge, dates: dict[str, str], why: str) -> None:
    found = explained(
        {"alpha": "present"},
        knowledge,
        out={"level": "emergency", "when": {"has": "alpha"}, **dates},
        stays={"level": "routine", "when": {"all": [{"has": "alpha"}, {"has": "beta"}]}},
    )
    (out,) = found.of(NOT_IN_FORCE)
    assert (out.id, out.why_not, out.tree.truth) == ("out", why, "yes") and found.level == "routine"


def test_rules_that_do_not_count_for_a_child(knowledge: Knowledge) -> None:
    rule = {"level": "same_day", "when": {"has": "alpha"}}
    found = explained({"alpha": "present", "person.age": 9}, knowledge, adult=rule)
    assert [(each.id, each.why_not) for each in found.of(NOT_IN_FORCE)] == [("adult", "child")]
    assert found.covered == "child"


def test_every_leaf_says_yes_no_or_unknown(knowledge: Knowledge) -> None:
    when = {"any": [{"has": "alpha"}, {"has": "beta"}, {"has": "gamma"}]}
    found = explained({"alpha": "present", "beta": "absent"}, knowledge, rule={"level": "same_day", "when": when})
    (rule,) = found.rules
    assert [part.truth for part in rule.tree.parts] == ["yes", "no", "unknown"]


def test_at_least_and_the_person_and_not(knowledge: Knowledge) -> None:
    three = [{"has": name} for name in ("alpha", "beta", "gamma")]
    person = {"person": {"age": {"over": 50}, "sex": "female"}}
    found = explained(
        {"alpha": "present", "eased": "present"},
        knowledge,
        some={"level": "same_day", "when": {"at_least": {"n": 2, "of": three}}},
        old={"level": "same_day", "when": {"all": [{"has": "alpha"}, person]}},
        worn={"level": "same_day", "when": {"all": [{"has": "alpha"}, {"not": {"has": "eased"}}]}},
    )
    near = {rule.id: [way.missing for way in rule.ways] for rule in found.of(NEARLY)}
    assert near["some"] == [("beta",), ("gamma",)]
    assert near["old"] == [("age more than 50, sex female",)]
    assert near["worn"] == [("not: eased",)]
    assert all(way.level == "same_day" for rule in found.of(NEARLY) for way in rule.ways)


def cases(knowledge: Knowledge) -> list[Case]:
    return [case_of(each.facts, knowledge) for rule in knowledge.rules.values() for each in rule.cases if each.facts]


def test_it_agrees_with_the_decision_on_every_case_that_the_knowledge_brings(knowledge: Knowledge) -> None:
    day = max(rule.valid_from for rule in knowledge.rules.values())
    for case in cases(knowledge)[::7]:
        decision, found = decide(case, knowledge, day), explain(case, knowledge, day)
        assert (found.level, found.could_become) == (decision.level, decision.could_become)
        assert {rule.id for rule in found.rules if rule.status in (FIRED, OVERRULED)} == {
            fired.id for fired in decision.fired
        }
        assert all(rule.tree.truth == "yes" for rule in found.of(FIRED) if not rule.caution)
        assert all(rule.tree.truth != "yes" and rule.ways for rule in found.of(NEARLY))


def test_as_json_and_as_lines(knowledge: Knowledge) -> None:
    rule = {"level": "same_day", "when": {"all": [{"has": "alpha"}, {"has": "beta"}]}}
    found = explained({"alpha": "present"}, knowledge, near=rule)
    data = found.to_json()
    assert set(data["rules"]) == {"fired", "nearly", "overruled", "not_in_force"}
    assert data["rules"]["nearly"][0]["tree"]["parts"][1] == {"words": "beta", "truth": "unknown", "parts": ()}
    text = "\n".join(lines(found))
    assert "routine (could become same_day)" in text and "Fired: none" in text
    assert "missing: beta -> same_day" in text and "unknown beta" in text
    assert isinstance(found.of(NEARLY)[0].tree, Node)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there are no facts"),
        ("- a", "read a list"),
        ("a: [", "line 2"),
        ("a: 1\na: 2", "is here twice"),
    ],
)
def test_facts_that_cannot_be_read_say_what_was_read_and_what_is_valid(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        facts_in(text)
    assert "FINDING.lasting: 20 days" in str(raised.value)


def test_facts_in_yaml_and_in_json_are_the_same() -> None:
    assert facts_in("alpha: present\nperson.age: 60") == facts_in('{"alpha": "present", "person.age": 60}')
