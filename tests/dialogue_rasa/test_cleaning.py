"""Cleaning a text keeps everything that can be seen."""

from __future__ import annotations

import pytest

from bot.dialogue.cleaning import clean


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        (None, ""),
        ("  \n ", ""),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("a\x00b\x07c\x1b", "abc"),
        ("hid\u200bden wo\u00adrds \ufeff\u202eback", "hidden words back"),
        ("cafe\u0301", "caf\u00e9"),
        ("lone \ud800 half", "lone  half"),
        ("\U0001f468\u200d\U0001f469 stays", "\U0001f468\u200d\U0001f469 stays"),
        ("<b>39.5 > 38</b>", "<b>39.5 > 38</b>"),
    ],
)
def test_clean(typed, cleaned):
    assert clean(typed) == cleaned
    assert clean(cleaned) == cleaned
