"""The archive for the chat: its token, its gate, its limits, and nothing at all in an emergency."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from bot.archive.importing import import_paths
from bot.records.conversations import Conversations
from bot.records.models import decisions
from bot.web.limits import Rate
from tests.web.conftest import ALARMING, FakeDesk, begin

SEARCH = "/api/archive/search"
MESSAGES = "/api/conversations/messages"
QUESTION = "My eyelid keeps jumping when I read in the evening"


@pytest.fixture
def archive(engine: Engine, tmp_path: Path) -> None:
    """Two answered questions: one calm, one that sends the asker to a doctor the same day."""
    rows = [
        {"title": "Jumping eyelid", "question": QUESTION, "reply": "Rest and drink water.", "doctor": "Dr Ash"},
        {"title": "Cold thumb", "question": "My thumb turned cold and pale in winter", "reply": "See a doctor today."},
    ]
    path = tmp_path / "entries.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert import_paths([path], engine).imported == 2


def search(client: TestClient, text: str, headers: Any) -> Any:
    return client.get(SEARCH, params={"text": text}, headers=headers)


def decided(engine: Engine, level: str) -> None:
    with engine.begin() as connection:
        connection.execute(decisions.update().values(level=level))


def test_it_wants_the_token_of_a_conversation(client: TestClient, bearer: dict[str, str]) -> None:
    assert search(client, QUESTION, {}).status_code == 401
    assert search(client, QUESTION, {"Authorization": "Bearer made-up"}).status_code == 401
    client.delete("/api/conversations", headers=bearer)
    assert search(client, QUESTION, bearer).status_code == 410


def test_the_level_of_the_last_decision_is_the_gate(
    client: TestClient, bearer: dict[str, str], archive: None, engine: Engine, desk: FakeDesk
) -> None:
    thumb = "My thumb turned cold and pale in winter"
    found = search(client, thumb, bearer).json()
    assert found["answers"][0]["text"] == "See a doctor today." and desk.asked[-1][1] == "unknown"
    # Without a decision a calm reply is calmer than the gate.
    assert search(client, QUESTION, bearer).json()["answers"][0]["withheld_because"] == "calmer"
    client.post(MESSAGES, json={"id": "1", "text": "hello"}, headers=bearer)
    decided(engine, "self_care")
    shown = search(client, QUESTION, bearer).json()["answers"]
    assert [part["text"] for part in shown] == ["Rest and drink water."] and shown[0]["doctor"] == "Dr Ash"
    decided(engine, "same_day")
    withheld = search(client, QUESTION, bearer)
    assert withheld.json()["answers"][0]["shown"] is False and "drink water" not in withheld.text


def test_in_an_emergency_there_is_no_archived_text_but_the_number(
    client: TestClient, bearer: dict[str, str], archive: None, engine: Engine, desk: FakeDesk
) -> None:
    client.post(MESSAGES, json={"id": "1", "text": "hello"}, headers=bearer)
    decided(engine, "emergency")
    answered = search(client, QUESTION, bearer)
    assert answered.status_code == 200 and "999" in answered.json()["message"]
    assert answered.json()["answers"] == answered.json()["similar"] == []
    assert search(client, f"{ALARMING} {QUESTION}", begin(client)).json()["answers"] == [] and desk.asked == []


@pytest.mark.parametrize("query", ["", "?text=", "?text=%20%0A", "?text=a&text=b", f"?text={'a' * 4001}", "?q=a"])
def test_a_search_without_a_text_that_can_be_searched_is_refused(
    client: TestClient, bearer: dict[str, str], query: str, desk: FakeDesk
) -> None:
    refused = client.get(SEARCH + query, headers=bearer)
    assert refused.status_code == 422 and refused.json()["error"]["code"] == "bad_search" and desk.asked == []
    assert "999" in refused.json()["error"]["hint"]


def test_an_emergency_is_told_before_a_refusal(make_client: Callable[..., TestClient]) -> None:
    client = make_client(by_conversation=Rate(burst=1, per_second=0.001))
    bearer = begin(client)
    assert "999" in search(client, ALARMING + "a" * 4001, bearer).json()["message"]
    assert search(client, QUESTION, bearer).status_code == 429
    assert "999" in search(client, ALARMING, bearer).json()["message"]


def test_hostile_text_finds_nothing_and_breaks_nothing(
    client: TestClient, bearer: dict[str, str], archive: None
) -> None:
    for text in ("' OR 1=1 --", '"eyelid" NEAR(', "\x00\ud800".encode("utf-8", "replace").decode(), "<script>"):
        found = search(client, text, bearer)
        assert found.status_code == 200 and "drink water" not in found.text


def test_a_database_that_fails_is_told_in_words(
    client: TestClient,
    bearer: dict[str, str],
    desk: FakeDesk,
    conversations: Conversations,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk.fails = OperationalError("SELECT", {}, Exception("locked"))
    failing = search(client, QUESTION, bearer)
    assert failing.status_code == 503 and failing.json()["error"]["code"] == "archive_unavailable"
    desk.fails = None

    def broken(*_: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("locked"))

    monkeypatch.setattr(conversations, "level", broken)
    assert search(client, QUESTION, bearer).status_code == 503 and desk.asked == []
    assert "999" in search(client, ALARMING, bearer).json()["message"]


def test_the_words_can_be_posted_so_that_no_address_holds_them(
    client: TestClient, bearer: dict[str, str], archive: None
) -> None:
    asked = client.get(SEARCH, params={"text": QUESTION}, headers=bearer).json()
    assert client.post(SEARCH, json={"text": QUESTION}, headers=bearer).json() == asked
    for body in ({}, {"text": ""}, {"text": 5}, {"text": "x", "more": 1}, [], None):
        refused = client.post(SEARCH, json=body, headers=bearer)
        assert refused.status_code == 422 and refused.json()["error"]["code"] == "bad_search"
