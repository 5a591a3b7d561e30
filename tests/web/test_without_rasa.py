"""The real desk without its model: an emergency is answered and recorded, everything else says what to do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.dialogue.opening import open_desk
from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from bot.settings import Settings
from tests.web.conftest import begin

MESSAGES = "/api/conversations/messages"
ALARM = "One side of my face drooped an hour ago and my words come out slurred"


@pytest.fixture
def real(
    make_client: Callable[..., TestClient], settings: Settings, engine: Engine, knowledge: Knowledge
) -> TestClient:
    return make_client(desk=open_desk(settings, engine, knowledge))


@pytest.mark.parametrize("consent", [True, False])
def test_an_emergency_is_answered_and_recorded(real: TestClient, conversations: Conversations, consent: bool) -> None:
    header = begin(real, consent)
    answered = real.post(MESSAGES, json={"id": "1", "text": ALARM}, headers=header).json()["messages"]
    assert [message["kind"] for message in answered] == ["emergency"]
    assert answered[0]["advice"]["level"] == "emergency" and "999" in answered[0]["text"]
    [row] = conversations.list()
    assert row["level"] == "emergency" and row["consent"] is consent


def test_an_emergency_at_the_end_of_20_000_characters_is_answered(real: TestClient) -> None:
    text = "I wanted to tell you about my garden. " * 520 + ALARM
    answered = real.post(MESSAGES, json={"id": "1", "text": text}, headers=begin(real)).json()["messages"]
    assert answered[0]["kind"] == "emergency"


def test_everything_else_is_told_what_to_do(real: TestClient) -> None:
    header = begin(real)
    answered = real.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=header)
    assert answered.status_code == 200
    assert answered.json()["messages"][0]["kind"] == "failure" and "999" in answered.json()["messages"][0]["text"]
    assert real.get("/readyz").status_code == 503


def test_erasing_forgets_the_emergency_too(real: TestClient, conversations: Conversations) -> None:
    header = begin(real)
    real.post(MESSAGES, json={"id": "1", "text": ALARM}, headers=header)
    assert real.delete("/api/conversations", headers=header).json()["receipt"]["erased"]["messages"] == 2
    [row] = conversations.list()
    assert row["messages"] == 0 and row["level"] is None
