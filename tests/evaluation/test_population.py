"""Random patients: the same seed the same patient, and each begins with a complaint that is understood."""

from __future__ import annotations

from datetime import date
from random import Random

from bot.evaluation.population import around, chief, draw, opening_of
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.triage.facts import case_of

ON = date(2026, 11, 23)


def test_the_same_seed_draws_the_same_patient(knowledge: Knowledge) -> None:
    for topic in knowledge.topics.values():
        drawn = [draw(topic, knowledge, Random(f"x:{number}")) for number in range(20)]
        assert drawn == [draw(topic, knowledge, Random(f"x:{number}")) for number in range(20)]
        assert len({str(each.truth) for each in drawn}) > 10
        for each in drawn:
            assert any(name in each.truth.facts for name in topic.complaints)
            assert not any(knowledge.findings[name].calms for name in each.truth.facts)


def test_every_complaint_of_a_topic_is_understood_when_it_is_named(knowledge: Knowledge, reader: Reader) -> None:
    lost = []
    for topic in knowledge.topics.values():
        for complaint in topic.complaints:
            found = {each.finding for each in reader.read(opening_of(complaint, knowledge), ON).mentions}
            if not any(each == complaint or complaint in knowledge.broader(each) for each in found):
                lost.append(f"{complaint}: {opening_of(complaint, knowledge)!r} is read as {sorted(found)}")
    assert lost == []


def test_the_complaint_is_named_before_anything_else(knowledge: Knowledge) -> None:
    case = case_of({"numbness": "present", "facial_twitching": "present", "sleep_disturbed": "present"}, knowledge)
    assert chief(case, knowledge, "facial_twitching") == "facial_twitching"
    assert chief(case_of({"speech_problem": "present"}, knowledge), knowledge, "ur-01") == "speech_problem"
    assert chief(case_of({"numbness": "absent"}, knowledge), knowledge) is None


def test_times_lie_on_both_sides_of_every_limit(knowledge: Knowledge) -> None:
    days = {round(each / 86400) for each in around(knowledge.rules_of("facial_twitching"))}
    assert {13, 15} <= days and min(days) > 0
