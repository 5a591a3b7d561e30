"""Answers in the light of the question that was asked: pressed choices, "none of those", "yes, only the first"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Optional

from bot.interview.facts import set_fact
from bot.knowledge import Knowledge
from bot.knowledge.model import Option, Question
from bot.nlu.reading import Mention, Reading
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Bounds, Case, Fact

_WORD = re.compile(r"[a-z]{3,}")
# Seconds: what came on within ten minutes was sudden, what took three hours or more was not.
_SUDDEN, _GRADUAL = 600.0, 10_800.0
_OLDEST, _LIFE = 120.0, 40 * 31557600.0
# Words; a longer message says more than which choice is meant.
_SHORT = 8


def pending_question(case: Case, knowledge: Knowledge) -> Optional[Question]:
    """The question that waits for its answer, None where there is none (or the knowledge no longer has it)."""
    return next((each for each in knowledge.questions if each.id == case.pending), None)


def merge_choices(case: Case, choices: Sequence[str], knowledge: Knowledge) -> Case:
    """The case with the pressed choices of the pending question added. Values that it did not offer are ignored; but
    where no question waits any more, as after a long silence, a finding that is pressed is there: it may be a red flag.
    """
    question = pending_question(case, knowledge)
    if question is None:
        for value in choices:
            if value in knowledge.findings:
                case = set_fact(case, value, Fact(PRESENT), knowledge)
        return case
    chosen = [each for each in question.options if each.value in choices]
    if question.attribute is not None and question.none is None:
        return _with_option(case, chosen[0]) if chosen else case
    picked = [value for value in choices if value in offered_in(case, question)]
    if "none" in choices and not chosen and not picked:
        return _deny(case, question, knowledge, said=())
    for value in picked:
        case = set_fact(case, value, _present(case, question), knowledge)
    for option in chosen:
        case = _with_option(case, option)
    return case


def offered_in(case: Case, question: Question) -> tuple[str, ...]:
    """The findings that the pending question offered; those of the whole question in a case that does not say."""
    return tuple(key for key in case.pending_keys if "." not in key) if case.pending_keys else question.findings


def _present(case: Case, question: Question) -> Fact:
    """What is known of a finding that was picked. One that clarifies another is that same thing, said more exactly:
    what was said of it before holds for it too."""
    vague = case.facts.get(question.clarifies) if question.clarifies else None
    return Fact(PRESENT) if vague is None else replace(vague, status=PRESENT, site=None, gone=None)


def _about(case: Case) -> Optional[str]:
    """The finding whose attribute the pending question asks about."""
    return next((key.partition(".")[0] for key in case.pending_keys if "." in key), None)


def merge_answer(
    case: Case, question: Question, reading: Reading, own: Sequence[Mention], knowledge: Knowledge
) -> Case:
    """The case with a message added as the answer to `question`; `own` are the mentions that are the patient's."""
    if question.attribute is not None and question.none is None:
        return _merge_attribute(case, question, reading)
    said = tuple(mention.finding for mention in own if mention.status in (PRESENT, UNCERTAIN, PAST))
    offered = offered_in(case, question)
    hit = [name for name in said if any(name == each or each in knowledge.broader(name) for each in offered)]
    picked = _picked(reading, offered, bool(own), knowledge)
    # A word that fits findings of several questions means those of the question that was put.
    picked = [name for name in picked if name in question.findings] or picked
    for finding in picked:
        case = set_fact(case, finding, _present(case, question), knowledge)
    if reading.answer == "no" and not hit and not picked and _says(reading, knowledge, "excepts"):
        return case
    if reading.answer == "no" or (reading.only and (hit or picked)):
        return _deny(case, question, knowledge, said=(*said, *picked))
    if reading.answer == "yes" and not hit and not picked:
        if len(offered) == 1:
            return set_fact(case, offered[0], Fact(PRESENT), knowledge)
        if question.yes_means is not None:
            return set_fact(case, question.yes_means, Fact(PRESENT), knowledge)
    return case


def _picked(reading: Reading, offered: Sequence[str], mentions: bool, knowledge: Knowledge) -> list[str]:
    """The offered findings that a message names by their place, all together, or by a word of their label."""
    if reading.ordinals:
        return [offered[number - 1] for number in reading.ordinals if number <= len(offered)]
    words = _WORD.findall(reading.text.lower())
    if mentions or len(words) > _SHORT or reading.answer == "no":
        return []
    if _says(reading, knowledge, "alls"):
        return list(offered)
    if reading.answer != "yes" and not reading.only:
        return []
    small = {str(word) for word in knowledge.language["cues"]["filler"]}
    named = set(words) - small
    return [name for name in offered if named & set(_WORD.findall(_label(name, knowledge)))]


def _label(name: str, knowledge: Knowledge) -> str:
    finding = knowledge.findings[name]
    return f"{finding.choice or ''} {finding.label}".lower()


def _says(reading: Reading, knowledge: Knowledge, kind: str) -> bool:
    text = f" {reading.text.lower()} "
    return any(f" {phrase} " in text for phrase in knowledge.language["cues"][kind])


def _with_option(case: Case, option: Option) -> Case:
    if option.age is not None:
        return replace(case, age=_between(option.age.at_least or 0.0, option.age.at_most or _OLDEST))
    finding = _about(case)
    if finding is None:
        return case
    fact = case.facts.get(finding, Fact(PRESENT))
    lasting, when = fact.lasting, fact.when
    if option.lasting is not None:
        lasting, when = _between(option.lasting.at_least or 0.0, option.lasting.at_most or _LIFE), option.label
    changed = replace(
        fact, lasting=lasting, when=when, trend=option.trend or fact.trend, onset=option.onset or fact.onset
    )
    return case.with_fact(finding, changed)


def _merge_attribute(case: Case, question: Question, reading: Reading) -> Case:
    finding = _about(case)
    fact = case.facts.get(finding) if finding else None
    if finding is None or fact is None:
        return case
    if question.attribute == "trend" and reading.trend is None and reading.answer in ("yes", "no"):
        return case.with_fact(finding, replace(fact, trend="worse" if reading.answer == "yes" else "unchanged"))
    if question.attribute == "onset" and reading.onset is None and reading.durations:
        seconds = reading.durations[0].seconds
        if seconds <= _SUDDEN or seconds >= _GRADUAL:
            return case.with_fact(finding, replace(fact, onset="sudden" if seconds <= _SUDDEN else "gradual"))
    return case


def _deny(case: Case, question: Question, knowledge: Knowledge, said: Iterable[str]) -> Case:
    """The findings that the question offered denied, all but those that the same message names."""
    named, offered = set(said), offered_in(case, question)
    kept = {each for each in offered if any(each == name or each in knowledge.broader(name) for name in named)}
    for finding in offered:
        if finding not in kept and case.status(finding) in (None, UNCERTAIN):
            case = case.with_fact(finding, Fact(ABSENT))
    # Only who has denied every part has denied the whole.
    whole = question.yes_means
    every = all(case.status(each) == ABSENT for each in question.findings)
    if whole is not None and every and case.status(whole) in (None, UNCERTAIN):
        case = case.with_fact(whole, Fact(ABSENT))
    about = _about(case)
    fact = case.facts.get(about) if about and question.none else None
    if about is not None and fact is not None and fact.trend is None:
        case = case.with_fact(about, replace(fact, trend=question.none))
    return case


def _between(low: float, high: float) -> Bounds:
    return Bounds((low + high) / 2, low, high)
