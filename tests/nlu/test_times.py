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
