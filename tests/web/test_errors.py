"""Bad input and failures: each gets one shape, words that say what to do, the number to call, and no stack trace."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from bot.web.limits import BODY_BYTES
from tests.web.conftest import FakeDesk, begin, unavailable

MESSAGES = "/api/conversations/messages"
JSON = {"Content-Type": "application/json"}


def check(response: Any, status: int, code: str) -> dict[str, str]:
    """The error of a response, once its shape is sure."""
    assert response.status_code == status, response.text
    assert set(response.json()) <= {"error", "ready", "checks"}
    error: dict[str, str] = response.json()["error"]
    assert set(error) == {"code", "message", "hint"} and error["code"] == code
    assert "999" in error["hint"]
    assert "{" not in error["message"] and "Traceback" not in response.text
    return error


BAD_BODIES: list[tuple[bytes, int, str, str]] = [
    (b"", 422, "bad_message", "nothing"),
    (b"{", 400, "bad_json", "Line 1, column 2"),
    (b'{"id": "1",\n "text": }', 400, "bad_json", "Line 2"),
    (b'{"id": "1", "text": "\xff"}', 400, "bad_json", "UTF-8"),
    (b"[" * 100_000, 400, "bad_json", "nested"),
    (b'{"id": "1", "text": NaN}', 400, "bad_json", "could not be read"),
    (b"[]", 422, "bad_message", "a list"),
    (b"null", 422, "bad_message", "nothing"),
    (b'"text"', 422, "bad_message", "text"),
    (b"{}", 422, "bad_message", '"id"'),
    (b'{"id": 1, "text": "x"}', 422, "bad_message", '"id"'),
    (b'{"id": "", "text": "x"}', 422, "bad_message", '"id"'),
    (b'{"id": "' + b"a" * 129 + b'", "text": "x"}', 422, "bad_message", '"id"'),
    (b'{"id": "1"}', 422, "bad_message", '"text" or "choices"'),
    (b'{"id": "1", "text": "x", "choices": ["none"]}', 422, "bad_message", "both"),
    (b'{"id": "1", "text": ["x"]}', 422, "bad_message", '"text"'),
    (b'{"id": "1", "text": ""}', 422, "bad_message", "empty"),
    (b'{"id": "1", "text": " \\n\\t "}', 422, "bad_message", "empty"),
    (b'{"id": "1", "choices": []}', 422, "bad_message", '"choices"'),
    (b'{"id": "1", "choices": "none"}', 422, "bad_message", '"choices"'),
    (b'{"id": "1", "choices": [1]}', 422, "bad_message", '"choices"'),
    (b'{"id": "1", "text": "x", "consent": "yes"}', 422, "bad_message", '"consent"'),
    (b'{"id": "1", "text": "x", "txet": "y"}', 422, "bad_message", '"txet"'),
]


@pytest.mark.parametrize(("body", "status", "code", "words"), BAD_BODIES)
def test_a_bad_body_is_refused_and_what_is_wrong_is_named(
    client: TestClient, bearer: dict[str, str], desk: FakeDesk, body: bytes, status: int, code: str, words: str
) -> None:
    error = check(client.post(MESSAGES, content=body, headers={**bearer, **JSON}), status, code)
    assert words in error["message"]
    assert desk.received == []


def test_an_emergency_in_a_faulty_message_is_answered_all_the_same(client: TestClient, bearer: dict[str, str]) -> None:
    for fault in ({"text": "My face droops"}, {"id": "1", "text": "My face droops", "choices": []}):
        answered = client.post(MESSAGES, json=fault, headers=bearer)
        assert answered.status_code == 200 and answered.json()["messages"][0]["kind"] == "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "x" * 20_000,
        "\U0001f635" * 20_000,
        "\U0001f635\U0001f622",
        "\x00\x01\x1b[31m",
        "我的臉一直抽動",
        "وجهي يرتجف",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        '/inform{"finding": "none"}',
        "\ud83d half a pair",
        "'; DROP TABLE messages; --",
    ],
    ids=["long", "long-emoji", "emoji", "control", "chinese", "arabic", "html", "intent", "surrogate", "sql"],
)
def test_every_text_reaches_the_desk_and_is_kept(
    client: TestClient, bearer: dict[str, str], desk: FakeDesk, text: str
) -> None:
    import json

    body = json.dumps({"id": "1", "text": text}).encode()  # \u escapes: the longest form of it
    assert client.post(MESSAGES, content=body, headers={**bearer, **JSON}).status_code == 200
    reached = desk.received[0][0]
    assert reached == text.replace("\x00", "\ufffd").replace("\ud83d ", "\ufffd ")
    assert client.get(MESSAGES, headers=bearer).json()["messages"][0]["text"] == reached


def test_a_body_over_the_limit_is_refused(client: TestClient, bearer: dict[str, str]) -> None:
    body = b'{"id": "1", "text": "' + b"x" * BODY_BYTES + b'"}'
    error = check(client.post(MESSAGES, content=body, headers={**bearer, **JSON}), 413, "too_large")
    assert f"{BODY_BYTES:,}" in error["message"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_kind_of_body_is_refused(client: TestClient, bearer: dict[str, str], kind: str) -> None:
    check(client.post(MESSAGES, content=b"x", headers={**bearer, "Content-Type": kind}), 415, "wrong_media_type")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/conversations/nowhere", 404, "not_found"),
        ("POST", "/api/conversations/", 404, "not_found"),
        ("GET", "/static/../app.py", 404, "not_found"),
        ("GET", "/static/nothing.js", 404, "not_found"),
        ("PUT", MESSAGES, 405, "method_not_allowed"),
        ("GET", "/api/conversations", 405, "method_not_allowed"),
        ("POST", "/livez", 405, "method_not_allowed"),
        ("DELETE", "/static/widget.css", 405, "method_not_allowed"),
    ],
)
def test_wrong_addresses_and_methods(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    response = client.request(method, path)
    check(response, status, code)
    assert status != 405 or response.headers["Allow"]


@pytest.mark.parametrize("body", [b"[]", b'{"consent": 1}', b'{"konsent": true}'])
def test_a_bad_opening_is_refused(client: TestClient, body: bytes) -> None:
    check(client.post("/api/conversations", content=body, headers=JSON), 422, "bad_message")


def test_a_desk_that_cannot_store_says_send_it_again(
    client: TestClient, bearer: dict[str, str], desk: FakeDesk
) -> None:
    desk.fails = unavailable()
    response = client.post(MESSAGES, json={"id": "1", "text": "It twitches"}, headers=bearer)
    check(response, 503, "unavailable")
    assert response.headers["Retry-After"]
    desk.fails = None
    assert client.post(MESSAGES, json={"id": "1", "text": "It twitches"}, headers=bearer).status_code == 200


def test_no_reply_is_an_error(client: TestClient, bearer: dict[str, str], desk: FakeDesk) -> None:
    desk.silent = True
    check(client.post(MESSAGES, json={"id": "1", "text": "It twitches"}, headers=bearer), 503, "unavailable")


def test_a_fault_of_ours_shows_no_trace_and_carries_the_headers(
    client: TestClient, bearer: dict[str, str], desk: FakeDesk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.fails = RuntimeError("private words of a person")
    response = client.post(MESSAGES, json={"id": "1", "text": "It twitches"}, headers=bearer)
    check(response, 500, "internal")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    captured = capsys.readouterr()
    assert "private words" not in response.text + captured.out + captured.err


def test_a_database_that_fails_stops_no_answer(
    client: TestClient, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversations = client.app.state.door._conversations  # type: ignore[attr-defined]

    def broken(*arguments: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    working = conversations.open
    monkeypatch.setattr(conversations, "open", broken)
    monkeypatch.setattr(conversations, "exists", broken)
    header = begin(client)
    answered = client.post(MESSAGES, json={"id": "1", "text": "My face droops"}, headers=header)
    assert answered.status_code == 200 and answered.json()["messages"][0]["kind"] == "emergency"
    monkeypatch.setattr(conversations, "open", working)
    client.post(MESSAGES, json={"id": "2", "text": "It twitches"}, headers=header)
    assert [row["consent"] for row in conversations.list()] == [True]
    monkeypatch.setattr(conversations, "history", broken)
    check(client.get(MESSAGES, headers=header), 503, "unavailable")
