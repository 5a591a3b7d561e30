"""Token buckets: a burst at once, then a steady rate, and no memory without end."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from bot.web.body import read_json
from bot.web.errors import Refusal
from bot.web.limits import Limiter, Rate


class Clock:
    """A clock that stands still until it is told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_steady_rate() -> None:
    clock = Clock()
    limiter = Limiter(Rate(burst=2, per_second=0.5), clock=clock)
    assert [limiter.take("a") for _ in range(3)] == [0, 0, 2]
    clock.now = 1.0
    assert limiter.take("a") == 1
    clock.now = 2.0
    assert limiter.take("a") == 0


def test_keys_are_apart_and_the_oldest_is_forgotten() -> None:
    limiter = Limiter(Rate(burst=1, per_second=0.001), size=2, clock=Clock())
    assert [limiter.take(key) for key in "aab"] == [0, 1000, 0]
    assert limiter.take("c") == 0
    assert limiter.take("a") == 0
    assert limiter.wait("c") == 1000


def test_a_number_of_thousands_of_digits_is_read_in_no_time_and_hides_nothing(
    client: TestClient, bearer: dict[str, str]
) -> None:
    body = '{"id": "1", "text": "My face droops", "n": ' + "1" * 5000 + "}"
    headers = {**bearer, "Content-Type": "application/json"}
    answered = client.post("/api/conversations/messages", content=body, headers=headers)
    assert answered.status_code == 200 and answered.json()["messages"][0]["kind"] == "emergency"


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.body.BODY_SECONDS", 0.05)

    async def never() -> dict[str, object]:
        await asyncio.sleep(30)
        return {"type": "http.request", "body": b"", "more_body": False}

    request = Request({"type": "http", "headers": [], "method": "POST", "path": "/"}, never)
    with pytest.raises(Refusal) as refused:
        asyncio.run(read_json(request, None))  # type: ignore[arg-type]
    assert refused.value.code == "too_slow" and refused.value.status == 408
