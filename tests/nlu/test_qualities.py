"""Side, spot, severity and trend of a finding."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "site", "spot", "side", "sides"),
    [
        ("the outer edge of my right upper eyelid twitches", "upper_eyelid", "outer", "right", ()),
        ("cramps in both hands", "hand", None, "both", ()),
        ("my left then my right eyelid twitched", "eyelid", None, "both", ("left", "right")),
        ("My face droops. Left side.", "face", None, "left", ()),
        ("my thumb twitches", "thumb", None, None, ()),
        ("twitching in my left calf right now", "calf", None, "left", ()),
    ],
)
def test_site_spot_and_side(said, text: str, site: str, spot: str | None, side: str | None, sides: tuple[str]) -> None:
    mention = next(iter(said(text).values()))
    assert (mention.site, mention.spot, mention.side, mention.sides) == (site, spot, side, sides)


def test_each_finding_has_its_own_side(said) -> None:
    found = said("my left eye twitches and my right hand is numb")
    assert (found["eyelid_twitching"].side, found["hand_numbness"].side) == ("left", "right")


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("severe pain in my face", "severe"),
        ("pain in my jaw, 5/10", "moderate"),
        ("pain in my jaw, 8 out of 10", "severe"),
        ("a slight pain in my jaw", "mild"),
        ("pain in my jaw for 10 days", None),
    ],
)
def test_severity(said, text: str, severity: str | None) -> None:
    assert {each.severity for each in said(text).values()} == {severity}
