"""The report for a doctor: everything that was understood, asked, decided and advised, as one structure.

The page and the FHIR bundle are two ways to show it. It holds no name and no address: nobody was asked for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Optional

from bot.knowledge import Knowledge
from bot.knowledge.model import urgency
from bot.report.advice import reason_part
from bot.report.describe import describe_time, qualities
from bot.report.transcript import Exchange, Transcript
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Case, Fact
from bot.triage.decision import Decision, Fired, WouldChange

STATUSES = (PRESENT, PAST, UNCERTAIN, ABSENT)
_SHORT = 12


@dataclass(frozen=True)
class Noted:
    """A finding of the report. `status` is present, past, uncertain or absent; what was asked about and not answered
    is uncertain and has no `fact`. `details` says what is known of it, in words."""

    finding: str
    label: str
    status: str
    details: tuple[str, ...] = ()
    fact: Optional[Fact] = None


@dataclass(frozen=True)
class Summary:
    """A report. `parts` are the advice word for word as the person was shown it; `reasons` are all rules that fired,
    the most urgent first.

    `reference` is the id of the reply that it belongs to, `at` its time, `decided_on` the day that the decision took
    as today, `version` the knowledge's hash.
    """

    reference: str
    at: datetime
    decided_on: date
    case: Case
    decision: Decision
    parts: Mapping[str, Any]
    reasons: tuple[Mapping[str, Any], ...]
    findings: tuple[Noted, ...]
    person: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    not_understood: tuple[str, ...]
    version: str

    @property
    def short_version(self) -> str:
        """The beginning of the knowledge's hash, enough to tell versions apart."""
        return self.version[:_SHORT]

    def noted(self, status: str) -> list[Noted]:
        """The findings of one status."""
        return [each for each in self.findings if each.status == status]


def summarise(told: Transcript, knowledge: Knowledge, number: str) -> Summary:
    """The report of a stored decision. `knowledge` must be of the version that decided; `number` is the one to call."""
    stored = told.decision
    case = Case.from_json(stored["facts"])
    decision = _decision(stored["decision"])
    fired = sorted(decision.fired, key=lambda each: -urgency(each.level))
    reasons = [{"level": each.level, **reason_part(each, knowledge, number)} for each in fired]
    shown: Mapping[str, Any] = told.reply["advice"]
    return Summary(
        reference=str(told.reply["id"]),
        at=datetime.fromisoformat(told.reply["at"]),
        decided_on=date.fromisoformat(stored["decided_on"]),
        case=case,
        decision=decision,
        parts=shown,
        reasons=tuple(reasons or shown.get("reasons") or ()),
        findings=tuple(_findings(case, knowledge)),
        person=tuple(_person(case, knowledge)),
        words=told.words,
        exchanges=told.exchanges,
        not_understood=tuple(shown.get("not_understood") or ()),
        version=stored.get("knowledge_version") or knowledge.version,
    )


def _findings(case: Case, knowledge: Knowledge) -> list[Noted]:
    """Every finding that was said, denied or left open: the complaint first, then by their place in the knowledge."""
    complaints = [name for topic in knowledge.topics.values() for name in topic.complaints]
    order = {name: place for place, name in enumerate(dict.fromkeys((*complaints, *knowledge.findings)))}
    noted = [
        Noted(name, knowledge.findings[name].label, fact.status, _details(fact, knowledge), fact)
        for name, fact in case.facts.items()
        if name in order
    ]
    noted += [Noted(name, knowledge.findings[name].label, UNCERTAIN) for name in _unanswered(case, knowledge)]
    return sorted(noted, key=lambda each: (STATUSES.index(each.status), order[each.finding]))


def _unanswered(case: Case, knowledge: Knowledge) -> list[str]:
    """What was asked about by name and is still neither there nor not there. Unknown is not no."""
    offered = dict.fromkeys(name for question in knowledge.questions for name in question.findings)
    return [
        name
        for name in offered
        if case.asked.get(name)
        and not any(case.status(each) for each in (name, *knowledge.narrower(name), *knowledge.broader(name)))
    ]


def _details(fact: Fact, knowledge: Knowledge) -> tuple[str, ...]:
    messages = knowledge.messages
    parts = qualities(fact, knowledge)
    if fact.severity:
        parts.append(fact.severity)
    if fact.episode:
        parts.append(messages.text("report.episode", time=describe_time(fact.episode.middle, knowledge)))
    if fact.gone:
        parts.append(messages.text("report.gone_since", time=describe_time(fact.gone.middle, knowledge)))
    return tuple(parts)


def _person(case: Case, knowledge: Knowledge) -> list[tuple[str, str]]:
    """Label and value of what was said of the person: age, sex, and whether pregnant."""
    messages = knowledge.messages
    said = []
    if case.age is not None:
        low, high = round(case.age.low), round(case.age.high)
        exact = low == high
        value = f"{low}" if exact else messages.text("report.person.between", low=low, high=high)
        said.append((messages.text("report.person.age"), value))
    if case.sex is not None:
        said.append((messages.text("report.person.sex"), messages.text(f"report.person.{case.sex}")))
    if case.pregnant is not None:
        key = "pregnant_yes" if case.pregnant else "pregnant_no"
        said.append((messages.text("report.person.pregnant"), messages.text(f"report.person.{key}")))
    return said


def _decision(data: Mapping[str, Any]) -> Decision:
    """The decision as it was stored; fields that a newer version of the program added keep their defaults."""
    values = dict(data)
    values["fired"] = tuple(Fired(**_tuples(Fired, each)) for each in data["fired"])
    values["would_change"] = tuple(WouldChange(**_tuples(WouldChange, each)) for each in data["would_change"])
    return Decision(**_tuples(Decision, values))


def _tuples(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    known = {each.name for each in fields(kind)}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name in known}
