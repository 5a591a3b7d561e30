"""The conversations of scenarios/, held with a running server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dialogue.chat import Chat
from tests.dialogue.scenario import Scenario, load, run

# One worker for all of them: each worker would start a server of its own.
pytestmark = pytest.mark.xdist_group("dialogue")

SCENARIOS = load(Path(__file__).parent / "scenarios")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_scenario(scenario: Scenario, chat: Chat) -> None:
    run(scenario, chat)


def test_every_name_is_used_once() -> None:
    names = [str(scenario) for scenario in SCENARIOS]
    assert len(names) == len(set(names)) >= 30
