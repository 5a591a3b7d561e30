"""Pages of other origins: named ones may use the API, all others are refused; and takeovers that others allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.records.conversations import Conversations
from bot.settings import Settings
from bot.web.app import create_app
from bot.web.origins import Origins
from tests.web.conftest import begin

CLINIC = "https://clinic.example"
EVIL = "https://evil.example"
MESSAGES = "/api/conversations/messages"
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.fixture
def embedded(settings: Settings, desk: Any, conversations: Conversations, knowledge: Any) -> TestClient:
    """A server whose widget stands on the clinic's own site too."""
    app = create_app(replace(settings, origins=(CLINIC,)), desk, conversations, knowledge)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("origin", "host", "scheme", "admitted"),
    [
        (None, "signpost.example", "https", True),
        ("https://signpost.example", "signpost.example", "https", True),
        ("https://signpost.example", "signpost.example", "http", True),
        ("http://signpost.example", "signpost.example", "https", False),
        ("http://localhost:8000", "localhost:8000", "http", True),
        ("http://localhost:8001", "localhost:8000", "http", False),
        (CLINIC, "signpost.example", "https", True),
        ("http://clinic.example", "signpost.example", "https", False),
        ("https://clinic.example.evil.example", "signpost.example", "https", False),
        ("https://evil.example/?https://clinic.example", "signpost.example", "https", False),
        ("null", "signpost.example", "https", False),
        ("", "signpost.example", "https", False),
        ("https://", "", "https", False),
        ("http://[", "[", "http", False),
        ("http://[::1", "[::1", "http", False),
        ("file://", None, "https", False),
    ],
)
def test_who_is_admitted(origin: str | None, host: str | None, scheme: str, admitted: bool) -> None:
    assert Origins([CLINIC]).admit(origin, host, scheme) is admitted


def test_a_named_page_may_ask_and_read(embedded: TestClient) -> None:
    asked = embedded.options(MESSAGES, headers={"Origin": CLINIC, **ASKED})
    assert asked.status_code == 200 and asked.headers["Access-Control-Allow-Origin"] == CLINIC
    assert "authorization" in asked.headers["Access-Control-Allow-Headers"].lower()
    opened = embedded.post("/api/conversations", json={"consent": True}, headers={"Origin": CLINIC})
    assert opened.status_code == 201 and opened.headers["Access-Control-Allow-Origin"] == CLINIC
    assert opened.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in opened.headers and "Origin" in opened.headers["Vary"]


@pytest.mark.parametrize("origin", [EVIL, "null", "http://clinic.example", CLINIC + ".evil.example"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/conversations"),
        ("DELETE", "/api/conversations"),
        ("GET", MESSAGES),
        ("POST", MESSAGES),
        ("GET", "/api/conversations/events"),
        ("POST", "/api/conversations/feedback"),
        ("GET", "/api/archive/search?text=x"),
        ("OPTIONS", MESSAGES),
    ],
)
def test_a_foreign_page_is_refused_even_with_a_good_token(
    embedded: TestClient, origin: str, method: str, path: str
) -> None:
    headers = begin(embedded)
    refused = embedded.request(
        method, path, headers={**headers, "Origin": origin, **ASKED}, json={"id": "1", "text": "x"}
    )
    assert refused.status_code == 403 and refused.json()["error"]["code"] == "origin_refused"
    assert "999" in refused.json()["error"]["hint"] and "SIGNPOST_ORIGINS" in refused.json()["error"]["hint"]
    assert not [name for name in refused.headers if name.lower().startswith("access-control")]
    assert embedded.get(MESSAGES, headers=headers).json()["messages"] == []


def test_a_preflight_that_asks_for_too_much_is_refused_in_our_shape(embedded: TestClient) -> None:
    for asked in ({"Access-Control-Request-Method": "PUT"}, {**ASKED, "Access-Control-Request-Headers": "x-foo"}):
        refused = embedded.options(MESSAGES, headers={"Origin": CLINIC, **asked})
        assert refused.status_code == 400 and refused.json()["error"]["code"] == "bad_request"


def test_a_named_page_can_read_what_went_wrong(embedded: TestClient, desk: Any) -> None:
    headers = {**begin(embedded), "Origin": CLINIC}
    desk.fails = RuntimeError("broken")
    broken = embedded.post(MESSAGES, json={"id": "1", "text": "hello"}, headers=headers)
    assert broken.status_code == 500 and broken.headers["Access-Control-Allow-Origin"] == CLINIC
    assert "Content-Security-Policy" in broken.headers


def test_the_words_are_for_every_page_and_say_whether_it_may_do_more(embedded: TestClient) -> None:
    for origin, allowed in ((CLINIC, True), (EVIL, False), ("http://testserver", True)):
        words = embedded.get("/api/texts", headers={"Origin": origin})
        assert words.headers["Access-Control-Allow-Origin"] == "*"
        assert words.json()["allowed"] is allowed and words.json()["numbers"]["emergency_number"] == "999"


def test_the_widgets_file_may_be_loaded_by_any_page(client: TestClient) -> None:
    assert client.get("/widget.js").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get("/api/texts").headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get("/").headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_tls_is_asked_for_where_there_is_some(make_client: Callable[..., TestClient]) -> None:
    client = make_client()
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert (
        "max-age" in TestClient(client.app, base_url="https://testserver").get("/").headers["Strict-Transport-Security"]
    )


def test_a_conversation_cannot_be_taken_over(client: TestClient) -> None:
    """What rasa's own channel allows: naming another's id, a token of another's, a token after deletion."""
    mine, theirs = begin(client), begin(client)
    client.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=mine)
    token = mine["Authorization"].removeprefix("Bearer ")
    payload, _, signature = token.rpartition(".")
    other = theirs["Authorization"].removeprefix("Bearer ")
    grafted = [
        f"{payload}.{other.rpartition('.')[2]}",
        f"{other.rpartition('.')[0]}.{signature}",
        payload,
        token[:-1],
        token + "A",
        token.swapcase(),
    ]
    for forged in grafted:
        assert client.get(MESSAGES, headers={"Authorization": f"Bearer {forged}"}).status_code == 401
    for place in ({"session_id": token}, {"token": token}, {"conversation_id": "x"}):
        assert client.get(MESSAGES, params=place).status_code == 401
        assert client.post(MESSAGES, params=place, json={"id": "1", "text": "/restart"}).status_code == 401
    assert client.get(MESSAGES, headers=theirs).json()["messages"] == []
    assert client.request("DELETE", "/api/conversations", headers=mine).status_code == 200
    for method, path in (("GET", MESSAGES), ("POST", MESSAGES), ("GET", "/api/conversations/events")):
        gone = client.request(
            method, path, headers=mine, json={"id": "2", "text": "again"} if method == "POST" else None
        )
        assert gone.status_code == 410
