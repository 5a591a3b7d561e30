"""The audit log's page: filtered, checked, exported; and what the console's other pages write into it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.knowledge import Knowledge
from bot.records.audit import Audit
from bot.records.conversations import Conversations
from tests.console.judged import change, content, draft, judge, talk
from tests.console.people import seal_of, somebody
from tests.web.conftest import FakeDesk, begin, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "begin", "conversations", "desk", "engine", "make_client", "settings"]

HOSTILE = "<script>alert('x')</script>\" onfocus=\"y"


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return somebody(make_client(), "auditor")


@pytest.fixture
def audit(engine: Engine) -> Audit:
    return Audit(engine, "s" * 32)


def test_lines_are_filtered_and_nothing_in_them_is_markup(client: TestClient, audit: Audit) -> None:
    audit.write(HOSTILE, "reveal", HOSTILE, reason=HOSTILE)
    audit.write("anna", "export", "reviews", count=3)
    page = client.get("/console/audit").text
    assert "Lines: 3." in page and "&lt;script&gt;" in page and "<script>" not in page and 'onfocus="y' not in page
    today = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    for asked, count in (
        ({"actor": "anna"}, 1),
        ({"action": "sign_in"}, 1),
        ({"actor": HOSTILE}, 1),
        ({"actor": "anna", "action": "sign_in"}, 0),
        ({"since": today}, 3),
        ({"until": today}, 3),
        ({"until": "2020-01-01"}, 0),
        ({"actor": "' OR 1=1 --"}, 0),
        ({"actor": "\0"}, 0),
    ):
        assert f"Lines: {count}." in client.get("/console/audit", params=asked).text, asked
    for odd in ("yesterday", "2026-02-30", "9999-12-31", HOSTILE):
        for path in ("/console/audit", "/console/audit/export"):
            wrong = client.get(path, params={"since": odd})
            assert wrong.status_code == 422 and "could not be read" in wrong.text and "<script>" not in wrong.text


def test_pages_turn_and_keep_the_filter(client: TestClient, audit: Audit) -> None:
    for number in range(120):
        audit.write("anna", "export", f"file {number}")
    first = client.get("/console/audit", params={"actor": "anna"}).text
    assert "Page 1 of 2" in first and "actor=anna&amp;page=2" in first
    assert client.get("/console/audit", params={"actor": "anna", "page": "2"}).text.count("<tr>") == 21


def test_the_chain_is_checked_on_demand(client: TestClient, audit: Audit, engine: Engine) -> None:
    whole = client.get("/console/audit", params={"check": "1"}).text
    assert "All 1 lines are as they were written" in whole and audit.verify().newest in whole
    audit.write("anna", "export", "reviews")
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit SET actor = 'somebody' WHERE id = 1"))
    broken = client.get("/console/audit", params={"check": "1"}).text
    assert "line 1 is not what it was" in broken


def test_the_export_can_be_checked_by_whoever_has_it(client: TestClient, audit: Audit) -> None:
    audit.write("anna", "export", "naïve", count=3)
    sent = client.get("/console/audit/export")
    assert (
        sent.headers["content-type"].startswith("application/jsonl")
        and "attachment" in sent.headers["content-disposition"]
    )
    lines = [json.loads(line) for line in sent.text.splitlines()]
    assert [line["action"] for line in lines] == ["sign_in", "export", "export"]
    assert [line["before"] for line in lines[1:]] == [line["hash"] for line in lines[:-1]]
    assert lines[2]["actor"] == "auditor"


def test_letters_and_the_archive_write_into_it(client: TestClient, audit: Audit, engine: Engine) -> None:
    patient = TestClient(client.app)
    headers = begin(patient)
    patient.post("/api/conversations/messages", json={"id": "1", "text": "My cheek twitches"}, headers=headers)
    lead = somebody(client, "lead")
    path = re.search(r"/console/conversations/([0-9a-f]+)", lead.get("/console").text)
    assert path
    fields = {"seal": seal_of(lead.get(path[0]).text), "letter": "1", "text": "Please ring us."}
    for _ in range(2):
        lead.post(f"{path[0]}/letters", data=fields)
    logged = [row for row in audit.every() if row.action == "letter"]
    assert [(row.actor, row.object) for row in logged] == [("lead", audit.pseudonym(path[1]))]
    whole = str(list(audit.every()))
    assert path[1] not in whole and "ring us" not in whole and "cheek" not in whole


def test_verdicts_drafts_handoffs_and_downloads_write_into_it(
    client: TestClient, audit: Audit, conversations: Conversations, knowledge: Knowledge
) -> None:
    one = talk(conversations, knowledge)
    lead, owner = somebody(client, "lead"), somebody(client, "knowledge_owner")
    judge(lead, one, level_verdict="too_calm", right_level="emergency", done="1", comment="Ada Brown must go today")
    kept, gone = draft(lead, one, "nlu"), draft(lead, one, "nlu")
    assert change(lead, kept, content=content(lead, kept) + "\n").status_code == 303
    assert change(owner, kept, "approve").status_code == 303
    assert change(lead, gone, "remove").status_code == 303
    assert change(lead, kept, "approve").status_code == 403, "one's own"
    seal = seal_of(lead.get("/console/handoff").text)
    for what in ("take", "take", "back"):
        lead.post(f"/console/handoff/{one}/{what}", data={"seal": seal})
    lead.post(f"/console/conversations/{one}/flag", data={"seal": seal, "flagged": "1"})
    lead.post(f"/console/conversations/{one}/status", data={"seal": seal, "status": "new"})
    assert lead.get("/console/dashboard/by_day.csv", params={"days": "7"}).status_code == 200
    assert lead.get("/console/dashboard/nothing.csv").status_code == 404
    number, removed = kept.rpartition("/")[2], gone.rpartition("/")[2]
    logged = [(row.actor, row.action, row.object) for row in audit.every() if row.action != "sign_in"]
    assert logged == [
        ("lead", "review", audit.pseudonym(one)),
        ("lead", "draft_made", f"draft:{number}"),
        ("lead", "draft_made", f"draft:{removed}"),
        ("lead", "draft_changed", f"draft:{number}"),
        ("knowledge_owner", "draft_approved", f"draft:{number}"),
        ("lead", "draft_removed", f"draft:{removed}"),
        ("lead", "handoff_taken", audit.pseudonym(one)),
        ("lead", "handoff_returned", audit.pseudonym(one)),
        ("lead", "flag", audit.pseudonym(one)),
        ("lead", "status", audit.pseudonym(one)),
        ("lead", "export", "dashboard:by_day.csv"),
    ]
    whole = str(list(audit.every()))
    # What was judged is erased with the conversation, and the log stays.
    assert not any(each in whole for each in (one, "Brown", "too_calm", "eyelid"))
    assert audit.verify().why is None
