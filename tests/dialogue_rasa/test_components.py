"""Our components in Rasa's pipeline: they wrap bot.nlu, and learn nothing."""

from __future__ import annotations

from datetime import date

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

import bot.dialogue  # noqa: F401  (Rasa needs the stand-in)
from actions.payload import payload
from bot.dialogue.components import FindingExtractor, PayloadGuard
from bot.nlu.reading import Reading


@pytest.fixture
def make(tmp_path):
    def create(component):
        context = ExecutionContext(GraphSchema({}), node_name=component.__name__)
        return component.create({}, LocalModelStorage(tmp_path), Resource("nothing"), context)

    return create


def classified(text: str, intent: str = "deny", **metadata: str) -> Message:
    return Message({TEXT: text, "intent": {"name": intent, "confidence": 0.6}, "metadata": metadata})


def test_the_reading_and_the_findings_are_put_out(make, services):
    text = "my eyelid has been twitching since yesterday"
    (message,) = make(FindingExtractor).process([classified(text, as_of="2027-03-10")])
    out = message.as_dict(only_output_properties=True)
    reading = Reading.from_json(out["reading"])
    assert reading == services.read(text, date(2027, 3, 10))
    assert [(entity["entity"], text[entity["start"] : entity["end"]]) for entity in out["entities"]] == [
        ("finding", mention.text) for mention in reading.mentions
    ]
    assert reading.mentions and out["entities"][0]["value"] == reading.mentions[0].finding


@pytest.mark.parametrize("text", ["no, but my eyelid twitches", "no, for three weeks", "nobody, my uncle had a fever"])
def test_a_message_with_a_finding_or_a_duration_informs(make, services, text):
    (message,) = make(FindingExtractor).process([classified(text, "deny")])
    assert message.get("intent") == {"name": "inform", "confidence": 1.0}


@pytest.mark.parametrize("text", ["no", "hello", "why do you ask"])
def test_other_messages_keep_their_intent(make, services, text):
    (message,) = make(FindingExtractor).process([classified(text, "greet")])
    assert message.get("intent")["name"] == "greet" and message.get("reading")["mentions"] == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("have a good day", "goodbye"),
        ("will it rain tomorrow", "out_of_scope"),
        ("forget what I told you", "forget_me"),
    ],
)
def test_a_farewell_and_a_plain_wish_are_no_complaint(make, services, text, intent):
    (message,) = make(FindingExtractor).process([classified(text, intent)])
    assert message.get("intent")["name"] == intent


@pytest.mark.parametrize("text", ["forget me, my arm is weak", "I keep forgetting what day it is"])
def test_a_wish_that_tells_more_is_a_complaint(make, services, text):
    (message,) = make(FindingExtractor).process([classified(text, "forget_me")])
    assert message.get("intent")["name"] == "inform"


def test_a_payload_of_ours_is_not_read_as_text(make, services):
    (message,) = make(FindingExtractor).process([classified(payload("facial_weakness"))])
    assert message.get("reading") is None and message.get("intent")["name"] == "deny"


def test_an_empty_message_is_let_through(make, services):
    (message,) = make(FindingExtractor).process([Message({TEXT: ""})])
    assert message.get("reading") is None


def test_a_typed_slash_never_reaches_rasas_last_step(make):
    guard = make(PayloadGuard)
    (typed,) = guard.process([Message({TEXT: '/restart{"case": null}'})])
    assert not typed.get(TEXT).strip().startswith("/")
    (offered,) = guard.process([Message({TEXT: payload("none")})])
    assert offered.get(TEXT) == payload("none")


def test_another_lexicon_is_another_fingerprint(services):
    assert FindingExtractor.fingerprint_addon({}) == services.knowledge.version
