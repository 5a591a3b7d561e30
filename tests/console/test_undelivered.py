"""The page of what could not be delivered: where, and why in plain words; and the line on a conversation's page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Optional

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.console.undelivered import PAGE, REASONS
from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from bot.records.models import outbox
from bot.records.outbox import Outbox, Parcel, post
from tests.console.people import somebody
from tests.console.test_console import AT, turn
from tests.records.conftest import correspondent
from tests.web.conftest import FakeDesk, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "conversations", "desk", "engine", "make_client", "settings"]

PATH = "/console/undelivered"
HOSTILE = '<script>alert("x")</script> {{7*7}} \u202e'


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return somebody(make_client(), "auditor")


@pytest.fixture
def one(conversations: Conversations, knowledge: Knowledge) -> str:
    """A conversation on a platform."""
    name = correspondent(conversations.engine, "whatsapp")
    conversations.store_turn(turn(knowledge, name, 1, channel="whatsapp"))
    return name


def give_up(engine: Engine, number: int, conversation: Optional[str], reason: str = "gone", **more: Any) -> None:
    """A reply that was given up, `number` minutes later than the first."""
    at = AT + timedelta(minutes=number)
    with engine.begin() as connection:
        parcel = Parcel(f"reply-{number}", conversation, "whatsapp", "sender", "sealed", more.pop("urgent", False))
        post(connection, parcel, at)
        (row,) = connection.execute(outbox.select().where(outbox.c.reply_id == parcel.reply_id))
        if more:
            connection.execute(outbox.update().where(outbox.c.id == row.id).values(**more))
    Outbox(engine, "me").failed(row.id, reason, at + timedelta(hours=1))


def rows(page: str) -> list[str]:
    """The lines of the table, as text."""
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [html.unescape(" ".join(re.sub(r"<[^>]+>", " ", row).split())) for row in found]


def test_nothing_is_there(client: TestClient, engine: Engine, one: str) -> None:
    with engine.begin() as connection:
        post(connection, Parcel("waits", one, "whatsapp", "sender", "sealed"), AT)
    page = client.get(PATH)
    assert page.status_code == 200 and "is still on its way" in page.text and "<table" not in page.text
    assert f'<a href="{PATH}" aria-current="page">Undelivered</a>' in page.text
    assert "could not be delivered" not in client.get(f"/console/conversations/{one}").text


def test_a_line_says_when_where_how_often_and_why(client: TestClient, engine: Engine, one: str) -> None:
    give_up(engine, 0, one, "window_closed", attempts=3)
    give_up(engine, 1, one, "gone", urgent=True)
    give_up(engine, 2, None, "blocked")
    page = client.get(PATH).text
    receipt, urgent, calm = rows(page)
    when = "2026-03-04 10:30 2026-03-04 09:30"
    assert calm.startswith(f"no {when} whatsapp {one[:12]} 3 More than 24 hours") and "WhatsApp and Messenger" in calm
    assert urgent.startswith("Emergency 2026-03-04 10:31") and urgent.endswith("0 The person is no longer there.")
    assert page.count('<tr class="urgent">') == 1 and page.count("level-emergency") == 1
    assert "Nothing of it is kept" in receipt and page.count(f'href="/console/conversations/{one}"') == 2
    assert "could not be delivered on a platform: 3" in page


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_ours_has_its_words(
    client: TestClient, engine: Engine, one: str, reason: str, knowledge: Knowledge
) -> None:
    assert knowledge.messages.has(f"undelivered.because.{reason}")
    give_up(engine, 0, one, reason)
    (row,) = rows(client.get(PATH).text)
    assert "Another reason:" not in row and row.endswith(".") and "because" not in row


@pytest.mark.parametrize("reason", ["http_400", HOSTILE, "unknown", "none", ""])
def test_any_other_reason_is_shown_as_it_is(client: TestClient, engine: Engine, one: str, reason: str) -> None:
    give_up(engine, 0, one, reason)
    page = client.get(PATH).text
    (row,) = rows(page)
    assert "<script>alert" not in page and "49" not in row
    assert row.endswith(f"Another reason: {reason[:40].strip()}" if reason else "not noted") or "<" in reason


def test_there_are_fifty_a_page(client: TestClient, engine: Engine, one: str) -> None:
    for number in range(PAGE + 1):
        give_up(engine, number, one)
    first = client.get(PATH).text
    assert len(rows(first)) == PAGE and f'href="{PATH}?page=2"' in first and "Page 1 of 2" in first
    for asked in ("2", "9999999"):
        second = client.get(f"{PATH}?page={asked}").text
        assert len(rows(second)) == 1 and f'href="{PATH}?page=1"' in second and "Page 2 of 2" in second
    for asked in ("0", "-1", "x", "1" * 30, ""):
        assert len(rows(client.get(f"{PATH}?page={asked}").text)) == PAGE


def test_a_conversation_says_how_much_of_it_was_not_delivered(
    client: TestClient, engine: Engine, one: str, conversations: Conversations
) -> None:
    for number in range(2):
        give_up(engine, number, one)
    give_up(engine, 2, correspondent(engine, "telegram"))
    page = client.get(f"/console/conversations/{one}").text
    line = re.search(r"Replies of this conversation that could not be delivered: (\d+)\..*", page)
    assert line is not None and line[1] == "2" and f'<a href="{PATH}">' in line[0]
    conversations.erase(one, AT)
    assert len(rows(client.get(PATH).text)) == 1
    assert "could not be delivered" not in client.get(f"/console/conversations/{one}").text


def test_the_head_names_it_for_whoever_reads(client: TestClient) -> None:
    for role, reads in (("reviewer", True), ("knowledge_owner", True), ("admin", False)):
        assert (f'<a href="{PATH}"' in somebody(client, role).get("/console/account").text) is reads
