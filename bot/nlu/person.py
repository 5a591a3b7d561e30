"""Who the patient is, as far as it was said: age in years, sex, pregnancy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Optional

from bot.knowledge import Knowledge
from bot.nlu.reading import PATIENT, PRESENT, Mention, Person

_YEARS = r"(\d{1,3})\s*(?:\+\s*)?(?:-\s*)?(?:years?|yrs?|y)\s*(?:-\s*)?(?:old|of\s+age|o\b)"
_AGE = re.compile(
    rf"\b{_YEARS}|\baged?\s*:?\s*(\d{{1,3}})\b|\b(\d{{1,3}})\s*/?\s*([fm])\b|\bi\s*(?:am|'m|m)\s+(\d{{1,3}})\b(?!\s*(?:%|kg|cm|lbs?|weeks?|months?|days?|hours?|minutes?))",
    re.IGNORECASE,
)
_MONTHS = re.compile(r"\b(\d{1,2})\s*(?:-\s*)?months?\s*(?:-\s*)?old\b", re.IGNORECASE)
_FEMALE = re.compile(r"\b(?:female|woman|girl|lady)\b", re.IGNORECASE)
_MALE = re.compile(r"\b(?:male|man|boy|guy|gentleman)\b", re.IGNORECASE)
_PREGNANT = re.compile(r"\b(?:pregnant|expecting a baby)\b", re.IGNORECASE)
_NOT_PREGNANT = re.compile(r"\b(?:not|n't|never|isnt|isn't)\s+(?:\w+\s+)?pregnant\b", re.IGNORECASE)
_OLDEST = 120


def read_person(text: str, mentions: Sequence[Mention], knowledge: Knowledge) -> Person:
    """The person of a message. Conditions and medicines are the ids of findings of those kinds that are present."""
    own = [each for each in mentions if each.experiencer == PATIENT and each.status == PRESENT]

    def of_kind(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.finding for each in own if knowledge.findings[each.finding].kind == kind))

    return Person(_age(text), _sex(text), _pregnant(text), of_kind("condition"), of_kind("medicine"))


def _age(text: str) -> Optional[float]:
    match = _AGE.search(text)
    if match:
        number = next(int(group) for group in match.groups() if group and group.isdigit())
        return float(number) if number <= _OLDEST else None
    match = _MONTHS.search(text)
    return round(int(match[1]) / 12, 2) if match else None


def _sex(text: str) -> Optional[str]:
    letter = re.search(r"\b\d{1,3}\s*/?\s*([fm])\b", text, re.IGNORECASE)
    if letter:
        return "female" if letter[1].lower() == "f" else "male"
    female, male = _FEMALE.search(text), _MALE.search(text)
    if bool(female) == bool(male):
        return None
    return "female" if female else "male"


def _pregnant(text: str) -> Optional[bool]:
    if not _PREGNANT.search(text):
        return None
    return not _NOT_PREGNANT.search(text)
