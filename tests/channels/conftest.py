"""A server's messaging in this process: real database, real desk without Rasa's model, real platforms' fakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from bot.channels.messaging import Messaging, open_messaging
from bot.dialogue.opening import open_desk
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.records.conversations import Conversations
from bot.records.database import opened
from bot.records.models import inbox
from bot.settings import Settings
from bot.web.app import create_app
from bot.web.texts import Texts
from tests.channels.fake import Delivery, FakePlatform, Said

SECRET = "a secret of these tests"
STROKE = "My face droops on one side and my arm is weak since this morning"
CALM = "My left eyelid has been twitching for three weeks"


@dataclass
class Post:
    """One server: `client` speaks to it, `messaging` is its platforms, `engine` its database."""

    client: httpx.AsyncClient
    messaging: Messaging
    engine: Engine

    async def deliver(self, name: str, delivery: Delivery) -> httpx.Response:
        """One request of a platform."""
        path = f"/channels/{name}/webhook"
        return await self.client.post(path, content=delivery.raw, headers=dict(delivery.headers))

    async def send(self, fake: FakePlatform, raw: bytes) -> int:
        """A delivery as the platform makes it; the status."""
        return (await self.deliver(fake.name, fake.delivered(raw))).status_code

    async def settled(self, fake: FakePlatform, count: Optional[int] = None) -> list[Said]:
        """What the platform was told to show, once nothing waits any more, or once there are `count` of it."""
        for _ in range(1_500):
            busy = self.messaging.worker.waiting() or self.messaging.sender.waiting()
            if (len(fake.said) >= count) if count is not None else not busy:
                break
            await asyncio.sleep(0.01)
        else:
            raise AssertionError(f"still at work: {fake.said}")
        return fake.said

    def rows(self, table: Any = inbox) -> list[Any]:
        """The rows of a table."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key)))


@pytest.fixture
def serve(tmp_path: Path, knowledge: Knowledge, reader: Reader) -> Callable[..., Any]:
    """Makes servers of one home: `async with serve(settings) as post`, `settings` as of `platforms.fakes`."""

    @asynccontextmanager
    async def served(given: dict[str, str], database: str = "") -> AsyncIterator[Post]:
        more = {"SIGNPOST_DATABASE_URL": database} if database else {}
        settings = Settings.read({"SIGNPOST_HOME": str(tmp_path), "SIGNPOST_SECRET": SECRET, **given, **more})
        engine = opened(settings.database_url)
        desk = open_desk(settings, engine, knowledge, reader)
        texts = Texts(knowledge, settings, "channels")
        messaging, off = open_messaging(settings, desk, engine, knowledge, reader, texts)
        assert messaging is not None and not off
        app = create_app(settings, desk, Conversations(engine), knowledge, messaging=messaging)
        messaging.start()
        transport = httpx.ASGITransport(app=app)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://signpost") as client:
                yield Post(client, messaging, engine)
        finally:
            await messaging.stop()
            engine.dispose()

    return served
