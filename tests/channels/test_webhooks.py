"""Every platform's webhook: what is taken, what is refused, and that nothing is handled twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from bot.records.models import conversations, decisions, messages, outbox
from tests.channels.conftest import CALM, STROKE
from tests.channels.fake import ALICE, BOB, Delivery
from tests.channels.platforms import FAKES, GROUPED, fakes

EACH = pytest.mark.parametrize("name", FAKES)


def run(work: Callable[[], Any]) -> Any:
    return asyncio.run(asyncio.wait_for(work(), 60))


@EACH
def test_a_message_is_taken_answered_and_leaves_nothing_of_itself_in_the_inbox(name: str, serve: Any) -> None:
    with fakes(name) as (made, settings):
        fake = made[name]

        async def work() -> None:
            async with serve(settings) as post:
                assert await post.send(fake, fake.text(STROKE)) == 200
                (said,) = await post.settled(fake)
                assert said.to == ALICE and said.text.startswith("Call 999 now") and not said.choices
                (row,) = post.rows()
                assert row.handled_at and not row.sender and not row.sealed
                (sent,) = post.rows(outbox)
                assert sent.sent_at and sent.urgent and not sent.sender and not sent.sealed

        run(work)


@EACH
def test_what_is_not_signed_by_the_platform_is_refused_and_not_kept(name: str, serve: Any) -> None:
    with fakes(name) as (made, settings):
        fake = made[name]
        raw, signed = fake.text(STROKE), fake.sign(fake.text(STROKE))
        forged = {
            "tampered body": Delivery(fake.text(STROKE.replace("face", "nose")), signed),
            "wrong secret": Delivery(raw, fake.sign(raw, secret="wrong-secret")),
            "missing header": Delivery(raw, {"content-type": signed["content-type"]}),
            "empty header": Delivery(
                raw, {key: "" if key.startswith("x-") else value for key, value in signed.items()}
            ),
            "empty body": Delivery(b"", signed),
        }
        if name == "telegram":
            # Its secret is a word of the header's: it says nothing of the body.
            del forged["tampered body"], forged["empty body"]
        if fake.stamped:
            forged["stale timestamp"] = Delivery(raw, fake.sign(raw, at=time.time() - 301))
            forged["timestamp of tomorrow"] = Delivery(raw, fake.sign(raw, at=time.time() + 86_400))

        async def work() -> None:
            async with serve(settings) as post:
                for what, delivery in forged.items():
                    answer = await post.deliver(name, delivery)
                    assert answer.status_code == 403, what
                    assert answer.json()["error"]["code"] == "not_verified" and "999" in answer.text
                assert not post.rows() and not fake.said

        run(work)


@EACH
def test_a_delivery_that_comes_again_is_handled_once(name: str, serve: Any) -> None:
    with fakes(name) as (made, settings):
        fake = made[name]
        again = fake.delivered(fake.text(STROKE))

        async def work() -> None:
            async with serve(settings) as post:
                answers = await asyncio.gather(*(post.deliver(name, again) for _ in range(5)))
                await post.settled(fake)
                answers.append(await post.deliver(name, again))
                assert {answer.status_code for answer in answers} == {200}
                assert len(await post.settled(fake)) == 1 and len(post.rows()) == 1
                counted = (await post.client.get("/metrics")).text
                assert f'webhooks_total{{channel="{name}",outcome="repeated"}} 5' in counted

        run(work)


@EACH
def test_messages_that_come_in_another_order_are_all_answered(name: str, serve: Any) -> None:
    with fakes(name) as (made, settings):
        fake = made[name]

        async def work() -> None:
            async with serve(settings) as post:
                for event, who in (("9", ALICE), ("3", BOB), ("2", ALICE), ("7", BOB)):
                    assert await post.send(fake, fake.text(f"{STROKE} ({event})", who, event)) == 200
                said = await post.settled(fake)
                assert sorted(each.to for each in said) == [ALICE, ALICE, BOB, BOB]

        run(work)


@EACH
def test_what_is_signed_and_cannot_be_read_is_refused(name: str, serve: Any) -> None:
    with fakes(name) as (made, settings):
        fake = made[name]

        async def work() -> None:
            async with serve(settings) as post:
                for raw in (b"{", b"\xff\xfe{\x00}\x00", b"null", b"[1]", fake.text(STROKE).decode().encode("utf-16")):
                    try:
                        delivery = fake.delivered(raw)
                    except UnicodeDecodeError:
                        continue
                    answer = await post.deliver(name, delivery)
                    assert answer.status_code in (200, 400, 403), raw
                assert not post.rows() and not await post.settled(fake)

        run(work)


@EACH
def test_pictures_stickers_voice_edits_and_joins_get_a_kind_answer_or_none(name: str, serve: Any) -> None:
    with fakes(name) as (made, settings):
        fake = made[name]

        async def work() -> None:
            async with serve(settings) as post:
                for what, raw in fake.others().items():
                    assert await post.send(fake, raw) == 200, what
                for said in await post.settled(fake):
                    assert "999" in said.text and "wrong on our side" not in said.text
                assert all(row.reason is None for row in post.rows(outbox))

        run(work)


@pytest.mark.parametrize("name", GROUPED)
def test_a_group_is_told_once_to_write_in_private_and_answered_in_an_emergency(name: str, serve: Any) -> None:
    with fakes(name) as (made, settings):
        fake = made[name]

        async def work() -> None:
            async with serve(settings) as post:
                for number, text in enumerate((CALM, "hello", "thank you")):
                    assert await post.send(fake, fake.text(text, ALICE, f"g{number}", group=True)) == 200
                (hint,) = await post.settled(fake)
                assert hint.to not in (ALICE, BOB) and "groups" in hint.text and "999" in hint.text
                await post.send(fake, fake.text(STROKE, BOB, "g9", group=True))
                (_, alarm) = await post.settled(fake)
                assert alarm.to == hint.to and alarm.text.startswith("Call 999 now")
                await post.send(fake, fake.text("ok, thank you", BOB, "g10", group=True))
                assert len(await post.settled(fake)) == 2
                for _ in range(500):
                    if all(row.erased_at for row in post.rows(conversations)):
                        break
                    await asyncio.sleep(0.01)
                assert [bool(row.erased_at) for row in post.rows(conversations)] == [True]
                assert post.rows(messages) == post.rows(decisions) == []

        run(work)


@EACH
def test_a_platform_without_all_its_secrets_has_no_webhook(name: str, serve: Any) -> None:
    other = next(each for each in FAKES if each != name)
    with fakes(name, other) as (made, settings):
        fake = made[name]
        lacking = f"SIGNPOST_{name}_{'token' if name == 'twilio' else 'secret'}".upper()
        del settings[lacking]

        async def work() -> None:
            from bot.channels.registry import open_channels
            from bot.settings import Settings

            on, off = open_channels(Settings.read(settings), {})
            assert list(on) == [other] and [(each.name, each.missing) for each in off] == [(name, (lacking,))]

        run(work)
        assert fake.requests == []
