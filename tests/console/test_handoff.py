"""Handoff in the console: the queue, taking over, handing back, and what the person is told of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.records.conversations import Conversations
from bot.records.correspondents import Envelopes
from bot.records.handoffs import Handoffs
from bot.records.models import outbox, users
from tests.console.people import somebody
from tests.console.test_console import AT, turn
from tests.records.conftest import CHAT, SECRET, correspondent
from tests.web.conftest import FakeDesk, begin, client, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "client", "conversations", "desk", "engine", "make_client", "settings"]

MESSAGES = "/api/conversations/messages"
QUEUE = "/console/handoff"
HOSTILE = '<script>alert("x")</script> {name} \u202e'


@pytest.fixture
def talk(client: TestClient, conversations: Conversations) -> tuple[str, dict[str, str]]:
    """A conversation: its id, and the person's own header."""
    headers = begin(client)
    client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=headers)
    return conversations.list()[0]["id"], headers


@pytest.fixture
def reviewer(client: TestClient) -> TestClient:
    return somebody(client, "reviewer", "ada")


def seal(client: TestClient, path: str) -> str:
    found = re.search(r'name="seal" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def change(client: TestClient, conversation: str, what: str, **fields: Any) -> Any:
    given = {"seal": seal(client, f"/console/conversations/{conversation}"), **fields}
    return client.post(f"{QUEUE}/{conversation}/{what}", data=given, follow_redirects=False)


def dislike(client: TestClient, headers: dict[str, str]) -> None:
    (reply,) = [said for said in client.get(MESSAGES, headers=headers).json()["messages"] if said["from"] == "bot"]
    body = {"message": reply["id"], "helpful": False}
    assert client.post("/api/conversations/feedback", json=body, headers=headers).status_code == 200


def test_whom_an_answer_did_not_help_waits(
    client: TestClient, talk: tuple[str, dict[str, str]], reviewer: TestClient
) -> None:
    assert "Nobody is waiting" in reviewer.get(QUEUE).text
    dislike(client, talk[1])
    page = reviewer.get(QUEUE).text
    assert "An answer did not help" in page and talk[0][:12] in page
    assert "<title>Handoff (1 waiting)" in page


def test_a_clinician_takes_over_writes_and_hands_back(
    client: TestClient, talk: tuple[str, dict[str, str]], reviewer: TestClient
) -> None:
    conversation, headers = talk
    page = f"/console/conversations/{conversation}"
    dislike(client, headers)
    taken = change(reviewer, conversation, "take")
    assert (taken.status_code, taken.headers["location"]) == (303, f"{page}#written")
    assert "You answer in this conversation" in reviewer.get(page).text
    letter = re.search(r'name="letter" value="([^"]+)"', reviewer.get(page).text)[1]  # type: ignore[index]
    reviewer.post(f"{page}/letters", data={"text": "Hello.", "letter": letter, "seal": seal(reviewer, page)})
    given = change(reviewer, conversation, "back")
    assert (given.status_code, given.headers["location"]) == (303, QUEUE)
    history = client.get(MESSAGES, headers=headers).json()["messages"]
    assert [(said["from"], said.get("kind")) for said in history] == [
        ("person", None),
        ("bot", "question"),
        ("bot", "notice"),
        ("clinician", "clinician"),
        ("bot", "notice"),
    ]
    assert history[2]["text"].startswith("Ada (clinician) has joined") and "999" in history[2]["text"]
    assert history[3]["by"] == "Ada (clinician)" and history[3]["held"] is True
    assert "has left" in history[4]["text"] and "999" in history[4]["text"]
    shown = reviewer.get(page).text
    assert "Signpost answers in this conversation" in shown and "Ada (clinician)" in shown
    assert "Nobody is waiting" in reviewer.get(QUEUE).text


def test_the_second_of_two_is_told_so(
    client: TestClient, talk: tuple[str, dict[str, str]], reviewer: TestClient
) -> None:
    other = somebody(client, "lead", "bob")
    given = seal(other, f"/console/conversations/{talk[0]}")
    assert change(reviewer, talk[0], "take").status_code == 303
    late = other.post(f"{QUEUE}/{talk[0]}/take", data={"seal": given}, follow_redirects=False)
    assert late.status_code == 409 and "Somebody else" in late.text and "Ada (clinician)" in late.text
    again = change(reviewer, talk[0], "back") and change(reviewer, talk[0], "take")
    assert again.status_code == 303
    twice = reviewer.post(f"{QUEUE}/{talk[0]}/take", data={"seal": seal(reviewer, QUEUE)}, follow_redirects=False)
    assert twice.status_code == 303, "who holds it already is let through"


def test_a_colleague_can_hand_back_what_somebody_left_taken(
    client: TestClient, talk: tuple[str, dict[str, str]], reviewer: TestClient, conversations: Conversations
) -> None:
    change(reviewer, talk[0], "take")
    other = somebody(client, "lead", "bob")
    assert "Ada (clinician)" in other.get(QUEUE).text
    assert change(other, talk[0], "back").status_code == 303
    assert Handoffs(conversations.engine).state(talk[0]).holder is None


@pytest.mark.parametrize(
    ("role", "may"),
    [("reviewer", True), ("lead", True), ("knowledge_owner", False), ("admin", False), ("auditor", False)],
)
def test_who_may(client: TestClient, talk: tuple[str, dict[str, str]], role: str, may: bool) -> None:
    person = somebody(client, role)
    # Who may not has no page with the form, and a seal of another page of their own does not help.
    given = seal(person, f"/console/conversations/{talk[0]}" if may else "/console/account")
    assert person.get(QUEUE).status_code == (200 if may else 403)
    for what in ("take", "back"):
        done = person.post(f"{QUEUE}/{talk[0]}/{what}", data={"seal": given}, follow_redirects=False)
        assert done.status_code == (303 if may else 403)
    page = person.get(f"/console/conversations/{talk[0]}")
    assert ("/take" in page.text) is may
    assert (QUEUE in person.get("/console/rules").text) is may


def test_a_form_of_another_site_changes_nothing(
    client: TestClient, talk: tuple[str, dict[str, str]], reviewer: TestClient, conversations: Conversations
) -> None:
    for what in ("take", "back"):
        assert reviewer.post(f"{QUEUE}/{talk[0]}/{what}", data={"seal": "x"}).status_code == 403
        assert reviewer.post(f"{QUEUE}/{talk[0]}/{what}").status_code == 403
    assert Handoffs(conversations.engine).state(talk[0]).since is None


def test_nobody_is_taken_who_cannot_be_written_to(
    client: TestClient, conversations: Conversations, knowledge: Any, reviewer: TestClient
) -> None:
    conversations.open("other", "telegram", True, AT)
    conversations.store_turn(turn(knowledge, "other", 1))
    headers = begin(client)
    client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=headers)
    given = seal(reviewer, f"/console/conversations/{conversations.list()[0]['id']}")
    Handoffs(conversations.engine).asked("other", AT)
    page = reviewer.get(QUEUE).text
    assert "Cannot be written to: telegram" in page and f"{QUEUE}/other/take" not in page
    assert "/take" not in reviewer.get("/console/conversations/other").text
    for name in ("other", "nobody"):
        assert reviewer.post(f"{QUEUE}/{name}/take", data={"seal": given}).status_code == 404
    assert reviewer.post(f"{QUEUE}/nobody/back", data={"seal": given}).status_code == 404


def test_somebody_on_a_platform_is_taken_over_told_and_handed_back(
    client: TestClient, conversations: Conversations, knowledge: Any, reviewer: TestClient
) -> None:
    name = correspondent(conversations.engine)
    conversations.store_turn(turn(knowledge, name, 1, channel="telegram"))
    Handoffs(conversations.engine).asked(name, AT)
    page = reviewer.get(QUEUE).text
    assert f"{QUEUE}/{name}/take" in page and "Cannot be written to" not in page
    assert change(reviewer, name, "take").status_code == 303
    shown = reviewer.get(f"/console/conversations/{name}").text
    assert "You answer in this conversation" in shown and "Write to this person" in shown
    assert change(reviewer, name, "back").status_code == 303
    with conversations.engine.connect() as connection:
        rows = connection.execute(outbox.select().order_by(outbox.c.id)).all()
    assert all(row.conversation_id == name and not row.urgent and CHAT not in repr(row) for row in rows)
    opened = [Envelopes(SECRET).unpack(row.sealed) for row in rows]
    assert [address for address, _ in opened] == [{"chat": CHAT}] * 2  # type: ignore[misc]
    told = [said for said in conversations.history(name) if said.get("handoff")]
    assert [reply["text"] for _, reply in opened] == [said["text"] for said in told]  # type: ignore[misc]
    assert told[0]["text"].startswith("Ada (clinician) has joined") and "has left" in told[1]["text"]


def test_who_deleted_the_conversation_is_gone_from_the_queue(
    client: TestClient, talk: tuple[str, dict[str, str]], reviewer: TestClient
) -> None:
    given = seal(reviewer, f"/console/conversations/{talk[0]}")
    change(reviewer, talk[0], "take")
    client.delete("/api/conversations", headers=talk[1])
    assert talk[0][:12] not in reviewer.get(QUEUE).text
    for what in ("take", "back"):
        assert reviewer.post(f"{QUEUE}/{talk[0]}/{what}", data={"seal": given}).status_code == 404


def test_a_hostile_name_stays_a_text(
    client: TestClient, talk: tuple[str, dict[str, str]], reviewer: TestClient
) -> None:
    eve = somebody(client, "reviewer", "eve")
    with client.app.state.door.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(users.update().where(users.c.name == "eve").values(display=HOSTILE))
    assert change(eve, talk[0], "take").status_code == 303
    for path in (QUEUE, f"/console/conversations/{talk[0]}"):
        page = reviewer.get(path).text
        assert "<script>alert" not in page and "&lt;script&gt;" in page
    history = client.get(MESSAGES, headers=talk[1]).json()["messages"]
    assert HOSTILE in history[-1]["text"]


def test_the_database_that_does_not_answer_is_told(
    client: TestClient, reviewer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def gone(*_: Any) -> None:
        raise OperationalError("gone", {}, Exception())

    monkeypatch.setattr(Handoffs, "waiting", gone)
    assert reviewer.get(QUEUE).status_code == 503
