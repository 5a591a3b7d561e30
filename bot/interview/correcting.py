"""Putting right what was understood: each thing that was said can be taken away or said otherwise, one at a time.

A correction is a pressed choice, "correct.FINDING.KIND" or "correct.person.ATTRIBUTE"; it names one thing and changes
no other (law 3). A question that waits meanwhile is put again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Optional

from bot.interview.back import opened
from bot.interview.facts import is_red_flag_fact, set_fact, with_changes
from bot.interview.merge import JUST_GONE
from bot.interview.questions import Asked
from bot.knowledge import Knowledge
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Case, Fact

PREFIX = "correct"
PERSON = "person"
_SIDES = ("left", "right", "both")
_ONSETS = ("sudden", "gradual")
_TRENDS = ("worse", "unchanged", "better")
# What is known of the one who is ill, besides findings.
ABOUT_PERSON = ("age", "sex", "pregnant")


def is_correction(value: str) -> bool:
    """Whether a pressed choice puts something right, and answers no question."""
    return value.startswith(f"{PREFIX}.")


def only_corrects(choices: Optional[Sequence[str]]) -> bool:
    """Whether everything that was pressed puts something right: the question that waits is then not answered."""
    return bool(choices) and all(map(is_correction, choices or ()))


def correction_kinds(fact: Fact) -> tuple[str, ...]:
    """What can be put right about a fact: first that it is not so, then each way in which it may be otherwise."""
    kinds = [ABSENT, PAST if fact.status in (PRESENT, UNCERTAIN) else PRESENT]
    if fact.status != PAST:
        kinds += [side for side in _SIDES if fact.side and side != fact.side]
        kinds += [onset for onset in _ONSETS if fact.onset in _ONSETS and onset != fact.onset]
        kinds += ["lasting"] if fact.lasting or fact.when else []
        kinds += [trend for trend in _TRENDS if fact.trend and trend != fact.trend]
    return tuple(kinds)


def correction(name: str, kind: str) -> str:
    """The value of the choice that corrects a finding, or an attribute of the person (`name` "person")."""
    return f"{PREFIX}.{name}.{kind}"


def correct(case: Case, choices: Sequence[str], knowledge: Knowledge) -> tuple[Case, Optional[Asked]]:
    """The case with the corrections among some choices made in their order, and the question that the last of them
    opens again, if one does.

    A correction of something that the case does not hold, or that was never offered, changes nothing; but that a
    finding is present counts, whatever is known of it. A red flag that is taken away waits for its confirming question.
    """
    opened: Optional[Asked] = None
    for value in filter(is_correction, choices):
        case, asked = _corrected(case, value, knowledge)
        opened = asked or opened
    return case, opened


def _corrected(case: Case, value: str, knowledge: Knowledge) -> tuple[Case, Optional[Asked]]:
    _, _, rest = value.partition(".")
    name, _, kind = rest.rpartition(".")
    if name == PERSON:
        return _of_person(case, kind, knowledge)
    fact = case.facts.get(name)
    if fact is None and kind == PRESENT and name in knowledge.findings:
        return set_fact(case, name, Fact(PRESENT), knowledge), None
    if fact is None or name not in knowledge.findings or kind not in correction_kinds(fact):
        return case, None
    if kind == ABSENT and fact.status in (PRESENT, PAST) and is_red_flag_fact(name, knowledge):
        return replace(case, retracting=name), None
    if kind == "lasting":
        return _again(opened(case, f"{name}.lasting", knowledge), f"{name}.lasting", knowledge)
    return with_changes(case, name, fact, _changed(fact, kind)), None


def _changed(fact: Fact, kind: str) -> Fact:
    if kind == ABSENT:
        return Fact(ABSENT)
    if kind == PAST:
        # What was said of it stays: it counts again where it turns out to be still there.
        return replace(fact, status=PAST, gone=JUST_GONE)
    if kind == PRESENT:
        return replace(fact, status=PRESENT, gone=None)
    if kind in _SIDES:
        return replace(fact, side=kind)
    return replace(fact, onset=kind) if kind in _ONSETS else replace(fact, trend=kind)


def _of_person(case: Case, attribute: str, knowledge: Knowledge) -> tuple[Case, Optional[Asked]]:
    if attribute not in ABOUT_PERSON or getattr(case, attribute) is None:
        return case, None
    return _again(opened(case, f"{PERSON}.{attribute}", knowledge), f"{PERSON}.{attribute}", knowledge)


def _again(case: Case, key: str, knowledge: Knowledge) -> tuple[Case, Optional[Asked]]:
    """The question about a key, to be put at once; none where the knowledge asks nothing about it."""
    question = knowledge.question_about(key)
    if question is None:
        return case, None
    name = key.partition(".")[0]
    return case, Asked(question, (key,), about=None if name == PERSON else name)
