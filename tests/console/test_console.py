"""The console: showing what was said, decided and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from bot.records.listing import Listing
from bot.records.turn_record import TurnRecord
from tests.console.people import somebody
from tests.web.conftest import FakeDesk, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "conversations", "desk", "engine", "make_client", "settings"]


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return somebody(make_client(), "reviewer")


AT = datetime(2026, 3, 4, 9, 30, tzinfo=timezone.utc)


def turn(knowledge: Knowledge, conversation: str, number: int, **changes: Any) -> TurnRecord:
    rule = next(iter(knowledge.rules.values()))
    finding = next(iter(knowledge.findings))
    fired = {
        "id": rule.id,
        "version": rule.version,
        "level": "same_day",
        "sources": list(rule.sources),
        "reviewed": None,
        "because": [finding],
        "caution": True,
    }
    values: dict[str, Any] = {
        "conversation_id": conversation,
        "client_id": str(number),
        "channel": "web",
        "at": AT + timedelta(minutes=number),
        "text": "My cheek <b>twitches</b>",
        "choices": None,
        "replies": [
            {
                "id": f"r{number}",
                "kind": "question",
                "text": "Any of these?",
                "choices": [{"label": "Weak arm", "value": "w"}],
            }
        ],
        "case": {
            "facts": {
                finding: {
                    "status": "present",
                    "side": "left",
                    "lasting": {"middle": 864000, "low": 864000, "high": 1728000},
                }
            }
        },
        "decision": {
            "level": "same_day",
            "could_become": "emergency",
            "fired": [fired],
            "topics": list(knowledge.topics)[:1],
            "would_change": [{"finding": finding, "level": "emergency", "rule": rule.id}],
        },
        "knowledge_version": knowledge.version,
        "knowledge_canonical": knowledge.canonical,
        "failed": None,
    }
    return TurnRecord(**{**values, **changes})


def test_an_empty_list_says_so(client: TestClient) -> None:
    page = client.get("/console")
    assert page.status_code == 200 and "no conversations yet" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_newest_comes_first_with_its_level_and_failures(
    client: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    for number, name in enumerate(("older", "newer")):
        conversations.open(name, "web", True, AT)
        conversations.store_turn(turn(knowledge, name, number, failed="no model" if name == "newer" else None))
    conversations.open("silent", "web", False, AT - timedelta(days=1))
    page = client.get("/console").text
    assert page.index("newer") < page.index("older") < page.index("silent")
    assert page.split("<table>")[1].count("Same day") == 2 and "No decision" in page and "Without consent" in page
    assert '<strong class="failed">1</strong>' in page and "2026-03-04 09:31" in page


def test_one_conversation_shows_what_was_said_and_why_it_was_decided_so(
    client: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    conversations.open("one", "web", True, AT)
    conversations.store_turn(turn(knowledge, "one", 1))
    conversations.store_turn(
        turn(knowledge, "one", 2, text=None, choices=["w", "none"], failed="RuntimeError: no model")
    )
    page = client.get("/console/conversations/one").text
    rule = next(iter(knowledge.rules.values()))
    source = knowledge.sources[rule.sources[0]]
    assert "My cheek &lt;b&gt;twitches&lt;/b&gt;" in page and "<b>" not in page
    assert "Weak arm, none" in page and "RuntimeError: no model" in page
    for shown in (rule.id, source.title, "Same day", "fired by caution", "Not yet reviewed", "10 to 20 days", "left"):
        assert shown in page, shown
    assert knowledge.findings[next(iter(knowledge.findings))].label in page
    assert knowledge.version[:16] in page and "as it is today" in page


def test_names_that_todays_knowledge_lacks_are_shown_as_they_are(
    client: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    fired = [
        {
            "id": "retired.rule",
            "version": 1,
            "level": "routine",
            "sources": ["gone"],
            "reviewed": "Dr A",
            "because": ["lost.trend"],
        }
    ]
    decision = {"level": "routine", "could_become": "routine", "fired": fired, "topics": ["old"], "would_change": []}
    conversations.store_turn(turn(knowledge, "one", 1, decision=decision, knowledge_version="f" * 64))
    page = client.get("/console/conversations/one").text
    for shown in ("retired.rule", "gone", "lost (trend)", "Reviewed by Dr A", "another version"):
        assert shown in page, shown


def test_an_erased_conversation_shows_nothing_that_was_said(
    client: TestClient, conversations: Conversations, knowledge: Knowledge
) -> None:
    conversations.open("one", "web", True, AT)
    conversations.store_turn(turn(knowledge, "one", 1))
    conversations.erase("one", AT)
    page = client.get("/console/conversations/one").text
    assert "deleted by the person" in page and "cheek" not in page
    assert "/console/conversations/one" not in client.get("/console").text


def test_an_unknown_conversation_and_a_failing_database_are_told_in_words(
    client: TestClient, conversations: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = client.get("/console/conversations/nothing")
    assert unknown.status_code == 404 and "no such conversation" in unknown.text

    def broken(*arguments: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("locked"))

    monkeypatch.setattr(Listing, "look", broken)
    failing = client.get("/console")
    assert failing.status_code == 503 and "Try again" in failing.text and "SELECT" not in failing.text
