"""Cases as authors write them in the knowledge: `FINDING: present`, `FINDING.lasting: 20 days`, `person.age: 12`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from bot.knowledge import Knowledge
from bot.knowledge.conditions import ONSETS, SEXES, SIDES, TRENDS, seconds_of
from bot.knowledge.files import read_plain
from bot.knowledge.problems import nearest
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Bounds, Case, Fact

STATUSES = (PRESENT, ABSENT, UNCERTAIN, PAST)
_EXPECTED = "Write one fact a line, such as FINDING: present, FINDING.lasting: 20 days, person.age: 60."
_TIMES = ("lasting", "episode", "gone")
_WORDS: Mapping[str, tuple[str, ...]] = {"onset": ONSETS, "trend": TRENDS, "side": SIDES[1:]}


def facts_in(text: str) -> dict[str, Any]:
    """Facts written as YAML or JSON, one a line. Raises ValueError that names what was read and what is valid."""
    try:
        data = read_plain(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{place}{getattr(error, 'problem', None) or 'this is not YAML'}. {_EXPECTED}") from None
    if data is None:
        raise ValueError(f"there are no facts. {_EXPECTED}")
    if not isinstance(data, dict):
        raise ValueError(f"read a {type(data).__name__}. {_EXPECTED}")
    return {str(key): value for key, value in data.items()}


def case_of(facts: Mapping[str, Any], knowledge: Knowledge) -> Case:
    """The case that written facts describe. Raises ValueError that names what was read and what is valid."""
    case = Case()
    # That it has gone is known before the rest is read, whatever stands first.
    for key in sorted(facts, key=lambda each: ("." in each, not each.endswith(".gone"))):
        value = facts[key]
        name, _, attribute = key.partition(".")
        if name == "person":
            case = _person(case, attribute, value)
            continue
        if name not in knowledge.findings:
            raise ValueError(f'unknown finding "{name}". {nearest(name, knowledge.findings)}')
        if not attribute:
            if value not in STATUSES:
                raise ValueError(f'{name} is "{value}". {nearest(str(value), STATUSES)}')
            case = case.with_fact(name, Fact(str(value)))
            continue
        fact = case.facts.get(name, Fact(PAST if attribute == "gone" else PRESENT))
        if attribute in _TIMES:
            amounts: dict[str, Any] = {attribute: Bounds.exactly(seconds_of(value))}
            fact = replace(fact, **amounts)
        elif attribute in _WORDS:
            if value not in _WORDS[attribute]:
                raise ValueError(f'{key} is "{value}". {nearest(str(value), _WORDS[attribute])}')
            words: dict[str, Any] = {attribute: str(value)}
            fact = replace(fact, **words)
        else:
            raise ValueError(f'unknown attribute "{attribute}". {nearest(attribute, (*_TIMES, *_WORDS))}')
        case = case.with_fact(name, fact)
    return case


def _person(case: Case, attribute: str, value: Any) -> Case:
    if attribute == "age":
        try:
            return replace(case, age=Bounds.exactly(float(value)))
        except (TypeError, ValueError):
            raise ValueError(f'person.age is "{value}". Write years, such as 45.') from None
    if attribute == "sex":
        if value not in SEXES:
            raise ValueError(f'person.sex is "{value}". {nearest(str(value), SEXES)}')
        return replace(case, sex=str(value))
    if attribute == "pregnant":
        if not isinstance(value, bool):
            raise ValueError(f'person.pregnant is "{value}". Write true or false.')
        return replace(case, pregnant=value)
    raise ValueError(f'unknown attribute "person.{attribute}". {nearest(attribute, ("age", "sex", "pregnant"))}')
