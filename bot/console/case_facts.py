"""The facts of a stored case as authors write them in the knowledge, ages banded and stretches of time rounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.console.deidentify import banded
from bot.knowledge import Knowledge
from bot.knowledge.conditions import ONSETS, SEXES, SIDES, TRENDS

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_WORDS = {"onset": ONSETS, "trend": TRENDS, "side": SIDES[1:]}


def written(case: Mapping[str, Any], knowledge: Knowledge) -> dict[str, Any]:
    """Facts as `bot.triage.facts.case_of` reads them; what the knowledge no longer knows is left out."""
    facts: dict[str, Any] = {}
    for name, fact in (case.get("facts") or {}).items():
        if name not in knowledge.findings:
            continue
        facts[name] = fact["status"]
        for key in ("lasting", "episode", "gone"):
            if fact.get(key):
                facts[f"{name}.{key}"] = stretch(float(fact[key]["middle"]))
        for key, valid in _WORDS.items():
            if fact.get(key) in valid:
                facts[f"{name}.{key}"] = fact[key]
    if case.get("age"):
        facts["person.age"] = banded(float(case["age"]["middle"]))
    if case.get("sex") in SEXES:
        facts["person.sex"] = case["sex"]
    if isinstance(case.get("pregnant"), bool):
        facts["person.pregnant"] = case["pregnant"]
    return facts


def stretch(seconds: float) -> str:
    """A stretch of time in the largest unit of which there is at least one, rounded to whole ones.

    >>> stretch(864_000), stretch(5400), stretch(0)
    ('10 days', '2 hours', '0 seconds')
    """
    for unit, length in _UNITS:
        if seconds >= length:
            count = round(seconds / length)
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return "0 seconds"
