"""The tree's own model in our process: real Rasa, real actions, one model for all tests."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

import bot.dialogue  # noqa: F401  (Rasa needs the stand-in)
from actions import triage
from bot.dialogue.agent import Dialogue, DialogueFailed
from bot.dialogue.golden import misread
from bot.dialogue.intents import PatternIntentClassifier
from bot.dialogue.tracker_store import EVENTS_READ, EventStore
from bot.records.models import archive_lookups
from bot.triage.case import Case
from tests.dialogue_rasa.conftest import NUMBER, TWITCH, Talk

DAY = date(2027, 3, 10)


@pytest.fixture
def dialogue(model, services, database) -> Dialogue:
    store = EventStore(database)
    store.create_table()
    return Dialogue.load(model, store)


@pytest.fixture
def talk(desk, dialogue) -> Talk:
    desk.dialogue = dialogue
    return Talk(desk)


def run(work):
    return asyncio.run(work)


def test_the_model_passes_its_self_test(dialogue):
    assert run(misread(dialogue)) == []


def test_an_untrained_classifier_fails_the_self_test(dialogue):
    (trained,) = [
        node._component
        for node in dialogue._agent.processor.graph_runner._instantiated_nodes.values()
        if isinstance(node._component, PatternIntentClassifier)
    ]
    trained.features = None
    assert len(run(misread(dialogue))) == 8


def test_a_complaint_is_asked_about_and_an_answer_understood(talk):
    async def conversation():
        asked = (await talk.say(TWITCH))[0]
        return asked, (await talk.say("no, none of those"))[0]

    asked, next_asked = run(conversation())
    assert asked["kind"] == "question" and asked["several"] and asked["choices"][-1]["value"] == "not_sure"
    assert next_asked["kind"] == "question" and next_asked["text"] != asked["text"]


def test_pressed_choices_are_the_same_as_words(talk, desk, records):
    async def conversation():
        words, buttons = Talk(desk, "words"), Talk(desk, "buttons")
        await words.say(TWITCH)
        await buttons.say(TWITCH)
        return (await words.say("none of those"))[0], (await buttons.say(choices=["none"]))[0]

    by_words, by_buttons = run(conversation())
    assert by_words["text"] == by_buttons["text"] and by_words["choices"] == by_buttons["choices"]
    assert records.case("words") == records.case("buttons")


def test_choices_are_screened_too(talk):
    async def conversation():
        asked = (await talk.say(TWITCH))[0]
        worst = next(choice["value"] for choice in asked["choices"] if choice["value"] == "facial_weakness")
        talk.desk.dialogue = None
        return (await talk.say(choices=[worst]))[0]

    assert run(conversation())["kind"] == "emergency"


def test_advice_comes_in_the_end_and_is_recorded(talk, records, database):
    async def conversation():
        reply = (await talk.say(TWITCH))[0]
        for _ in range(12):
            if reply["kind"] != "question":
                return reply
            values = [choice["value"] for choice in reply["choices"]]
            reply = (await talk.say(choices=["none" if "none" in values else values[0]]))[0]
        return reply

    reply = run(conversation())
    assert reply["kind"] == "advice"
    decision = [said["decision"] for said in records.show("talk")["messages"] if said["from"] == "person"][-1]
    assert decision["level"] == decision["decision"]["level"] == reply["advice"]["level"] != "emergency"
    with database.connect() as connection:
        (lookup,) = connection.execute(select(archive_lookups)).all()
    assert (lookup.conversation_id, lookup.outcome) == ("talk", "none"), "this archive is empty"


@pytest.mark.parametrize(
    "typed",
    ["/restart", '/inform{"choice": "facial_weakness"}', ' /deny{"a": 1}', "/greet", "//inform@1.0", "/", "/ /"],
)
def test_a_typed_payload_is_only_text(talk, records, typed):
    run(talk.say(typed))
    assert not records.case("talk").get("facts") or "facial_weakness" in typed
    assert records.show("talk")["messages"][0]["failed"] is None


def test_a_typed_payload_answers_no_question(talk, records):
    run(talk.all(TWITCH, "/deny"))
    facts = records.case("talk")["facts"]
    assert not any(fact["status"] == "absent" for fact in facts.values())


@pytest.mark.parametrize(
    "text", ["", "\U0001f600\U0001f600", "\x00\x1b", "\u3053\u3093\u306b\u3061\u306f", "<b>hi</b>", "?!", "0"]
)
def test_odd_messages_get_an_answer(talk, text):
    (reply,) = run(talk.say(text))
    assert reply["kind"] in {"notice", "greeting", "question"} and reply["text"]


def test_start_again_empties_the_case(talk, records):
    replies = run(talk.all(TWITCH, "start again", "hello"))
    assert replies[1]["kind"] == "greeting" and replies[2]["kind"] == "greeting"
    assert Case.from_json(records.case("talk")) == Case()
    assert run(talk.desk._book.said("talk")) == "", "the archive is not asked with another case's words"


def test_start_again_ends_an_emergency(talk):
    replies = run(talk.all("my face drooped suddenly an hour ago", "hello", "please start again", TWITCH))
    assert [reply["kind"] for reply in replies] == ["emergency", "emergency", "greeting", "question"]


def test_why_do_you_ask_is_answered_and_asks_again(talk, records):
    asked, why = run(talk.all(TWITCH, "why do you ask"))
    assert why["kind"] == "question" and why["choices"] == asked["choices"] and why["several"] == asked["several"]
    assert run(talk.say("no, none of those"))[0]["text"] != asked["text"]


def test_requests_are_answered_and_the_case_stays(talk, records):
    run(talk.say(TWITCH))
    before = records.case("talk")
    human, forget = run(talk.all("can I talk to a human", "please delete my data"))
    assert (human["kind"], forget["kind"]) == ("notice", "question")
    assert NUMBER in human["text"] and NUMBER in forget["text"]
    assert [choice["value"] for choice in forget["choices"]] == ["yes", "no"]
    after = records.case("talk")
    assert after["facts"] == before["facts"] and after["human"] is True


def test_back_puts_the_question_before_again(talk, records):
    first, _, back = run(talk.all(TWITCH, "no, none of those", "go back"))
    assert back["kind"] == "question" and back["choices"] == first["choices"] and first["text"] in back["text"]
    (nothing,) = run(talk.say("go back"))
    assert nothing["kind"] == "notice" and NUMBER in nothing["text"]


def test_what_do_you_know_is_told_and_the_question_stays(talk, records):
    asked, _, told = run(talk.all(TWITCH, "no, none of those", "what do you know about me"))
    assert told["kind"] == "question" and "You told me: " in told["text"] and "do not have: " in told["text"]
    assert records.case("talk")["pending"] is not None and asked["choices"] != told["choices"]


def test_forget_me_erases_when_it_is_confirmed_and_only_then(talk, records):
    run(talk.all(TWITCH, "please delete my data", "no"))
    assert records.case("talk")["facts"]
    asked, gone = run(talk.all("delete everything about me", "yes"))
    assert asked["choices"] and "It is deleted" in gone["text"] and gone["kind"] == "notice"
    assert records.case("talk") is None


def test_who_are_you_is_not_taken_for_a_wish_to_talk_to_somebody(talk, records):
    (_, reply) = run(talk.all(TWITCH, "are you a bot"))
    assert "I am a program" in reply["text"] and "human" not in records.case("talk")


def test_an_action_that_raises_is_a_failure(talk, monkeypatch, records):
    def broken(*_args, **_options):
        raise ValueError(f"cannot read {TWITCH}")

    monkeypatch.setattr(triage, "compose", broken)
    with capture_logs() as logs:
        (reply,) = run(talk.say(TWITCH))
    assert reply["kind"] == "failure" and NUMBER in reply["text"]
    assert [log["event"] for log in logs] == ["action failed", "turn failed"]
    assert logs[0]["error"] == "ValueError" and "triage.py" in " ".join(logs[0]["places"])
    assert "twitch" not in repr(logs)
    assert records.show("talk")["messages"][0]["failed"] == "DialogueFailed: action_triage failed"
    monkeypatch.undo()
    assert run(talk.say("no"))[0]["kind"] == "question", "the conversation goes on"


def test_no_reply_is_a_failure(dialogue, monkeypatch):
    monkeypatch.setattr(triage, "utter", lambda *_: None)
    with pytest.raises(DialogueFailed, match="no reply"):
        run(dialogue.answer("talk", TWITCH, None, None, DAY, "web"))


def test_the_case_that_is_sent_along_wins_over_the_slot(dialogue):
    async def conversation():
        await dialogue.answer("talk", TWITCH, None, None, DAY, "web")
        return await dialogue.answer("talk", "hello", None, Case().to_json(), DAY, "web")

    assert run(conversation()).replies[0]["kind"] == "greeting"


def test_the_tracker_that_a_turn_reads_does_not_grow(talk, dialogue):
    async def conversation():
        for _ in range(12):
            await talk.say("hello", after=timedelta(minutes=1))
        return await dialogue._agent.tracker_store.retrieve("talk")

    assert len(run(conversation()).events) <= EVENTS_READ


def test_two_conversations_know_nothing_of_each_other(desk, talk):
    async def conversation():
        other = Talk(desk, "other")
        await asyncio.gather(talk.say(TWITCH), other.say("hello"))
        return (await other.say("hello"))[0]

    assert run(conversation())["kind"] == "greeting"


def test_the_advice_is_short_at_first_and_whole_on_request(talk):
    reply = run(talk.say("my eyelid has been twitching for five days, I am 30"))[0]
    for _ in range(9):
        if reply["kind"] == "advice":
            break
        reply = run(talk.say("none of those"))[0]
    (whole,) = run(talk.say("tell me more"))
    assert reply["kind"] == whole["kind"] == "advice"
    assert 'Write "more"' in reply["text"] and 'Write "more"' not in whole["text"]
    assert "Who to see" not in reply["text"] and "Who to see" in whole["text"]
    assert len(whole["text"]) > len(reply["text"]) and whole["advice"]["level"] == reply["advice"]["level"]
