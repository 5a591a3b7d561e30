"""A database in a folder of its own for each test, and turns to put into it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from bot.records import database
from bot.records.conversations import Conversations
from bot.records.correspondents import Correspondents, Envelopes
from bot.records.turn_record import TurnRecord

NOON = datetime(2026, 6, 18, 12, 0, tzinfo=timezone.utc)
KNOWLEDGE = b'{"rules":[]}'
VERSION = hashlib.sha256(KNOWLEDGE).hexdigest()
SECRET = "s" * 32
"""That of the servers of tests/web and tests/console too."""
CHAT = "555000111"
"""A platform's own id of somebody."""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A new database at the newest version."""
    made = database.engine(f"sqlite:///{tmp_path / 'signpost.db'}")
    database.migrate(made)
    return made


@pytest.fixture
def conversations(engine: Engine) -> Conversations:
    """The conversations of the new database, with none in it."""
    return Conversations(engine)


def make_turn(number: int = 1, conversation: str = "c1", **changes: Any) -> TurnRecord:
    """A turn like any other; `changes` replace its fields."""
    fields: dict[str, Any] = {
        "conversation_id": conversation,
        "client_id": f"m{number}",
        "channel": "web",
        "at": NOON + timedelta(minutes=number),
        "text": f"words {number} ü",
        "choices": None,
        "replies": [{"id": f"r{number}", "kind": "question", "text": f"reply {number}"}],
        "case": {"facts": {"b": number, "a": "ü"}},
        "decision": {"level": "routine", "could_become": "same_day", "fired": ["r"], "n": number},
        "knowledge_version": VERSION,
        "knowledge_canonical": KNOWLEDGE,
    }
    return TurnRecord(**{**fields, **changes})


@pytest.fixture
def turn() -> Callable[..., TurnRecord]:
    """`make_turn`, for tests that make several."""
    return make_turn


def correspondent(engine: Engine, channel: str = "telegram", chat: str = CHAT) -> str:
    """Somebody who wrote on a platform; gives the id of their conversation."""
    envelopes = Envelopes(SECRET)
    known = Correspondents(engine, envelopes)
    return known.of(channel, envelopes.pseudonym(channel, chat), {"chat": chat}, NOON).conversation_id
