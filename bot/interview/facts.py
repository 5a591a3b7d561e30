"""Setting a fact of the case: what was said before is kept where the new words do not speak of it."""

from __future__ import annotations

from dataclasses import replace

from bot.knowledge import Knowledge
from bot.triage.asking import is_red_flag
from bot.triage.case import ABSENT, PRESENT, UNCERTAIN, Case, Change, Fact


def set_fact(case: Case, finding: str, fact: Fact, knowledge: Knowledge) -> Case:
    """The case with a fact set. A present red flag that is denied waits for its confirming question (law 3)."""
    before = case.facts.get(finding)
    if before is None:
        return case.with_fact(finding, fact)
    if before.status == PRESENT and fact.status == ABSENT and _is_red_flag(finding, knowledge):
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
    if merged.status != before.status:
        case = replace(case, changes=(*case.changes, Change(finding, before.status, merged.status)))
    return case.with_fact(finding, merged)


def _is_red_flag(finding: str, knowledge: Knowledge) -> bool:
    return any(is_red_flag(name, knowledge) for name in (finding, *knowledge.broader(finding)))
