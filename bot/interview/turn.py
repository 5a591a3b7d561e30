"""One turn of the interview: the case before, a message or pressed choices, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Optional

from bot.interview.answering import merge_choices
from bot.interview.back import put_off
from bot.interview.correcting import correct, only_corrects
from bot.interview.merge import confirm_retraction, merge_reading
from bot.interview.questions import Asked, next_question
from bot.knowledge import Knowledge
from bot.nlu.reading import OTHER, PAST, PRESENT, Reading
from bot.triage.asking import RED_FLAG_ASKINGS, is_red_flag
from bot.triage.case import ABSENT, Case
from bot.triage.decide import decide
from bot.triage.decision import Decision

QUESTION, CONFIRM, ADVICE, EMERGENCY = "question", "confirm", "advice", "emergency"
NOT_COVERED, NOTHING, NOTHING_NEW, CRISIS = "not_covered", "nothing", "nothing_new", "crisis"
# What may be pending besides a question of the interview: taking a red flag back, and erasing everything.
RETRACTION, FORGET = "retraction", "forget_me"


@dataclass(frozen=True)
class Turn:
    """What comes of a turn.

    `kind` is question, confirm (is a red flag really not there?), advice, emergency, not_covered, nothing (nothing was
    understood), nothing_new (advice was given, and this adds nothing to it), or crisis (a rule says that this person is
    to be answered in its own way, without any question). `other` tells that the emergency is somebody else's than the
    patient's of the conversation so far, `again` that an emergency was answered, or this advice given, before.
    """

    kind: str
    case: Case
    decision: Decision
    question: Optional[Asked] = None
    reading: Optional[Reading] = None
    other: bool = False
    again: bool = False

    @property
    def emergency(self) -> bool:
        """Whether the reply must lead with the emergency: now, or from an earlier turn of this conversation."""
        return self.case.emergency

    @property
    def finished(self) -> bool:
        """Whether advice is due in this turn."""
        return self.kind in (ADVICE, EMERGENCY, CRISIS)


def take_turn(
    case: Case, reading: Reading, knowledge: Knowledge, on: date, choices: Optional[Sequence[str]] = None
) -> Turn:
    """Merges what was said into the case, decides, and chooses what to do next. Pure.

    `choices` are pressed values of the pending question, or a correction of what was understood; where they are given,
    the reading is not looked at.
    """
    before, opened = case, None
    if case.pending == FORGET or only_corrects(choices):
        case = put_off(case, knowledge)
    if case.pending == RETRACTION:
        case = _settle_retraction(case, reading, choices)
    if choices is None:
        other = _endangered(case, reading, knowledge, on)
        if other is not None:
            return other
        if not case.facts:
            case = replace(case, about_other=reading.about_other)
        case = merge_reading(case, reading, knowledge)
        case = replace(case, unexplained=_unexplained(case, reading, knowledge))
    else:
        case = merge_choices(case, choices, knowledge)
        case, opened = correct(case, choices, knowledge)
        case = replace(case, unexplained=_still(case, case.unexplained, knowledge))
    case = replace(case, pending=None, pending_keys=())
    decision = decide(case, knowledge, on)
    if decision.level == "emergency" or case.emergency:
        return Turn(EMERGENCY, replace(case, emergency=True), decision, reading=reading, again=before.emergency)
    if in_crisis(decision, knowledge):
        return Turn(CRISIS, replace(case, advised=True), decision, reading=reading, again=before.advised)
    if case.retracting is not None:
        case = replace(case, pending=RETRACTION, pending_keys=(case.retracting,))
        return Turn(CONFIRM, case, decision, reading=reading)
    if before.advised and choices is None and _known(case) == _known(before):
        return Turn(NOTHING_NEW, case, decision, reading=reading)
    if opened is not None:
        # Asked for, so it counts neither as a question of ours nor as its second asking.
        case = replace(case, pending=opened.question.id, pending_keys=opened.keys)
        return Turn(QUESTION, case, decision, opened, reading)
    asked = next_question(case, decision, knowledge)
    if asked is not None and len(case.trail) >= knowledge.most_questions:
        # Enough was asked: what is still unknown of the red flags counts as caution, as after a second asking.
        case = replace(case, asked={**case.asked, **_not_asked(decision, knowledge)})
        decision, asked = decide(case, knowledge, on), None
    if asked is not None:
        return Turn(QUESTION, _remember(case, asked), decision, asked, reading)
    if decision.covered == "no":
        said = case.unexplained or any(fact.status != ABSENT for fact in case.facts.values())
        return Turn(NOT_COVERED if said else NOTHING, case, decision, reading=reading)
    return Turn(ADVICE, replace(case, advised=True), decision, reading=reading, again=before.advised)


def in_crisis(decision: Decision, knowledge: Knowledge) -> bool:
    """Whether a rule that fired wants the crisis reply: its own words, and never a questionnaire."""
    return any(knowledge.rules[each.id].reply == "crisis" for each in decision.fired)


def _known(case: Case) -> tuple[object, ...]:
    return (case.facts, case.age, case.sex, case.pregnant, case.unexplained)


def _remember(case: Case, asked: Asked) -> Case:
    counts = dict(case.asked)
    for key in asked.keys:
        counts[key] = counts.get(key, 0) + 1
    pending_keys = asked.findings if asked.question.clarifies else asked.keys
    spent = case.spent + (0 if asked.question.red_flag else 1)
    trail = (*case.trail, (asked.question.id, pending_keys))
    return replace(case, asked=counts, spent=spent, pending=asked.question.id, pending_keys=pending_keys, trail=trail)


def _not_asked(decision: Decision, knowledge: Knowledge) -> dict[str, int]:
    items = {item for key in decision.open if "." not in key for item in knowledge.items_of(key)}
    keys = items.union(decision.open)
    return {key: RED_FLAG_ASKINGS for key in keys if is_red_flag(key, knowledge)}


def _settle_retraction(case: Case, reading: Reading, choices: Optional[Sequence[str]]) -> Case:
    answer = choices[0] if choices else reading.answer
    if answer == "yes":
        return confirm_retraction(case, True)
    if answer == "no":
        return confirm_retraction(case, False)
    return replace(case, retracting=None)


def _endangered(case: Case, reading: Reading, knowledge: Knowledge, on: date) -> Optional[Turn]:
    """The emergency of somebody else in the message, as that person's own case; None where there is none."""
    # A message that is all about somebody else, in a conversation about the one who writes, is about a second person.
    second = list(reading.mentions) if reading.about_other and case.facts and not case.about_other else []
    others = second or [
        replace(each, experiencer="patient")
        for each in reading.mentions
        if each.experiencer == OTHER
        and (each.status == PRESENT or (each.status == PAST and _recent(each.finding, reading)))
    ]
    if not others:
        return None
    theirs = merge_reading(Case(), replace(reading, mentions=tuple(others), answer=None), knowledge)
    decision = decide(theirs, knowledge, on)
    if decision.level != "emergency":
        return None
    return Turn(EMERGENCY, replace(theirs, emergency=True, about_other=True), decision, reading=reading, other=True)


def _recent(finding: str, reading: Reading) -> bool:
    """Whether somebody else's past finding has a time of its own, without which it is an old story."""
    return any(each.finding == finding for each in reading.durations)


def _unexplained(case: Case, reading: Reading, knowledge: Knowledge) -> tuple[str, ...]:
    """The labels of complaints that the person has and that no rule knows, in the order they were said."""
    known = list(case.unexplained)
    for name, fact in case.facts.items():
        finding = knowledge.findings.get(name)
        if finding and finding.kind == "complaint" and fact.status == PRESENT and finding.label not in known:
            known.append(finding.label)
    return _still(case, known, knowledge)


def _still(case: Case, labels: Sequence[str], knowledge: Knowledge) -> tuple[str, ...]:
    """Those of the labels whose findings are present."""
    findings = knowledge.findings
    present = {findings[name].label for name, fact in case.facts.items() if fact.status == PRESENT and name in findings}
    return tuple(label for label in labels if label in present)
