"""The FHIR bundle: valid R4 by the models, whole in its references, and true to what was said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir.resources.bundle import Bundle
from fhir.resources.core.fhirabstractmodel import FHIRAbstractModel
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge import load
from bot.report.fhir import bundle
from bot.report.summary import summarise
from bot.triage.case import ABSENT, PAST, PRESENT, UNCERTAIN, Bounds, Case, Fact
from tests.report.stories import NUMBER, made_up, report_of, told

KNOWLEDGE = load()
DAY = 86400.0
STORIES = [
    ("My left cheek has been twitching for two months", "none"),
    ("My left cheek has been twitching for two months", "not_sure"),
    ("My eyelid has been twitching since yesterday, I am 30", "none"),
    ("One side of my face drooped an hour ago and my words come out slurred", "none"),
    ("My arm was weak for twenty minutes yesterday, it is fine now", "none"),
    ("I am 12 years old and my eyelid has been twitching for three weeks", "none"),
    ("I am pregnant, 29, and my eyelid twitches, no weakness", "none"),
    ("My mother's face droops on one side since this morning", "none"),
]


def every(value: Any, key: str) -> list[Any]:
    """All values under a key, however deep."""
    if isinstance(value, list):
        return [found for each in value for found in every(each, key)]
    if not isinstance(value, dict):
        return []
    own = [value[key]] if key in value else []
    return own + [found for each in value.values() for found in every(each, key)]


def codes_outside(model: Any) -> list[str]:
    """Codes that are not in the value set that R4 requires of them: the models know the sets and do not check."""
    wrong = []
    if isinstance(model, list):
        return [found for each in model for found in codes_outside(each)]
    if not isinstance(model, FHIRAbstractModel):
        return []
    for name, field in model.__fields__.items():
        value, allowed = getattr(model, name), field.field_info.extra.get("enum_values")
        if value is not None and allowed and value not in allowed:
            wrong.append(f"{model.resource_type}.{name}: {value!r}")
        wrong += codes_outside(value)
    return wrong


def checked(made: dict[str, Any]) -> dict[str, Any]:
    """The bundle, after everything that must hold of any."""
    model = Bundle.parse_raw(json.dumps(made))
    assert codes_outside(model) == []
    assert json.loads(model.json()).keys() == made.keys()
    addresses = [entry["fullUrl"] for entry in made["entry"]]
    assert len(addresses) == len(set(addresses))
    assert set(every(made, "reference")) <= set(addresses)
    kinds = [entry["resource"]["resourceType"] for entry in made["entry"]]
    assert kinds.count("Patient") == kinds.count("RiskAssessment") == kinds.count("Device") == 1
    assert not every(made, "name") or {"Signpost"} == {each for each in every(made, "name") if isinstance(each, str)}
    assert every(made, "birthDate") == []
    for resource in resources(made, "Observation"):
        values = [name for name in resource if name.startswith("value")]
        # obs-6: a reason for having no value goes only with none; and one of both must be there.
        assert len(values) + ("dataAbsentReason" in resource) == 1
    for low_high in every(made, "valueRange"):
        assert low_high["low"]["value"] <= low_high["high"]["value"]
    for period in every(made, "valuePeriod"):
        assert period["start"][:10] <= period["end"][:10]
    for item in every(made, "item"):
        names = [each["linkId"] for each in item]
        assert len(names) == len(set(names))
    return made


def resources(made: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in made["entry"] if entry["resource"]["resourceType"] == kind]


def observation(made: dict[str, Any], finding: str) -> dict[str, Any]:
    found = [each for each in resources(made, "Observation") if finding in every(each["code"], "code")]
    assert len(found) == 1
    return found[0]


def of_case(case: Case) -> dict[str, Any]:
    return checked(bundle(summarise(made_up(case, KNOWLEDGE), KNOWLEDGE, NUMBER), KNOWLEDGE))


@pytest.mark.parametrize(("message", "answer"), STORIES)
def test_a_conversation_becomes_a_valid_bundle(reader, message: str, answer: str) -> None:
    report = summarise(report_of(told(KNOWLEDGE, reader, message, answer=answer)), KNOWLEDGE, NUMBER)
    made = checked(bundle(report, KNOWLEDGE))
    assert message in json.dumps(made, ensure_ascii=False)
    assert made == bundle(report, KNOWLEDGE)
    (risk,) = resources(made, "RiskAssessment")
    assert risk["prediction"][0]["qualitativeRisk"]["coding"][0]["code"] == report.parts["level"]
    assert made["meta"]["security"][0]["code"] == "HTEST"


@pytest.mark.parametrize("rule", sorted(KNOWLEDGE.rules))
def test_the_facts_of_every_rule_s_cases_become_valid_bundles(rule: str) -> None:
    from bot.triage.facts import case_of

    for written in KNOWLEDGE.rules[rule].cases:
        if written.message is None:
            of_case(case_of(written.facts, KNOWLEDGE))


_seconds = st.floats(0, 200 * 365.25 * DAY)
_bounds = st.tuples(_seconds, _seconds).map(lambda ends: Bounds(sum(ends) / 2, min(ends), max(ends)))
_facts = st.builds(
    Fact,
    status=st.sampled_from([PRESENT, ABSENT, UNCERTAIN, PAST]),
    side=st.sampled_from([None, "left", "both"]),
    site=st.sampled_from([None, "upper_arm"]),
    severity=st.sampled_from([None, "severe"]),
    trend=st.sampled_from([None, "worse"]),
    onset=st.sampled_from([None, "sudden"]),
    lasting=st.none() | _bounds,
    episode=st.none() | _bounds,
    gone=st.none() | _bounds,
)
_cases = st.builds(
    Case,
    facts=st.dictionaries(st.sampled_from(sorted(KNOWLEDGE.findings)), _facts, max_size=4),
    age=st.none() | st.floats(0, 120).map(Bounds.exactly) | st.just(Bounds(63, 16, 110)),
    sex=st.sampled_from([None, "female", "male", "other"]),
    pregnant=st.sampled_from([None, True, False]),
    asked=st.dictionaries(st.sampled_from(sorted(KNOWLEDGE.findings)), st.integers(1, 2), max_size=3),
    emergency=st.booleans(),
    about_other=st.booleans(),
)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(case=_cases)
def test_any_case_becomes_a_valid_bundle(case: Case) -> None:
    of_case(case)


def test_denied_is_false_and_not_answered_is_no_value() -> None:
    case = Case({"numbness": Fact(ABSENT), "weakness": Fact(UNCERTAIN), "eyelid_twitching": Fact(PRESENT)})
    made = of_case(case)
    assert observation(made, "numbness")["valueBoolean"] is False
    assert observation(made, "eyelid_twitching")["valueBoolean"] is True
    unsure = observation(made, "weakness")
    assert "valueBoolean" not in unsure and every(unsure["dataAbsentReason"], "code") == ["asked-unknown"]


def test_a_vague_time_gives_the_days_between_which_it_began() -> None:
    lasting = Bounds(60 * DAY, 50 * DAY, 70 * DAY)
    parts = observation(of_case(Case({"facial_twitching": Fact(PRESENT, lasting=lasting)})), "facial_twitching")
    began, length = parts["component"]
    assert began["valuePeriod"] == {"start": "2026-09-14", "end": "2026-10-04"}
    assert length["valueRange"]["low"]["code"] == "mo" and length["valueRange"]["high"]["value"] == 2.3


def test_what_is_over_was_so_in_a_time_that_has_ended() -> None:
    gone = Fact(PAST, gone=Bounds.exactly(7200))
    past = observation(of_case(Case({"limb_weakness": gone})), "limb_weakness")
    assert past["valueBoolean"] is True and past["effectivePeriod"] == {"end": "2026-11-23T07:30:00Z"}
    assert "effectiveDateTime" not in past


def test_a_finding_carries_its_codes() -> None:
    coded = next(finding for finding in KNOWLEDGE.findings.values() if len(finding.codes) == 2)
    codings = observation(of_case(Case({coded.id: Fact(PRESENT)})), coded.id)["code"]["coding"]
    systems = {each["system"]: each["code"] for each in codings}
    assert systems["http://human-phenotype-ontology.org"] == coded.codes["hpo"]
    assert systems["http://hl7.org/fhir/sid/icd-10-cm"] == coded.codes["icd10cm"]


def test_the_person_is_sex_age_and_pregnancy_and_nothing_else() -> None:
    made = of_case(Case(age=Bounds(7.5, 0, 15), sex="male", pregnant=None))
    assert resources(made, "Patient") == [{"resourceType": "Patient", "gender": "male"}]
    (age,) = resources(made, "Observation")
    assert (age["valueRange"]["low"]["value"], age["valueRange"]["high"]["value"]) == (0, 15)
    exact = of_case(Case(age=Bounds.exactly(44), pregnant=True))
    assert every(exact, "valueQuantity") == [
        {"value": 44.0, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}
    ]
    assert True in every(exact, "valueBoolean")


def test_a_reason_names_rule_review_and_source(reader) -> None:
    report = summarise(report_of(told(KNOWLEDGE, reader, STORIES[0][0])), KNOWLEDGE, NUMBER)
    (risk,) = resources(checked(bundle(report, KNOWLEDGE)), "RiskAssessment")
    rationale = risk["prediction"][1]["rationale"]
    rule, source = report.reasons[0]["rule"], report.reasons[0]["sources"][0]
    assert all(part in rationale for part in (rule["id"], "not yet reviewed", source["organisation"], source["title"]))
    assert len(risk["basis"]) == len(resources(checked(bundle(report, KNOWLEDGE)), "Observation")) + 1


def test_what_somebody_else_told_is_not_put_in_the_patient_s_mouth() -> None:
    said = Case({"facial_weakness": Fact(PRESENT)}, about_other=True, emergency=True)
    assert "performer" not in observation(of_case(said), "facial_weakness")
