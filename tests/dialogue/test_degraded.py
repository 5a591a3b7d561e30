"""Parts of the running server fail: an emergency still gets its answer over HTTP, and is on record in the end."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.dialogue.chat import Chat, records
from tests.dialogue.server import Server, broken, new_home, serving

# The first two use the server of all conversations, the others one of their own, on another worker.
shared = pytest.mark.xdist_group("dialogue")
own = pytest.mark.xdist_group("degraded")

ALARM = "My face drooped suddenly this morning and my speech is slurred"
CALM = "my left cheek twitches"
# Seconds, on a busy machine; the answer itself is given after less than two.
SOON = 15


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Somebody else writes to the server's database and does not come to an end."""
    other = sqlite3.connect(server.database, isolation_level=None, timeout=SOON)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


def journal(server: Server) -> str:
    path = server.home / "journal.jsonl"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def said(chat: Chat) -> list[str]:
    return [
        message["text"] for message in records(chat.server.database).history(chat.id) if message["from"] == "person"
    ]


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SOON
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def assert_alarm(chat: Chat) -> None:
    assert (chat.kind, chat.level) == ("emergency", "emergency"), chat.text
    assert chat.text.startswith("Call 999 now") and not chat.offered


@shared
def test_the_database_is_locked(server: Server, begin: Callable[[], Chat]) -> None:
    chat, calm = begin(), begin()
    with locked(server):
        chat.say(ALARM)
        assert_alarm(chat)
        assert eventually(lambda: ALARM in journal(server))
        first = chat.replies
        chat.sent -= 1
        assert chat.say(ALARM) == first, "the same message once more"
    calm.say(CALM)
    assert calm.kind == "question"
    assert eventually(lambda: not journal(server))
    assert said(chat) == [ALARM]
    assert records(server.database).show(chat.id)["messages"][0]["decision"]["level"] == "emergency"


@shared
def test_a_conversation_that_begins_while_the_database_is_locked(server: Server) -> None:
    chat = Chat(server)
    with locked(server):
        chat.begin()
        chat.say(ALARM)
        assert_alarm(chat)
    chat.say("thank you")
    assert_alarm(chat)
    assert eventually(lambda: said(chat) == [ALARM, "thank you"]) and not journal(server)


@pytest.fixture(scope="module")
def raising(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(new_home(tmp_path_factory.mktemp("raising") / "home"), broken("action")) as running:
        yield running


@own
def test_the_action_raises(raising: Server) -> None:
    chat = Chat(raising).begin()
    chat.say(CALM)
    assert chat.kind == "failure" and "999" in chat.text and "Error" not in chat.text
    chat.say(ALARM)
    assert_alarm(chat)
    stored = records(raising.database).show(chat.id)["messages"]
    assert [message["text"] for message in stored if message["from"] == "person"] == [CALM, ALARM]
    assert [bool(message["failed"]) for message in stored if message["from"] == "person"] == [True, False]
    assert "turn failed" in raising.log and CALM not in raising.log, "the operator sees it, without what was said"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return new_home(tmp_path / "home")


@own
def test_the_model_is_missing_and_a_restart_loses_nothing(home: Path) -> None:
    """What waits in the journal when the server dies is known, and stored, when it is there again."""
    with serving(home, broken("model"), model=False) as first:
        chat = Chat(first).begin()
        chat.say(CALM)
        assert chat.kind == "failure" and "999" in chat.text
        with locked(first):
            chat.say(ALARM)
            assert_alarm(chat)
            assert eventually(lambda: ALARM in journal(first))
            first.process.kill()
            first.process.wait()
    with serving(home, broken("model"), model=False) as second:
        again = Chat(second, token=chat.token, sent=chat.sent)
        again.say("hello")
        assert_alarm(again)
        assert eventually(lambda: not journal(second))
        assert said(again) == [CALM, ALARM, "hello"]
