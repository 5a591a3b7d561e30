"""Whether a reply helped: kept once for each reply, shown again in the history, erased with the conversation."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import begin

FEEDBACK = "/api/conversations/feedback"
MESSAGES = "/api/conversations/messages"


def replied(client: TestClient, headers: dict[str, str]) -> str:
    answer = client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=headers)
    return str(answer.json()["messages"][0]["id"])


def judge(client: TestClient, headers: Any, **body: Any) -> Any:
    return client.post(FEEDBACK, json=body, headers=headers)


def test_it_is_kept_changed_and_shown(client: TestClient, bearer: dict[str, str]) -> None:
    reply = replied(client, bearer)
    assert judge(client, bearer, message=reply, helpful=False, comment=" <b>no</b>\x00 ").json() == {
        "message": reply,
        "helpful": False,
    }
    said, answered = client.get(MESSAGES, headers=bearer).json()["messages"]
    assert answered["feedback"] == {"helpful": False, "comment": "<b>no</b>\ufffd"} and "feedback" not in said
    judge(client, bearer, message=reply, helpful=True)
    assert client.get(MESSAGES, headers=bearer).json()["messages"][1]["feedback"] == {"helpful": True}
    assert "signpost_feedback_total" in client.get("/metrics").text


def test_another_conversations_reply_is_unknown(client: TestClient, bearer: dict[str, str]) -> None:
    reply = replied(client, bearer)
    refused = judge(client, begin(client), message=reply, helpful=True)
    assert refused.status_code == 404 and refused.json()["error"]["code"] == "reply_unknown"
    assert "feedback" not in client.get(MESSAGES, headers=bearer).json()["messages"][1]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"helpful": True}, '"message"'),
        ({"message": "", "helpful": True}, '"message"'),
        ({"message": "x" * 129, "helpful": True}, '"message"'),
        ({"message": "x", "helpful": "yes"}, '"helpful"'),
        ({"message": "x", "helpful": 1}, '"helpful"'),
        ({"message": "x", "helpful": True, "comment": 5}, '"comment"'),
        ({"message": "x", "helpful": True, "comment": "a" * 2001}, "2000"),
        ({"message": "x", "helpful": True, "stars": 5}, '"stars"'),
        ([], "a list"),
        (None, "nothing"),
    ],
)
def test_what_cannot_be_understood_is_named(client: TestClient, bearer: dict[str, str], body: Any, words: str) -> None:
    sent = {} if body is None else {"json": body}
    refused = client.post(FEEDBACK, headers=bearer, **sent)
    assert refused.status_code == 422 and words in refused.json()["error"]["message"]


def test_it_is_erased_with_the_conversation(client: TestClient, bearer: dict[str, str]) -> None:
    reply = replied(client, bearer)
    judge(client, bearer, message=reply, helpful=True, comment="It helped")
    receipt = client.delete("/api/conversations", headers=bearer).json()["receipt"]
    assert receipt["erased"]["feedback"] == 1
    assert judge(client, bearer, message=reply, helpful=True).status_code == 410
