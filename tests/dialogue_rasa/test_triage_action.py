"""action_triage with a tracker as Rasa sends it: in our process, and under `rasa run actions`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any, Optional

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from actions.message import Incoming
from actions.payload import choice_of, payload
from actions.services import Services
from actions.triage import ActionTriage, archived
from bot.interview.turn import ADVICE, take_turn
from bot.nlu.reading import Reading
from bot.triage.case import Case
from tests.dialogue_rasa.conftest import TWITCH

DAY = date(2027, 3, 10)


def tracker(text: str, metadata: Optional[dict[str, Any]] = None, case: Any = None, reading: Any = None) -> Tracker:
    message = {"text": text, "intent": {"name": "inform"}, "entities": [], "metadata": metadata or {}}
    if reading is not None:
        message["reading"] = reading
    events = [{"event": "user", "text": "hello"}, {"event": "bot", "text": "Hi"}, {"event": "user", "text": text}]
    return Tracker("talk", {"case": case}, message, events, False, None, {}, "action_listen")


def triage(tracker: Tracker) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    dispatcher = CollectingDispatcher()
    events = asyncio.run(ActionTriage().run(dispatcher, tracker, {}))
    (message,) = dispatcher.messages
    return message, events


def test_the_case_is_set_and_the_reply_uttered_whole(services):
    message, events = triage(tracker(TWITCH, {"as_of": "2027-03-10", "case": None, "choices": None}))
    reply = message["custom"]["reply"]
    assert message["text"] == reply["text"] and reply["kind"] == "question"
    assert [button["title"] for button in message["buttons"]] == [choice["label"] for choice in reply["choices"]]
    assert [choice_of(button["payload"]) for button in message["buttons"]] == [c["value"] for c in reply["choices"]]
    (event,) = events
    assert (event["event"], event["name"]) == ("slot", "case")
    assert event["value"] == message["custom"]["case"] and "eyelid_twitching" in event["value"]["facts"]
    assert message["custom"]["decision"]["level"]


def test_the_case_comes_with_the_message_before_the_slot(services):
    slot = Case(spent=3).to_json()
    assert Incoming.of(tracker("no", {"case": {"spent": 1}}, slot), services).case.spent == 1
    assert Incoming.of(tracker("no", {"case": None}, slot), services).case == Case()
    assert Incoming.of(tracker("no", {}, slot), services).case.spent == 3
    assert Incoming.of(tracker("no"), services).case == Case()


def test_the_reading_of_the_pipeline_is_used(services):
    reading = Reading("something else", answer="yes")
    assert Incoming.of(tracker("no", reading=reading.to_json()), services).reading == reading
    assert Incoming.of(tracker(TWITCH, {"as_of": "2027-03-10"}), services).reading == services.read(TWITCH, DAY)


def test_choices_come_with_the_message_or_in_a_payload(services):
    pressed = Incoming.of(tracker("", {"choices": ["none"]}), services)
    assert pressed.choices == ["none"] and pressed.reading == Reading("")
    button = Incoming.of(tracker(payload("none")), services)
    assert button.choices == ["none"] and button.reading == Reading("")
    assert Incoming.of(tracker("none"), services).choices is None


def test_the_words_so_far_come_with_the_message_or_from_the_tracker(services):
    assert Incoming.of(tracker("no", {"said": "all of it"}), services).said == "all of it"
    assert Incoming.of(tracker(TWITCH), services).said == f"hello\n{TWITCH}"
    assert Incoming.of(tracker(payload("none")), services).said == "hello"


@pytest.fixture
def advised(services):
    turn = take_turn(Case(), services.read(TWITCH, DAY), services.knowledge, DAY)
    return turn


def test_the_archive_is_asked_with_what_is_present(services, advised):
    asked = []
    ours = Services(services.knowledge, services.reader, "1", answers=lambda *question: asked.append(question) or ())
    assert archived(advised, "my words", ours) == ()
    assert asked == [("my words", ["eyelid_twitching"], advised.decision.level)]


def test_an_archive_that_fails_takes_no_advice_away(services, advised):
    def gone(*_):
        raise OperationalError("select", {"text": TWITCH}, Exception())

    with capture_logs() as logs:
        assert archived(advised, TWITCH, Services(services.knowledge, services.reader, "1", answers=gone)) is None
    assert logs[0]["event"] == "archive not read" and "twitch" not in repr(logs)


def test_what_became_of_asking_the_archive_goes_with_the_reply(services, monkeypatch):
    advice = take_turn(Case(), services.read(TWITCH, DAY), services.knowledge, DAY)
    monkeypatch.setattr("actions.triage.take_turn", lambda *_, **__: replace(advice, kind=ADVICE, question=None))
    message, _ = triage(tracker(TWITCH, {"as_of": "2027-03-10"}))
    assert message["custom"]["lookup"]["outcome"] == "none"
    monkeypatch.setattr("actions.triage.archived", lambda *_: None)
    assert "lookup" not in triage(tracker(TWITCH, {"as_of": "2027-03-10"}))[0]["custom"], "it was not asked"


def test_a_text_is_read_once(services):
    texts: list[str] = []

    class Counting:
        def read(self, text, as_of):
            texts.append(text)
            return Reading(text)

    ours = Services(services.knowledge, Counting(), "1")
    for text in ("a", "a", "b"):
        ours.read(text, DAY)
    ours.read("a", date(2027, 3, 11))
    assert texts == ["a", "b", "a"]
