"""The report as a FHIR R4 (4.0.1) bundle, for a clinic's computer.

The bundle is a `collection` and no `document`: a document needs an author who attests it, and nobody attests this one;
it is what a patient said and what rules made of it. In it are Patient (without name or birth date: the age is an
Observation of its own, as vague as it was said), Device (this program), QuestionnaireResponse, one Observation a
finding (a symptom that nobody examined is an observation reported by the patient, not a Condition of a problem list;
denied is `false`, not answered is `asked-unknown`), and RiskAssessment.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

from bot.knowledge import Knowledge
from bot.report.summary import Noted, Summary
from bot.triage.case import ABSENT, PAST, UNCERTAIN, Bounds

Resource = dict[str, Any]

FINDING, LEVEL, CHOICE = "urn:signpost:finding", "urn:signpost:level", "urn:signpost:choice"
SYSTEMS = {"hpo": "http://human-phenotype-ontology.org", "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm"}
"""The code systems of a finding's `codes`, by their names in knowledge/findings."""

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_SURVEY = [{"coding": [{"system": f"{_TERMINOLOGY}/observation-category", "code": "survey", "display": "Survey"}]}]
_NOT_ANSWERED = {
    "coding": [
        {"system": f"{_TERMINOLOGY}/data-absent-reason", "code": "asked-unknown", "display": "Asked But Unknown"}
    ]
}
_AGE = {"coding": [{"system": "http://loinc.org", "code": "21612-7", "display": "Age - Reported"}]}
_TEST_DATA = {"system": f"{_TERMINOLOGY}/v3-ActReason", "code": "HTEST", "display": "test health data"}
# Seconds and UCUM code of each unit, the largest first.
_UNITS = ((31557600, "a"), (2629800, "mo"), (604800, "wk"), (86400, "d"), (3600, "h"), (60, "min"))
_DAY, _LONGEST = 86400.0, 150 * 31557600.0


def bundle(summary: Summary, knowledge: Knowledge) -> Resource:
    """The bundle of a report, as JSON. `knowledge` is the one that decided. One report, one bundle."""
    return _Maker(summary, knowledge).bundle()


class _Maker:
    def __init__(self, summary: Summary, knowledge: Knowledge) -> None:
        self._summary = summary
        self._knowledge = knowledge
        self._at = summary.at.astimezone(timezone.utc)

    def bundle(self) -> Resource:
        findings = [(self._id(each.finding), self._finding(each)) for each in self._summary.findings]
        answered = [("answers", self._answers())] if self._answers()["item"] else []
        told = [*answered, *self._person(), *findings]
        resources = [
            ("patient", self._patient()),
            ("device", self._device()),
            *told,
            ("risk", self._risk([name for name, _ in told])),
        ]
        made: Resource = {
            "resourceType": "Bundle",
            "identifier": {"system": "urn:ietf:rfc:3986", "value": self._urn("bundle")},
            "type": "collection",
            "timestamp": self._now,
            "entry": [{"fullUrl": self._urn(name), "resource": resource} for name, resource in resources],
        }
        if self._summary.parts.get("demonstration"):
            made["meta"] = {"security": [_TEST_DATA]}
        return made

    def _patient(self) -> Resource:
        sex = self._summary.case.sex
        return {"resourceType": "Patient", "gender": sex if sex in ("female", "male", "other") else "unknown"}

    def _device(self) -> Resource:
        return {
            "resourceType": "Device",
            "deviceName": [{"name": "Signpost", "type": "user-friendly-name"}],
            "type": {"text": self._text("fhir.device")},
            "version": [{"value": self._summary.version}],
        }

    def _person(self) -> list[tuple[str, Resource]]:
        case, made = self._summary.case, []
        if case.age is not None:
            code = {**_AGE, "text": self._text("person.age")}
            made.append(("age", {**self._observation(code), **_amount("value", case.age, 1, "a")}))
        if case.pregnant is not None:
            code = {"text": self._text("person.pregnant")}
            made.append(("pregnant", {**self._observation(code), "valueBoolean": case.pregnant}))
        return made

    def _finding(self, noted: Noted) -> Resource:
        codes = self._knowledge.findings[noted.finding].codes
        coding = [{"system": SYSTEMS[name], "code": code} for name, code in sorted(codes.items()) if name in SYSTEMS]
        own = {"system": FINDING, "code": noted.finding, "display": noted.label}
        made = self._observation({"coding": [*coding, own], "text": noted.label})
        if noted.status == UNCERTAIN:
            made["dataAbsentReason"] = _NOT_ANSWERED
        else:
            made["valueBoolean"] = noted.status != ABSENT
        fact = noted.fact
        if noted.status == PAST:
            # It was so in a time that is over; when that began is rarely said.
            del made["effectiveDateTime"]
            made["effectivePeriod"] = {"end": self._ago(fact.gone.low) if fact and fact.gone else self._now}
        if fact is None:
            return made
        if fact.side or fact.site:
            made["bodySite"] = {"text": " ".join(part.replace("_", " ") for part in (fact.side, fact.site) if part)}
        words = [(name, getattr(fact, name)) for name in ("onset", "trend", "severity")]
        parts = [self._part(name, {"valueCodeableConcept": {"text": value}}) for name, value in words if value]
        if fact.lasting is not None:
            parts.append(self._part("began", {"valuePeriod": self._began(fact.lasting)}))
        amounts = [("lasting", fact.lasting), ("episode", fact.episode)]
        parts += [self._part(name, _stretch(bounds)) for name, bounds in amounts if bounds is not None]
        if parts:
            made["component"] = parts
        return made

    def _observation(self, code: Resource) -> Resource:
        made: Resource = {
            "resourceType": "Observation",
            "status": "final",
            "category": _SURVEY,
            "code": code,
            "subject": self._ref("patient"),
            "effectiveDateTime": self._now,
            "method": {"text": self._text("fhir.method")},
        }
        if not self._summary.case.about_other:
            made["performer"] = [self._ref("patient")]
        return made

    def _part(self, name: str, value: Resource) -> Resource:
        return {"code": {"text": self._text(f"fhir.{name}")}, **value}

    def _answers(self) -> Resource:
        items: list[Resource] = []
        if self._summary.words:
            said = [{"valueString": words} for words in self._summary.words]
            items.append({"linkId": "words", "text": self._text("fhir.words"), "answer": said})
        for number, exchange in enumerate(self._summary.exchanges, 1):
            answers = [_answer(each.text, each.value) for each in exchange.answers if each.text]
            item = {"linkId": str(number), "text": exchange.question}
            items.append({**item, "answer": answers} if answers else item)
        made: Resource = {
            "resourceType": "QuestionnaireResponse",
            "status": "completed",
            "subject": self._ref("patient"),
            "authored": self._now,
            "author": self._ref("device"),
            "item": items,
        }
        if not self._summary.case.about_other:
            made["source"] = self._ref("patient")
        return made

    def _risk(self, basis: list[str]) -> Resource:
        parts = self._summary.parts
        made: Resource = {
            "resourceType": "RiskAssessment",
            "status": "final",
            "method": {"text": self._text("fhir.rules", version=self._summary.version)},
            "subject": self._ref("patient"),
            "occurrenceDateTime": self._now,
            "performer": self._ref("device"),
            "prediction": self._predictions(),
            "mitigation": f"{parts['headline']} ({parts['timeframe']}).",
        }
        if basis:
            made["basis"] = [self._ref(name) for name in basis]
        notes = [parts.get("demonstration"), *self._open(), (parts.get("safety_net") or {}).get("uncertain")]
        made["note"] = [{"text": text} for text in notes if text]
        return made

    def _predictions(self) -> list[Resource]:
        """The level first, then each reason with the level that it alone leads to."""
        parts = self._summary.parts
        level = _level(parts["level"], parts["level_label"])
        reasons = [
            {
                "qualitativeRisk": self._level_of(reason["level"]) if reason.get("level") else level,
                "rationale": self._rationale(reason),
            }
            for reason in self._summary.reasons
        ]
        return [{"outcome": {"text": parts["headline"]}, "qualitativeRisk": level}, *reasons]

    def _level_of(self, level: str) -> Resource:
        return _level(level, self._knowledge.messages.text(f"level.{level}.label"))

    def _rationale(self, reason: Mapping[str, Any]) -> str:
        rule = reason["rule"]
        if rule is None:
            return str(reason["text"])
        named = self._text("level.rule", id=rule["id"], version=rule["version"])
        by = rule["reviewed"]
        review = self._text("level.reviewed", name=by) if by else self._text("level.not_reviewed")
        sources = "; ".join(source_line(each, self._knowledge) for each in reason["sources"])
        return f"{reason['text']} ({named}, {review}. {self._text('level.source', source=sources)})"

    def _open(self) -> list[str]:
        summary, parts = self._summary, self._summary.parts
        lines = []
        if summary.case.unexplained:
            lines.append(self._text("unexplained", complaints=", ".join(summary.case.unexplained)))
        if parts.get("would_change"):
            changes = "; ".join(f"{each['text']} ({each['level']})" for each in parts["would_change"])
            lines.append(f"{self._text('would_change.title')}: {changes}")
        return lines

    def _began(self, lasting: Bounds) -> Resource:
        return {"start": self._ago(lasting.high), "end": self._ago(lasting.low)}

    def _ago(self, seconds: float) -> str:
        """The moment so long ago: to the day where it is days ago, for nobody means the minute then."""
        moment = self._at - timedelta(seconds=min(seconds, _LONGEST))
        return moment.date().isoformat() if seconds >= 2 * _DAY else _instant(moment)

    @property
    def _now(self) -> str:
        return _instant(self._at)

    def _text(self, key: str, **values: object) -> str:
        return self._knowledge.messages.text(f"report.{key}", **values)

    def _id(self, finding: str) -> str:
        return f"finding {finding}"

    def _urn(self, name: str) -> str:
        # Derived from the reply's id, which says nothing of the conversation: the same report has the same addresses.
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{self._summary.reference} {name}')}"

    def _ref(self, name: str) -> Resource:
        return {"reference": self._urn(name)}


def source_line(source: Mapping[str, str], knowledge: Knowledge) -> str:
    """A source in one line: organisation, title, year, section."""
    section = knowledge.messages.text("report.level.section", section=source["section"])
    return ", ".join((source["organisation"], source["title"], source["year"], section))


def _instant(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _answer(text: str, value: Optional[str]) -> Resource:
    if value is None:
        return {"valueString": text}
    return {"valueCoding": {"system": CHOICE, "code": value, "display": text}}


def _level(level: str, label: str) -> Resource:
    return {"coding": [{"system": LEVEL, "code": level, "display": label}], "text": label}


def _stretch(bounds: Bounds) -> Resource:
    size, code = next((unit for unit in _UNITS if bounds.middle >= unit[0]), (1, "s"))
    return _amount("value", bounds, size, code)


def _amount(name: str, bounds: Bounds, size: float, code: str) -> Resource:
    """A quantity where it is exact, else a range, in units of `size`."""
    low, high = (
        {"value": round(value / size, 2), "unit": code, "system": "http://unitsofmeasure.org", "code": code}
        for value in (bounds.low, bounds.high)
    )
    return {f"{name}Quantity": low} if low == high else {f"{name}Range": {"low": low, "high": high}}
