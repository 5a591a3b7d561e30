"""Delivering: again where it failed, in order, an emergency first, given up where it never will, and after a death."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.records.models import inbox, outbox
from bot.records.outbox import Undelivered
from tests.archive.conftest import engine, postgres, server
from tests.channels.conftest import CALM, STROKE
from tests.channels.fake import ALICE, BOB, FakePlatform
from tests.channels.platforms import FAKES, fakes
from tests.dialogue.server import Server, new_home, serving

__all__ = ["engine", "postgres", "server"]

OTHERS = [name for name in FAKES if name != "line"]
BUSY = (503, {}, {"error": "down"})


def run(work: Callable[[], Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work(), 60))


@pytest.mark.parametrize("name", ["line", *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)])
def test_a_platform_that_is_down_gets_the_reply_when_it_is_up_again(name: str, serve: Any) -> None:
    with fakes(name) as (made, settings):
        fake = made[name]

        async def work() -> None:
            async with serve(settings) as post:
                # More than what the signs that it was read, or is being answered, take.
                fake.failing += [BUSY] * 3
                await post.send(fake, fake.text(STROKE))
                (said,) = await post.settled(fake)
                assert said.text.startswith("Call 999 now")
                (row,) = post.rows(outbox)
                assert row.sent_at and row.failed_at is None and row.attempts >= 1

        run(work)


def test_the_platforms_own_wait_is_kept(serve: Any) -> None:
    with fakes("telegram") as (made, settings):
        fake = made["telegram"]
        wait = (429, {}, {"ok": False, "error_code": 429, "description": "Too Many", "parameters": {"retry_after": 2}})

        async def work() -> None:
            async with serve(settings) as post:
                fake.failing += [wait] * 2
                began = time.monotonic()
                await post.send(fake, fake.text(STROKE))
                await post.settled(fake)
                assert len(fake.said) == 1 and time.monotonic() - began >= 2

        run(work)


def test_what_will_never_be_taken_is_given_up_and_holds_nobody_up(serve: Any) -> None:
    with fakes("telegram") as (made, settings):
        fake = made["telegram"]
        blocked = (403, {}, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"})

        async def work() -> None:
            async with serve(settings) as post:
                fake.failing += [blocked] * 2
                await post.send(fake, fake.text(STROKE))
                await post.settled(fake)
                await post.send(fake, fake.text(STROKE, BOB, "e2"))
                (said,) = await post.settled(fake)
                assert said.to == BOB
                first, second = post.rows(outbox)
                assert (first.reason, bool(first.failed_at), first.sealed) == ("blocked", True, None)
                assert second.sent_at and second.failed_at is None

        run(work)


def test_an_emergency_goes_out_before_what_waits_for_the_same_person_and_in_its_place(serve: Any) -> None:
    with fakes("line") as (made, settings):
        fake = made["line"]

        async def work() -> None:
            async with serve(settings) as post:
                fake.failing += [BUSY] * 4
                await post.send(fake, fake.text(CALM))
                while not any(row.attempts for row in post.rows(outbox)):
                    await asyncio.sleep(0.01)
                fake.failing.clear()
                await post.send(fake, fake.text(STROKE, event="e2"))
                (said,) = await post.settled(fake)
                assert said.text.startswith("Call 999 now")
                calm, urgent = post.rows(outbox)
                assert (calm.reason, urgent.urgent, bool(urgent.sent_at)) == ("overtaken", True, True)
                assert Undelivered(post.engine).count() == 0

        run(work)


def killed(server: Server) -> None:
    """Ends a server without a word."""
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(10)


def server_of(home: Path, settings: dict[str, str]) -> AbstractContextManager[Server]:
    return serving(home, model=False, **settings)


def write(server: Server, fake: FakePlatform, raw: bytes) -> None:
    delivery = fake.delivered(raw)
    address = f"{server.address.rstrip('/')}/channels/{fake.name}/webhook"
    assert httpx.post(address, content=delivery.raw, headers=dict(delivery.headers)).status_code == 200


def until(true: Callable[[], Any], seconds: int = 120) -> None:
    for _ in range(seconds * 100):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen")


@pytest.mark.xdist_group("channels")
@pytest.mark.parametrize(
    ("name", "database"),
    [
        ("telegram", "engine"),
        pytest.param("twilio", "engine", marks=pytest.mark.slow),
        # On PostgreSQL what a dead process had in its hands is taken up when its leases are over: a minute each time.
        pytest.param("slack", "postgres", marks=pytest.mark.slow),
    ],
)
def test_a_process_that_dies_between_receiving_and_sending_loses_and_repeats_nothing(
    name: str, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    engine: Engine = request.getfixturevalue(database)
    with fakes(name) as (made, settings):
        fake, home = made[name], new_home(tmp_path / "home")
        settings["SIGNPOST_DATABASE_URL"] = engine.url.render_as_string(hide_password=False)

        def rows(table: Any, *which: Any) -> list[Any]:
            with engine.connect() as connection:
                return list(connection.execute(select(table).where(*which)))

        # Dead in the moment after the acknowledgement, before anything went out.
        fake.failing += [BUSY] * 10_000
        with server_of(home, settings) as server:
            for number in range(5):
                write(server, fake, fake.text(f"{STROKE} {number}", ALICE, f"1{number}"))
            killed(server)
        fake.failing.clear()
        # Dead with the answers in the outbox, while the platform is down.
        with server_of(home, settings) as server:
            until(lambda: len(fake.said) == 5 and not rows(outbox, outbox.c.sent_at.is_(None)))
            fake.failing += [BUSY] * 10_000
            write(server, fake, fake.text(STROKE, BOB, "21"))
            until(lambda: rows(outbox, outbox.c.attempts > 0))
            killed(server)
        assert len(fake.said) == 5
        fake.failing.clear()
        with server_of(home, settings):
            until(lambda: len(fake.said) == 6)
            until(lambda: not rows(outbox, outbox.c.sent_at.is_(None)))
            assert not rows(inbox, inbox.c.handled_at.is_(None))
        time.sleep(1.0)
        assert [said.to for said in fake.said] == [ALICE] * 5 + [BOB]
