"""The flag and the status that reviewers set on a conversation's page."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from tests.console.judged import judge, talk
from tests.console.people import seal_of, somebody
from tests.web.conftest import FakeDesk, client, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "client", "conversations", "desk", "engine", "make_client", "settings"]


@pytest.fixture
def one(conversations: Conversations, knowledge: Knowledge) -> str:
    return talk(conversations, knowledge)


def send(reader: TestClient, one: str, what: str, **fields: str) -> int:
    page = f"/console/conversations/{one}"
    sent = {"seal": seal_of(reader.get(page).text), **fields}
    answer = reader.post(f"{page}/{what}", data=sent, follow_redirects=False)
    if answer.status_code == 303:
        assert answer.headers["location"] == f"{page}#marks"
    return answer.status_code


def total(reader: TestClient, **asked: str) -> int:
    return int(reader.get("/console", params=asked).text.split('data-total="')[1].split('"')[0])


def test_a_flag_is_set_found_by_others_and_taken_away(client: TestClient, one: str) -> None:
    lead, reviewer = somebody(client, "lead"), somebody(client, "reviewer")
    assert send(lead, one, "flag", flagged="1") == 303
    assert total(reviewer, flagged="1") == 1
    assert "Take the flag away" in reviewer.get(f"/console/conversations/{one}").text
    assert send(reviewer, one, "flag") == 303
    assert total(lead, flagged="1") == 0


def test_what_is_in_review_is_ones_own_and_what_is_new_is_nobodys(client: TestClient, one: str) -> None:
    reviewer, lead = somebody(client, "reviewer", "vera"), somebody(client, "lead")
    assert send(reviewer, one, "status", status="in_review") == 303
    assert one in reviewer.get("/console/next").text and one not in lead.get("/console/next").text
    assert "with Vera" in lead.get(f"/console/conversations/{one}").text
    assert send(lead, one, "status", status="new") == 303
    assert one not in reviewer.get("/console/next").text and total(lead, status="new", reviewer="nobody") == 1


def test_a_verdict_stays_what_it_is_when_a_status_is_set_back(client: TestClient, one: str) -> None:
    lead = somebody(client, "lead")
    judge(lead, one, level_verdict="right", done="1")
    assert total(lead, status="done") == 1
    assert send(lead, one, "status", status="in_review") == 303
    assert total(lead, status="in_review") == 1
    judge(lead, one, level_verdict="right", done="1")
    assert total(lead, status="done") == 1


def test_what_is_no_status_and_who_is_not_there_change_nothing(client: TestClient, one: str) -> None:
    lead = somebody(client, "lead")
    assert send(lead, one, "status", status="lost") == 422
    assert send(lead, one, "status") == 422
    seal = seal_of(lead.get(f"/console/conversations/{one}").text)
    for what in ("flag", "status"):
        sent = lead.post(f"/console/conversations/nobody/{what}", data={"seal": seal, "status": "done"})
        assert sent.status_code == 404
    assert total(lead, status="new") == 1 and total(lead, flagged="1") == 0


def test_an_auditor_reads_the_marks_and_has_no_button(client: TestClient, one: str) -> None:
    page = somebody(client, "auditor").get(f"/console/conversations/{one}").text
    assert "For other reviewers" in page and "Flag this conversation" not in page
