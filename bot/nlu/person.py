"""Who the patient is, as far as it was said: age in years, sex, pregnancy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Optional

from bot.knowledge import Knowledge
from bot.nlu.reading import PATIENT, PRESENT, Mention, Person

# A day, a week and a month in years.
_YEARS = {"day": 1 / 365.25, "week": 7 / 365.25, "month": 1 / 12}
_OLDEST = 120


class PersonReader:
    """Reads who a message is about, with the words of one knowledge version."""

    def __init__(self, knowledge: Knowledge) -> None:
        words, cues = knowledge.language["people"], knowledge.language["cues"]
        self._knowledge = knowledge
        self._numbers = {str(name): float(value) for name, value in words["numbers"].items()}
        self._stages = {str(name): float(value) for name, value in words["stages"].items()}
        number = rf"(\d{{1,3}}|{_any(self._numbers)})"
        years = rf"{number}[\s-]*(?:years?|yrs?|y)[\s-]*(?:old|of\s+age|o\b)"
        other = rf"(?:{_any([*cues['others'], *cues['others_pronouns']])})"
        no_age = rf"(?!\s*(?:/|\d|[.,]\d|(?:{_any(words['no_ages'])})(?!\w)))"
        self._age = re.compile(
            rf"\b{years}|\baged?\s*:?\s*{number}\b|\b(\d{{1,3}})\s*/?\s*[fm]\b"
            rf"|\bi(?:\s+am|\s*'m|m|\s+just\s+turned)\s+{number}\b{no_age}"
            rf"|\b{other}(?:\s+is|\s*'?s|\s+just\s+turned|\s+turned)\s+(?:only\s+|just\s+)?{number}\b{no_age}",
            re.IGNORECASE,
        )
        small = rf"(\d{{1,2}}|{_any(self._numbers)})"
        self._young = re.compile(rf"\b{small}[\s-]*(day|week|month)s?[\s-]*old\b", re.IGNORECASE)
        self._weeks = re.compile(
            rf"\b(?:baby|newborn|infant)\s+(?:is\s+|'s\s+)?(?:only\s+|just\s+)?{small}[\s-]*(day|week)s?\b",
            re.IGNORECASE,
        )
        self._stage = re.compile(rf"\b(?:{_any(self._stages)})\b", re.IGNORECASE)
        self._female = re.compile(rf"\b(?:{_any(words['female'])})\b|\b\d{{1,3}}\s*/?\s*f\b", re.IGNORECASE)
        self._male = re.compile(rf"\b(?:{_any(words['male'])})\b|\b\d{{1,3}}\s*/?\s*m\b", re.IGNORECASE)
        pregnant = rf"(?:{_any(words['pregnant'])})"
        self._pregnant = re.compile(rf"\b{pregnant}\b", re.IGNORECASE)
        self._not_pregnant = re.compile(rf"\b(?:not|never|isnt|\w+n't)\s+(?:\w+\s+)?{pregnant}\b", re.IGNORECASE)

    def read(self, text: str, mentions: Sequence[Mention]) -> Person:
        """The person of a message. Conditions and medicines are the ids of findings of those kinds that are present."""
        plain = text.replace("’", "'")
        own = [each for each in mentions if each.experiencer == PATIENT and each.status == PRESENT]
        return Person(
            self._read_age(plain),
            self._read_sex(plain),
            self._read_pregnant(plain),
            self._of_kind("condition", own),
            self._of_kind("medicine", own),
        )

    def _of_kind(self, kind: str, mentions: Sequence[Mention]) -> tuple[str, ...]:
        findings = self._knowledge.findings
        return tuple(dict.fromkeys(each.finding for each in mentions if findings[each.finding].kind == kind))

    def _read_age(self, text: str) -> Optional[float]:
        match = self._age.search(text)
        if match:
            said = next(group for group in match.groups() if group).lower()
            age = self._numbers.get(said) or float(said)
            return age if age <= _OLDEST else None
        match = self._young.search(text) or self._weeks.search(text)
        if match:
            said = match[1].lower()
            return round((self._numbers.get(said) or float(said)) * _YEARS[match[2].lower()], 2)
        match = self._stage.search(text)
        return self._stages[match[0].lower()] if match else None

    def _read_sex(self, text: str) -> Optional[str]:
        female, male = self._female.search(text), self._male.search(text)
        if bool(female) == bool(male):
            return None
        return "female" if female else "male"

    def _read_pregnant(self, text: str) -> Optional[bool]:
        if not self._pregnant.search(text):
            return None
        return not self._not_pregnant.search(text)


def _any(words: Iterable[object]) -> str:
    """The words as alternatives of an expression, longer ones first."""
    return "|".join(re.escape(str(word)) for word in sorted(map(str, words), key=lambda each: (-len(each), each)))
