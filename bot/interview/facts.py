"""Setting a fact of the case: what was said before is kept where the new words do not speak of it."""

from __future__ import annotations

from dataclasses import replace

from bot.knowledge import Knowledge
from bot.triage.asking import is_red_flag
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Case, Change, Fact


def set_fact(case: Case, finding: str, fact: Fact, knowledge: Knowledge) -> Case:
    """The case with a fact set. A red flag that is denied though it was said waits for one more question (law 3)."""
    before = case.facts.get(finding)
    if before is None:
        return case.with_fact(finding, fact)
    if before.status in (PRESENT, PAST) and fact.status == ABSENT and is_red_flag_fact(finding, knowledge):
        return replace(case, retracting=finding)
    if before.status == PRESENT and fact.status == UNCERTAIN:
        fact = replace(fact, status=PRESENT)
    merged = replace(
        fact,
        **{
            name: getattr(before, name)
            for name in ("side", "site", "severity", "trend", "onset", "lasting", "episode", "when")
            if getattr(fact, name) is None and fact.status != ABSENT
        },
    )
    return with_changes(case, finding, before, merged)


def with_changes(case: Case, finding: str, before: Fact, after: Fact) -> Case:
    """The case with a fact in place of another; what was said one way and then another is put on record."""
    changes = [Change(finding, before.status, after.status)] if after.status != before.status else []
    for name in ("side", "trend", "onset"):
        old, new = getattr(before, name), getattr(after, name)
        if old is not None and new is not None and old != new:
            changes.append(Change(f"{finding}.{name}", old, new))
    if before.lasting is not None and after.lasting is not None and before.lasting != after.lasting:
        changes.append(Change(f"{finding}.lasting", before.when or _days(before), after.when or _days(after)))
    return replace(case, changes=(*case.changes, *changes)).with_fact(finding, after)


def _days(fact: Fact) -> str:
    return f"{fact.lasting.middle / 86400:g} days" if fact.lasting else ""


def is_red_flag_fact(finding: str, knowledge: Knowledge) -> bool:
    """Whether a finding, or what it is a kind of, is asked about as a red flag."""
    return any(is_red_flag(name, knowledge) for name in (finding, *knowledge.broader(finding)))
