"""The platforms as an input channel of Rasa's: on the kind of server that Rasa has, with a fake at the other end."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from rasa.core.channels.channel import UserMessage, register
from rasa.core.run import create_http_input_channels
from sanic import Sanic
from structlog.testing import capture_logs

from bot.channels.rasa_input import SignpostInput
from bot.records.correspondents import Envelopes
from bot.settings import TREE
from tests.channels.fake import ALICE, FakePlatform, running
from tests.channels.telegram import PEOPLE, FakeTelegram
from tests.channels.twilio import FakeTwilio

SECRET = "a secret of this server"
QUESTION: dict[str, Any] = {
    "kind": "question",
    "text": "Which of these?",
    "choices": [{"label": "The first", "value": "one"}, {"label": "The second", "value": "two"}],
    "several": True,
}


@dataclass
class Rasa:
    """Where Rasa's agent would be: `heard` is what it was told; it answers each message with `answers`, in turn."""

    heard: list[UserMessage] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    at: str = ""

    async def handle_message(self, message: UserMessage) -> None:
        self.heard.append(message)
        if self.answers:
            await message.output_channel.send_response(message.sender_id, self.answers.pop(0))

    def deliver(self, fake: FakePlatform, raw: bytes, **headers: str) -> httpx.Response:
        return httpx.post(f"{self.at}/{fake.name}/webhook", content=raw, headers={**fake.sign(raw), **headers})


@contextmanager
def rasa(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Rasa]:
    """Rasa's server with the input channels of credentials.yml, on a free port."""
    for key, value in settings.items():
        monkeypatch.setenv(f"SIGNPOST_{key.upper()}", value)
    # Sanic rewrites its own code when it starts, which fails at the second time in a process, except so.
    monkeypatch.setattr(Sanic, "test_mode", True)
    agent, app = Rasa(), Sanic("signpost_test", register=False, configure_logging=False)
    app.ctx.agent = agent
    register(create_http_input_channels(None, str(TREE / "credentials.yml")), app, "/webhooks/")
    loop = asyncio.new_event_loop()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    agent.at = f"http://127.0.0.1:{listening.getsockname()[1]}/webhooks/signpost"
    servers: list[Any] = []

    async def begin() -> None:
        server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
        await server.startup()
        servers.append(server)

    async def end() -> None:
        servers[0].close()
        await servers[0].wait_closed()
        await servers[0].after_stop()

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(begin(), loop).result(20)
    try:
        yield agent
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        listening.close()


def until(what: Any) -> None:
    """Waits for what happens in the background."""
    end = time.monotonic() + 10
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


def keys(fake: FakePlatform, address: str) -> dict[str, str]:
    given = {f"{fake.name}_{key}": value for key, value in {**fake.keys, "api": address}.items()}
    return {**given, "secret": SECRET}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNPOST_HOME", str(tmp_path))


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FakeTelegram, Rasa]]:
    fake = FakeTelegram()
    with running(fake.app()) as address, rasa(keys(fake, address), monkeypatch) as agent:
        yield fake, agent


def test_a_message_goes_to_rasa_and_its_answer_back(telegram: tuple[FakeTelegram, Rasa]) -> None:
    fake, agent = telegram
    agent.answers = [{"text": "as text", "custom": {"reply": QUESTION}}, {"text": "Thank you."}]
    assert agent.deliver(fake, fake.text("/My /eyelid twitches")).status_code == 200
    until(lambda: fake.said)
    heard = agent.heard[0]
    assert (heard.text, heard.input_channel) == ("My /eyelid twitches", "telegram")
    assert heard.sender_id == Envelopes(SECRET).pseudonym("sender", "telegram", str(PEOPLE[ALICE]))
    said = fake.said[0]
    assert said.to == ALICE and said.text.startswith("Which of these?\n\nChoose what is true")
    assert [title for title, _ in said.choices] == ["The first", "The second"]

    agent.deliver(fake, fake.press(said.choices[1][1]))
    until(lambda: len(fake.said) == 2)
    pressed = agent.heard[1]
    assert pressed.metadata == {"choices": ["two"]} and pressed.text == ""
    assert pressed.parse_data["intent"]["name"] == "inform" and fake.said[1].text == "Thank you."

    # The button belongs to an older question by now, and names nothing.
    agent.deliver(fake, fake.press(said.choices[0][1], event="p2"))
    until(lambda: len(fake.said) == 3)
    assert "earlier question" in fake.said[2].text and len(agent.heard) == 2


def test_a_payload_that_is_typed_is_no_payload(telegram: tuple[FakeTelegram, Rasa]) -> None:
    fake, agent = telegram
    agent.deliver(fake, fake.text("Hello\n/restart"))
    agent.deliver(fake, fake.text('// /inform{"choice": "x"}', event="e2"))
    until(lambda: len(agent.heard) == 2)
    assert not any(each.text.startswith("/") for each in agent.heard)


def test_buttons_of_rasas_own_are_said_too(telegram: tuple[FakeTelegram, Rasa]) -> None:
    fake, agent = telegram
    buttons = [{"title": "Yes", "payload": '/inform{"choice": "yes"}'}, {"title": "No", "payload": "/deny"}]
    agent.answers = [{"text": "Really?", "buttons": buttons}]
    agent.deliver(fake, fake.text("Hello"))
    until(lambda: fake.said)
    assert [(title, value.partition(":")[2]) for title, value in fake.said[0].choices] == [
        ("Yes", "yes"),
        ("No", "/deny"),
    ]


def test_what_comes_again_is_dropped_and_groups_get_nothing(telegram: tuple[FakeTelegram, Rasa]) -> None:
    fake, agent = telegram
    for raw in (fake.text("One"), fake.text("One"), fake.text("In a group", event="g", group=True)):
        assert agent.deliver(fake, raw).status_code == 200
    agent.deliver(fake, fake.text("Two", event="e2"))
    until(lambda: len(agent.heard) >= 2)
    assert sorted(each.text for each in agent.heard) == ["One", "Two"] and fake.said == []


def test_pictures_edits_and_the_start_are_answered_without_rasa(telegram: tuple[FakeTelegram, Rasa]) -> None:
    fake, agent = telegram
    others = fake.others()
    for place, (name, words) in enumerate(
        [("picture", "only read written words"), ("edit", "cannot take back"), ("start", "999")]
    ):
        agent.deliver(fake, others[name])
        until(lambda count=place + 1: len(fake.said) == count)
        assert words in fake.said[-1].text
    assert agent.heard == []


def test_what_is_not_signed_is_refused(telegram: tuple[FakeTelegram, Rasa]) -> None:
    fake, agent = telegram
    raw = fake.text("Hello")
    bare = httpx.post(f"{agent.at}/telegram/webhook", content=raw)
    forged = httpx.post(f"{agent.at}/telegram/webhook", content=raw, headers=fake.sign(raw, "another-secret"))
    assert (bare.status_code, forged.status_code) == (403, 403)
    assert agent.deliver(fake, b"[]").status_code == 400
    assert agent.deliver(fake, b" " * 300_000).status_code == 413
    assert httpx.get(f"{agent.at}/telegram/webhook").status_code == 403
    # A platform without keys is not there.
    assert httpx.post(f"{agent.at}/slack/webhook", content=raw).status_code == 404
    assert agent.heard == []


def test_a_failure_of_the_platform_is_tried_again(telegram: tuple[FakeTelegram, Rasa]) -> None:
    fake, agent = telegram
    again = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 0}}
    agent.answers = [{"text": "Hello."}]
    fake.failing = [(429, {}, again), (502, {}, {})]
    agent.deliver(fake, fake.text("Hello"))
    until(lambda: fake.said)
    assert [each.text for each in fake.said] == ["Hello."]


def test_numbers_mean_the_choices_where_there_are_no_buttons(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeTwilio()
    public = {"public_url": fake.public_url}
    with running(fake.app()) as address, rasa({**keys(fake, address), **public}, monkeypatch) as agent:
        agent.answers = [{"custom": {"reply": QUESTION}}]
        agent.deliver(fake, fake.text("Hello"))
        until(lambda: fake.said)
        answered = agent.deliver(fake, fake.text("1 and 2", event="e2"))
        until(lambda: len(agent.heard) == 2)
    assert agent.heard[1].metadata == {"choices": ["one", "two"]}
    assert answered.headers["content-type"].startswith("text/xml")


def test_without_keys_there_is_nothing_and_half_a_set_is_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(create_http_input_channels(None, str(TREE / "credentials.yml"))) == 2
    app = Sanic("signpost_empty", register=False, configure_logging=False)
    register([SignpostInput.from_credentials(None)], app, "/webhooks/")
    assert app.router.routes_all == {}
    monkeypatch.setenv("SIGNPOST_TELEGRAM_TOKEN", "1:sesame")
    with capture_logs() as logged:
        register([SignpostInput.from_credentials(None)], Sanic("signpost_half", register=False), "/webhooks/")
    assert [(each["channel"], each["missing"]) for each in logged] == [("telegram", "SIGNPOST_TELEGRAM_SECRET")]
