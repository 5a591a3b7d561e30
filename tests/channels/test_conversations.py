"""Whole conversations on every platform, through a real server with Rasa's model: the same as in the widget."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.engine import Engine

from bot.channels.registry import platform
from bot.records.models import conversations, correspondents, decisions, inbox, messages, outbox
from tests.channels.conftest import CALM, STROKE
from tests.channels.fake import ALICE, BOB, FakePlatform, Said
from tests.channels.platforms import FAKES, PUBLIC_URL, fakes
from tests.dialogue.server import Server, new_home, serving

pytestmark = pytest.mark.xdist_group("channels")
QUICK = ("telegram", "twilio")
"""With buttons and without. The others' own tests go on beside; whole conversations on them are `make test-all`."""
EACH = pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in FAKES]
)
SEED = "My left cheek keeps twitching for two weeks and it is hard to ignore. Should I see a doctor?"


class Chat:
    """One person at one platform, who writes and waits for the answer."""

    count = 0

    def __init__(self, fake: FakePlatform, server: Server, who: str = ALICE) -> None:
        self.fake, self.who = fake, who
        self._url = f"{server.address.rstrip('/')}/channels/{fake.name}/webhook"

    def write(self, text: str) -> Said:
        """Writes, and gives the newest of what is answered."""
        return self._send(self.fake.text(text, self.who, self._event()))

    def choose(self, said: Said, label: str) -> Said:
        """Presses a button; where there is none, types the number that stands before the choice."""
        for title, carried in said.choices:
            if label in title:
                return self._send(self.fake.press(carried, self.who, self._event()))
        number = re.search(rf"^(\d+)\. .*{re.escape(label)}", said.text, re.MULTILINE)
        assert number, said
        return self.write(number[1])

    def agree(self, text: str) -> Said:
        """Begins with a text, agrees, and gives the answer to the text."""
        asked = self.write(text)
        assert "Do you agree?" in asked.text and "999" in asked.text
        return self.choose(asked, "I agree")

    def to_advice(self, said: Said) -> Said:
        """Answers every question with "None of these", "No" or "Not sure" until there is none."""
        for _ in range(15):
            if "Not sure" not in said.text + str(said.choices):
                return said
            said = self.choose(
                said, "None of these" if "None of these" in said.text + str(said.choices) else "Not sure"
            )
        raise AssertionError(f"still asked: {said}")

    def heard(self) -> list[Said]:
        """What was said to this person."""
        return [said for said in self.fake.said if said.to == self.who]

    def _event(self) -> str:
        Chat.count += 1
        return str(1_000 + Chat.count)

    def _send(self, raw: bytes) -> Said:
        before, delivery = len(self.heard()), self.fake.delivered(raw)
        assert httpx.post(self._url, content=delivery.raw, headers=dict(delivery.headers)).status_code == 200
        for _ in range(3_000):
            if len(self.heard()) > before:
                # A long answer comes in parts.
                time.sleep(0.25)
                parts = self.heard()[before:]
                return Said(self.who, "\n\n".join(part.text for part in parts), parts[-1].choices)
            time.sleep(0.01)
        raise AssertionError("nothing was answered")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, FakePlatform], Server, Engine]]:
    """All platforms, the server, and its database."""
    with fakes() as (made, settings), serving(new_home(tmp_path_factory.mktemp("home")), **settings) as server:
        engine = create_engine(f"sqlite:///{server.database}", future=True)
        yield made, server, engine
        engine.dispose()


def everything(engine: Engine) -> str:
    """All that the tables of conversations and platforms hold, as text."""
    tables = (conversations, messages, decisions, correspondents, inbox, outbox)
    with engine.connect() as connection:
        return str([list(connection.execute(select(table))) for table in tables])


@EACH
def test_the_seed_conversation_ends_with_advice_and_is_forgotten(name: str, world: Any) -> None:
    made, server, engine = world
    chat = Chat(made[name], server)
    question = chat.agree(SEED)
    assert question.text.startswith("I understood: ") and "twitching" in question.text
    advice = chat.to_advice(question)
    assert "999" in advice.text and len(advice.text) > 300
    assert "Answer with" not in advice.text and "Choose" not in advice.text
    assert chat.write("I want to talk to a human").text.startswith("I am a program")
    assert "We start again" in chat.write("restart").text
    sure = chat.write("forget me")
    assert "Shall I delete" in sure.text
    receipt = chat.choose(sure, "Yes, delete it all")
    assert receipt.text.startswith("It is deleted: ")
    with engine.connect() as connection:
        left = list(connection.execute(select(correspondents).where(correspondents.c.channel == name)))
        shells = list(
            connection.execute(select(conversations).where(conversations.c.channel == name, conversations.c.erased_at))
        )
    assert left == [] and len(shells) == 1 and shells[0].receipt["erased"]["correspondents"] == 1
    assert SEED not in everything(engine)
    # Whoever writes again begins anew.
    assert "Do you agree?" in chat.write("Hello").text
    assert "Nothing of what you wrote is kept" in chat.write("no").text


@EACH
def test_the_emergency_is_answered_without_consent_and_leads_until_restart(name: str, world: Any) -> None:
    made, server, engine = world
    chat = Chat(made[name], server, BOB)
    alarm = chat.write(STROKE)
    assert alarm.text.startswith("Call 999 now") and not alarm.choices
    assert len(chat.heard()) == 1, "in one message"
    assert chat.write("ok, thank you").text.startswith("Call 999 now")
    assert "Do you agree?" in chat.write("restart").text
    with engine.connect() as connection:
        row = connection.execute(select(correspondents).where(correspondents.c.channel == name)).first()
        made_of_it = connection.execute(select(decisions.c.level)).scalars().all()
    assert row is not None and "emergency" in made_of_it
    raw = made[name].text("x", BOB)
    (arrived,) = platform(name)({**made[name].keys}, PUBLIC_URL).parse(raw, made[name].sign(raw)).arrived
    assert len(arrived.sender) > 3 and row.sender != arrived.sender
    assert not any(part in everything(engine) + server.log for part in (arrived.sender, *arrived.address.values()))


def test_the_channel_changes_neither_facts_nor_level_nor_words(world: Any) -> None:
    """Law 3: the same messages everywhere, in the widget's API too, end in the same facts, level and headline."""
    made, server, engine = world
    script = [CALM, "None of these", "It comes and goes, and there is no pain"]
    outcomes = {}
    for name, fake in made.items():
        chat = Chat(fake, server, ALICE)
        chat.write("restart")
        said = chat.write(script[0])
        if "Do you agree?" in said.text or "only go on" in said.text:
            said = chat.write("yes")
        for text in script[1:]:
            said = chat.write(text)
        with engine.connect() as connection:
            newest = (
                select(decisions.c.facts, decisions.c.level, decisions.c.could_become, messages.c.reply)
                .join(conversations, conversations.c.id == decisions.c.conversation_id)
                .join(messages, messages.c.answers_id == decisions.c.message_id)
                .where(conversations.c.channel == name)
                .order_by(decisions.c.id.desc())
            )
            row = connection.execute(newest).first()
        facts = json.loads(row.facts)["facts"]
        outcomes[name] = (facts, row.level, row.could_become, row.reply["text"].split("\n")[0])
    with httpx.Client(base_url=server.address) as client:
        begun = client.post("/api/conversations", json={"consent": True}).json()
        headers = {"Authorization": f"Bearer {begun['token']}"}
        for number, text in enumerate(script):
            sent = client.post("/api/conversations/messages", json={"id": f"m{number}", "text": text}, headers=headers)
        reply = sent.json()["messages"][-1]
    expected = outcomes.pop("telegram")
    assert expected[3] == reply["text"].split("\n")[0]
    assert outcomes == dict.fromkeys(outcomes, expected)
