"""The desk: emergencies first, then Rasa, and a reply that helps whatever fails."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.dialogue import book as book_module
from bot.dialogue.desk import LONGEST, Desk, DeskUnavailable
from bot.dialogue.incoming import OVERLAP, parts_of
from bot.triage.case import Case
from tests.dialogue_rasa.conftest import EMERGENCY, NOON, NUMBER, TWITCH, FakeDialogue, Talk

SECRET = "my eyelid twitches, and my name is Ottoline"


def run(work):
    return asyncio.run(work)


def test_an_emergency_is_answered_and_recorded_without_rasa(desk, records, knowledge):
    (reply,) = run(Talk(desk).say(EMERGENCY))
    assert reply["kind"] == "emergency" and NUMBER in reply["text"]
    shown = records.show("talk")
    (said, answered) = shown["messages"]
    assert said["text"] == EMERGENCY and said["failed"] is None
    assert answered["id"] == reply["id"]
    assert said["decision"]["level"] == "emergency"
    assert said["decision"]["knowledge_version"] == knowledge.version


def test_without_a_model_everything_else_gets_the_failure_reply(desk, records):
    (reply,) = run(Talk(desk).say(TWITCH))
    assert reply["kind"] == "failure" and NUMBER in reply["text"]
    assert records.show("talk")["messages"][0]["failed"]
    assert desk.ready() == {"model": False, "database": True, "knowledge": True, "golden": False}


def test_a_text_that_nobody_can_have_written_is_screened_at_both_ends_and_lets_others_in(desk, records):
    """Two hundred thousand characters are read in parts of some, and other people are answered in between."""
    assert sum(map(len, parts_of("x" * 240_000))) < 32_000
    for name, text in (("first", EMERGENCY + " and" * 60_000), ("last", "and " * 60_000 + EMERGENCY)):
        (reply,) = run(Talk(desk, name).say(text))
        assert reply["kind"] == "emergency"

    async def both():
        # No two parts of it are alike, so that each takes its time.
        text = "".join(f"On day {number} it went on and on. " for number in range(600))
        long = asyncio.create_task(Talk(desk, "long").say(text))
        await asyncio.sleep(0)
        (reply,) = await Talk(desk, "short").say(EMERGENCY)
        return reply["kind"], long.done(), await long

    kind, finished, _ = run(both())
    assert (kind, finished) == ("emergency", False)


def test_the_parts_of_a_long_text_overlap_and_leave_nothing_out():
    text = "".join(chr(0x4E00 + number) for number in range(19_999))
    parts = parts_of(text)
    assert parts[0].startswith(text[:10]) and parts[-1].endswith(text[-10:])
    for one, other in zip(parts, parts[1:]):
        assert one[-OVERLAP:] == other[:OVERLAP]


def test_a_turn_is_timed_and_names_the_model_that_read_it(desk, records):
    async def talk():
        conversation = Talk(desk)
        desk.dialogue, desk.model = FakeDialogue(), "0123456789abcdef"
        await conversation.say("hello")
        await conversation.say(EMERGENCY)

    run(talk())
    said = [each for each in records.show("talk")["messages"] if each["from"] == "person"]
    assert [each["model"] for each in said] == ["0123456789abcdef", None]
    assert all(isinstance(each["took_ms"], int) and each["took_ms"] >= 0 for each in said)


def test_it_is_ready_while_a_golden_emergency_is_found(desk, monkeypatch):
    desk.golden = True
    assert desk.ready()["golden"]
    monkeypatch.setattr("bot.dialogue.desk.take_turn", lambda *_, **__: (_ for _ in ()).throw(KeyError("broken")))
    assert not desk.ready()["golden"]


@pytest.mark.parametrize(
    "error", [RuntimeError("in an action"), OperationalError("select", {}, Exception()), KeyError()]
)
def test_a_failing_dialogue_is_answered_logged_and_recorded(desk, records, error):
    desk.dialogue = FakeDialogue(error=error)
    with capture_logs() as logs:
        (reply,) = run(Talk(desk).say(SECRET))
    assert reply["kind"] == "failure" and NUMBER in reply["text"]
    assert [log["event"] for log in logs] == ["turn failed"]
    assert "Ottoline" not in repr(logs) and "twitch" not in repr(logs)
    assert type(error).__name__ in records.show("talk")["messages"][0]["failed"]


def test_a_dialogue_without_an_answer_in_time_fails(desk, monkeypatch):
    monkeypatch.setattr("bot.dialogue.desk.RASA_SECONDS", 0.05)

    async def talk():
        desk.dialogue = FakeDialogue(gate=asyncio.Event())
        return await Talk(desk).say(TWITCH)

    assert run(talk())[0]["kind"] == "failure"


def test_what_was_said_counts_though_the_turn_failed(desk, records):
    """And what was never shown was not asked: "yes" to it would answer a question that nobody read."""
    run(Talk(desk).say(TWITCH))
    case = Case.from_json(records.case("talk"))
    assert "eyelid_twitching" in case.facts
    assert case.pending is None and not case.asked


def test_the_same_message_is_answered_once(desk, records):
    desk.dialogue = FakeDialogue()

    async def talk():
        conversation = Talk(desk)
        first = await conversation.say(TWITCH, client_id="a")
        await conversation.say("no", client_id="b")
        again = await conversation.say(TWITCH, client_id="a")
        return first, again

    first, again = run(talk())
    assert first == again and len(desk.dialogue.asked) == 2
    assert len([said for said in records.history("talk") if said["from"] == "person"]) == 2


def test_the_same_message_twice_at_once_is_answered_once(desk):
    async def talk():
        desk.dialogue = FakeDialogue(gate=asyncio.Event())
        conversation = Talk(desk)
        both = [asyncio.create_task(conversation.say(TWITCH, client_id="a")) for _ in range(2)]
        await asyncio.sleep(0.1)
        desk.dialogue.gate.set()
        return await asyncio.gather(*both)

    first, second = run(talk())
    assert first == second and len(desk.dialogue.asked) == 1


def test_messages_of_one_conversation_come_one_at_a_time(desk):
    async def talk():
        desk.dialogue = FakeDialogue(gate=asyncio.Event())
        conversation = Talk(desk)
        first = asyncio.create_task(conversation.say(TWITCH))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(conversation.say("no"))
        await asyncio.sleep(0.1)
        assert len(desk.dialogue.asked) == 1
        desk.dialogue.gate.set()
        await asyncio.gather(first, second)

    run(talk())
    assert [asked["case"].get("spent", 0) for asked in desk.dialogue.asked] == [0, 1]


def test_an_emergency_waits_for_no_other_message(desk, records):
    async def talk():
        desk.dialogue = FakeDialogue(gate=asyncio.Event())
        conversation = Talk(desk)
        slow = asyncio.create_task(conversation.say(TWITCH))
        await asyncio.sleep(0.1)
        emergency = await asyncio.wait_for(conversation.say(EMERGENCY), 5)
        assert not slow.done()
        desk.dialogue.gate.set()
        return emergency, await slow

    emergency, overtaken = run(talk())
    assert emergency[0]["kind"] == "emergency"
    assert overtaken[0]["kind"] == "emergency", "from then on every reply leads with the emergency"
    assert records.case("talk")["emergency"] is True


def test_after_an_emergency_every_reply_leads_with_it(desk):
    desk.dialogue = FakeDialogue()
    replies = run(Talk(desk).all(EMERGENCY, "hello", "thank you", "\U0001f600", "", "x" * 5000))
    assert {reply["kind"] for reply in replies} == {"emergency"}
    assert all(NUMBER in reply["text"] for reply in replies)


def test_a_restart_ends_the_emergency(desk):
    desk.dialogue = FakeDialogue(intents={"start again": "restart"})
    run(Talk(desk).all(EMERGENCY, "start again"))
    (asked,) = desk.dialogue.asked
    assert asked["text"] == "start again"


def test_restart_words_with_an_emergency_in_them_restart_nothing(desk):
    desk.dialogue = FakeDialogue(intents={"start again, " + EMERGENCY: "restart"})
    replies = run(Talk(desk).all(EMERGENCY, "start again, " + EMERGENCY))
    assert replies[1]["kind"] == "emergency" and not desk.dialogue.asked


def test_where_the_intent_cannot_be_read_the_emergency_stays(desk):
    desk.dialogue = FakeDialogue(error=ValueError("untrained"))
    assert run(Talk(desk).all(EMERGENCY, "start again"))[1]["kind"] == "emergency"


def test_a_text_that_is_too_long_is_refused_kindly(desk, records):
    desk.dialogue = FakeDialogue()
    (reply,) = run(Talk(desk).say("word " * 2000))
    assert reply["kind"] == "notice" and NUMBER in reply["text"] and str(LONGEST) in reply["text"]
    assert not desk.dialogue.asked
    assert len(records.history("talk")[0]["text"]) == LONGEST


def test_the_end_of_a_text_that_is_too_long_is_screened(desk):
    (reply,) = run(Talk(desk).say("word " * 4000 + ". " + EMERGENCY))
    assert reply["kind"] == "emergency"


def test_a_screen_that_fails_still_gives_the_number(desk, records, monkeypatch):
    monkeypatch.setattr("bot.dialogue.desk.take_turn", lambda *_, **__: 1 / 0)
    with capture_logs() as logs:
        (reply,) = run(Talk(desk).say(SECRET))
    assert reply["kind"] == "failure" and NUMBER in reply["text"]
    assert logs[0]["event"] == "screen failed" and "Ottoline" not in repr(logs)
    assert records.show("talk")["messages"][0]["failed"] == "screen"


def test_hidden_characters_hide_nothing(desk):
    hidden = "\u200b".join("my face drooped") + "\x00 suddenly"
    assert run(Talk(desk).say(hidden))[0]["kind"] == "emergency"


def test_emergency_only_answers_nothing_else(desk, records):
    async def talk():
        none = await desk.emergency_only("talk", "a", text=TWITCH)
        return none, await desk.emergency_only("talk", "b", text=EMERGENCY)

    none, reply = run(talk())
    assert none == [] and reply[0]["kind"] == "emergency"
    assert len(records.history("talk")) == 2


def test_the_gate_of_a_search_is_the_more_urgent_of_conversation_and_text(desk, records):
    def gate(text, level):
        return run(desk.gate("talk", text, level, NOON))

    assert gate("something else", "unknown") == "unknown" and gate("something else", "same_day") == "same_day"
    assert gate(EMERGENCY, "self_care") is None and gate("something else", "emergency") is None
    assert records.history("talk") == [], "nothing is stored"
    run(Talk(desk).say(EMERGENCY))
    assert gate("something else", "unknown") is None


def test_after_a_long_silence_a_new_case_begins(desk):
    desk.dialogue = FakeDialogue()

    async def talk():
        conversation = Talk(desk)
        await conversation.say(TWITCH)
        await conversation.say("no", after=timedelta(minutes=59))
        await conversation.say("no", after=timedelta(minutes=61))

    run(talk())
    assert [asked["case"].get("spent", 0) for asked in desk.dialogue.asked] == [0, 1, 0]


def test_an_emergency_outlasts_silence(desk):
    async def talk():
        conversation = Talk(desk)
        await conversation.say(EMERGENCY)
        return await conversation.say("hello again", after=timedelta(days=2))

    assert run(talk())[0]["kind"] == "emergency"


def test_the_archive_is_asked_with_the_words_of_this_case_only(desk, records, services):
    desk.dialogue = FakeDialogue()

    async def said():
        conversation = Talk(desk)
        await conversation.all(TWITCH, "no")
        return await desk._book.said("talk")

    assert run(said()) == f"{TWITCH}\nno"


# The database fails.


@pytest.fixture
def locked(database):
    """Somebody else holds the write lock of the database until the test lets go."""
    other = sqlite3.connect(database.url.database, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    if other.in_transaction:
        other.execute("ROLLBACK")
    other.close()


def test_a_locked_database_delays_an_emergency_by_a_moment(desk, journal, locked, records):
    with capture_logs():
        began = time.monotonic()
        (reply,) = run(Talk(desk).say(EMERGENCY))
        assert time.monotonic() - began < 4 * book_module.PATIENCE + 1
    assert reply["kind"] == "emergency" and NUMBER in reply["text"]
    assert journal.waiting()
    locked.execute("ROLLBACK")


def test_what_the_journal_holds_is_stored_with_the_next_turn(desk, journal, records, locked):
    desk.dialogue = FakeDialogue()

    async def talk():
        conversation = Talk(desk)
        await conversation.say(EMERGENCY)
        assert (await conversation.say("hello"))[0]["kind"] == "emergency", "the case is in memory"
        locked.execute("ROLLBACK")
        await asyncio.sleep(0.2)
        return await conversation.say("thank you")

    with capture_logs():
        assert run(talk())[0]["kind"] == "emergency"
    assert not journal.waiting()
    said = [message["text"] for message in records.history("talk") if message["from"] == "person"]
    assert said == [EMERGENCY, "hello", "thank you"]


def test_any_other_turn_is_not_acknowledged_while_the_database_is_locked(services, tmp_path, journal, monkeypatch):
    monkeypatch.setattr("bot.records.database.BUSY_MILLISECONDS", 100)
    from bot.records.database import engine, migrate

    database = engine(f"sqlite:///{tmp_path / 'impatient.db'}")
    migrate(database)
    desk = Desk(services, book_module.Book(database, journal))
    desk.dialogue = FakeDialogue()
    other = sqlite3.connect(database.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def talk():
        conversation = Talk(desk)
        with pytest.raises(DeskUnavailable):
            await conversation.say(TWITCH, client_id="a")
        other.execute("ROLLBACK")
        return await conversation.say(TWITCH, client_id="a")

    with capture_logs() as logs:
        assert run(talk())[0]["kind"] == "question"
    assert "twitch" not in repr(logs) and not journal.waiting()
    other.close()


def test_a_database_that_is_gone_changes_nothing_for_an_emergency(desk, journal, monkeypatch):
    def gone(*_):
        raise OperationalError("gone", {}, Exception())

    for name in ("_stored", "_store"):
        monkeypatch.setattr(desk._book, name, gone)
    monkeypatch.setattr(desk._book._conversations, "exists", gone)
    gone.__name__ = "gone"
    with capture_logs():
        (reply,) = run(Talk(desk).say(EMERGENCY))
        assert reply["kind"] == "emergency" and journal.waiting()
        assert desk.ready()["database"] is False


def test_where_disk_and_database_fail_the_answer_is_still_given(desk, journal, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    def gone(*_):
        raise OperationalError("gone", {}, Exception())

    monkeypatch.setattr(desk._book, "_store", gone)
    monkeypatch.setattr(journal, "append", full)
    with capture_logs() as logs:
        assert run(Talk(desk).say(EMERGENCY))[0]["kind"] == "emergency"
    assert {"event": "turn not recorded", "log_level": "critical"}.items() <= logs[-1].items()


def test_what_was_erased_is_forgotten(desk, records):
    desk.dialogue = FakeDialogue()

    async def talk():
        conversation = Talk(desk)
        await conversation.say(EMERGENCY)
        records.erase("talk", conversation.at)
        desk.forget("talk")
        return await conversation.say("hello")

    assert run(talk())[0]["kind"] == "question"
