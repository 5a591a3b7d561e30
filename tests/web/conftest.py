"""An application with a real database and real words, and a desk that answers without Rasa."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Optional, Sequence

import pytest
from sqlalchemy.engine import Engine
from starlette.testclient import TestClient

from bot.archive.search import Archive
from bot.console.archive import Archives
from bot.dialogue.book import DeskUnavailable
from bot.knowledge import Knowledge
from bot.records import database
from bot.records.conversations import Conversations
from bot.records.turn_record import TurnRecord
from bot.settings import Settings
from bot.web.app import create_app

ALARMING = "droop"
ADVICE = {"level": "routine", "headline": "Book an appointment", "reasons": [{"text": "It has lasted.", "rule": None}]}


class FakeDesk:
    """Records every turn as the real desk does. Any text with `ALARMING` in it is an emergency."""

    def __init__(self, conversations: Conversations, knowledge: Knowledge) -> None:
        self._conversations = conversations
        self._knowledge = knowledge
        self.received: list[tuple[Optional[str], Optional[Sequence[str]]]] = []
        self.asked: list[tuple[str, str]] = []
        self.forgotten: list[str] = []
        self.fails: Optional[Exception] = None
        self.silent = False
        self.checks = {"model": True, "database": True}

    def ready(self) -> dict[str, bool]:
        return self.checks

    def recorded(self, conversation_id: str) -> bool:
        return True

    def alone(self, conversation_id: str) -> asyncio.Lock:
        return asyncio.Lock()

    def forget(self, conversation_id: str) -> None:
        self.forgotten.append(conversation_id)

    async def gate(self, conversation_id: str, text: str, level: str, at: Any = None) -> Optional[str]:
        return None if level == "emergency" or ALARMING in text else level

    async def archived(self, text: str, level: str) -> Any:
        if self.fails is not None:
            raise self.fails
        self.asked.append((text, level))
        return Archive(self._conversations._engine, self._knowledge).answers(text, (), level)

    async def receive(
        self,
        conversation_id: str,
        client_id: str,
        text: Optional[str] = None,
        choices: Optional[Sequence[str]] = None,
        channel: str = "web",
        at: Any = None,
    ) -> list[dict[str, Any]]:
        given = self._conversations.turn(conversation_id, client_id)
        if given is not None:
            return given
        self.received.append((text, choices))
        if self.fails is not None:
            raise self.fails
        if self.silent:
            return []
        record = TurnRecord(
            conversation_id=conversation_id,
            client_id=client_id,
            channel=channel,
            at=at,
            text=text,
            choices=list(choices) if choices is not None else None,
            replies=[{"id": uuid.uuid4().hex, **self._reply(text, choices)}],
            case={"facts": {}},
            decision={"level": "routine", "could_become": "same_day", "fired": []},
            knowledge_version=self._knowledge.version,
            knowledge_canonical=self._knowledge.canonical,
            failed=None,
        )
        self._conversations.store_turn(record)
        return record.replies

    async def emergency_only(
        self, conversation_id: str, client_id: str, text: Optional[str] = None, **more: Any
    ) -> list[dict[str, Any]]:
        return await self.receive(conversation_id, client_id, text, at=more["at"]) if ALARMING in (text or "") else []

    def _reply(self, text: Optional[str], choices: Optional[Sequence[str]]) -> dict[str, Any]:
        if ALARMING in (text or ""):
            return {"kind": "emergency", "text": "Call 999 now."}
        if choices:
            return {"kind": "advice", "text": "Book an appointment.", "advice": ADVICE}
        several = [{"label": "An arm is weak", "value": "limb_weakness"}, {"label": "None of these", "value": "none"}]
        return {"kind": "question", "text": "Do you have any of these?", "choices": several, "several": True}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, secret="s" * 32)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    made = database.engine(settings.database_url)
    database.migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def conversations(engine: Engine) -> Conversations:
    return Conversations(engine)


@pytest.fixture
def desk(conversations: Conversations, knowledge: Knowledge) -> FakeDesk:
    return FakeDesk(conversations, knowledge)


@pytest.fixture
def make_client(
    settings: Settings, desk: FakeDesk, conversations: Conversations, knowledge: Knowledge, engine: Engine
) -> Callable[..., TestClient]:
    def make(**options: Any) -> TestClient:
        options.setdefault("archives", Archives.of(engine, Archive(engine, knowledge)))
        used = options.pop("settings", settings)
        app = create_app(used, options.pop("desk", desk), conversations, knowledge, **options)
        return TestClient(app, raise_server_exceptions=False)

    return make


@pytest.fixture
def client(make_client: Callable[..., TestClient]) -> TestClient:
    return make_client()


@pytest.fixture
def bearer(client: TestClient) -> dict[str, str]:
    """The header of a conversation that was begun with consent."""
    return begin(client)


def begin(client: TestClient, consent: bool = True) -> dict[str, str]:
    opened = client.post("/api/conversations", json={"consent": consent})
    assert opened.status_code == 201
    return {"Authorization": f"Bearer {opened.json()['token']}"}


def unavailable() -> DeskUnavailable:
    return DeskUnavailable("the turn could not be stored")
