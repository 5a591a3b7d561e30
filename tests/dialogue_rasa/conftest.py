"""What the tests of the dialogue share: knowledge, a database, a desk, and one trained model for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Optional

import pytest
from sqlalchemy.engine import Engine

from actions import services as process_services
from actions.services import Services
from bot.dialogue.book import Book
from bot.dialogue.desk import Desk
from bot.dialogue.model import ensure_model
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.records.conversations import Conversations
from bot.records.database import engine, migrate
from bot.records.journal import Journal

NUMBER = "0-1-2"
NOON = datetime(2027, 3, 10, 12, tzinfo=timezone.utc)
EMERGENCY = "my face drooped suddenly an hour ago"
TWITCH = "my eyelid has been twitching for two months"

RASA_WARNS = (
    # Rasa says this of every domain that has a slot.
    "ignore:Slot auto-fill has been removed",
    "ignore::DeprecationWarning",
    "ignore::sqlalchemy.exc.MovedIn20Warning",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Rasa's own warnings, and those of the libraries it is frozen on, are no errors of these tests."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            for warning in RASA_WARNS:
                item.add_marker(pytest.mark.filterwarnings(warning))


@pytest.fixture(scope="session")
def services(knowledge: Knowledge) -> Iterator[Services]:
    ours = Services(knowledge, Reader(knowledge), emergency_number=NUMBER, urgent_number="3-4-5")
    process_services.use(ours)
    yield ours
    process_services.use(None)


@pytest.fixture(scope="session")
def model() -> Path:
    """The tree's own model, trained once for all workers and servers, and kept as long as it fits the tree."""
    return ensure_model(Path(__file__).resolve().parents[2] / "var", lambda _: None)


@pytest.fixture
def database(tmp_path: Path) -> Engine:
    made = engine(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(made)
    return made


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


@pytest.fixture
def records(database: Engine) -> Conversations:
    return Conversations(database)


@pytest.fixture
def desk(services: Services, database: Engine, journal: Journal) -> Iterator[Desk]:
    book = Book(database, journal)
    yield Desk(services, book)
    book.close()


@dataclass
class FakeDialogue:
    """Stands for Rasa: answers every message the same way, or fails, or waits until it is told to go on."""

    error: Optional[Exception] = None
    intents: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    gate: Optional[asyncio.Event] = None

    async def intent(self, text: str) -> str:
        if self.error is not None:
            raise self.error
        return self.intents.get(text, "inform")

    async def answer(self, conversation_id, text, choices, case, as_of, channel, said=""):
        from bot.dialogue.agent import Answered

        self.asked.append({"text": text, "choices": choices, "case": case, "as_of": as_of, "said": said})
        if self.gate is not None:
            await self.gate.wait()
        if self.error is not None:
            raise self.error
        return Answered([{"kind": "question", "text": "And?"}], {**case, "spent": case.get("spent", 0) + 1}, None)


class Talk:
    """One conversation at a desk; every message a minute after the last."""

    def __init__(self, desk: Desk, conversation_id: str = "talk") -> None:
        self.desk = desk
        self.id = conversation_id
        self.at = NOON
        self.sent = 0

    async def say(self, text=None, *, choices=None, client_id=None, after=timedelta(minutes=1)) -> list[dict[str, Any]]:
        self.at += after
        self.sent += 1
        return await self.desk.receive(self.id, client_id or f"m{self.sent}", text=text, choices=choices, at=self.at)

    async def all(self, *texts: str) -> list[dict[str, Any]]:
        return [(await self.say(text))[0] for text in texts]
