"""The list at /console: filters that combine and are links, search, counts, pages, saved filters, and the queue."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.knowledge import Knowledge
from bot.records.conversations import Conversations
from bot.records.summaries import Summaries
from tests.console.people import somebody
from tests.console.test_console import AT, turn
from tests.web.conftest import FakeDesk, client, conversations, desk, engine, make_client, settings

__all__ = ["FakeDesk", "client", "conversations", "desk", "engine", "make_client", "settings"]

HOSTILE = [
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    '"',
    "*",
    "AND OR NOT",
    "a* OR b",
    "NEAR(a b)",
    "\x00",
    "{}[]():^",
    "%",
]


@pytest.fixture
def reviewer(client: TestClient, conversations: Conversations, knowledge: Knowledge) -> TestClient:
    """A reviewer, with four conversations to read."""
    conversations.store_turn(turn(knowledge, "alpha", 1, text="My cheek twitches badly"))
    conversations.store_turn(turn(knowledge, "beta", 2, text="An eyelid, for two weeks", channel="telegram"))
    urgent = {"level": "emergency", "could_become": "emergency", "fired": [], "topics": []}
    conversations.store_turn(turn(knowledge, "gamma", 3, text="My mouth droops", decision=urgent))
    conversations.open("delta", "web", True, AT - timedelta(days=3))
    Summaries(conversations.engine).flag("beta", True)
    return somebody(client, "reviewer")


def listed(page: str) -> list[str]:
    return re.findall(r"/console/conversations/(\w+)\"", page)


def seal(page: str) -> str:
    found = re.search(r'name="seal" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["gamma", "beta", "alpha", "delta"]),
        ({"level": "same_day"}, ["beta", "alpha"]),
        ({"level": "none"}, ["delta"]),
        ({"emergency": "1"}, ["gamma"]),
        ({"channel": "telegram"}, ["beta"]),
        ({"flagged": "1", "level": "same_day"}, ["beta"]),
        ({"flagged": "1", "level": "emergency"}, []),
        ({"text": "cheek"}, ["alpha"]),
        ({"text": '"two weeks"'}, ["beta"]),
        ({"text": '"weeks two"'}, []),
        ({"text": "mou*"}, ["gamma"]),
        ({"text": "my mouth"}, ["gamma"]),
        ({"to": "2026-03-02"}, ["delta"]),
        ({"from": "2026-03-04"}, ["gamma", "beta", "alpha"]),
        ({"least": "3"}, []),
        ({"most": "1"}, ["delta"]),
        ({"sort": "level"}, ["gamma", "beta", "alpha", "delta"]),
        ({"order": "up"}, ["delta", "alpha", "beta", "gamma"]),
        ({"reviewer": "nobody", "emergency": "1"}, ["gamma"]),
        ({"status": "done"}, []),
        ({"feedback": "none"}, ["gamma", "beta", "alpha", "delta"]),
    ],
)
def test_filters_combine(reviewer: TestClient, query: dict[str, str], names: list[str]) -> None:
    page = reviewer.get("/console", params=query).text
    assert listed(page) == names and f'data-total="{len(names)}"' in page


def test_topic_and_rule(reviewer: TestClient, knowledge: Knowledge) -> None:
    topic, rule = next(iter(knowledge.topics)), next(iter(knowledge.rules))
    for query in ({"topic": topic}, {"rule": rule}, {"topic": topic, "rule": rule, "text": "cheek OR"}):
        expected = [] if "text" in query else ["beta", "alpha"]
        assert listed(reviewer.get("/console", params=query).text) == expected


@pytest.mark.parametrize("name", ["text", "level", "from", "least", "reviewer", "topic", "after", "before", "sort"])
def test_nothing_that_is_asked_is_an_error(reviewer: TestClient, name: str) -> None:
    for text in HOSTILE:
        page = reviewer.get("/console", params={name: text})
        assert page.status_code == 200 and "<script>alert" not in page.text


def test_what_cannot_be_read_is_said(reviewer: TestClient) -> None:
    page = reviewer.get("/console", params={"from": "yesterday", "least": "many"}).text
    assert "does not count: Last message from, Messages, at least" in page and len(listed(page)) == 4


@pytest.mark.parametrize("sort", ["", "opened", "level", "length"])
def test_pages_turn_both_ways(reviewer: TestClient, conversations: Conversations, sort: str) -> None:
    for number in range(110):
        conversations.open(f"c{number:03}", "web", True, AT - timedelta(days=1, minutes=number // 3))
    first = reviewer.get("/console", params={"sort": sort}).text
    seen, page = listed(first), first
    while follow := re.search(r'rel="next" href="([^"]+)"', page):
        page = reviewer.get(unescape(follow[1])).text
        seen += listed(page)
    assert len(seen) == len(set(seen)) == 114
    while back := re.search(r'rel="prev" href="([^"]+)"', page):
        page = reviewer.get(unescape(back[1])).text
    assert listed(page) == listed(first)


def test_a_filter_is_kept_renamed_and_deleted(client: TestClient, reviewer: TestClient) -> None:
    form = {"seal": seal(reviewer.get("/console").text), "name": "<b>Mine</b>", "level": "emergency", "text": "mouth"}
    kept = reviewer.post("/console/filters", data=form, follow_redirects=False)
    assert kept.status_code == 303 and listed(reviewer.get(kept.headers["location"]).text) == ["gamma"]
    page = reviewer.get("/console").text
    assert "&lt;b&gt;Mine&lt;/b&gt;" in page and "<b>Mine" not in page
    path = re.search(r"/console/filters/\d+", page)[0]  # type: ignore[index]
    other = somebody(client, "lead")
    assert "Mine" not in other.get("/console").text
    theirs = {"seal": seal(other.get("/console").text), "name": "Stolen"}
    assert other.post(f"{path}/rename", data=theirs).status_code == 422
    other.post(f"{path}/delete", data=theirs)
    reviewer.post(f"{path}/rename", data={**form, "name": "Other"})
    assert ">Other</a>" in reviewer.get("/console").text
    for bad in ({**form, "name": " "}, {**form, "seal": "x"}):
        assert reviewer.post("/console/filters", data=bad).status_code in (403, 422)
    reviewer.post(f"{path}/delete", data=form)
    assert ">Other</a>" not in reviewer.get("/console").text


def test_the_queue_gives_one_and_takes_it_back(reviewer: TestClient) -> None:
    page = reviewer.get("/console/next").text
    assert "1 with an emergency, 3 without" in page
    form = {"seal": seal(page)}
    taken = reviewer.post("/console/next", data=form, follow_redirects=False)
    assert taken.headers["location"] == "/console/conversations/gamma"
    assert listed(reviewer.get("/console?status=in_review").text) == ["gamma"]
    assert "Put back gamma" in reviewer.get("/console/next").text
    reviewer.post("/console/next/gamma/put-back", data=form)
    assert listed(reviewer.get("/console?status=in_review").text) == []
    for _ in range(4):
        reviewer.post("/console/next", data=form, follow_redirects=False)
    assert "Nothing is left for you" in reviewer.post("/console/next", data=form).text
    assert reviewer.post("/console/next", data={"seal": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("auditor", "/console", 200),
        ("auditor", "/console/next", 403),
        ("admin", "/console", 403),
        ("lead", "/console/next", 200),
    ],
)
def test_who_may(client: TestClient, role: str, path: str, status: int) -> None:
    assert somebody(client, role).get(path).status_code == status


def test_another_site_cannot_send_the_forms(reviewer: TestClient) -> None:
    form: dict[str, Any] = {"seal": seal(reviewer.get("/console").text), "name": "x"}
    for path in (
        "/console/filters",
        "/console/filters/1/rename",
        "/console/filters/1/delete",
        "/console/next",
        "/console/next/gamma/put-back",
    ):
        crossed = reviewer.post(path, data=form, headers={"Sec-Fetch-Site": "cross-site"})
        assert crossed.status_code == 403
