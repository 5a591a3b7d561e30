"""What may still be asked of a person: red flags twice, everything else once, and nothing that was answered."""

from __future__ import annotations

from collections.abc import Iterable

from bot.knowledge import Knowledge
from bot.knowledge.model import Question
from bot.triage.case import ABSENT, PRESENT, Case

RED_FLAG_ASKINGS, OTHER_ASKINGS = 2, 1


def most_askings(question: Question) -> int:
    """How often one question may be put. Where the complaint is unclear there is no advice at all, so what clarifies
    it is worth asking twice, as a red flag is."""
    return RED_FLAG_ASKINGS if question.red_flag or question.clarifies else OTHER_ASKINGS


def askable(key: str, case: Case, knowledge: Knowledge) -> bool:
    """Whether a question can still settle a key: a finding as a rule names it, or "FINDING.lasting"."""
    if "." in key:
        question = knowledge.question_about(key)
        return question is not None and case.asked.get(key, 0) < most_askings(question)
    return any(True for _ in askable_items(key, case, knowledge))


def askable_items(finding: str, case: Case, knowledge: Knowledge) -> Iterable[str]:
    """The findings to offer where a rule wants to know about one: itself, its kinds, or what it is a kind of; only
    those that the person has not answered and that may be asked about (once more)."""
    for item in knowledge.items_of(finding):
        question = knowledge.asked_by(item)
        if question is None or case.asked.get(item, 0) >= most_askings(question):
            continue
        if case.status(item) in (PRESENT, ABSENT):
            continue
        if any(case.status(kind) == PRESENT for kind in knowledge.narrower(item)):
            continue
        if any(case.status(whole) == ABSENT for whole in knowledge.broader(item)):
            continue
        yield item


def cautions(keys: Iterable[str], knowledge: Knowledge) -> bool:
    """Whether one of the keys is a red flag, which counts as caution when it stays unknown (design, step 5)."""
    return any(is_red_flag(key, knowledge) for key in keys)


def is_red_flag(key: str, knowledge: Knowledge) -> bool:
    """Whether a red-flag question asks about this key."""
    flags = knowledge.red_flags
    return key in flags or ("." in key and "." + key.split(".", 1)[1] in flags)
