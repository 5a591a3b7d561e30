"""The chat API as its contract says: tokens, messages, idempotence, history, erasure, consent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.records.conversations import Conversations
from bot.web.limits import Rate
from tests.web.conftest import FakeDesk, begin

MESSAGES = "/api/conversations/messages"


def test_a_conversation_begins_with_a_token_and_a_greeting(client: TestClient) -> None:
    opened = client.post("/api/conversations", json={"consent": True})
    assert opened.status_code == 201
    body = opened.json()
    assert set(body) == {"token", "messages"}
    assert body["messages"][0]["kind"] == "greeting" and body["messages"][0]["id"]
    assert "999" in body["messages"][0]["text"]


def test_a_body_is_not_needed_to_begin(client: TestClient) -> None:
    assert client.post("/api/conversations").status_code == 201


def test_a_message_is_answered_with_choices_and_a_choice_with_advice(
    client: TestClient, bearer: dict[str, str]
) -> None:
    asked = client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=bearer).json()["messages"]
    assert [choice["value"] for choice in asked[0]["choices"]] == ["limb_weakness", "none"]
    assert asked[0]["several"] is True
    advised = client.post(MESSAGES, json={"id": "2", "choices": ["none"]}, headers=bearer).json()["messages"]
    assert advised[0]["advice"]["level"] == "routine"


def test_the_same_id_is_answered_once(client: TestClient, bearer: dict[str, str], desk: FakeDesk) -> None:
    body = {"id": "same", "text": "My cheek twitches"}
    answers = [client.post(MESSAGES, json=body, headers=bearer).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(desk.received) == 1
    assert len(client.get(MESSAGES, headers=bearer).json()["messages"]) == 2


def test_history_holds_both_sides_in_order(client: TestClient, bearer: dict[str, str]) -> None:
    client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=bearer)
    client.post(MESSAGES, json={"id": "2", "choices": ["none"]}, headers=bearer)
    history = client.get(MESSAGES, headers=bearer).json()["messages"]
    assert [each["from"] for each in history] == ["person", "bot", "person", "bot"]
    assert history[0]["text"] == "My cheek twitches" and history[2]["choices"] == ["none"]


def test_conversations_are_apart(client: TestClient, bearer: dict[str, str]) -> None:
    other = begin(client)
    client.post(MESSAGES, json={"id": "1", "text": "Mine"}, headers=bearer)
    client.post(MESSAGES, json={"id": "1", "text": "Yours"}, headers=other)
    assert client.get(MESSAGES, headers=bearer).json()["messages"][0]["text"] == "Mine"
    assert client.get(MESSAGES, headers=other).json()["messages"][0]["text"] == "Yours"


def test_erasing_gives_a_receipt_and_ends_the_token(
    client: TestClient, bearer: dict[str, str], desk: FakeDesk, conversations: Conversations
) -> None:
    client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=bearer)
    erased = client.delete("/api/conversations", headers=bearer)
    assert erased.status_code == 200
    receipt = erased.json()["receipt"]
    assert receipt["erased"]["messages"] == 2 and receipt["erased_at"]
    assert desk.forgotten == [receipt["conversation"]]
    for method, path in (("GET", MESSAGES), ("POST", MESSAGES), ("DELETE", "/api/conversations")):
        after = client.request(method, path, headers=bearer, json={"id": "2", "text": "again"})
        assert after.status_code == 410 and after.json()["error"]["code"] == "gone"
    assert conversations.history(receipt["conversation"]) == []


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
    ],
)
def test_nobody_comes_in_without_a_token_of_ours(client: TestClient, header: dict[str, str]) -> None:
    for method, path in (("GET", MESSAGES), ("POST", MESSAGES), ("DELETE", "/api/conversations")):
        refused = client.request(method, path, headers=header, json={"id": "1", "text": "x"})
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        assert "999" in refused.json()["error"]["hint"]


def test_a_token_that_was_changed_is_refused(client: TestClient, bearer: dict[str, str]) -> None:
    token = bearer["Authorization"].removeprefix("Bearer ")
    payload, _, signature = token.rpartition(".")
    other = begin(client)["Authorization"].removeprefix("Bearer ")
    for forged in (f"{other.rpartition('.')[0]}.{signature}", payload, token + "A", token.swapcase()):
        refused = client.get(MESSAGES, headers={"Authorization": f"Bearer {forged}"})
        assert refused.status_code == 401 and refused.json()["error"]["code"] == "bad_token"


class TestConsent:
    """Without consent nothing is stored, but an emergency is answered."""

    def test_a_message_is_refused_with_the_number_to_call(self, client: TestClient, desk: FakeDesk) -> None:
        header = begin(client, consent=False)
        refused = client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=header)
        assert refused.status_code == 403
        error = refused.json()["error"]
        assert error["code"] == "consent_needed" and "999" in error["hint"]
        assert desk.received == []

    def test_an_emergency_is_answered(self, client: TestClient) -> None:
        header = begin(client, consent=False)
        answered = client.post(MESSAGES, json={"id": "1", "text": "My face droops"}, headers=header)
        assert answered.status_code == 200
        assert answered.json()["messages"][0]["kind"] == "emergency"

    def test_it_can_be_given_with_a_message_and_lasts(self, client: TestClient, conversations: Conversations) -> None:
        header = begin(client, consent=False)
        first = client.post(MESSAGES, json={"id": "1", "text": "It twitches", "consent": True}, headers=header)
        second = client.post(MESSAGES, json={"id": "2", "text": "It twitches"}, headers=header)
        assert (first.status_code, second.status_code) == (200, 200)
        assert [row["consent"] for row in conversations.list()] == [True]

    def test_it_lasts_over_a_restart(self, client: TestClient, make_client: Callable[..., TestClient]) -> None:
        header = begin(client, consent=False)
        client.post(MESSAGES, json={"id": "1", "text": "It twitches", "consent": True}, headers=header)
        again = make_client().post(MESSAGES, json={"id": "2", "text": "It twitches"}, headers=header)
        assert again.status_code == 200


class TestRate:
    """Too many messages wait; an emergency never does."""

    @pytest.mark.parametrize("limit", ["by_conversation", "by_address"])
    def test_the_message_over_the_limit_is_refused(self, make_client: Callable[..., Any], limit: str) -> None:
        client = make_client(**{limit: Rate(burst=3, per_second=0.001)})
        header = begin(client)
        statuses = [
            client.post(MESSAGES, json={"id": str(number), "text": "It twitches"}, headers=header).status_code
            for number in range(4)
        ]
        assert statuses[-1] == 429
        refused = client.post(MESSAGES, json={"id": "9", "text": "It twitches"}, headers=header)
        assert int(refused.headers["Retry-After"]) > 0
        assert "999" in refused.json()["error"]["hint"]
        alarmed = client.post(MESSAGES, json={"id": "10", "text": "My face droops"}, headers=header)
        assert alarmed.status_code == 200 and alarmed.json()["messages"][0]["kind"] == "emergency"

    def test_opening_is_limited_by_address(self, make_client: Callable[..., Any]) -> None:
        client = make_client(by_address=Rate(burst=2, per_second=0.001))
        assert [client.post("/api/conversations").status_code for _ in range(3)] == [201, 201, 429]
