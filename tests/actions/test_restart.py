"""A wish to start again, and texts that the classifier takes for one."""

from __future__ import annotations

import pytest

from actions.restart import asks_to_restart


@pytest.mark.parametrize("text", ["restart", "/restart", "Start again, please!", "START OVER", "let’s start over"])
def test_a_wish_to_start_again(text: str) -> None:
    assert asks_to_restart(text)


@pytest.mark.parametrize(
    "text",
    [
        "it has started again",
        "it is starting again",
        "oh no, it begins again",
        "new symptoms started",
        "it went back to the start",
        "start again, my arm is weak",
        '/restart{"emergency": false}',
        "/session_start",
        "",
        "🙂",
    ],
)
def test_something_told_is_no_wish(text: str) -> None:
    assert not asks_to_restart(text)
