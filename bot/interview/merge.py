"""What a message says, merged into the case: facts gather, a correction replaces only what it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Optional

from bot.knowledge import Knowledge
from bot.knowledge.model import Question
from bot.nlu.reading import PATIENT, Mention, Reading, Stretch
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Bounds, Case, Change, Fact
from bot.triage.decide import is_red_flag, red_flag_keys

_YEAR, _DAY = 31557600.0, 86400.0
# "All my life", without a number: for certain more than a year.
_LONGSTANDING = Bounds(20 * _YEAR, 1 * _YEAR, 80 * _YEAR)
# "It has gone", without a time: any moment up to a week ago.
_JUST_GONE = Bounds(1 * _DAY, 0.0, 7 * _DAY)
_ORDER = {ABSENT: 0, UNCERTAIN: 1, PAST: 2, PRESENT: 3}
_NUMBER = re.compile(r"\b(\d{1,3})\b")
_OLDEST = 120


def merge_reading(case: Case, reading: Reading, knowledge: Knowledge) -> Case:
    """The case with the message added, read in the light of the question that was pending."""
    question = pending_question(case, knowledge)
    own = [mention for mention in reading.mentions if mention.experiencer == PATIENT]
    case = _merge_mentions(case, own, reading.durations, knowledge)
    if question is not None:
        case = _merge_answer(case, question, reading, own, knowledge)
    case = _merge_loose(case, reading, question, knowledge)
    return _merge_person(case, reading, question)


def merge_choices(case: Case, choices: Sequence[str], knowledge: Knowledge) -> Case:
    """The case with the pressed choices of the pending question added. Values that it did not offer are ignored."""
    question = pending_question(case, knowledge)
    if question is None:
        return case
    if question.attribute is not None:
        option = next((each for each in question.options if each.value in choices), None)
        finding = case.pending_keys[0].split(".")[0] if case.pending_keys else None
        if option is None or finding is None:
            return case
        if option.age is not None:
            return replace(case, age=_middle(option.age.at_least or 0.0, option.age.at_most or _OLDEST))
        fact = case.facts.get(finding, Fact(PRESENT))
        lasting = fact.lasting
        if option.lasting is not None:
            lasting = _middle(option.lasting.at_least or 0.0, option.lasting.at_most or 40 * _YEAR)
        changed = replace(fact, lasting=lasting, trend=option.trend or fact.trend, onset=option.onset or fact.onset)
        return case.with_fact(finding, changed)
    if "none" in choices:
        return _deny(case, question, knowledge, said=())
    for value in choices:
        if value in question.findings:
            case = _set(case, value, Fact(PRESENT), knowledge)
    return case


def pending_question(case: Case, knowledge: Knowledge) -> Optional[Question]:
    """The question that waits for its answer, None where there is none (or the knowledge no longer has it)."""
    return next((each for each in knowledge.questions if each.id == case.pending), None)


def chief_complaint(case: Case, knowledge: Knowledge) -> Optional[str]:
    """The complaint that a loose remark ("about two months", "getting worse") is about.

    The first that the topics name, whichever was said first: the order of facts changes nothing (law 3).
    """
    present = [name for name, fact in case.facts.items() if fact.status in (PRESENT, UNCERTAIN)]
    for topic in knowledge.topics.values():
        for complaint in topic.complaints:
            if complaint in present:
                return complaint
    return present[0] if len(present) == 1 else None


def confirm_retraction(case: Case, confirmed: bool) -> Case:
    """The case after the person was asked whether a red flag is really not there; both statements stay on record."""
    finding = case.retracting
    if finding is None:
        return case
    case = replace(case, retracting=None)
    if not confirmed:
        return case
    change = Change(finding, PRESENT, ABSENT, confirmed=True)
    return replace(case.with_fact(finding, Fact(ABSENT)), changes=(*case.changes, change))


def _merge_mentions(
    case: Case, mentions: Sequence[Mention], durations: Sequence[Stretch], knowledge: Knowledge
) -> Case:
    by_finding: dict[str, list[Mention]] = {}
    for mention in mentions:
        by_finding.setdefault(mention.finding, []).append(mention)
    for finding, said in by_finding.items():
        strongest = max(said, key=lambda mention: _ORDER[mention.status])
        fact = _fact(strongest, said, [each for each in durations if each.finding == finding])
        case = _set(case, finding, fact, knowledge)
    return case


def _fact(mention: Mention, said: Sequence[Mention], durations: Sequence[Stretch]) -> Fact:
    same = [each for each in said if each.status == mention.status]

    def first(name: str) -> Optional[str]:
        return next((getattr(each, name) for each in same if getattr(each, name)), None)

    sides = {each.side for each in same if each.side}
    onset = first("onset")
    stretch = _longest(durations, ("onset", "unspecified"))
    until = _longest(durations, ("until",))
    lasting = _bounds(stretch) if stretch else None
    if onset == "longstanding" and (stretch is None or stretch.low < _YEAR):
        lasting = _LONGSTANDING
    episode = _longest(durations, ("episode",))
    return Fact(
        status=mention.status,
        side="both" if len(sides) > 1 else next(iter(sides), None),
        site=first("site"),
        severity=first("severity"),
        trend=first("trend"),
        onset=None if onset == "longstanding" else onset,
        lasting=None if mention.status == PAST else lasting,
        episode=_bounds(episode) if episode else None,
        gone=_gone(mention, stretch, until) if mention.status == PAST else None,
    )


def _gone(mention: Mention, stretch: Optional[Stretch], until: Optional[Stretch]) -> Optional[Bounds]:
    if until is not None:
        return _bounds(until)
    if mention.recency == "recent":
        return Bounds(stretch.seconds / 2, 0.0, stretch.high) if stretch else _JUST_GONE
    return _bounds(stretch) if stretch else None


def _set(case: Case, finding: str, fact: Fact, knowledge: Knowledge) -> Case:
    before = case.facts.get(finding)
    if before is None:
        return case.with_fact(finding, fact)
    if before.status == PRESENT and fact.status == ABSENT and is_red_flag(finding, red_flag_keys(knowledge)):
        # Taking back a red flag needs one confirming question (law 3); until then it stays.
        return replace(case, retracting=finding)
    if before.status == PRESENT and fact.status == UNCERTAIN:
        fact = replace(fact, status=PRESENT)
    merged = replace(
        fact,
        **{
            name: getattr(before, name)
            for name in ("side", "site", "severity", "trend", "onset", "lasting", "episode")
            if getattr(fact, name) is None and fact.status != ABSENT
        },
    )
    if merged.status != before.status:
        case = replace(case, changes=(*case.changes, Change(finding, before.status, merged.status)))
    return case.with_fact(finding, merged)


def _merge_answer(
    case: Case, question: Question, reading: Reading, own: Sequence[Mention], knowledge: Knowledge
) -> Case:
    said = tuple(mention.finding for mention in own if mention.status in (PRESENT, UNCERTAIN, PAST))
    if question.attribute is not None:
        return _merge_attribute(case, question, reading)
    offered = [name for name in question.findings if name in case.pending_keys] or list(question.findings)
    picked = [offered[number - 1] for number in reading.ordinals if number <= len(offered)]
    for finding in picked:
        case = _set(case, finding, Fact(PRESENT), knowledge)
    hit = [name for name in said if _answers(name, question, knowledge)]
    if reading.answer == "no" or (reading.only and (hit or picked)):
        return _deny(case, question, knowledge, said=(*said, *picked))
    if reading.answer == "yes" and not hit and not picked:
        if len(offered) == 1:
            return _set(case, offered[0], Fact(PRESENT), knowledge)
        if question.yes_means is not None:
            return _set(case, question.yes_means, Fact(PRESENT), knowledge)
    return case


def _merge_attribute(case: Case, question: Question, reading: Reading) -> Case:
    finding = case.pending_keys[0].split(".")[0] if case.pending_keys else ""
    fact = case.facts.get(finding)
    if fact is None:
        return case
    if question.attribute == "trend" and reading.trend is None:
        if reading.answer == "yes":
            return case.with_fact(finding, replace(fact, trend="worse"))
        if reading.answer == "no":
            return case.with_fact(finding, replace(fact, trend="unchanged"))
    return case


def _answers(name: str, question: Question, knowledge: Knowledge) -> bool:
    return any(name == each or each in knowledge.broader(name) for each in question.findings)


def _deny(case: Case, question: Question, knowledge: Knowledge, said: Iterable[str]) -> Case:
    """The findings of the question denied, all but those that the same message names."""
    named = set(said)
    kept = {
        each for each in question.findings if any(each == name or each in knowledge.broader(name) for name in named)
    }
    for finding in question.findings:
        if finding not in kept and case.status(finding) in (None, UNCERTAIN):
            case = case.with_fact(finding, Fact(ABSENT))
    whole = question.yes_means
    if whole is not None and not kept and case.status(whole) in (None, UNCERTAIN):
        case = case.with_fact(whole, Fact(ABSENT))
    return case


def _merge_loose(case: Case, reading: Reading, question: Optional[Question], knowledge: Knowledge) -> Case:
    """Times and qualities that stand without a finding: about what was asked, or else about the chief complaint."""
    finding = chief_complaint(case, knowledge)
    if question is not None and question.attribute in ("lasting", "trend", "onset") and case.pending_keys:
        finding = case.pending_keys[0].split(".")[0]
    fact = case.facts.get(finding) if finding else None
    if finding is None or fact is None or fact.status not in (PRESENT, UNCERTAIN):
        return case
    loose = [each for each in reading.durations if each.finding is None]
    stretch = _longest(loose, ("onset", "unspecified"))
    episode = _longest(loose, ("episode",))
    changed = replace(
        fact,
        lasting=_bounds(stretch) if stretch else fact.lasting,
        episode=_bounds(episode) if episode else fact.episode,
        trend=reading.trend or fact.trend,
        onset=reading.onset if reading.onset in ("sudden", "gradual") else fact.onset,
        side=reading.side or fact.side,
    )
    if reading.onset == "longstanding" and stretch is None:
        changed = replace(changed, lasting=_LONGSTANDING)
    return case.with_fact(finding, changed) if changed != fact else case


def _merge_person(case: Case, reading: Reading, question: Optional[Question]) -> Case:
    person = reading.person
    age = Bounds.exactly(person.age) if person.age is not None else case.age
    if person.age is None and question is not None and question.attribute == "age":
        number = _NUMBER.search(reading.text)
        if number and int(number[1]) <= _OLDEST:
            age = Bounds.exactly(float(number[1]))
    return replace(
        case,
        age=age,
        sex=person.sex or case.sex,
        pregnant=person.pregnant if person.pregnant is not None else case.pregnant,
    )


def _longest(durations: Sequence[Stretch], kinds: tuple[str, ...]) -> Optional[Stretch]:
    fitting = [each for each in durations if each.kind in kinds]
    return max(fitting, key=lambda each: each.seconds) if fitting else None


def _bounds(stretch: Stretch) -> Bounds:
    return Bounds(stretch.seconds, stretch.low, stretch.high)


def _middle(low: float, high: float) -> Bounds:
    return Bounds((low + high) / 2, low, high)
