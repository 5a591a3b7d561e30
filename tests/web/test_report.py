"""The report's address: made with the advice, opened without a token, ended by time and by erasure."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from fhir.resources.bundle import Bundle
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.dialogue.opening import open_desk
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.records.conversations import Conversations
from bot.records.turn_record import TurnRecord
from bot.settings import Settings
from bot.web.reports import Reports
from bot.web.tokens import BadToken, ExpiredKey, ReportKeys
from tests.report.stories import told
from tests.web.conftest import begin

MESSAGES = "/api/conversations/messages"
ALARM = "One side of my face drooped an hour ago and my words come out slurred"
MARKUP = "My left cheek has been twitching for two months <script>alert(1)</script>"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=timezone.utc)


@pytest.fixture
def real(
    make_client: Callable[..., TestClient], settings: Settings, engine: Engine, knowledge: Knowledge
) -> TestClient:
    return make_client(desk=open_desk(settings, engine, knowledge))


@pytest.fixture
def advised(real: TestClient, conversations: Conversations, knowledge: Knowledge, reader: Reader) -> dict[str, str]:
    """The header of a conversation that has come to its advice."""
    header = begin(real)
    # The door waits a moment only for the database: on a machine under load the row may come after the answer.
    for _ in range(500):
        if conversations.count():
            break
        time.sleep(0.02)
    [opened] = conversations.list()
    store(conversations, opened["id"], told(knowledge, reader, MARKUP), knowledge)
    return header


def store(conversations: Conversations, conversation: str, rows: list[dict[str, Any]], knowledge: Knowledge) -> None:
    for said, reply in zip(rows[::2], rows[1::2]):
        record = TurnRecord(
            conversation_id=conversation,
            client_id=said["id"],
            channel="web",
            at=datetime.fromisoformat(said["at"]),
            text=said.get("text"),
            choices=said.get("choices"),
            replies=[{key: value for key, value in reply.items() if key not in ("from", "at", "decision")}],
            case=said["decision"]["facts"],
            decision=said["decision"]["decision"],
            knowledge_version=knowledge.version,
            knowledge_canonical=knowledge.canonical,
        )
        assert conversations.store_turn(record)


def address_in(client: TestClient, header: dict[str, str]) -> str:
    """The report's address, as the conversation gives it."""
    said = client.get(MESSAGES, headers=header).json()["messages"]
    return str([each["advice"]["report_url"] for each in said if each.get("advice")][-1])


def test_an_emergency_comes_with_its_report(real: TestClient) -> None:
    header = begin(real)
    body = {"id": "1", "text": ALARM}
    [answered] = real.post(MESSAGES, json=body, headers=header).json()["messages"]
    address = answered["advice"]["report_url"]
    assert re.fullmatch(r"/reports/[A-Za-z0-9_-]{60,}", address)
    page = real.get(address)
    assert page.status_code == 200 and ALARM in page.text and "Call 999 now" in page.text
    [again] = real.post(MESSAGES, json=body, headers=header).json()["messages"]
    assert real.get(again["advice"]["report_url"]).status_code == 200


def test_the_page_says_everything_once_for_patient_and_doctor(
    real: TestClient, advised: dict[str, str], knowledge: Knowledge
) -> None:
    page = real.get(address_in(real, advised))
    assert page.status_code == 200 and page.headers["Content-Type"].startswith("text/html")
    text = re.sub(r"<[^>]+>|\s+", " ", page.text)
    assert "&amp;" not in page.text
    for part in ("left side", "Questions and answers", "None of these", "not yet reviewed", knowledge.version[:12]):
        assert part in text, part
    assert "999" in text and "Demonstration" in text
    assert "&lt;script&gt;alert(1)" in page.text and "<script>alert" not in page.text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style| style=| on\w+=", page.text)
    assert page.text.count("<h1>") == 1 and "{" not in text


def test_nobody_collects_or_keeps_it(real: TestClient, advised: dict[str, str]) -> None:
    address = address_in(real, advised)
    for path in (address, f"{address}/fhir", "/reports/nonsense", "/reports/nonsense/fhir"):
        headers = real.get(path).headers
        assert headers["Cache-Control"] == "no-store" and "default-src 'none'" in headers["Content-Security-Policy"]
    assert "noindex" in real.get(address).headers["X-Robots-Tag"] and "noindex" in real.get(address).text


def test_the_bundle_is_fhir(real: TestClient, advised: dict[str, str]) -> None:
    served = real.get(address_in(real, advised) + "/fhir")
    assert served.headers["Content-Type"] == "application/fhir+json"
    assert ".fhir.json" in served.headers["Content-Disposition"]
    assert Bundle.parse_raw(served.content).type == "collection"


def test_a_forged_address_is_told_kindly(real: TestClient, advised: dict[str, str]) -> None:
    address = address_in(real, advised)
    forged = address[:-6] + ("A" if address[-6] != "A" else "B") + address[-5:]
    for path in (forged, "/reports/x", address[:-20], "/reports/" + "A" * 5000, "/reports/%F0%9F%92%A9"):
        page = real.get(path)
        assert page.status_code == 404 and page.headers["Content-Type"].startswith("text/html")
        assert "no report at this address" in page.text and "999" in page.text
        error = real.get(f"{path}/fhir").json()["error"]
        assert error["code"] == "report_unknown" and "999" in error["hint"]


def test_after_its_time_it_says_so(
    settings: Settings, conversations: Conversations, knowledge: Knowledge, real: TestClient, advised: dict[str, str]
) -> None:
    later = datetime.now(timezone.utc) - timedelta(hours=settings.report_hours + 1)
    [row] = conversations.list()
    past = Reports(settings, conversations, knowledge, now=lambda: later)
    rows = [message for message in conversations.history(row["id"]) if message.get("advice")]
    [old] = past.linked(row["id"], rows)
    page = real.get(old["advice"]["report_url"])
    assert page.status_code == 410 and "expired" in page.text
    assert real.get(address_in(real, advised)).status_code == 200


def test_after_erasure_it_was_deleted(real: TestClient, advised: dict[str, str]) -> None:
    address = address_in(real, advised)
    real.delete("/api/conversations", headers=advised)
    page = real.get(address)
    assert page.status_code == 410 and "deleted" in page.text and "twitching" not in page.text
    assert real.get(f"{address}/fhir").json()["error"]["code"] == "gone"


def test_a_report_is_read_with_the_knowledge_that_decided(
    real: TestClient,
    settings: Settings,
    conversations: Conversations,
    knowledge: Knowledge,
    make_client: Callable[..., TestClient],
    advised: dict[str, str],
) -> None:
    """Today's knowledge may no longer have the rule that fired then."""
    address = address_in(real, advised)
    today = replace(knowledge, version="0" * 64, rules={}, topics={}, findings={}, questions=())
    from bot.web.app import create_app

    later = TestClient(create_app(settings, None, conversations, today))
    page = later.get(address)
    assert page.status_code == 200 and knowledge.version[:12] in page.text and "left side" in page.text


def test_a_database_that_does_not_answer_is_said_to_be_so(
    real: TestClient, advised: dict[str, str], engine: Engine
) -> None:
    address = address_in(real, advised)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE decisions RENAME TO elsewhere")
    page = real.get(address)
    assert page.status_code == 503 and "999" in page.text and "Retry-After" in page.headers
    assert real.get(f"{address}/fhir").json()["error"]["code"] == "report_unavailable"


def test_an_emergency_that_is_only_in_the_journal_has_no_report(real: TestClient, settings: Settings) -> None:
    header = begin(real)
    blocked = sqlite3.connect(settings.home / "signpost.db", isolation_level=None)
    blocked.execute("BEGIN IMMEDIATE")
    try:
        [answered] = real.post(MESSAGES, json={"id": "1", "text": ALARM}, headers=header).json()["messages"]
    finally:
        blocked.execute("ROLLBACK")
        blocked.close()
    assert answered["kind"] == "emergency" and answered["advice"]["report_url"] is None


def test_questions_have_no_report(client: TestClient, bearer: dict[str, str]) -> None:
    [asked] = client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=bearer).json()["messages"]
    assert "advice" not in asked


def test_a_key_opens_its_reply_until_its_hour() -> None:
    keys = ReportKeys("secret one", 24)
    key = keys.issue("conversation", "reply", NOW)
    assert key == keys.issue("conversation", "reply", NOW + timedelta(minutes=29))
    assert keys.read(key, NOW + timedelta(hours=24)) == ("conversation", "reply")
    with pytest.raises(ExpiredKey):
        keys.read(key, NOW + timedelta(hours=25))


def test_a_key_says_nothing_and_no_other_secret_makes_one() -> None:
    key = ReportKeys("secret one", 24).issue("whatsapp 0044", "reply", NOW)
    assert b"whatsapp" not in base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    assert json.dumps("whatsapp 0044") not in key
    with pytest.raises(BadToken):
        ReportKeys("secret two", 24).read(key, NOW)


@pytest.mark.parametrize("key", ["", ".", "A", "AAAA", "é" * 40, "\ud83d", "A" * 2000, "a+b/"])
def test_nonsense_is_no_key(key: str) -> None:
    with pytest.raises(BadToken):
        ReportKeys("secret one", 24).read(key, NOW)
