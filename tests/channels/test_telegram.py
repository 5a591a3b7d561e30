"""Telegram, against its fake."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import CHOICE, EDIT, MEDIA, START, TEXT, Arrived, Parsed, Retry, Say, Undeliverable
from bot.channels.telegram import TITLE, Telegram
from bot.report.reply import Choice
from tests.channels import telegram as fakes
from tests.channels.fake import ALICE, BOB, running
from tests.channels.telegram import GROUP, PEOPLE, FakeTelegram, message, number, person, update

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
KEYS = FakeTelegram.keys
LONG = "Call now, do not drive. " + "\n\n".join(f"{each}. " + "This is a sentence of it. " * 40 for each in range(8))


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FakeTelegram, str]]:
    fake = FakeTelegram()
    with running(fake.app()) as address:
        yield fake, address


@pytest.fixture
def fake(served: tuple[FakeTelegram, str]) -> FakeTelegram:
    fake = served[0]
    vars(fake).update(vars(FakeTelegram()))
    return fake


@pytest.fixture
def channel(served: tuple[FakeTelegram, str]) -> Telegram:
    return Telegram({**KEYS, "api": served[1]})


def run(do: Callable[[httpx.AsyncClient], Any]) -> Any:
    async def with_client() -> Any:
        async with httpx.AsyncClient(verify=False) as client:
            return await do(client)

    return asyncio.run(with_client())


def say_all(channel: Telegram, say: Say, address: dict[str, str]) -> None:
    async def each(client: httpx.AsyncClient) -> None:
        for place, call in enumerate(channel.calls(say, address)):
            await channel.send(json.loads(json.dumps(call)), client, f"{say.id}:{place}")

    run(each)


def parse(raw: bytes) -> Parsed:
    return Telegram(KEYS).parse(raw, {})


def only(raw: bytes) -> Arrived:
    (arrived,) = parse(raw).arrived
    return arrived


def choices(count: int, size: int = 6) -> list[Choice]:
    return [Choice(f"No. {each} ".ljust(size, "x"), f"v{each}") for each in range(count)]


PLACE = {"chat": str(PEOPLE[ALICE])}
SECRET_HEADER = "x-telegram-bot-api-secret-token"


@pytest.mark.parametrize(
    ("headers", "valid"),
    [
        ({SECRET_HEADER: fakes.SECRET}, True),
        ({SECRET_HEADER: fakes.SECRET + "x"}, False),
        ({SECRET_HEADER: fakes.SECRET[:-1]}, False),
        ({SECRET_HEADER: ""}, False),
        ({SECRET_HEADER: "sécret"}, False),
        ({SECRET_HEADER: "\udcff"}, False),
        ({}, False),
    ],
)
def test_only_who_knows_the_secret_is_heard(headers: dict[str, str], valid: bool) -> None:
    assert Telegram(KEYS).verify(b"{}", headers, NOW) is valid


def test_an_empty_secret_opens_nothing() -> None:
    assert not Telegram({**KEYS, "secret": ""}).verify(b"{}", {SECRET_HEADER: ""}, NOW)


@pytest.mark.parametrize(
    "text", ["My knee hurts", "Bauchweh \U0001f622 über Nacht", "Ω" * 5000, "a /start b", "5 / 10"]
)
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    arrived = only(FakeTelegram().text(text, BOB, "e7"))
    assert arrived == Arrived(str(number("e7")), str(PEOPLE[BOB]), {"chat": str(PEOPLE[BOB])}, TEXT, text)


def test_a_press_carries_its_value_and_can_be_acknowledged() -> None:
    arrived = only(FakeTelegram().press("reply-id:yes", ALICE, "p7"))
    assert (arrived.kind, arrived.value, arrived.text) == (CHOICE, "reply-id:yes", "")
    assert (arrived.sender, arrived.address) == (str(PEOPLE[ALICE]), PLACE)
    assert arrived.ack == {"callback": str(number("p7"))}


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("picture", MEDIA, ""),
        ("picture with a caption", TEXT, "My rash \U0001f622"),
        ("sticker", MEDIA, ""),
        ("voice", MEDIA, ""),
        ("video note", MEDIA, ""),
        ("document", MEDIA, ""),
        ("place", MEDIA, ""),
        ("contact", MEDIA, ""),
        ("start", START, ""),
        ("start by a link", START, ""),
        ("edit", EDIT, "I am better"),
        ("edit of a caption", EDIT, "My knee"),
    ],
)
def test_what_is_no_plain_text_has_its_kind(name: str, kind: str, text: str) -> None:
    arrived = only(FakeTelegram().others()[name])
    assert (arrived.kind, arrived.text, arrived.sender, arrived.group) == (kind, text, str(PEOPLE[ALICE]), False)


@pytest.mark.parametrize(
    "name", ["join", "left", "pin", "empty", "place that moves", "blocked", "reaction", "channel post", "poll"]
)
def test_what_nobody_said_is_left_out(name: str) -> None:
    assert parse(FakeTelegram().others()[name]) == Parsed()


def test_everything_else_has_been_looked_at() -> None:
    assert len(FakeTelegram().others()) == 12 + 9


@pytest.mark.parametrize(
    ("written", "kind", "text"),
    [
        ("/restart", TEXT, "restart"),
        ("/forget_me", TEXT, "forget me"),
        ("/help@signpost_bot", TEXT, "help"),
        ("/human please\nnow", TEXT, "human please\nnow"),
        ("/start", START, ""),
        ("/start@signpost_bot", START, ""),
        ("/start abc-12_x", START, ""),
        ("/start I cannot breathe", TEXT, "I cannot breathe"),
        ("/", TEXT, "/"),
        ("/ help", TEXT, "/ help"),
        ("/привет", TEXT, "/привет"),
    ],
)
def test_commands_are_the_words_of_the_bot(written: str, kind: str, text: str) -> None:
    arrived = only(update("c", message=message(ALICE, text=written)))
    assert (arrived.kind, arrived.text) == (kind, text)


def test_a_group_is_told_from_a_person() -> None:
    arrived = only(FakeTelegram().text("My knee hurts", ALICE, group=True))
    assert arrived.group and arrived.sender == f"{GROUP}:{PEOPLE[ALICE]}" and arrived.address == {"chat": str(GROUP)}


@pytest.mark.parametrize("behind", [GROUP, -1001999])
def test_who_writes_in_a_group_under_its_name_or_a_channels_is_heard(behind: int) -> None:
    anonymous = {"from": person(fakes.BOT, bot=True), "sender_chat": {"id": behind}}
    written = {**message(ALICE, group=True, text="Help"), **anonymous}
    assert only(update("t", message=written)).sender == f"{GROUP}:{behind}"
    # What a group shows of its channel by itself nobody wrote here.
    assert parse(update("t", message={**written, "is_automatic_forward": True})) == Parsed()


@pytest.mark.parametrize(("more", "topic"), [({"is_topic_message": True}, {"topic": "77"}), ({}, {})])
def test_a_reply_stays_in_its_topic(
    channel: Telegram, fake: FakeTelegram, more: dict[str, Any], topic: dict[str, str]
) -> None:
    arrived = only(update("t", message=message(ALICE, group=True, text="Hello", message_thread_id=77, **more)))
    assert arrived.address == {"chat": str(GROUP), **topic}
    say_all(channel, Say("r1", "Please write to me alone."), dict(arrived.address))
    assert fake.said[0].to == str(GROUP)
    assert json.loads(fake.requests[0][2]).get("message_thread_id") == (77 if topic else None)


@pytest.mark.parametrize(
    "more",
    [
        {"from": person(fakes.BOT, bot=True)},
        {"from": None},
        {"sender_chat": {"id": -100, "type": "channel"}},
        {"chat": {"id": -100, "type": "channel"}},
        {"chat": {"id": "5104209901", "type": "private"}},
        {"chat": []},
    ],
)
def test_bots_and_channels_are_not_heard(more: dict[str, Any]) -> None:
    assert parse(update("b", message={**message(ALICE, text="Hello"), **more})) == Parsed()


@pytest.mark.parametrize("lacking", ["id", "from", "message", "data"])
def test_a_press_without_what_it_needs_is_left_out(lacking: str) -> None:
    body = json.loads(FakeTelegram().press("r:v"))
    del body["callback_query"][lacking]
    assert parse(json.dumps(body).encode()) == Parsed()


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b"7", b'"x"'])
def test_what_is_no_update_cannot_be_read(raw: bytes) -> None:
    with pytest.raises(ValueError):
        parse(raw)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def bodies() -> list[bytes]:
    fake = FakeTelegram()
    return [fake.text("/start now"), fake.text("Hi", group=True), fake.press("r:v"), *fake.others().values()]


@given(st.sampled_from(bodies()), st.randoms(use_true_random=False), ANY)
def test_no_shape_breaks_it(raw: bytes, chance: Any, other: Any) -> None:
    body = node = json.loads(raw)
    while True:
        key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
        if not (isinstance(node[key], (dict, list)) and node[key]) or chance.random() < 0.3:
            break
        node = node[key]
    node[key] = other
    for arrived in parse(json.dumps(body).encode()).arrived:
        assert Arrived.from_json(arrived.to_json()) == arrived
        assert all(isinstance(each, str) for each in [arrived.text, arrived.value, *arrived.address.values()])


@given(ANY)
def test_any_json_is_refused_or_empty(data: Any) -> None:
    raw = json.dumps(data).encode()
    if isinstance(data, dict):
        assert parse(raw) == Parsed()
    else:
        with pytest.raises(ValueError):
            parse(raw)


@pytest.mark.parametrize(
    ("count", "size", "numbered"),
    [(1, 6, False), (3, 6, False), (4, TITLE, False), (12, 6, False), (30, 6, False), (3, 90, True), (120, 9, True)],
)
def test_choices_are_buttons_and_long_ones_are_told_in_full(
    channel: Telegram, fake: FakeTelegram, count: int, size: int, numbered: bool
) -> None:
    say = Say("abcdefghij", "Which is it?", choices(count, size), several=True)
    assert channel.numbered(say) is numbered
    say_all(channel, say, PLACE)
    (said,) = fake.said
    assert said.to == ALICE and said.text.startswith("Which is it?")
    assert [value for _, value in said.choices] == [f"abcdefgh:v{n}" for n in range(count if count <= 100 else 0)]
    assert all(len(title) <= TITLE for title, _ in said.choices)
    assert all((f"{n}. {each.label}" in said.text) is numbered for n, each in enumerate(say.choices, 1))


def test_what_a_button_cannot_carry_is_typed(channel: Telegram, fake: FakeTelegram) -> None:
    say = Say("r1", "Which?", [Choice("Yes", "é" * 40)])
    say_all(channel, say, PLACE)
    assert channel.numbered(say) and fake.said[0].text == "Which?\n1. Yes" and not fake.said[0].choices


def test_a_long_text_comes_in_parts_that_end_with_sentences(channel: Telegram, fake: FakeTelegram) -> None:
    say = Say("r1", LONG + "\n\nWhich is it?", choices(3, 90), urgent=True)
    say_all(channel, say, PLACE)
    assert len(fake.said) > 2
    assert fake.said[0].text.startswith("Call now, do not drive.") and len(fake.said[0].text) > 4096 / 3
    assert all(re.search(r"[.?!]$", said.text) for said in fake.said[:-1])
    assert [bool(said.choices) for said in fake.said] == [False] * (len(fake.said) - 1) + [True]
    assert "Which is it?\n1. No. 0" in fake.said[-1].text
    words = " ".join(said.text for said in fake.said).split()
    assert words[: len(LONG.split())] == LONG.split()


def test_emoji_count_as_two(channel: Telegram, fake: FakeTelegram) -> None:
    say_all(channel, Say("r1", "\U0001f622" * 4096), PLACE)
    assert len(fake.said) == 2


def test_nothing_becomes_a_markup_or_a_preview(channel: Telegram) -> None:
    text = "*Not* <b>bold</b> _at_ `all`: https://example.org"
    (call,) = channel.calls(Say("r1", text), PLACE)
    assert call == {"chat_id": PEOPLE[ALICE], "text": text, "link_preview_options": {"is_disabled": True}}


def sending(channel: Telegram) -> Callable[[httpx.AsyncClient], Any]:
    (call,) = channel.calls(Say("r1", "Hello"), PLACE)
    return lambda client: channel.send(call, client, "r1:0")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ((429, {}, {"ok": False, "error_code": 429, "parameters": {"retry_after": 34}}), 34),
        ((429, {"retry-after": "7"}, {"ok": False, "parameters": {"retry_after": True}}), 7),
        ((429, {}, {"ok": False, "parameters": [1]}), None),
        ((500, {}, {"ok": False, "error_code": 500, "description": "Internal Server Error"}), None),
        ((502, {}, "<html>"), None),
        ((200, {}, ["a", "wall"]), None),
    ],
)
def test_what_passes_is_tried_again(channel: Telegram, fake: FakeTelegram, answer: Any, seconds: float) -> None:
    fake.failing.append(answer)
    with pytest.raises(Retry) as caught:
        run(sending(channel))
    assert caught.value.seconds == seconds
    run(sending(channel))
    assert [said.text for said in fake.said] == ["Hello"]


@pytest.mark.parametrize(
    ("status", "description", "reason"),
    [
        (403, "Forbidden: bot was blocked by the user", "blocked"),
        (403, "Forbidden: user is deactivated", "blocked"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "gone"),
        (403, "Forbidden: bot can't initiate conversation with a user", "not_allowed"),
        (400, "Bad Request: chat not found", "gone"),
        (400, "Bad Request: message thread not found", "gone"),
        (400, "Bad Request: group chat was upgraded to a supergroup chat", "gone"),
        (400, "Bad Request: message is too long", "too_long"),
        (400, "Bad Request: BUTTON_DATA_INVALID", "http_400"),
        (401, "Unauthorized", "not_allowed"),
        (400, None, "http_400"),
    ],
)
def test_what_does_not_pass_has_a_code(
    channel: Telegram, fake: FakeTelegram, status: int, description: Any, reason: str
) -> None:
    fake.failing.append((status, {}, {"ok": False, "error_code": status, "description": description}))
    with pytest.raises(Undeliverable) as caught:
        run(sending(channel))
    assert caught.value.reason == reason


def test_who_blocked_the_bot_is_known(channel: Telegram, fake: FakeTelegram) -> None:
    fake.blocked.add(ALICE)
    with pytest.raises(Undeliverable, match="blocked"):
        run(sending(channel))


def test_a_wrong_token_is_not_allowed(channel: Telegram, fake: FakeTelegram) -> None:
    other = Telegram({**channel.keys, "token": "1:wrong"})
    with pytest.raises(Undeliverable, match="not_allowed"):
        run(sending(other))


def test_nobody_there_is_tried_again() -> None:
    with pytest.raises(Retry, match="ConnectError"):
        run(sending(Telegram({**KEYS, "api": "http://127.0.0.1:9"})))


def test_a_press_is_answered_and_a_text_too(channel: Telegram, fake: FakeTelegram) -> None:
    for raw in (fake.press("r:v", ALICE, "p7"), fake.text("Hello"), fake.others()["start"]):
        assert run(lambda client, raw=raw: channel.acknowledge(only(raw), client))
    assert (fake.answered, fake.typing) == ([str(number("p7"))], [ALICE, ALICE])
    for raw in (fake.text("Hello", group=True), fake.others()["picture"], fake.others()["edit"]):
        assert not run(lambda client, raw=raw: channel.acknowledge(only(raw), client))


def test_the_webhook_is_set_and_told(channel: Telegram, fake: FakeTelegram) -> None:
    url = "https://clinic.example/webhooks/telegram"
    assert run(channel.webhook) == ""
    run(lambda client: channel.set_webhook(url, client))
    assert run(channel.webhook) == url
    assert fake.hook == {
        "url": url,
        "secret_token": fakes.SECRET,
        "allowed_updates": ["message", "edited_message", "callback_query"],
        "max_connections": 40,
    }
    with pytest.raises(Undeliverable, match="http_400"):
        run(lambda client: channel.set_webhook("http://clinic.example", client))


def test_the_token_is_not_logged(channel: Telegram, fake: FakeTelegram, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        run(sending(channel))
    assert fakes.TOKEN not in caplog.text
