"""What people meet on a platform besides the interview: consent, old buttons, letters, and parts that fail."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import text

from bot.channels.base import CHOICE, TEXT, Arrived
from bot.channels.dialogue import TEXTS_HELD
from bot.channels.gate import Gate
from bot.channels.meaning import meant
from bot.channels.wording import cut, in_parts, length, numbers_in
from bot.channels.worker import BUSY
from bot.knowledge import Knowledge
from bot.records.correspondents import Envelopes
from bot.records.database import writing
from bot.records.models import conversations, correspondents, decisions, messages
from tests.channels.conftest import CALM, SECRET, STROKE, Post
from tests.channels.fake import ALICE, BOB, FakePlatform, Said
from tests.channels.platforms import fakes

ALARM = "Call 999 now"


def run(work: Callable[[], Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work(), 60))


class Writer:
    """One person, who waits for every answer."""

    def __init__(self, post: Post, fake: FakePlatform, who: str = ALICE) -> None:
        self.post, self.fake, self.who, self.count = post, fake, who, 0

    async def write(self, said: str) -> str:
        self.count += 1
        return await self._send(self.fake.text(said, self.who, f"{self.who}{self.count}"))

    async def press(self, label: str) -> str:
        carried = next(carried for title, carried in self.heard()[-1].choices if label in title)
        return await self.carry(carried)

    async def carry(self, carried: str) -> str:
        self.count += 1
        return await self._send(self.fake.press(carried, self.who, f"{self.who}{self.count}"))

    def heard(self) -> list[Said]:
        return [said for said in self.fake.said if said.to == self.who]

    async def _send(self, raw: bytes) -> str:
        before = len(self.heard())
        assert await self.post.send(self.fake, raw) == 200
        await self.post.settled(self.fake)
        return "\n".join(said.text for said in self.heard()[before:])


def talk(serve: Any, story: Callable[[Writer], Any], name: str = "line") -> None:
    """A story of one person on one platform."""
    with fakes(name) as (made, settings):

        async def work() -> None:
            async with serve(settings) as post:
                await story(Writer(post, made[name]))

        run(work)


@pytest.mark.parametrize("said", ["yes", "Yes!", "I agree", "ok", "Okay.", "agreed", "I do", "Yes, I agree"])
def test_these_agree(serve: Any, said: str) -> None:
    async def story(writer: Writer) -> None:
        assert "Do you agree?" in await writer.write("hello there")
        await writer.write(said)
        (person,) = writer.post.rows(correspondents)
        assert person.consent == "given" and person.held is None

    talk(serve, story)


@pytest.mark.parametrize("said", ["no", "No thanks", "of course not", "I do not agree", "I don’t agree"])
def test_these_refuse_and_then_nothing_is_kept(serve: Any, said: str) -> None:
    async def story(writer: Writer) -> None:
        assert "Do you agree?" in await writer.write(CALM)
        assert ALARM in await writer.write(STROKE)
        assert ALARM in await writer.write("It is getting dark here")
        assert "Nothing of what you wrote is kept" in await writer.write(said)
        for table in (correspondents, messages, decisions):
            assert writer.post.rows(table) == []
        assert all(row.erased_at for row in writer.post.rows(conversations))

    talk(serve, story)


@pytest.mark.parametrize("said", ["No pain but my leg is swollen and red", "not sure", "what do you mean?", "5"])
def test_these_neither_agree_nor_refuse(serve: Any, said: str) -> None:
    async def story(writer: Writer) -> None:
        await writer.write(CALM)
        assert "Do you agree?" in await writer.write(said)
        (person,) = writer.post.rows(correspondents)
        assert person.consent == "asked" and len(Envelopes(SECRET).open(person.held) or "") > len(CALM)

    talk(serve, story)


def test_who_writes_on_without_agreeing_is_told_what_is_not_remembered(serve: Any) -> None:
    async def story(writer: Writer) -> None:
        answers = [await writer.write(f"My eyelid twitches, day {day}") for day in range(1, TEXTS_HELD + 2)]
        assert all("Do you agree?" in answer for answer in answers)
        assert ["cannot remember this message" in answer for answer in answers] == [False] * TEXTS_HELD + [True]
        assert ALARM in await writer.write(STROKE)

    talk(serve, story)


def test_it_is_forgotten_before_consent_too(serve: Any) -> None:
    async def story(writer: Writer) -> None:
        await writer.write(STROKE)
        assert (await writer.write("Forget me")).startswith("It is deleted: ")
        assert writer.post.rows(correspondents) == [] == writer.post.rows(messages)

    talk(serve, story)


def test_after_an_emergency_everything_leads_with_it_until_restart(serve: Any) -> None:
    async def story(writer: Writer) -> None:
        assert ALARM in await writer.write(STROKE)
        assert ALARM in await writer.carry("00000000:not_sure")
        assert ALARM in await writer._send(writer.fake.others()["sticker"])
        assert ALARM in await writer._send(writer.fake.others()["follow"])
        assert ALARM in await writer.write("yes")

    talk(serve, story)


def test_a_red_flag_on_an_old_button_is_an_emergency_whatever_is_asked(serve: Any) -> None:
    async def story(writer: Writer) -> None:
        await writer.carry("00000000:facial_weakness")
        assert ALARM in await writer.carry("11111111:arm_weakness")

    talk(serve, story)


def test_none_of_these_on_an_old_button_denies_nothing(knowledge: Knowledge) -> None:
    offered = {"id": "aaaabbbbcccc", "numbered": True, "several": True, "choices": [["None", "none"], ["Arm", "x"]]}

    def press(value: str) -> Any:
        return meant(Arrived("e", "s", {}, CHOICE, value=value), offered, knowledge)

    def typed(said: str, **more: Any) -> Any:
        return meant(Arrived("e", "s", {}, TEXT, said), {**offered, **more}, knowledge)

    assert press("00000000:none").stale and press("none").stale and press("").stale
    assert press("aaaabbbb:none").choices == ["none"]
    assert press("00000000:facial_weakness").choices == ["correct.facial_weakness.present"]
    assert typed("1, 2").choices == ["none", "x"] and typed("2").choices == ["x"] and typed(" arm ").choices == ["x"]
    assert typed("1, 2", several=False).choices is None and typed("3").choices is None
    assert typed("2", numbered=False).choices is None and typed("2 days").text == "2 days"


def test_a_clinicians_question_takes_the_place_of_the_bots(serve: Any) -> None:
    async def story(writer: Writer) -> None:
        await writer.write(CALM)
        (person,) = writer.post.rows(correspondents)
        assert person.offered
        letter = {"id": "letter1", "kind": "clinician", "by": "Dr Example", "text": "Do you take tablets?"}
        with writing(writer.post.engine) as connection:
            at = datetime.now(timezone.utc)
            assert Envelopes(SECRET).deliver(connection, person.conversation_id, letter, at)
        await writer.post.settled(writer.fake)
        assert writer.heard()[-1].text == "Dr Example writes:\n\nDo you take tablets?"
        (person,) = writer.post.rows(correspondents)
        assert person.offered is None

    talk(serve, story, "telegram")


def test_a_platform_that_hangs_holds_up_no_emergency_elsewhere(serve: Any) -> None:
    with fakes("telegram") as (made, settings):
        fake = made["telegram"]

        async def hang(*_: Any) -> None:
            await asyncio.sleep(30)

        async def work() -> None:
            async with serve({**settings, "SIGNPOST_LINE_TOKEN": "t", "SIGNPOST_LINE_SECRET": "s"}) as post:
                slow = post.messaging.channels["line"]
                slow.send = hang
                at = datetime.now(timezone.utc)
                for number in range(60):
                    arrived = [Arrived(f"e{number}", f"U{number}", {"to": f"U{number}"}, text="hello")]
                    await post.messaging.worker.take_in(slow, arrived)
                while post.messaging.worker.waiting():
                    await asyncio.sleep(0.01)
                assert await post.send(fake, fake.text(STROKE)) == 200
                (said,) = await post.settled(fake, 1)
                assert said.text.startswith(ALARM)
                assert (datetime.now(timezone.utc) - at).total_seconds() < 25

        run(work)


@pytest.mark.parametrize("name", ["telegram", "twilio"])
def test_an_emergency_is_answered_while_the_database_is_locked_or_broken(name: str, serve: Any) -> None:
    with fakes(name) as (made, settings):
        fake = made[name]

        async def work() -> None:
            async with serve(settings) as post:
                other = sqlite3.connect(str(post.engine.url.database), isolation_level=None)
                other.execute("BEGIN IMMEDIATE")
                sending = asyncio.ensure_future(post.send(fake, fake.text(STROKE)))
                said = await post.settled(fake, 1)
                assert said[0].text.startswith(ALARM)
                other.execute("ROLLBACK")
                other.close()
                assert await sending in (200, 503)
                with post.engine.begin() as connection:
                    connection.execute(text("DROP TABLE correspondents"))
                before = len(fake.said)
                assert await post.send(fake, fake.text(STROKE, BOB, "e2")) == 200
                said = await post.settled(fake, before + 1)
                assert (said[-1].to, said[-1].text[: len(ALARM)]) == (BOB, ALARM)

        run(work)


def test_a_row_that_cannot_be_read_holds_nobody_up(serve: Any) -> None:
    with fakes("telegram") as (made, settings):
        fake = made["telegram"]

        async def work() -> None:
            async with serve(settings) as post:
                inbox = post.messaging.worker._inbox
                row = {"channel": "telegram", "event": "x", "sender": "x", "paced": False}
                inbox.put([{**row, "sealed": Envelopes(SECRET).close('{"new": 1}')}], datetime.now(timezone.utc))
                inbox.release()
            async with serve(settings) as post:
                await post.send(fake, fake.text(STROKE))
                assert (await post.settled(fake, 1))[0].text.startswith(ALARM)

        run(work)


@pytest.mark.parametrize(("messages", "shown"), [(1, 1), (2 * BUSY, 0)])
def test_in_a_flood_nobody_is_shown_that_an_answer_is_being_written(messages: int, shown: int, serve: Any) -> None:
    with fakes("messenger") as (made, settings):
        fake = made["messenger"]

        async def work() -> None:
            async with serve(settings) as post:
                events = [fake.event(ALICE, message={"mid": f"m_{n}", "text": CALM}) for n in range(messages)]
                assert await post.send(fake, fake.page(*events)) == 200
                await post.settled(fake)
                assert fake.said
                assert sum(b"typing_on" in raw for _, _, raw in fake.requests) == shown

        run(work)


def test_the_gate_lets_one_through_urgent_first_and_opens_by_itself() -> None:
    async def work() -> None:
        gate, order = Gate(), []

        async def go(name: str, first: bool, seconds: float) -> None:
            async with gate.through(first=first):
                order.append(name)
                await asyncio.sleep(seconds)

        tasks = [asyncio.ensure_future(go("hangs", False, 30))]
        await asyncio.sleep(0.01)
        tasks += [asyncio.ensure_future(go(name, name == "urgent", 0)) for name in ("calm", "dropped", "urgent")]
        await asyncio.sleep(0.01)
        tasks[2].cancel()
        await asyncio.wait(tasks[1:], timeout=5)
        assert order == ["hangs", "urgent", "calm"]
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with gate.through():
            pass

    run(work)


def test_texts_are_parted_where_people_part_them() -> None:
    sentence = "This is a sentence. "
    parts = in_parts(sentence * 20, 100)
    assert all(part.endswith("sentence.") and length(part) <= 100 for part in parts)
    assert " ".join(parts) == (sentence * 20).strip()
    assert in_parts("😀" * 5, 4) == ["😀😀", "😀😀", "😀"] and in_parts("", 5) == []
    assert cut("hello world", 6) == "hello…" and numbers_in("1, 3 and 4") == [1, 3, 4] and numbers_in("two") == []


def test_every_value_fits_what_a_button_carries(knowledge: Knowledge) -> None:
    values = {*knowledge.findings, *(option.value for each in knowledge.questions for option in each.options)}
    assert max(len(f"{'x' * 8}:{value}".encode()) for value in values) <= 64
