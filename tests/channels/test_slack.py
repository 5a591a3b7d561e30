"""Slack, against its fake."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, Optional
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import CHOICE, EDIT, MEDIA, START, TEXT, Arrived, Parsed, Retry, Say, Undeliverable
from bot.channels.slack import TITLE, Slack
from bot.report.reply import Choice
from tests.channels.fake import ALICE, BOB, running
from tests.channels.slack import BOT, GROUP, PEOPLE, PLACES, SECRET, FakeSlack, callback, changed, direct, pressed
from tests.channels.slack import stamp_of as stamp

KEYS = FakeSlack.keys
FORM = {"content-type": "application/x-www-form-urlencoded"}
PLACE = {"channel": PLACES[ALICE]}
LONG = "Call now, do not drive. " + "\n\n".join(f"{each}. " + "This is a sentence of it. " * 60 for each in range(9))


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FakeSlack, str]]:
    fake = FakeSlack()
    with running(fake.app()) as address:
        yield fake, address


@pytest.fixture
def fake(served: tuple[FakeSlack, str]) -> FakeSlack:
    fake = served[0]
    vars(fake).update(vars(FakeSlack()))
    return fake


@pytest.fixture
def channel(served: tuple[FakeSlack, str]) -> Slack:
    return Slack({**KEYS, "api": served[1]})


def say_all(channel: Slack, say: Say, address: dict[str, str]) -> None:
    async def each() -> None:
        async with httpx.AsyncClient(verify=False) as client:
            for place, call in enumerate(channel.calls(say, address)):
                await channel.send(json.loads(json.dumps(call)), client, f"{say.id}:{place}")

    asyncio.run(each())


def parse(raw: bytes) -> Parsed:
    return Slack(KEYS).parse(raw, FORM if raw.startswith((b"payload=", b"ssl_check=")) else {})


def only(raw: bytes) -> Arrived:
    (arrived,) = parse(raw).arrived
    return arrived


def choices(count: int, size: int = 6) -> list[Choice]:
    return [Choice(f"No. {each} ".ljust(size, "x"), f"v{each}") for each in range(count)]


def verified(raw: bytes, headers: dict[str, str], late: float = 0) -> bool:
    return Slack(KEYS).verify(raw, headers, datetime.now(timezone.utc) + timedelta(seconds=late))


@pytest.mark.parametrize("raw", [FakeSlack().text("Bauchweh \U0001f622"), FakeSlack().press("r:v"), b""])
def test_what_slack_signed_is_heard(raw: bytes) -> None:
    signed = FakeSlack().sign(raw)
    assert verified(raw, signed)
    assert not verified(raw + b" ", signed)
    assert not verified(raw, FakeSlack().sign(raw, "another-secret"))


@pytest.mark.parametrize(("late", "valid"), [(0, True), (290, True), (-290, True), (310, False), (-310, False)])
def test_a_signature_holds_for_five_minutes(late: float, valid: bool) -> None:
    raw = FakeSlack().text("Hello")
    assert verified(raw, FakeSlack().sign(raw), late) is valid
    assert verified(raw, FakeSlack().sign(raw, at=time.time() - late)) is valid


@pytest.mark.parametrize("name", ["x-slack-signature", "x-slack-request-timestamp"])
@pytest.mark.parametrize(
    "value", [None, "", "v0=", "v0=é", "v1=ab", "\udcff", "１７６", "1_0", "-1", "nan", "9" * 400, "v0=" + "0" * 64]
)
def test_a_strange_header_is_refused(name: str, value: Optional[str]) -> None:
    raw = FakeSlack().text("Hello")
    headers = {**FakeSlack().sign(raw), name: value or ""}
    if value is None:
        del headers[name]
    assert not verified(raw, headers)


def test_bytes_that_are_no_text_are_refused() -> None:
    assert not verified(b"\xff", FakeSlack().sign(b"\xff"))


def test_an_empty_secret_opens_nothing() -> None:
    signed = FakeSlack().sign(b"{}")
    assert not Slack({**KEYS, "secret": ""}).verify(b"{}", signed, datetime.now(timezone.utc))


@pytest.mark.parametrize("text", ["My knee hurts", "Bauchweh \U0001f622", "Ω" * 5000, "5 < 6 & <@U1> &amp; > 7", "*a*"])
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    arrived = only(FakeSlack().text(text, BOB, "e7"))
    event = f"{PLACES[BOB]}:{stamp('e7')}"
    assert arrived == Arrived(event, PEOPLE[BOB], {"channel": PLACES[BOB]}, TEXT, text)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<@U0SIGNPOST> my knee hurts", "my knee hurts"),
        ("<@U0SIGNPOST|signpost>", ""),
        ("I rang <tel:+15550100|+1 555 0100> and <https://a.example/?b&amp;c>", None),
        ("<!here> in <#C1|general> and <#C2>", "in general and"),
    ],
)
def test_marks_of_slack_are_taken_out(raw: str, text: Optional[str]) -> None:
    found = parse(callback(direct("m", ALICE, text=raw))).arrived
    wanted = "I rang +1 555 0100 and https://a.example/?b&c" if text is None else text
    assert [each.text for each in found] == ([wanted] if wanted else [])


def test_a_press_carries_its_value() -> None:
    arrived = only(FakeSlack().press("reply-id:yes", ALICE, "p7"))
    assert (arrived.kind, arrived.value, arrived.text, arrived.group) == (CHOICE, "reply-id:yes", "", False)
    assert (arrived.sender, arrived.address) == (PEOPLE[ALICE], PLACE)
    assert arrived.event != only(FakeSlack().press("reply-id:yes", BOB, "p7")).event
    assert arrived.event != only(FakeSlack().press("reply-id:yes", ALICE, "p8")).event


def test_a_press_stays_in_its_thread() -> None:
    assert only(pressed("r:v", ALICE, "p", PLACES[ALICE], "1760000000.000001")).address["thread"] == "1760000000.000001"
    arrived = only(pressed("r:v", ALICE, "p", GROUP))
    assert arrived.group and arrived.sender == f"{GROUP}:{PEOPLE[ALICE]}"
    assert arrived.address == {"channel": GROUP, "thread": "1760000001.000001"}


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("picture", MEDIA, ""),
        ("picture with a caption", TEXT, "My rash \U0001f622"),
        ("voice", MEDIA, ""),
        ("shared message", MEDIA, ""),
        ("edit", EDIT, "I am better"),
    ],
)
def test_what_is_no_plain_text_has_its_kind(name: str, kind: str, text: str) -> None:
    arrived = only(FakeSlack().others()[name])
    assert (arrived.kind, arrived.text, arrived.sender, arrived.address) == (kind, text, PEOPLE[ALICE], PLACE)


@pytest.mark.parametrize(
    "name",
    [
        *("deletion", "join", "our own", "our own without a bot's id", "another bot", "empty", "preview of a link"),
        *("edit of our own", "opened", "reaction", "rate", "certificate"),
    ],
)
def test_what_nobody_said_is_left_out(name: str) -> None:
    assert parse(FakeSlack().others()[name]) == Parsed()


def test_everything_else_has_been_looked_at() -> None:
    assert len(FakeSlack().others()) == 5 + 12 + 1


def test_slacks_question_is_answered() -> None:
    assert parse(FakeSlack().others()["question"]) == Parsed(body="3eZbrw1aB")


@pytest.mark.parametrize(
    "more", [{"edited": None}, {"text": ""}, {"subtype": "tombstone", "user": "USLACKBOT"}, {"user": 5}]
)
def test_changes_that_nobody_made_are_left_out(more: dict[str, Any]) -> None:
    assert parse(callback(changed("c", **{"text": "Gone", **more}))) == Parsed()


def test_a_redelivery_is_the_same_event() -> None:
    raw = FakeSlack().text("Hello")
    again = {"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
    assert Slack(KEYS).parse(raw, again) == Slack(KEYS).parse(raw, {})


def test_a_mention_and_its_message_are_one_event() -> None:
    mention = only(FakeSlack().text("my knee hurts", ALICE, "g1", group=True))
    place = {"channel": GROUP, "channel_type": "channel", "text": f"<@{BOT}> my knee hurts"}
    message = only(callback({**direct("g1", ALICE), **place}))
    assert mention == message and mention.text == "my knee hurts"
    assert mention.group and mention.sender == f"{GROUP}:{PEOPLE[ALICE]}"
    assert mention.address == {"channel": GROUP, "thread": stamp("g1")}


def test_a_bare_mention_opens_the_chat() -> None:
    assert only(FakeSlack().text("", ALICE, "g2", group=True)).kind == START


@pytest.mark.parametrize("sort", ["channel", "group", "mpim"])
def test_a_reply_goes_into_the_thread(channel: Slack, fake: FakeSlack, sort: str) -> None:
    place = {"channel": GROUP, "channel_type": sort, "thread_ts": "1760000000.000001"}
    shared = only(callback({**direct("t", ALICE, text="Hello"), **place}))
    alone = only(callback(direct("t", ALICE, text="Hello", thread_ts="1760000000.000002")))
    assert shared.group and not alone.group
    for arrived in (shared, alone):
        say_all(channel, Say("r1", "Hello."), dict(arrived.address))
    say_all(channel, Say("r1", "Hello."), PLACE)
    assert fake.threads == ["1760000000.000001", "1760000000.000002", None]
    assert [said.to for said in fake.said] == [GROUP, ALICE, ALICE]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b"7"])
def test_what_is_no_event_cannot_be_read(raw: bytes) -> None:
    with pytest.raises(ValueError):
        parse(raw)
    form = raw if b"\xff" in raw else urlencode({"payload": raw}).encode()
    if raw:
        with pytest.raises(ValueError):
            Slack(KEYS).parse(form, FORM)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def bodies() -> list[Any]:
    fake = FakeSlack()
    events = [fake.text("Hi"), fake.text("Hi", group=True), *fake.others().values()]
    form = parse_qs(fake.press("r:v").decode())["payload"][0]
    return [form, *(raw.decode() for raw in events if raw.startswith(b"{"))]


@given(st.sampled_from(bodies()), st.randoms(use_true_random=False), ANY)
def test_no_shape_breaks_it(raw: str, chance: Any, other: Any) -> None:
    body = node = json.loads(raw)
    while True:
        key = chance.choice(list(node) if isinstance(node, dict) else range(len(node)))
        if not (isinstance(node[key], (dict, list)) and node[key]) or chance.random() < 0.3:
            break
        node = node[key]
    node[key] = other
    changed_body = json.dumps(body)
    for each in (changed_body.encode(), urlencode({"payload": changed_body}).encode()):
        for arrived in parse(each).arrived:
            assert Arrived.from_json(arrived.to_json()) == arrived
            assert all(isinstance(word, str) for word in [arrived.text, arrived.value, *arrived.address.values()])


@given(ANY)
def test_any_json_is_refused_or_empty(data: Any) -> None:
    raw = json.dumps(data)
    for each in (raw.encode(), urlencode({"payload": raw}).encode()):
        if isinstance(data, dict):
            assert parse(each) == Parsed()
        else:
            with pytest.raises(ValueError):
                parse(each)


@pytest.mark.parametrize(
    ("count", "size", "numbered"),
    [(1, 6, False), (3, 6, False), (4, TITLE, False), (12, 6, False), (30, 6, False), (3, 90, True), (60, 9, True)],
)
def test_choices_are_buttons_and_long_ones_are_told_in_full(
    channel: Slack, fake: FakeSlack, count: int, size: int, numbered: bool
) -> None:
    say = Say("abcdefghij", "Which is it?", choices(count, size), several=True)
    assert channel.numbered(say) is numbered
    say_all(channel, say, PLACE)
    (said,) = fake.said
    assert said.to == ALICE and said.text.startswith("Which is it?")
    assert [value for _, value in said.choices] == [f"abcdefgh:v{n}" for n in range(count if count <= 50 else 0)]
    assert all(len(title) <= TITLE for title, _ in said.choices)
    assert all((f"{n}. {each.label}" in said.text) is numbered for n, each in enumerate(say.choices, 1))


def test_a_long_text_comes_in_parts_that_end_with_sentences(channel: Slack, fake: FakeSlack) -> None:
    say = Say("r1", LONG + "\n\nWhich is it?", choices(50, TITLE), urgent=True)
    say_all(channel, say, PLACE)
    assert len(fake.said) > 2
    assert fake.said[0].text.startswith("Call now, do not drive.") and len(fake.said[0].text) > 3000
    assert all(re.search(r"[.?!]$", said.text) for said in fake.said)
    assert [len(said.choices) for said in fake.said] == [0] * (len(fake.said) - 1) + [50]
    assert fake.said[-1].text.endswith("Which is it?")
    assert " ".join(said.text for said in fake.said).split() == say.text.split()
    assert " ".join(fake.texts).split() == say.text.split()


def test_the_largest_message_is_taken(channel: Slack, fake: FakeSlack) -> None:
    say_all(channel, Say("r1", "a" * 5999 + "?", choices(50, TITLE)), PLACE)
    assert len(fake.said) == 1


def test_nothing_becomes_a_markup_a_mention_or_a_preview(channel: Slack, fake: FakeSlack) -> None:
    text = "*Not* <!channel> <b>bold</b> & :smile: https://example.org"
    (call,) = channel.calls(Say("r1", text), PLACE)
    assert call["blocks"][0]["text"] == {"type": "plain_text", "text": text, "emoji": False}
    assert not (call["mrkdwn"] or call["unfurl_links"] or call["unfurl_media"]) and call["parse"] == "none"
    say_all(channel, Say("r1", text), PLACE)
    assert (fake.said[0].text, fake.texts) == (text, [text])
    assert SECRET not in json.dumps(call) and KEYS["token"] not in json.dumps(call)


HELLO = Say("r1", "Hello")


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ((429, {"Retry-After": "30"}, {"ok": False, "error": "ratelimited"}), 30),
        ((200, {"Retry-After": "3"}, {"ok": False, "error": "ratelimited"}), 3),
        ((429, {"Retry-After": "soon"}, "no JSON object"), None),
        ((200, {}, {"ok": False, "error": "internal_error"}), None),
        ((200, {}, {"ok": False, "error": "fatal_error"}), None),
        ((200, {}, {"ok": False, "error": "service_unavailable"}), None),
        ((500, {}, {"ok": False, "error": "other"}), None),
        ((503, {"content-type": "text/html"}, "<html>"), None),
        ((503, {"content-type": "text/plain"}, "down"), None),
        ((200, {"content-type": "text/html"}, "<html>"), None),
        ((200, {"content-type": "text/plain"}, "a wall"), None),
        ((200, {}, ["a", "wall"]), None),
        ((200, {}, None), None),
        ((200, {}, {"ok": False}), None),
    ],
)
def test_what_passes_is_tried_again(channel: Slack, fake: FakeSlack, answer: Any, seconds: Optional[float]) -> None:
    fake.failing.append(answer)
    with pytest.raises(Retry) as caught:
        say_all(channel, HELLO, PLACE)
    assert caught.value.seconds == seconds and re.fullmatch(r"[a-z0-9_]+", caught.value.reason)
    assert len(fake.requests) == 1, "the SDK tries nothing again by itself"
    say_all(channel, HELLO, PLACE)
    assert [said.text for said in fake.said] == ["Hello"]


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (200, "channel_not_found", "gone"),
        (200, "is_archived", "gone"),
        (200, "user_disabled", "blocked"),
        (200, "invalid_auth", "not_allowed"),
        (200, "token_revoked", "not_allowed"),
        (200, "account_inactive", "not_allowed"),
        (200, "msg_too_long", "too_long"),
        (200, "restricted_action", "restricted_action"),
        (200, "Somebody's words, in full", "refused"),
        (200, "a" * 80, "refused"),
        (403, None, "http_403"),
        (404, "unknown_method", "unknown_method"),
    ],
)
def test_what_does_not_pass_has_a_code(
    channel: Slack, fake: FakeSlack, status: int, code: Optional[str], reason: str
) -> None:
    fake.failing.append((status, {}, {"ok": False, "error": code}))
    with pytest.raises(Undeliverable) as caught:
        say_all(channel, HELLO, PLACE)
    assert caught.value.reason == reason


def test_a_channel_that_is_gone_or_another_token_are_told(channel: Slack, fake: FakeSlack) -> None:
    fake.gone.add(GROUP)
    for place, wrong, reason in (({"channel": GROUP}, channel, "gone"), (PLACE, None, "not_allowed")):
        with pytest.raises(Undeliverable, match=reason):
            say_all(wrong or Slack({**channel.keys, "token": "xoxb-wrong"}), HELLO, place)


def test_nobody_there_is_tried_again() -> None:
    with pytest.raises(Retry, match="ClientConnectorError"):
        say_all(Slack({**KEYS, "api": "http://127.0.0.1:9"}), HELLO, PLACE)


def test_a_proxy_is_not_for_those_whom_no_proxy_names(
    channel: Slack, fake: FakeSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    say_all(channel, HELLO, PLACE)
    assert fake.said


def test_nothing_that_was_said_is_logged(channel: Slack, fake: FakeSlack, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        say_all(channel, Say("r1", "My knee hurts"), PLACE)
    assert "knee" not in caplog.text and KEYS["token"] not in caplog.text


def test_slack_has_no_way_to_show_that_a_message_came(channel: Slack, fake: FakeSlack) -> None:
    async def shown() -> bool:
        async with httpx.AsyncClient(verify=False) as client:
            return await channel.acknowledge(only(fake.text("Hello")), client)

    assert not asyncio.run(shown())
