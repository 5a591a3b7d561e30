"""What sets a finding off, what eases it, what it disturbs, and whose circumstance it is."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "set_off_by", "eased_by", "disturbs"),
    [
        ("My eyelid twitches, worse with coffee.", {"caffeine"}, set(), set()),
        ("Coffee and stress set off the twitching in my eyelid", {"caffeine", "stress"}, set(), set()),
        ("My eyelid twitches. Coffee brings it on.", {"caffeine"}, set(), set()),
        ("calf cramps at night, stretching helps", {"night"}, {"stretching"}, set()),
        ("cramp in my calf, it goes when I rest", set(), {"rest"}, set()),
        ("the cramp in my calf wakes me up", set(), set(), {"sleep"}),
        ("I had a twitch in my eyelid after my coffee, ice does not help", {"caffeine"}, set(), set()),
        ("twitch in my eyelid, it started when I was at the gym", set(), set(), set()),
        ("my hands tremble so much I can't write properly", set(), set(), {"writing"}),
    ],
)
def test_circumstances_are_read(said, text: str, set_off_by: set[str], eased_by: set[str], disturbs: set[str]) -> None:
    mentions = list(said(text).values())
    for name, wanted in (("set_off_by", set_off_by), ("eased_by", eased_by), ("disturbs", disturbs)):
        read = {value for mention in mentions for value in getattr(mention, name)}
        assert wanted <= read, name
        assert wanted or not read, (name, read)


def test_a_circumstance_is_of_its_own_finding(said) -> None:
    found = said("My eyelid twitches after coffee. My calf cramps at night.")
    assert found["eyelid_twitching"].set_off_by == ("caffeine",)
    assert "night" in found["muscle_cramp"].set_off_by
    assert "caffeine" not in found["muscle_cramp"].set_off_by


def test_worse_with_something_is_no_trend(said) -> None:
    assert said("My eyelid twitches, worse with coffee")["eyelid_twitching"].trend is None
    assert said("My eyelid twitches and it is getting worse")["eyelid_twitching"].trend == "worse"


def test_what_is_a_circumstance_was_understood(read) -> None:
    assert read("My eyelid twitches, worse with coffee").not_understood == ()
