"""The next question: the one whose answer could raise the level most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from bot.knowledge import Knowledge
from bot.knowledge.model import Question, urgency
from bot.triage.case import PRESENT, Case
from bot.triage.decision import Decision

_RED_FLAG_ASKINGS, _OTHER_ASKINGS = 2, 1


@dataclass(frozen=True)
class Asked:
    """A question as it is put in one turn: the findings offered (in order), or the finding its attribute is about.

    `keys` are the open keys that it may settle; `again` says that it is asked for the second time.
    """

    question: Question
    keys: tuple[str, ...]
    findings: tuple[str, ...] = ()
    about: Optional[str] = None
    again: bool = False


def question_text(asked: Asked, knowledge: Knowledge) -> str:
    """The words of the question: the second wording when it is asked again, with the finding it is about named."""
    text = asked.question.again if asked.again else asked.question.text
    finding = knowledge.findings.get(asked.about) if asked.about else None
    return text.replace("{finding}", finding.label) if finding else text


def next_question(case: Case, decision: Decision, knowledge: Knowledge) -> Optional[Asked]:
    """The question to ask now, None where no answer could change the level or the budget is spent.

    Red-flag questions stand outside the budget and are asked once more where the answer stays unknown.
    """
    best: tuple[tuple[int, bool, int], Asked] | None = None
    for place, question in enumerate(knowledge.questions):
        if not question.red_flag and case.spent >= knowledge.budget:
            continue
        asked = _put(case, decision, knowledge, question)
        if asked is None:
            continue
        if question.clarifies is not None:
            return asked
        reach = max(urgency(decision.open[key]) for key in asked.keys)
        # Between questions that reach as high, a red flag comes first and a second asking last.
        rank = (reach, question.red_flag and not asked.again, -place)
        if best is None or rank > best[0]:
            best = (rank, asked)
    return best[1] if best else None


def _put(case: Case, decision: Decision, knowledge: Knowledge, question: Question) -> Optional[Asked]:
    # Without knowing where it is there is no advice at all: that is worth asking twice, as a red flag is.
    most = _RED_FLAG_ASKINGS if question.red_flag or question.clarifies else _OTHER_ASKINGS
    if question.clarifies is not None:
        said = case.status(question.clarifies) == PRESENT
        known = any(case.status(name) for name in question.findings)
        if not said or known or case.asked.get(question.clarifies, 0) >= most:
            return None
        again = case.asked.get(question.clarifies, 0) > 0
        return Asked(question, (question.clarifies,), question.findings, again=again)
    if question.attribute is not None:
        keys = [key for key in decision.open if key.endswith("." + question.attribute)]
        keys = [key for key in keys if case.asked.get(key, 0) < most]
        if not keys:
            return None
        # What is asked about is the finding that could raise the level most; among equals, one that was said.
        key = min(keys, key=lambda each: (-urgency(decision.open[each]), each.split(".")[0] not in case.facts, each))
        finding = key.split(".")[0]
        return Asked(question, (key,), about=finding, again=case.asked.get(key, 0) > 0)
    offered, settled = [], []
    for name in question.findings:
        keys = [key for key in decision.open if key == name or ("." not in key and name in knowledge.broader(key))]
        said = any(case.status(each) == PRESENT for each in (name, *knowledge.narrower(name)))
        if keys and not said and case.asked.get(name, 0) < most:
            offered.append(name)
            settled += keys
    if not offered:
        return None
    again = any(case.asked.get(name, 0) > 0 for name in offered)
    return Asked(question, tuple(dict.fromkeys(settled)), tuple(offered), again=again)
