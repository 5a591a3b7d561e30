"""Do two texts speak of the same? Compared by the findings that were read in both, and by the side of each."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.nlu.reading import PATIENT, PRESENT, Reading

# What a finding counts for, where the other text has only one that it is a kind of, or has it on the other side.
KIN, OTHER_SIDE = 0.6, 0.6
_DAY = 86_400
# Texts without a date are read as of some day: only how long something has lasted counts, not since when.
ANY_DAY = date(2020, 1, 1)


@dataclass(frozen=True)
class Said:
    """The findings that a text says its own patient has, each with the sides named for it."""

    findings: Mapping[str, frozenset[str]] = field(default_factory=dict)
    days: float | None = None
    """How long the oldest of them has been there, in days, where that is said."""

    def to_json(self) -> dict[str, Any]:
        """As it is stored with an entry."""
        return {"findings": {name: sorted(sides) for name, sides in self.findings.items()}, "days": self.days}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Said:
        """What `to_json` gave."""
        return cls({name: frozenset(sides) for name, sides in data["findings"].items()}, data["days"])


def said(reading: Reading, more: Collection[str] = ()) -> Said:
    """What a reading says the patient has now; `more` are findings known from elsewhere, of no known side.

    Of a text that is about somebody else altogether, that one is the patient.
    """
    present = [mention for mention in reading.mentions if mention.status == PRESENT]
    own = [mention for mention in present if mention.experiencer == PATIENT]
    sides: dict[str, set[str]] = {finding: set() for finding in more}
    for mention in own or present:
        sides.setdefault(mention.finding, set()).update({mention.side} if mention.side else ())
    began = [each.seconds / _DAY for each in reading.durations if each.kind == "onset" and each.finding in sides]
    return Said({finding: frozenset(named) for finding, named in sides.items()}, max(began, default=None))


def decades_apart(one: Said, other: Said) -> float:
    """How far apart two texts say that it began, in powers of ten; 0 where either says nothing of it."""
    if not one.days or not other.days:
        return 0.0
    return abs(math.log10(one.days / other.days))


def agreement(one: Said, other: Said, knowledge: Any) -> float:
    """How far two texts agree, from 0 (nothing in common) to 1 (the same findings, on no contradicting side).

    The more of the findings of both are shared, the higher. A finding and a kind of it share something; left and
    right of the same finding contradict each other, while a side that is not named contradicts nothing.
    """
    if not one.findings or not other.findings:
        return 0.0
    there = sum(_best(finding, sides, other, knowledge) for finding, sides in one.findings.items())
    back = sum(_best(finding, sides, one, knowledge) for finding, sides in other.findings.items())
    return (there + back) / (len(one.findings) + len(other.findings))


def _best(finding: str, sides: frozenset[str], other: Said, knowledge: Any) -> float:
    return max(_alike(finding, each, knowledge) * _facing(sides, other.findings[each]) for each in other.findings)


def _alike(finding: str, each: str, knowledge: Any) -> float:
    if finding == each:
        return 1.0
    known = knowledge is not None and finding in knowledge.findings and each in knowledge.findings
    return KIN if known and (each in knowledge.broader(finding) or each in knowledge.narrower(finding)) else 0.0


def _facing(sides: frozenset[str], others: frozenset[str]) -> float:
    plain, other = sides - {"both"}, others - {"both"}
    return OTHER_SIDE if plain and other and not plain & other else 1.0
