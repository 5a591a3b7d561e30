"""Going back: the question before the present one is put again, and what its answer added is open once more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from bot.knowledge import Knowledge
from bot.triage.asking import is_red_flag
from bot.triage.case import PRESENT, Case, Change

_UNKNOWN = "unknown"


def go_back(case: Case, knowledge: Knowledge) -> Optional[Case]:
    """The case as it stood when the question before the pending one was put; None where there is none before it.

    Only what that question was about is opened. A red flag that is present stays: taking it back needs its confirming
    question (law 3). What was opened is recorded among the changes.
    """
    trail = case.trail
    if trail and (case.pending, case.pending_keys) == trail[-1]:
        case = _unasked(replace(case, trail=trail[:-1]), *trail[-1], knowledge)
        trail = case.trail
    if not trail:
        return None
    question, keys = trail[-1]
    for key in keys:
        case = opened(case, key, knowledge)
    # It is put as it was, so that it does not count as one asking more.
    return replace(case, pending=question, pending_keys=keys, retracting=None, advised=False)


def put_off(case: Case, knowledge: Knowledge) -> Case:
    """The case in which the question that waited for its answer counts as not put yet, where something that the person
    asked for came in between. The pending keys tell whether one waited."""
    if not case.trail or case.trail[-1][1] != case.pending_keys:
        return case
    return _unasked(replace(case, trail=case.trail[:-1]), *case.trail[-1], knowledge)


def _unasked(case: Case, question: str, keys: tuple[str, ...], knowledge: Knowledge) -> Case:
    counts = {key: times - 1 if key in keys else times for key, times in case.asked.items()}
    red_flag = any(each.red_flag for each in knowledge.questions if each.id == question)
    spent = case.spent if red_flag else max(0, case.spent - 1)
    return replace(case, asked={key: times for key, times in counts.items() if times > 0}, spent=spent)


def opened(case: Case, key: str, knowledge: Knowledge) -> Case:
    """The case with what it knows of a key taken out of it; a red flag that is present stays."""
    name, _, attribute = key.partition(".")
    if name == "person":
        before = getattr(case, attribute, None)
        empty: dict[str, Any] = {attribute: None}
        return case if before is None else _changed(replace(case, **empty), key, "known")
    fact = case.facts.get(name)
    if fact is None:
        return case
    if attribute:
        if getattr(fact, attribute) is None:
            return case
        cleared: dict[str, Any] = {attribute: None, **({"when": None} if attribute == "lasting" else {})}
        return _changed(case.with_fact(name, replace(fact, **cleared)), key, "known")
    if fact.status == PRESENT and is_red_flag(name, knowledge):
        return case
    rest = {each: other for each, other in case.facts.items() if each != name}
    return _changed(replace(case, facts=rest), key, fact.status)


def _changed(case: Case, key: str, before: str) -> Case:
    return replace(case, changes=(*case.changes, Change(key, before, _UNKNOWN)))
