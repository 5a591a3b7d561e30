"""LINE: its signature, what is taken out of its webhook, and what its API is asked."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import CHOICE, MEDIA, START, TEXT, Arrived, Retry, Say, Undeliverable
from bot.channels.line import Line
from bot.report.reply import Choice
from tests.channels.fake import ALICE, running
from tests.channels.line import GROUP, PEOPLE, FakeLine, units

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
PERSON = PEOPLE[ALICE]
PUSHED = {"to": PERSON}
SENTENCE = "This is a sentence of a few words that says nothing at all. "

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def channel(address: str = "https://line.invalid") -> Line:
    return Line({**FakeLine.keys, "api": address})


def parsed(raw: bytes) -> list[Arrived]:
    return list(channel().parse(raw, {}).arrived)


def send(fake: FakeLine, calls: list[dict[str, Any]], key: str = "k", address: str = "") -> None:
    async def all_of_them(line: Line) -> None:
        async with httpx.AsyncClient() as client:
            for number, call in enumerate(calls):
                await line.send(json.loads(json.dumps(call)), client, f"{key}{number}")

    if address:
        return asyncio.run(all_of_them(channel(address)))
    with running(fake.app()) as base:
        asyncio.run(all_of_them(channel(base)))


def say(text: str = "Hello.", labels: tuple[str, ...] = (), several: bool = False, urgent: bool = False) -> Say:
    choices = [Choice(label, f"v{number}") for number, label in enumerate(labels)]
    return Say("0123456789", text, choices, several, urgent)


def paths(fake: FakeLine) -> list[str]:
    return [path.removeprefix("/v2/bot/") for path, _, _ in fake.requests]


BODY = '{"destination": "U0", "events": [{"type": "message", "text": "Größe 🤕"}]}'.encode()


@pytest.mark.parametrize(
    ("raw", "headers", "holds"),
    [
        (BODY, FakeLine().sign(BODY), True),
        (b"", FakeLine().sign(b""), True),
        (BODY + b" ", FakeLine().sign(BODY), False),
        (BODY, FakeLine().sign(BODY, "another"), False),
        (BODY, {}, False),
        (BODY, {"x-line-signature": ""}, False),
        (BODY, {"x-line-signature": "é\ud800"}, False),
        (BODY, {"x-line-signature": FakeLine().sign(BODY)["x-line-signature"][:-1]}, False),
    ],
)
def test_only_what_the_secret_signed_is_taken(raw: bytes, headers: Mapping[str, str], holds: bool) -> None:
    assert channel().verify(raw, headers, NOW) is holds


def test_without_a_secret_nothing_is_taken() -> None:
    assert not Line({"token": "t", "secret": ""}).verify(BODY, FakeLine().sign(BODY), NOW)


@pytest.mark.parametrize("text", ["Hello", "I fell 🤕", "头疼", "two\nlines"])
def test_a_text(text: str) -> None:
    fake = FakeLine()
    (arrived,) = parsed(fake.text(text))
    (token,) = fake.tokens
    assert (arrived.sender, arrived.kind, arrived.text, arrived.group) == (PERSON, TEXT, text, False)
    assert arrived.address["to"] == PERSON and arrived.address["reply"] == token
    assert 45 <= int(arrived.address["until"]) - time.time() <= 50
    assert arrived == Arrived.from_json(arrived.to_json())


def test_what_no_database_keeps_is_replaced() -> None:
    (arrived,) = parsed(FakeLine().text("a\x00b"))
    assert arrived.text == "a\ufffdb"
    (arrived,) = parsed(FakeLine().text("HALF").replace(b"HALF", rb"\ud800"))
    assert arrived.to_json().encode()


def test_a_redelivery_has_the_same_id_and_no_token() -> None:
    fake = FakeLine()
    raw = fake.text("Hello")
    first, again = parsed(raw)[0], parsed(fake.again(raw))[0]
    assert first.event == again.event and again.address == {"to": PERSON}


def test_in_a_group_the_reply_goes_to_all() -> None:
    (arrived,) = parsed(FakeLine().text("Hello", group=True))
    assert arrived.group and arrived.sender == f"{GROUP}:{PERSON}" and arrived.address["to"] == GROUP


def test_a_press() -> None:
    (arrived,) = parsed(FakeLine().press("01234567:v1"))
    assert (arrived.kind, arrived.value, arrived.text) == (CHOICE, "01234567:v1", "")


KINDS = {"follow": START, **dict.fromkeys(("image", "video", "audio", "file", "sticker", "location"), MEDIA)}


@pytest.mark.parametrize("name", FakeLine().others())
def test_all_else(name: str) -> None:
    assert [each.kind for each in parsed(FakeLine().others()[name])] == ([KINDS[name]] if name in KINDS else [])


def test_several_in_one_delivery_and_a_broken_one_between() -> None:
    fake = FakeLine()
    message = {"type": "message", "message": {"type": "text", "text": "x"}}
    raw = fake.body(fake.event("1", **message), {"type": []}, None, [], fake.event("2", **message))  # type: ignore[arg-type]
    assert len({each.event for each in parsed(raw)}) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"webhookEventId": None},
        {"webhookEventId": "two words"},
        {"source": []},
        {"source": {"type": "user"}},
        {"source": {"type": "room", "userId": PERSON, "groupId": GROUP}},
        {"source": {"type": [], "userId": PERSON}},
        {"message": {"type": "text", "text": None}},
        {"message": {"type": "text", "text": " "}},
        {"message": {"type": {}}},
        {"type": ["message"]},
    ],
)
def test_what_is_not_sound_is_left_out(change: dict[str, Any]) -> None:
    fake = FakeLine()
    event = fake.event("1", type="message", message={"type": "text", "text": "x"})
    assert parsed(fake.body(event)) and not parsed(fake.body({**event, **change}))


def test_in_a_group_somebody_whom_line_does_not_name_is_heard() -> None:
    fake = FakeLine()
    event = fake.event("1", group=True, type="message", message={"type": "text", "text": "x"})
    (arrived,) = parsed(fake.body({**event, "source": {"type": "group", "groupId": GROUP}}))
    assert arrived.group and arrived.sender == f"{GROUP}:" and arrived.address["to"] == GROUP


@pytest.mark.parametrize("stamp", [None, "1", True, 1.5, -1, 10**30, float("nan")])
def test_without_a_time_there_is_no_token(stamp: Any) -> None:
    fake = FakeLine()
    event = fake.event("1", type="message", message={"type": "text", "text": "x"})
    assert parsed(fake.body({**event, "timestamp": stamp}))[0].address == {"to": PERSON}


SHAPES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["message", "postback", "follow"]) | JSON,
        "webhookEventId": st.just("1") | JSON,
        "source": st.fixed_dictionaries({"type": st.just("user") | JSON, "userId": st.just("U1") | JSON}) | JSON,
        "message": st.fixed_dictionaries({"type": st.just("text") | JSON, "text": JSON}) | JSON,
        **{name: JSON for name in ("postback", "timestamp", "deliveryContext", "replyToken", "mode")},
    }
)


@given(JSON | st.fixed_dictionaries({"events": st.lists(SHAPES | JSON, max_size=3) | JSON}) | st.binary())
def test_a_body_of_any_shape_raises_nothing_but_value_errors(body: Any) -> None:
    try:
        arrived = parsed(body if isinstance(body, bytes) else json.dumps(body).encode())
    except ValueError:
        return
    assert all(each.to_json().encode() for each in arrived)


@pytest.mark.parametrize("raw", [b"[" * 100_000, b"[]", b"\xff", b"", b'{"events": [' + b"9" * 9000 + b"]}"])
def test_what_cannot_be_read(raw: bytes) -> None:
    with suppress(ValueError):
        assert not parsed(raw)


LONG = "word " * 17 + "apart"  # 90 characters


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("label", ["Yes", LONG])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 12, 13, 14, 30])
def test_choices(count: int, label: str, several: bool) -> None:
    fake, line = FakeLine(), channel()
    said = say("Which?", tuple(f"{label} {number}" for number in range(count)), several)
    send(fake, line.calls(said, PUSHED))
    (shown,) = fake.said
    assert line.numbered(said) is (count > 13 or (count > 0 and (label == LONG or several)))
    assert (f"{count}. {label}" in shown.text) is line.numbered(said)
    assert [value for _, value in shown.choices] == (
        [said.carried(each) for each in said.choices] if count <= 13 else []
    )
    if shown.choices and label == LONG:
        assert [title.split()[0] for title, _ in shown.choices] == [f"{number}." for number in range(1, count + 1)]


def test_a_press_writes_the_whole_label() -> None:
    (call,) = channel().calls(say("Which?", (LONG, "x" * 400)), PUSHED)
    first, second = (item["action"] for item in call["messages"][-1]["quickReply"]["items"])
    assert first["displayText"] == LONG and units(second["displayText"]) == 300


def test_a_long_text_goes_in_messages_of_whole_sentences_five_a_request() -> None:
    fake = FakeLine()
    text = (SENTENCE * 600).strip()
    calls = channel().calls(say(text, ("Yes", "No"), urgent=True), {"to": PERSON, "reply": "r", "until": "9"})
    send(fake, calls)
    assert [len(call["messages"]) for call in calls] == [5, 3] and ["reply" in call for call in calls] == [True, False]
    assert " ".join(said.text for said in fake.said) == text and all(said.text.endswith(".") for said in fake.said)
    assert units(fake.said[0].text) > 4900
    assert [len(said.choices) for said in fake.said] == [0] * 7 + [2]


def test_a_list_that_does_not_fit_beside_the_text_is_a_message_of_its_own() -> None:
    fake = FakeLine()
    send(fake, channel().calls(say((SENTENCE * 70).strip(), (LONG,) * 12), PUSHED))
    text, choices = fake.said
    assert text.text.endswith("at all.") and choices.text.startswith("1. word") and len(choices.choices) == 12


def test_nothing_to_say_is_no_request() -> None:
    assert channel().calls(say(""), PUSHED) == []


def test_the_reply_token_goes_first_and_once() -> None:
    fake = FakeLine()
    (arrived,) = parsed(fake.text("Hello"))
    send(fake, channel().calls(say("One."), arrived.address) + channel().calls(say("Two."), arrived.address))
    assert paths(fake) == ["message/reply", "message/reply", "message/push"]
    assert [(said.to, said.text) for said in fake.said] == [(ALICE, "One."), (ALICE, "Two.")]


def test_after_its_time_the_token_is_not_tried() -> None:
    fake = FakeLine()
    (arrived,) = parsed(fake.text("Hello", group=True))
    send(fake, channel().calls(say(), {**arrived.address, "until": str(int(time.time()) - 1)}))
    assert paths(fake) == ["message/push"] and fake.said[0].to == GROUP


def test_a_push_that_is_repeated_is_shown_once() -> None:
    fake = FakeLine()
    calls = channel().calls(say(), PUSHED)
    send(fake, calls, "same")
    send(fake, calls, "same")
    send(fake, calls, "other")
    assert len(fake.requests) == 3 and len(fake.said) == 2


@pytest.mark.parametrize(
    ("failure", "raised", "reason", "seconds"),
    [
        ((429, {"retry-after": "7"}, {"message": "The API rate limit has been exceeded."}), Retry, "http_429", 7),
        ((429, {}, ["no object"]), Retry, "http_429", None),
        ((429, {}, {"message": "You have reached your monthly limit."}), Undeliverable, "quota", None),
        ((500, {}, {"message": 5}), Retry, "http_500", None),
        ((400, {}, {"message": "The request body has 1 error(s)"}), Undeliverable, "http_400", None),
        ((400, {}, {"message": "Failed to send messages"}), Undeliverable, "gone", None),
        ((400, {}, {"message": "The property, 'to', in the request body is invalid"}), Undeliverable, "gone", None),
        ((403, {}, {}), Undeliverable, "not_allowed", None),
        ((401, {}, None), Undeliverable, "not_allowed", None),
    ],
)
def test_failures(failure: Any, raised: type[Exception], reason: str, seconds: Any) -> None:
    fake = FakeLine(failing=[failure])
    with pytest.raises(raised) as caught:
        send(fake, channel().calls(say(), PUSHED))
    assert caught.value.reason == reason and getattr(caught.value, "seconds", None) == seconds  # type: ignore[attr-defined]


def test_a_reply_that_fails_otherwise_is_not_pushed() -> None:
    fake = FakeLine(failing=[(500, {}, {})])
    (arrived,) = parsed(fake.text("Hello"))
    with pytest.raises(Retry):
        send(fake, channel().calls(say(), arrived.address))
    assert paths(fake) == ["message/reply"]


def test_somebody_unknown_is_gone() -> None:
    with pytest.raises(Undeliverable, match="gone"):
        send(FakeLine(), channel().calls(say(), {"to": "U" + "0" * 32}))


def test_nobody_listening_is_tried_again() -> None:
    with pytest.raises(Retry):
        send(FakeLine(), channel().calls(say(), PUSHED), address="http://127.0.0.1:9")


@pytest.mark.parametrize("group", [False, True])
def test_the_dots_are_shown_in_private(group: bool) -> None:
    fake = FakeLine()

    async def acknowledge(line: Line) -> bool:
        async with httpx.AsyncClient() as client:
            return await line.acknowledge(parsed(fake.text("Hello", group=group))[0], client)

    with running(fake.app()) as base:
        assert asyncio.run(acknowledge(channel(base))) is not group
    assert fake.loading == ([] if group else [ALICE])
