"""Which finding a time belongs to, and whether it is how long it has been there or how long a bout lasts."""

from __future__ import annotations

import pytest

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("eyelid twitch on and off for 2 months, 10 secs each time", {("onset", 60), ("episode", 10 / DAY)}),
        ("cramp in my calf whenever I swim. 2 mins.", {("episode", 120 / DAY)}),
        ("My eyelid twitches. Three months now.", {("onset", 90)}),
        ("my arm is weak since 20 minutes", {("onset", 1200 / DAY)}),
    ],
)
def test_onset_and_bout(read, text: str, wanted: set[tuple[str, float]]) -> None:
    stretches = read(text).durations
    assert all(each.finding for each in stretches)
    for kind, days in wanted:
        assert any(each.kind == kind and each.seconds == pytest.approx(days * DAY, rel=0.05) for each in stretches)


def test_a_time_alone_is_of_the_complaint_before(read) -> None:
    stretches = read("My hand is numb at night. I drink coffee. About 4 months.").durations
    assert [each.finding for each in stretches] == ["hand_numbness"]


def test_a_list_shares_its_time_and_a_clause_does_not(read) -> None:
    listed = read("sore throat, cough, fever for 3 days").durations
    assert {each.finding for each in listed} == {"sore_throat", "cough", "fever"}
    apart = read("headache for 3 weeks and now my face droops").durations
    assert {each.finding for each in apart} == {"headache"}


def test_findings_whose_words_end_together_share_a_time(read) -> None:
    stretches = read("numbness and tingling in both feet for 3 months").durations
    assert {each.finding: each.text for each in stretches} == {
        "foot_numbness": "3 months",
        "tingling_hands_feet": "3 months",
    }


@pytest.mark.parametrize(
    "text",
    [
        "My hand is numb. My neck hurts. About 8 months of this now.",
        "my hand is numb, my neck hurts, started 8 months ago",
        "Since the move 8 months ago my hand is numb. My neck hurts since 8 months",
        "Since 8 months my hand is numb and my neck hurts",
        "My hand is numb and my neck hurts. 8 months, gets worse through the day",
    ],
)
def test_a_time_of_all_is_everyones(read, text: str) -> None:
    began = {each.finding: each.seconds / DAY for each in read(text).durations if each.kind == "onset"}
    assert began == {"hand_numbness": pytest.approx(240, rel=0.05), "neck_pain": pytest.approx(240, rel=0.05)}


def test_what_has_its_own_time_keeps_it(read) -> None:
    began = {
        each.finding: each.text for each in read("my hand is numb since today, my neck hurts. 8 months.").durations
    }
    assert began["hand_numbness"] == "since today"


def test_since_an_age_counts_from_the_age_now(read) -> None:
    reading = read("My hands shake, since I was nineteen. I am forty now.")
    assert reading.person.age == 40
    assert [each.seconds / DAY / 365 for each in reading.durations] == [pytest.approx(21, abs=0.5)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("My lid won't stop fluttering, day 5 now", 5),
        ("Numb chin. It is week 3", 21),
        ("weak arm since I woke", 0.25),
        ("numb lip since root canal Tuesday", 2),
        ("Bell's palsy, took it from day 1", None),
        ("day 3 of the antibiotics, my lip is numb", None),
        ("numb lip, next Tuesday is the dentist", None),
    ],
)
def test_counted_days_and_since_what(read, text: str, days: float | None) -> None:
    found = [each.seconds / DAY for each in read(text).durations]
    assert found == ([] if days is None else [pytest.approx(days, rel=0.01)])


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("only the first", True),
        ("just my speech", True),
        ("it's just my hand", True),
        ("my arm has just gone numb", False),
    ],
)
def test_just_limits_or_tells_of_now(read, text: str, only: bool) -> None:
    assert read(text).only is only


def test_an_illness_that_passes_is_over_after_a_month(said) -> None:
    assert said("heart attack in 2012, stents fine")["heart_attack_named"].status == "past"


@pytest.mark.parametrize("text", ["worst pain in my face of my whole life", "I am 34 years old and my hand is numb"])
def test_what_is_no_time_of_a_finding(read, text: str) -> None:
    assert read(text).durations == ()
