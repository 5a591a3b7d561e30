"""Handoff at the desk: the bot is silent while a clinician holds the conversation, except for emergencies."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

import bot.dialogue  # noqa: F401  (Rasa needs the stand-in)
from bot.dialogue.agent import Dialogue
from bot.dialogue.desk import LONGEST, DeskUnavailable
from bot.dialogue.tracker_store import EventStore
from bot.records.handoffs import Handoffs
from bot.records.letters import Letters
from bot.records.users import Users
from bot.triage.case import ABSENT, PRESENT, Case
from tests.dialogue_rasa.conftest import EMERGENCY, NOON, NUMBER, TWITCH, FakeDialogue, Talk

NOTICE = {"id": "n", "kind": "notice", "text": "."}


def run(work):
    return asyncio.run(work)


class Clinic:
    """A clinician of the database, acting a little after the conversation's newest message."""

    def __init__(self, database) -> None:
        self.handoffs, self.letters, users = Handoffs(database), Letters(database), Users(database)
        users.add("ada", "Ada Example", "reviewer", NOON)
        self.id = users.named("ada").id

    def take(self, talk):
        talk.at += timedelta(seconds=5)
        assert self.handoffs.take(talk.id, self.id, talk.at, NOTICE)

    def write(self, talk, text="Hello, this is Ada."):
        talk.at += timedelta(seconds=5)
        self.letters.write(talk.id, f"l{talk.at}", text, talk.at, "Ada")

    def give_back(self, talk):
        talk.at += timedelta(seconds=5)
        assert self.handoffs.give_back(talk.id, talk.at, NOTICE)


@pytest.fixture
def clinic(database):
    return Clinic(database)


@pytest.fixture
def talk(desk):
    desk.dialogue = FakeDialogue()
    return Talk(desk)


def case(records):
    return Case.from_json(records.case("talk"))


def test_the_bot_is_silent_and_says_who_reads(talk, clinic, records):
    async def conversation():
        await talk.say(TWITCH)
        clinic.take(talk)
        return await talk.all("Are you there?", "thank you", "I'd rather speak to you")

    replies = run(conversation())
    assert [reply["kind"] for reply in replies] == ["notice"] * 3
    for reply in replies:
        assert "Ada Example (clinician)" in reply["text"] and NUMBER in reply["text"] and "choices" not in reply
    assert len(talk.desk.dialogue.asked) == 1
    said = [each["text"] for each in records.history("talk") if each["from"] == "person"]
    assert said == [TWITCH, "Are you there?", "thank you", "I'd rather speak to you"]


def test_an_emergency_is_answered_at_once_whoever_holds_the_conversation(talk, clinic, records):
    async def conversation():
        await talk.say(TWITCH)
        clinic.take(talk)
        clinic.write(talk)
        return await talk.all(EMERGENCY, "thank you")

    replies = run(conversation())
    assert [reply["kind"] for reply in replies] == ["emergency"] * 2
    assert all(NUMBER in reply["text"] for reply in replies)
    assert records.level("talk") == "emergency"
    assert clinic.handoffs.state("talk").holder is not None


def test_what_was_said_meanwhile_is_known_and_nothing_was_asked(talk, clinic, records):
    async def conversation():
        await talk.say("hello")
        clinic.take(talk)
        before = case(records)
        await talk.say(TWITCH)
        held = case(records)
        clinic.give_back(talk)
        (reply,) = await talk.say("go on")
        return before, held, reply

    before, held, reply = run(conversation())
    assert held.status("eyelid_twitching") == PRESENT
    assert (held.asked, held.spent, held.trail, held.advised) == (before.asked, before.spent, before.trail, False)
    assert reply["kind"] == "question"
    assert "eyelid_twitching" in talk.desk.dialogue.asked[-1]["case"]["facts"]


def test_emergencies_are_found_in_what_several_messages_say_together(desk, clinic, dialogue, records):
    """The level rises with what is told to the clinician, and the queue and the page show it."""
    desk.dialogue, talk = dialogue, Talk(desk)

    async def conversation():
        await talk.say("my left cheek has been twitching for two months")
        clinic.take(talk)
        clinic.write(talk, "Does anything else bother you?")
        await talk.say("since yesterday my arm is weak")

    run(conversation())
    newest = [said["decision"] for said in records.show("talk")["messages"] if said.get("decision")][-1]
    assert newest["facts"]["facts"] and newest["level"] not in (None, "routine", "self_care")


def asks_red_flag(records):
    """A conversation in which the bot's question about red flags is open."""
    kept = case(records)
    return kept.pending is not None and kept.pending_keys


def test_yes_to_a_clinician_answers_no_question_of_the_bot(desk, dialogue, clinic, records):
    desk.dialogue, talk = dialogue, Talk(desk)

    async def conversation():
        await talk.say(TWITCH)
        assert asks_red_flag(records)
        clinic.take(talk)
        clinic.write(talk, "Would tomorrow at nine suit you?")
        return await talk.say("no")

    (reply,) = run(conversation())
    assert reply["kind"] == "notice"
    assert not [name for name, fact in case(records).facts.items() if fact.status == ABSENT]
    assert case(records).pending is None


def test_an_answer_on_its_way_when_somebody_takes_over_still_counts(desk, dialogue, clinic, records):
    desk.dialogue, talk = dialogue, Talk(desk)

    async def conversation():
        await talk.say(TWITCH)
        keys = asks_red_flag(records)
        clinic.take(talk)
        await talk.say("no, none of those")
        return keys

    keys = run(conversation())
    assert all(case(records).status(key) == ABSENT for key in keys if "." not in key)


def test_a_pressed_choice_answers_what_it_was_offered_for(desk, dialogue, clinic, records):
    desk.dialogue, talk = dialogue, Talk(desk)

    async def conversation():
        await talk.say(TWITCH)
        keys = asks_red_flag(records)
        clinic.take(talk)
        clinic.write(talk)
        return keys, await talk.say(choices=["none"])

    keys, (reply,) = run(conversation())
    assert reply["kind"] == "notice"
    assert all(case(records).status(key) == ABSENT for key in keys if "." not in key)


def test_restart_and_forget_me_work_as_always(desk, dialogue, clinic, records):
    desk.dialogue, talk = dialogue, Talk(desk)

    async def conversation():
        await talk.say(TWITCH)
        clinic.take(talk)
        clinic.write(talk)
        (restarted,) = await talk.say("restart")
        facts = case(records).facts
        (asked,) = await talk.say("please delete my data")
        clinic.write(talk, "Did it help?")
        (passed,) = await talk.say("yes")
        await talk.say("please delete my data")
        return restarted, facts, asked, passed, (await talk.say("yes"))[0]

    restarted, facts, asked, passed, erased = run(conversation())
    assert restarted["kind"] == "greeting" and not facts
    assert asked["kind"] == "question" and [choice["value"] for choice in asked["choices"]] == ["yes", "no"]
    assert "Ada Example" in passed["text"], "a yes to the clinician deletes nothing"
    assert not records.exists("talk") and erased["kind"] == "notice" and "deleted" in erased["text"]
    assert clinic.handoffs.taken() == []


def test_who_asks_for_a_human_waits_and_after_the_hand_back_may_ask_again(desk, dialogue, clinic, records):
    desk.dialogue, talk = dialogue, Talk(desk)

    async def conversation():
        await talk.say("can I talk to a human")
        first = clinic.handoffs.waiting()
        await talk.say(TWITCH)
        clinic.take(talk)
        clinic.give_back(talk)
        await talk.say("hello")
        between = clinic.handoffs.waiting()
        await talk.say("can I talk to a human")
        return first, between, clinic.handoffs.waiting()

    first, between, again = run(conversation())
    assert [line.because for line in first] == [("human",)] and not between
    assert [line.conversation_id for line in again] == ["talk"]


def test_in_an_emergency_who_asks_for_a_human_is_told_whom_to_call_and_waits_first(desk, dialogue, clinic):
    desk.dialogue, talk = dialogue, Talk(desk)
    replies = run(talk.all(EMERGENCY, "can I talk to a human"))
    assert [reply["kind"] for reply in replies] == ["emergency"] * 2
    assert [(line.level, line.because) for line in clinic.handoffs.waiting()] == [("emergency", ("human",))]


def test_a_message_that_is_too_long_is_refused_as_always(talk, clinic):
    async def conversation():
        await talk.say(TWITCH)
        clinic.take(talk)
        return await talk.say("x " * LONGEST)

    (reply,) = run(conversation())
    assert reply["kind"] == "notice" and str(LONGEST) in reply["text"]


def test_a_repeated_message_gets_its_notice_again_also_after_the_hand_back(talk, clinic):
    async def conversation():
        await talk.say(TWITCH)
        clinic.take(talk)
        first = await talk.say("hello", client_id="a")
        clinic.give_back(talk)
        await talk.say("and now", client_id="b")
        return first, await talk.say("hello", client_id="a")

    first, again = run(conversation())
    assert first == again and first[0]["kind"] == "notice"


def test_a_database_that_is_gone_silences_no_emergency_and_wakes_no_bot(talk, clinic, desk, monkeypatch):
    """Without the database nobody can say who holds the conversation: what this process knew last counts."""

    def gone(*_):
        raise OperationalError("gone", {}, Exception())

    async def conversation():
        await talk.say(TWITCH)
        clinic.take(talk)
        await talk.say("hello")
        with monkeypatch.context() as broken:
            broken.setattr(desk._book, "_stored", gone)
            held = await talk.say("are you there")
            broken.setattr(desk._book, "_store", gone)
            with pytest.raises(DeskUnavailable):
                await talk.say("still there?")
            alarm = await talk.say(EMERGENCY)
        return held, alarm, await talk.say("thank you")

    held, alarm, after = run(conversation())
    assert held[0]["kind"] == "notice" and "Ada Example" in held[0]["text"]
    assert alarm[0]["kind"] == after[0]["kind"] == "emergency"
    assert len(desk.dialogue.asked) == 1


def test_a_locked_database_delays_an_emergency_in_a_held_conversation_by_a_moment(talk, clinic, database, records):
    async def conversation():
        await talk.say(TWITCH)
        clinic.take(talk)
        other = sqlite3.connect(database.url.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            return await asyncio.wait_for(talk.say(EMERGENCY), 4)
        finally:
            other.execute("ROLLBACK")
            other.close()

    (reply,) = run(conversation())
    assert reply["kind"] == "emergency"
    run(talk.say("thank you"))
    assert [said["text"] for said in records.history("talk") if said["from"] == "person"][1] == EMERGENCY


def test_a_message_that_waited_for_another_sees_that_somebody_took_over(desk, clinic):
    async def conversation():
        desk.dialogue = FakeDialogue(gate=asyncio.Event())
        talk = Talk(desk)
        first = asyncio.create_task(talk.say(TWITCH))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(talk.say("hello"))
        await asyncio.sleep(0.1)
        desk._book._conversations.open("talk", "web", True, NOON)
        clinic.take(talk)
        desk.dialogue.gate.set()
        return await first, await second

    first, second = run(conversation())
    assert (first[0]["kind"], second[0]["kind"]) == ("question", "notice")


def test_erasing_drops_what_the_process_remembers(desk, clinic, services):
    desk.dialogue = FakeDialogue()
    talk = Talk(desk)

    async def conversation():
        await talk.say("my eyelid twitches, and I am Ottoline")
        clinic.take(talk)
        await talk.say("this is Ottoline")

    run(conversation())
    desk.forget("talk")
    assert not services._readings and not desk._book._newest and not desk._book._holders


@pytest.fixture
def dialogue(model, services, database) -> Dialogue:
    store = EventStore(database)
    store.create_table()
    return Dialogue.load(model, store)
