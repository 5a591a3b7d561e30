"""What says of itself that something is not there, and what only sounds like it."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "finding", "status"),
    [
        ("my cheek twitches, vision fine, speech ok", "vision_change", "absent"),
        ("my cheek twitches, vision fine, speech ok", "speech_problem", "absent"),
        ("strength is normal", "weakness", "absent"),
        ("I can't see clearly", "vision_change", "present"),
        ("he is not breathing normally", "not_waking", "present"),
        ("no vision changes", "vision_loss", "absent"),
        ("weakness: none", "weakness", "absent"),
        ("fever? no.", "fever", "absent"),
        ("no fever, 38 weeks pregnant", "late_pregnancy", "present"),
        ("no nausea or vomiting", "vomiting", "absent"),
        ("so stiff I can't look at my shoes, light hurts my eyes", "light_hurts", "present"),
    ],
)
def test_status(said, text: str, finding: str, status: str) -> None:
    found = said(text)
    assert finding in found, found
    assert found[finding].status == status


def test_what_was_fine_is_not_denied(said) -> None:
    assert "speech_problem" not in said("my speech was fine until this morning")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("my speech was fine until this morning", "speech_problem"),
        ("speech is usually fine", "speech_problem"),
        ("speech is fine when I am rested", "speech_problem"),
        ("struggling to talk normally", "speech_problem"),
        ("no problem with walking or balance, speech is slurred", "speech_problem"),
        ("the left eye sees fine", "vision_change"),
    ],
)
def test_what_is_in_order_only_once_or_in_part_denies_nothing(read, text: str, finding: str) -> None:
    assert all(each.status != "absent" for each in read(text).mentions if each.finding == finding)
