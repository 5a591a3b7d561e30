"""What was understood, as parts that a person can put right: each with the choices that correct it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.interview.correcting import ABOUT_PERSON, PERSON, correction, correction_kinds
from bot.knowledge import Knowledge
from bot.report.describe import describe_fact, said_findings
from bot.triage.case import ABSENT, Case

Part = dict[str, Any]


def understood_parts(case: Case, knowledge: Knowledge) -> list[Part]:
    """Everything that is present or past in the case, the complaint first, then the person: {text, corrections}.

    A correction is {label, short, value}: `short` is the label without the thing's name, for where that stands already;
    `remove` says that the thing is not so.
    """
    parts = [_finding(name, case, knowledge) for name in said_findings(case, knowledge)]
    return [*parts, *_person(case, knowledge)]


def offered_labels(reply: Mapping[str, Any]) -> dict[str, str]:
    """What each value reads as that can be pressed at a reply: its choices, and its corrections."""
    advice = reply.get("advice") or {}
    parts = [*(reply.get("understood") or ()), *(advice.get("understood") or ())]
    corrections = [each for part in parts for each in part.get("corrections") or ()]
    return {each["value"]: each["label"] for each in (*(reply.get("choices") or ()), *corrections)}


def _finding(name: str, case: Case, knowledge: Knowledge) -> Part:
    fact = case.facts[name]
    label = knowledge.findings[name].label
    corrections = [
        _correction(correction(name, kind), kind, label, knowledge, kind == ABSENT) for kind in correction_kinds(fact)
    ]
    return {"text": describe_fact(name, fact, knowledge), "corrections": corrections}


def _correction(value: str, kind: str, what: str, knowledge: Knowledge, remove: bool) -> Part:
    short = knowledge.messages.text(f"ask.correct.{kind}")
    label = knowledge.messages.text("ask.correct.label", correction=short, finding=what)
    return {"label": label, "short": short, "value": value, **({"remove": True} if remove else {})}


def _person(case: Case, knowledge: Knowledge) -> Iterator[Part]:
    messages = knowledge.messages
    for attribute in ABOUT_PERSON:
        value = getattr(case, attribute)
        if value is None:
            continue
        if attribute == "age":
            exact = value.low == value.high
            key = "age" if exact else "age_between"
            text = messages.text(
                f"ask.person.{key}", age=f"{value.middle:g}", low=f"{value.low:g}", high=f"{value.high:g}"
            )
        elif attribute == "sex":
            text = messages.text("ask.person.sex", sex=value)
        else:
            text = messages.text("ask.person.pregnant" if value else "ask.person.not_pregnant")
        value = correction(PERSON, attribute)
        yield {"text": text, "corrections": [_correction(value, ABSENT, text, knowledge, True)]}
