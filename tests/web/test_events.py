"""Server-sent events: what happens in a conversation is told to whoever holds its token, and to nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from bot.web import events as events_module
from bot.web.events import ERASED, MESSAGE, TYPING, Event, Events
from bot.web.limits import Rate
from tests.web.conftest import begin

EVENTS = "/api/conversations/events"
MESSAGES = "/api/conversations/messages"
Client = httpx.AsyncClient


def told(text: str) -> list[tuple[str, Any]]:
    """The events of a stream's text, each with its data."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in split(text)]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


def split(text: str) -> list[str]:
    return [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]


def listening(
    client: TestClient, seconds: int, act: Callable[[Client], Awaitable[Any]], *headers: dict[str, str]
) -> list[list[tuple[str, Any]]]:
    """What streams with these headers tell while `act` goes on."""

    async def both() -> list[list[tuple[str, Any]]]:
        transport = httpx.ASGITransport(app=client.app)
        async with Client(transport=transport, base_url="http://testserver", timeout=20) as asked:
            opened = [
                asyncio.create_task(asked.get(EVENTS, params={"seconds": seconds}, headers=each)) for each in headers
            ]
            while client.app.state.events.count() < len(headers):
                await asyncio.sleep(0.01)
            await act(asked)
            return [told((await each).text) for each in opened]

    return asyncio.run(both())


def test_a_message_and_its_replies_are_told_to_every_stream_and_to_no_other(client: TestClient) -> None:
    mine, theirs = begin(client), begin(client)

    async def say(asked: Client) -> None:
        answer = await asked.post(MESSAGES, json={"id": "1", "text": "My cheek <92% twitches"}, headers=mine)
        assert answer.status_code == 200

    first, second, other = listening(client, 1, say, mine, mine, theirs)
    assert first == second and other == []
    assert [name for name, _ in first] == [TYPING, TYPING, MESSAGE, MESSAGE]
    assert [data.get("on") for _, data in first[:2]] == [True, False]
    history = client.get(MESSAGES, headers=mine).json()["messages"]
    for (_, data), stored in zip(first[2:], history, strict=True):
        assert {**data, "at": None} == {**stored, "at": None}


def test_typing_ends_where_the_message_fails(client: TestClient, bearer: dict[str, str], desk: Any) -> None:
    desk.fails = RuntimeError("broken")

    async def say(asked: Client) -> None:
        answer = await asked.post(MESSAGES, json={"id": "1", "text": "My cheek twitches"}, headers=bearer)
        assert answer.status_code == 500

    (heard,) = listening(client, 1, say, bearer)
    assert heard == [(TYPING, {"on": True}), (TYPING, {"on": False})]


def test_erasing_is_told_and_ends_the_stream(client: TestClient, bearer: dict[str, str]) -> None:
    async def erase(asked: Client) -> None:
        await asked.delete("/api/conversations", headers=bearer)

    (heard,) = listening(client, 60, erase, bearer)
    assert heard == [(ERASED, {})]
    assert client.get(EVENTS, headers=bearer).status_code == 410


def test_a_repetition_is_told_to_nobody(client: TestClient, bearer: dict[str, str]) -> None:
    async def say_twice(asked: Client) -> None:
        for text in ("My cheek twitches", "something else"):
            await asked.post(MESSAGES, json={"id": "1", "text": text}, headers=bearer)

    (heard,) = listening(client, 1, say_twice, bearer)
    assert [data["text"] for name, data in heard if name == MESSAGE and data["from"] == "person"] == [
        "My cheek twitches"
    ]


def test_a_look_at_the_headers_opens_no_stream(client: TestClient, bearer: dict[str, str]) -> None:
    looked = client.head(EVENTS, headers=bearer)
    assert looked.status_code == 200 and client.app.state.events.count() == 0


@pytest.mark.parametrize("seconds", ["-1", "1.5", "", "3601", "99999999", "٣"])
def test_how_long_is_a_number_of_seconds(client: TestClient, bearer: dict[str, str], seconds: str) -> None:
    refused = client.get(EVENTS, params={"seconds": seconds}, headers=bearer)
    assert refused.status_code == 422 and "0 to 3600" in refused.json()["error"]["message"]


def test_a_stream_wants_a_token(client: TestClient) -> None:
    assert client.get(EVENTS).status_code == 401
    assert client.get(EVENTS, headers={"Authorization": "Bearer made-up"}).status_code == 401


def test_opening_streams_is_limited_by_address(make_client: Callable[..., TestClient]) -> None:
    client = make_client(by_address=Rate(burst=3, per_second=0.01))
    headers = begin(client)
    codes = [client.get(EVENTS, params={"seconds": 0}, headers=headers).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_the_headers_of_a_stream(client: TestClient, bearer: dict[str, str]) -> None:
    headers = client.get(EVENTS, params={"seconds": 0}, headers=bearer).headers
    assert headers["Content-Type"].startswith("text/event-stream")
    assert headers["Cache-Control"] == "no-store" and headers["X-Accel-Buffering"] == "no"


async def _collect(events: Events, name: str, seconds: float) -> list[Event]:
    return [event async for event in events.stream(name, seconds)]


def test_a_ninth_stream_ends_the_first() -> None:
    async def open_nine() -> list[bool]:
        events = Events()
        tasks = []
        for _ in range(events_module.STREAMS + 1):
            tasks.append(asyncio.create_task(_collect(events, "one", 30)))
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        done = [task.done() for task in tasks]
        events.close("one")
        await asyncio.gather(*tasks)
        assert events.count() == 0
        return done

    assert asyncio.run(open_nine()) == [True] + [False] * events_module.STREAMS


def test_a_reader_that_does_not_read_is_sent_away() -> None:
    async def flood() -> list[Event]:
        events = Events()
        reading = asyncio.create_task(_collect(events, "one", 30))
        await asyncio.sleep(0)
        for number in range(events_module.WAITING + 5):
            events.publish("one", MESSAGE, number=number)
        seen = await asyncio.wait_for(reading, 5)
        assert events.count() == 0
        return seen

    assert len(asyncio.run(flood())) < events_module.WAITING


def test_publishing_to_nobody_keeps_nothing() -> None:
    events = Events()
    events.publish("nobody", MESSAGE, text="hello")
    assert events.count() == 0 and not events._streams
