"""Laws 1 to 7 over every topic and every rule that the program comes with, and over the messages of the vignettes.

The cases are drawn topic by topic: a complaint, and findings that the rules in play with it mention, with attributes on
either side of the limits that those rules set. Law 4 belongs to the archive (tests/archive/test_levels.py and
tests/archive/test_search.py), and what law 7 asks of the whole process to tests/web and
tests/dialogue/test_degraded.py; of both, what the rules alone must provide is shown here.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.evaluation.vignette import TREE as VIGNETTES
from bot.interview.turn import EMERGENCY, take_turn
from bot.knowledge import Knowledge, build
from bot.knowledge.conditions import ONSETS, TRENDS, Condition, Has, Not, PersonIs, Range, leaves
from bot.knowledge.model import LEVELS, Rule, urgency
from bot.nlu.reader import Reader
from bot.nlu.spelling import english
from bot.triage import Bounds, Case, Decision, Fact, decide
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN
from bot.triage.decide import in_play
from bot.triage.facts import case_of
from tests.triage.strategies import KNOWLEDGE, RED_FLAGS

ON = max(rule.valid_from for rule in KNOWLEDGE.rules.values())
DAY = 86400.0
LAW = settings(derandomize=True, deadline=None, max_examples=120)

TOPICS = sorted(KNOWLEDGE.topics)
ALONE = sorted(rule.id for rule in KNOWLEDGE.rules.values() if not KNOWLEDGE.needs_complaint(rule))
"""Rules that hold for anybody: the emergencies above all."""


def kinds(name: str) -> tuple[str, ...]:
    """What a person can say of a finding: its kinds, or itself."""
    return KNOWLEDGE.narrower(name) or (name,)


@cache
def mentioned(rules: tuple[str, ...]) -> tuple[str, ...]:
    """The findings that rules look at, and what they are kinds of or have as kinds."""
    names = {leaf.finding for each in rules for leaf in leaves(KNOWLEDGE.rules[each].when) if isinstance(leaf, Has)}
    return tuple(sorted(names.union(*(kinds(name) for name in names))))


@cache
def limits(rules: tuple[str, ...], attribute: str) -> tuple[float, ...]:
    """Amounts on, just under and just over each limit that rules set on an attribute; one step is a day, or a year of
    age. Some far off beside them."""
    step = 1.0 if attribute == "age" else DAY
    found = {20.0, 70.0} if attribute == "age" else {0.02 * DAY, 5 * DAY, 4000 * DAY}
    for each in rules:
        for leaf in leaves(KNOWLEDGE.rules[each].when):
            ranges: list[Any] = [getattr(leaf, attribute, None)]
            if isinstance(leaf, Has):
                ranges += [getattr(leaf.unless, attribute, None)] if leaf.unless else []
                if attribute == "gone":
                    ranges = [leaf.gone_for, Range(at_most=leaf.even_if_gone)]
            for wanted in (each for each in ranges if isinstance(each, Range)):
                ends = [wanted.over, wanted.at_most, wanted.under, wanted.at_least]
                found.update(end + shift for end in ends if end is not None for shift in (-step, 0.0, step))
    return tuple(sorted(each for each in found if each > 0))


def rules_round(topic: str) -> tuple[str, ...]:
    return tuple(sorted({rule.id for name in KNOWLEDGE.topics[topic].complaints for rule in KNOWLEDGE.rules_of(name)}))


ROUND = {topic: rules_round(topic) for topic in TOPICS}
ALL_RULES = tuple(sorted(KNOWLEDGE.rules))


@st.composite
def facts(draw: st.DrawFn, rules: tuple[str, ...]) -> Fact:
    """A fact with qualities that the rules ask for, or none."""

    def amount(attribute: str) -> Bounds | None:
        if not draw(st.booleans()):
            return None
        low, high = sorted(draw(st.lists(st.sampled_from(limits(rules, attribute)), min_size=2, max_size=2)))
        return Bounds((low + high) / 2, low, high) if draw(st.booleans()) else Bounds.exactly(low)

    status = draw(st.sampled_from([PRESENT, PRESENT, PRESENT, ABSENT, UNCERTAIN, PAST]))
    return Fact(
        status,
        side=draw(st.sampled_from([None, "left", "both"])),
        onset=draw(st.sampled_from([None, *ONSETS])),
        trend=draw(st.sampled_from([None, *TRENDS])),
        lasting=amount("lasting"),
        episode=amount("episode"),
        gone=amount("gone") if status == PAST else None,
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case of one topic, or of the rules that need none: a rule is picked, and some of what it mentions is said."""
    topic = draw(st.sampled_from([*TOPICS, None]))
    rules = ROUND[topic] if topic else tuple(ALONE)
    said: dict[str, Fact] = {}
    if topic:
        complaint = draw(st.sampled_from(KNOWLEDGE.topics[topic].complaints))
        said[complaint] = replace(draw(facts(rules)), status=PRESENT, gone=None)
    picked = (draw(st.sampled_from(rules)),)
    pool = [*mentioned(picked), *draw(st.lists(st.sampled_from(mentioned(rules)), max_size=2))]
    for name in draw(st.lists(st.sampled_from(pool), max_size=4, unique=True)):
        said.setdefault(name, draw(facts(picked)))
    age = draw(st.none() | st.sampled_from(limits(rules, "age")).map(Bounds.exactly))
    return Case(
        said,
        age=age,
        sex=draw(st.sampled_from([None, "female", "male"])),
        pregnant=draw(st.sampled_from([None, True, False])),
    )


def decided(case: Case) -> Decision:
    return decide(case, KNOWLEDGE, ON)


def level(case: Case) -> int:
    return urgency(decided(case).level)


def firing(rule: Rule) -> list[Case]:
    """The written cases on which a rule fires."""
    fires = [each for each in rule.cases if each.expect == "fires" and each.message is None]
    return [case_of(each.facts, KNOWLEDGE) for each in fires]


# Law 1: a red flag never lowers urgency.


@LAW
@given(cases(), st.sampled_from(RED_FLAGS), st.sampled_from([None, *ONSETS]), st.sampled_from([None, *TRENDS]))
def test_law_1_a_present_red_flag_never_calms(case: Case, flag: str, onset: str | None, trend: str | None) -> None:
    assume(not KNOWLEDGE.findings[flag].calms and case.status(flag) in (None, ABSENT, UNCERTAIN))
    assert level(case.with_fact(flag, Fact(PRESENT, onset=onset, trend=trend))) >= level(case)


@pytest.mark.parametrize("name", ALL_RULES)
def test_law_1_no_red_flag_beside_a_rule_that_fires_calms_it(name: str) -> None:
    flags = [each for each in RED_FLAGS if not KNOWLEDGE.findings[each].calms]
    # Some of the flags for each rule, and other ones for the next, so that all rules together meet all flags often.
    some = flags[ALL_RULES.index(name) % _STRIDE :: _STRIDE]
    for case in firing(KNOWLEDGE.rules[name])[:1]:
        before = level(case)
        unsaid = [flag for flag in some if case.status(flag) in (None, ABSENT, UNCERTAIN)]
        assert [flag for flag in unsaid if level(case.with_fact(flag, Fact(PRESENT))) < before] == []


_STRIDE = max(1, len(RED_FLAGS) // 10)


def positive(condition: Condition) -> list[Has]:
    """The findings that a condition asks to be there."""
    if isinstance(condition, Has):
        return [condition]
    if isinstance(condition, (Not, PersonIs)):
        return []
    return [leaf for part in condition.parts for leaf in positive(part)]


# What calms by itself, and yet is one of the reasons of a rule that raises (a panic that does not end).
RAISING = {
    leaf.finding for rule in KNOWLEDGE.rules.values() if rule.level != "self_care" for leaf in positive(rule.when)
}


def test_law_1_what_calms_counts_only_when_it_was_said() -> None:
    for case in (case for rule in KNOWLEDGE.rules.values() for case in firing(rule)):
        for name in [name for name in case.facts if KNOWLEDGE.findings[name].calms and name not in RAISING]:
            silent = replace(case, facts={each: fact for each, fact in case.facts.items() if each != name})
            assert level(silent) >= level(case) or decided(silent).level == "unknown", name


# Law 2: unknown is not no.


@LAW
@given(cases(), st.data())
def test_law_2_a_denial_never_raises(case: Case, data: st.DataObject) -> None:
    names = mentioned(tuple(sorted(rule.id for rule in in_play(case, KNOWLEDGE))))
    unsaid = [name for name in names if case.status(name) is None and not KNOWLEDGE.findings[name].calms]
    assume(unsaid)
    name = data.draw(st.sampled_from(unsaid))
    before, denied = decided(case), decided(case.with_fact(name, Fact(ABSENT)))
    assert urgency(denied.level) <= urgency(before.level), name
    assert urgency(denied.could_become) <= urgency(before.could_become), name


@LAW
@given(cases())
def test_law_2_silence_leaves_open_what_a_denial_closes(case: Case) -> None:
    for name in [name for name, fact in case.facts.items() if fact.status == ABSENT]:
        silent = replace(case, facts={each: fact for each, fact in case.facts.items() if each != name})
        before, after = decided(case), decided(silent)
        assert urgency(after.level) >= urgency(before.level)
        assert urgency(after.could_become) >= urgency(before.could_become)
        assert name not in before.open


@LAW
@given(cases())
def test_law_2_no_rule_holds_by_what_was_not_said(case: Case) -> None:
    for fired in decided(case).fired:
        for key in fired.because:
            name, _, attribute = key.partition(".")
            if name == "person":
                assert getattr(case, attribute) is not None, key
            else:
                assert case.status(name) in (PRESENT, PAST), key
                assert not attribute or getattr(case.facts[name], attribute) is not None, key


# Law 3: order, letter case, polite words and one slip do not change the level.


@LAW
@given(cases(), st.randoms(use_true_random=False))
def test_law_3_the_order_of_facts_does_not_matter(case: Case, random: Any) -> None:
    shuffled = list(case.facts.items())
    random.shuffle(shuffled)
    assert decided(replace(case, facts=dict(shuffled))).canonical() == decided(case).canonical()


def _messages() -> list[str]:
    """What patients write: the messages of the vignettes worked with and of the rules' own cases.

    Those kept aside stay out: a failure would show them one by one.
    """
    written = [each.message for rule in KNOWLEDGE.rules.values() for each in rule.cases if each.message]
    told = [entry["message"] for path in sorted(VIGNETTES.glob("*.yml")) for entry in yaml.safe_load(path.read_text())]
    return sorted({" ".join(message.split()) for message in (*written, *told)})


# A share of them, the same on every run, so that the test takes no longer when there are ten times as many.
MESSAGES = _messages()[:: max(1, len(_messages()) // 60)]
_WORD = re.compile(r"[a-z]{5,}")


@pytest.fixture(scope="module")
def heard(reader: Reader, knowledge: Knowledge) -> Any:
    @cache
    def hear(message: str) -> str:
        return take_turn(Case(), reader.read(message, ON), knowledge, ON).decision.level

    return hear


@pytest.mark.parametrize("message", MESSAGES)
def test_law_3_letter_case_and_polite_words_do_not_matter(message: str, heard: Any) -> None:
    as_written = heard(message)
    assert heard(message.lower()) == as_written
    assert heard(message.upper()) == as_written
    assert heard(f"Hello doctor. {message} Thank you very much!") == as_written
    assert heard(f"Good morning, please help. {message}") == as_written


@pytest.mark.parametrize("message", MESSAGES)
def test_law_3_one_slip_in_a_long_word_does_not_calm_or_alarm(message: str, heard: Any) -> None:
    lower = message.lower()
    words = list(_WORD.finditer(lower))
    # One word of the message, by its length: the place of the slip is the same on every run.
    for found in words[:: max(1, len(words) // 2)][:2]:
        place = found.start() + 2
        swapped = lower[:place] + lower[place + 1] + lower[place] + lower[place + 2 :]
        if swapped[found.start() : found.end()] in english():
            continue  # "three" as "there": what is a word of its own is not taken for a slip
        assert heard(swapped) == heard(lower), f"{found.group()} as {swapped[found.start() : found.end()]}"


def test_law_3_a_complaint_said_first_or_last_is_the_same(heard: Any) -> None:
    for message in [each for each in MESSAGES if each.count(". ") == 1][:20]:
        first, second = message.rstrip(".!?").split(". ")
        if not re.search(r"\b(it|this|that|they|he|she|his|her|now|since|also|but|and)\b", second.lower()):
            assert heard(f"{second}. {first}.") == heard(message), message


# Law 4: rules decide. What they say is a level of the scale that an archived reply can be held against.


@LAW
@given(cases())
def test_law_4_every_decision_has_a_level_to_hold_a_reply_against(case: Case) -> None:
    decision = decided(case)
    assert decision.level in LEVELS and decision.could_become in LEVELS
    highest = max((urgency(each.level) for each in decision.fired), default=0)
    assert urgency(decision.level) >= highest


# Law 5: every line of advice names its rule and its source.


@LAW
@given(cases())
def test_law_5_every_rule_that_fired_names_sources_that_exist(case: Case) -> None:
    for fired in decided(case).fired:
        rule = KNOWLEDGE.rules[fired.id]
        assert (fired.version, fired.sources) == (rule.version, rule.sources) and rule.sources and rule.why
        assert set(fired.sources) <= set(KNOWLEDGE.sources)
        assert fired.reviewed == (rule.reviewed.by if rule.reviewed else None)


def test_law_5_every_line_of_advice_has_sources_that_exist() -> None:
    for topic in KNOWLEDGE.topics.values():
        for line in (*topic.causes, *topic.self_care, *topic.doctor):
            assert line.sources and set(line.sources) <= set(KNOWLEDGE.sources), line.text


# Law 6: a decision is a pure function of the case and the knowledge.


@LAW
@given(cases())
def test_law_6_a_decision_replays_from_what_is_stored(case: Case) -> None:
    before = decided(case).canonical()
    assert decided(case).canonical() == before
    again = Case.from_json(json.loads(json.dumps(case.to_json())))
    assert decide(again, STORED, ON).canonical() == before


STORED = build(json.loads(KNOWLEDGE.canonical))


# Law 7: emergencies first, whatever else is so.


@LAW
@given(st.sampled_from([each for each in ALL_RULES if KNOWLEDGE.rules[each].level == "emergency"]), cases())
def test_law_7_nothing_said_beside_an_emergency_hides_it(name: str, other: Case) -> None:
    rule = KNOWLEDGE.rules[name]
    for case in firing(rule)[:1]:
        person = any(isinstance(leaf, PersonIs) for leaf in leaves(rule.when))
        both = replace(
            case,
            facts={**other.facts, **case.facts},
            age=case.age if person else other.age,
            sex=case.sex if person else other.sex,
            pregnant=case.pregnant if person else other.pregnant,
        )
        hidden = [each for each in both.facts if each not in case.facts and _calms(each)]
        both = replace(both, facts={each: fact for each, fact in both.facts.items() if each not in hidden})
        assert decided(both).level == "emergency"


def _calms(name: str) -> bool:
    """Whether a finding, or one that it is a kind of, is declared as one that may calm."""
    return any(KNOWLEDGE.findings[each].calms for each in (name, *KNOWLEDGE.broader(name)))


@pytest.mark.parametrize("name", [each for each in ALL_RULES if KNOWLEDGE.rules[each].level == "emergency"])
def test_law_7_an_emergency_asks_nothing(name: str, reader: Reader, knowledge: Knowledge) -> None:
    for case in firing(KNOWLEDGE.rules[name])[:2]:
        turn = take_turn(case, reader.read("", ON), knowledge, ON)
        assert (turn.kind, turn.question) == (EMERGENCY, None)
