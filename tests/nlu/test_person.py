"""Who the patient is: age, sex, pregnancy, illnesses, medicines, events."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("I am 34 years old and my eyelid twitches", 34),
        ("34yo with a twitch", 34),
        ("63F, eyelid twitching", 63),
        ("my eyelid twitches. 69 m", 69),
        ("age 74, headache on the temples", 74),
        ("My husband (52) has a twitch in his cheek", 52),
        ("daughter 4, fever since this morning", 4),
        ("my son 7yrs keeps blinking", 7),
        ("baby 8 mths, fever", 0.67),
        ("calf cramps every night. 66, on statins", 66),
        ("I'm seventy-nine and my hands shake", 79),
        ("I'm in my 30s and my hand is numb", 35),
        ("my calf hurts after a 5 m walk", None),
        ("twitching for 2 m", None),
        ("eyelid twitch for 30 days", None),
        ("It is 7 out of 10", None),
        ("she is 3 weeks pregnant", None),
        ("my wife has had tremor for 20 years", None),
    ],
)
def test_age(read, text: str, age: float | None) -> None:
    assert read(text).person.age == age


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("34 year old woman with a twitch", "female"),
        ("45M with a twitch", "male"),
        ("my wife's hand is numb", "female"),
        ("my toddler has a fever and he won't drink", "male"),
        ("my hand is numb, my wife told me to ask", None),
    ],
)
def test_sex(read, text: str, sex: str | None) -> None:
    assert read(text).person.sex == sex


def test_illness_medicine_event_and_pregnancy(read) -> None:
    person = read("I am 30 weeks pregnant and diabetic, I take a statin and I hit my head hard yesterday").person
    assert person.pregnant is True
    assert "diabetes" in person.conditions
    assert "statin" in person.medicines
    assert "head_injury" in person.events
    assert read("my calf cramps, I am not pregnant").person.pregnant is False


def test_how_far_a_pregnancy_is_is_no_time_of_a_finding(read) -> None:
    assert [each.text for each in read("I am 30 weeks pregnant and my hand is numb").durations] == []
