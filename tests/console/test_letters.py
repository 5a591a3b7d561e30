"""What a clinician writes into a conversation: from our own form, once, to open web conversations alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.records.conversations import Conversations
from tests.console.people import somebody
from tests.console.test_console import AT, turn
from tests.web.conftest import FakeDesk, begin, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "conversations", "desk", "engine", "make_client", "settings"]


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return somebody(make_client(), "lead")


MESSAGES = "/api/conversations/messages"
WORDS = "Please ring us on 555 <b>today</b>.\n\nhttps://clinic.example/book"


@pytest.fixture
def talk(client: TestClient) -> tuple[str, dict[str, str]]:
    """A conversation: the path of its page in the console, and the person's own header."""
    headers = begin(client)
    client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=headers)
    listed = client.get("/console").text
    return re.search(r"/console/conversations/[0-9a-f]+", listed)[0], headers  # type: ignore[index]


def form(client: TestClient, path: str) -> dict[str, str]:
    page = client.get(path).text
    return {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("seal", "letter")}  # type: ignore[index]


def send(client: TestClient, path: str, **fields: Any) -> Any:
    return client.post(f"{path}/letters", data=fields, follow_redirects=False)


def test_it_stands_in_the_history_as_the_clinics(client: TestClient, talk: tuple[str, dict[str, str]]) -> None:
    path, headers = talk
    fields = form(client, path)
    for _ in range(2):
        assert send(client, path, text=WORDS, **fields).status_code == 303
    history = client.get(MESSAGES, headers=headers).json()["messages"]
    assert [each["from"] for each in history] == ["person", "bot", "clinician"]
    assert history[2]["kind"] == "clinician" and history[2]["text"] == WORDS.replace("\n", "\n")
    page = client.get(path).text
    assert "Clinic" in page and "&lt;b&gt;today&lt;/b&gt;" in page and "<b>today" not in page


def test_the_bot_answers_as_before(client: TestClient, talk: tuple[str, dict[str, str]]) -> None:
    path, headers = talk
    send(client, path, text=WORDS, **form(client, path))
    answer = client.post(MESSAGES, json={"id": "2", "choices": ["none"]}, headers=headers).json()
    assert answer["messages"][0]["kind"] == "advice"


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_letter_is_not_sent(
    client: TestClient, talk: tuple[str, dict[str, str]], text: str
) -> None:
    path, headers = talk
    refused = send(client, path, text=text, **form(client, path))
    assert refused.status_code == 422 and "Nothing was sent" in refused.text
    assert len(client.get(MESSAGES, headers=headers).json()["messages"]) == 2


def test_another_site_cannot_send_the_form(client: TestClient, talk: tuple[str, dict[str, str]]) -> None:
    path, headers = talk
    fields = form(client, path)
    assert send(client, path, text=WORDS, letter="1").status_code == 403
    crossed = client.post(f"{path}/letters", data={"text": WORDS, **fields}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
    other = somebody(client, "reviewer")
    assert send(other, path, text=WORDS, **fields).status_code == 403
    assert len(client.get(MESSAGES, headers=headers).json()["messages"]) == 2


def test_nothing_is_written_to_one_who_is_not_there(
    client: TestClient, talk: tuple[str, dict[str, str]], conversations: Conversations, knowledge: Any
) -> None:
    path, headers = talk
    fields = form(client, path)
    client.delete("/api/conversations", headers=headers)
    assert send(client, path, text=WORDS, **fields).status_code == 404
    assert send(client, "/console/conversations/nobody", text=WORDS, **fields).status_code == 404
    assert 'name="letter"' not in client.get(path).text
    conversations.open("other", "telegram", True, AT)
    conversations.store_turn(turn(knowledge, "other", 1))
    assert 'name="letter"' not in client.get("/console/conversations/other").text


def test_feedback_is_shown(client: TestClient, talk: tuple[str, dict[str, str]]) -> None:
    path, headers = talk
    reply = client.get(MESSAGES, headers=headers).json()["messages"][1]["id"]
    body = {"message": reply, "helpful": False, "comment": "<i>too long</i>"}
    client.post("/api/conversations/feedback", json=body, headers=headers)
    page = client.get(path).text
    assert "did not help" in page and "&lt;i&gt;too long&lt;/i&gt;" in page
