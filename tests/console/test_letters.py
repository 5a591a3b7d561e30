"""What a clinician writes into a conversation: from our own form, once, to whoever can be written to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.records.conversations import Conversations
from bot.records.correspondents import Envelopes
from bot.records.models import messages, outbox
from tests.console.people import somebody
from tests.console.test_console import AT, turn
from tests.records.conftest import CHAT, SECRET, correspondent
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
    assert send(client, "/console/conversations/other", text=WORDS, **fields).status_code == 404
    assert all(said["from"] != "clinician" for said in conversations.history("other"))


HOSTILE = '<script>alert("x")</script> {{7*7}} \u202e \U0001f9d1\u200d\u2695\ufe0f \x00 %s"}'


def posted(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return connection.execute(outbox.select().order_by(outbox.c.id)).all()


@pytest.fixture
def elsewhere(client: TestClient, conversations: Conversations, knowledge: Any) -> str:
    """The path of the page of a conversation on a platform."""
    name = correspondent(conversations.engine)
    conversations.store_turn(turn(knowledge, name, 1, channel="telegram"))
    return f"/console/conversations/{name}"


@pytest.mark.parametrize("text", [WORDS, HOSTILE])
def test_to_somebody_on_a_platform_it_goes_once_and_sealed(
    client: TestClient, conversations: Conversations, elsewhere: str, text: str
) -> None:
    name, fields = elsewhere.rpartition("/")[2], form(client, elsewhere)
    assert "on telegram; if it cannot be delivered" in client.get(elsewhere).text
    for _ in range(2):
        assert send(client, elsewhere, text=text, **fields).status_code == 303
    (row,) = posted(conversations.engine)
    assert (row.reply_id, row.conversation_id, row.channel) == (fields["letter"], name, "telegram")
    assert row.sent_at is None and row.failed_at is None and row.due_at == row.made_at
    assert not [each for each in row if text[:12] in str(each) or CHAT in str(each) or "Lead" in str(each)]
    address, reply = Envelopes(SECRET).unpack(row.sealed)  # type: ignore[misc]
    said = conversations.history(name)[-1]
    assert address == {"chat": CHAT} and said["from"] == "clinician" and said["by"] == reply["by"]
    assert reply["text"] == said["text"] and reply["text"].startswith(text[:20])
    assert "<script>alert" not in client.get(elsewhere).text


def test_the_letter_and_its_sending_are_kept_together_or_not_at_all(
    client: TestClient, conversations: Conversations, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> bool:
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setattr(Envelopes, "deliver", broken)
        assert send(client, elsewhere, text=WORDS, **form(client, elsewhere)).status_code == 500
    with conversations.engine.connect() as connection:
        assert not [row for row in connection.execute(messages.select()) if (row.reply or {}).get("text") == WORDS]
    assert posted(conversations.engine) == []
    assert send(client, elsewhere, text=WORDS, **form(client, elsewhere)).status_code == 303
    assert len(posted(conversations.engine)) == 1


def test_a_letter_is_erased_with_its_conversation(
    client: TestClient, conversations: Conversations, elsewhere: str
) -> None:
    fields = form(client, elsewhere)
    send(client, elsewhere, text=WORDS, **fields)
    assert conversations.erase(elsewhere.rpartition("/")[2], AT)["erased"]["outbox"] == 1
    assert posted(conversations.engine) == []
    assert 'name="letter"' not in client.get(elsewhere).text
    assert send(client, elsewhere, text=WORDS, **{**fields, "letter": "2"}).status_code == 404
    assert posted(conversations.engine) == []


def test_in_the_chat_of_our_own_nothing_is_posted(
    client: TestClient, talk: tuple[str, dict[str, str]], conversations: Conversations
) -> None:
    send(client, talk[0], text=WORDS, **form(client, talk[0]))
    assert posted(conversations.engine) == []
    assert "in their chat at once if it is open" in client.get(talk[0]).text


def test_feedback_is_shown(client: TestClient, talk: tuple[str, dict[str, str]]) -> None:
    path, headers = talk
    reply = client.get(MESSAGES, headers=headers).json()["messages"][1]["id"]
    body = {"message": reply, "helpful": False, "comment": "<i>too long</i>"}
    client.post("/api/conversations/feedback", json=body, headers=headers)
    page = client.get(path).text
    assert "did not help" in page and "&lt;i&gt;too long&lt;/i&gt;" in page
