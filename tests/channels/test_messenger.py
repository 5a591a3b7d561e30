"""Messenger: what a page is told is understood, and what we say is taken by the platform."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import CHOICE, EDIT, MEDIA, START, TEXT, Arrived, Retry, Say, Undeliverable
from bot.channels.messenger import Messenger
from bot.channels.wording import length
from tests.channels.fake import ALICE, BOB, Said, running
from tests.channels.messenger import PAGE, FakeMessenger
from tests.channels.meta import choices, failure, say, with_client

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
FAKE = FakeMessenger()
PSID = FAKE.people[ALICE]
TO_ALICE = {"to": PSID}
SENTENCE = "This is a sentence that says something. "


@pytest.fixture
def fake() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def channel(fake: FakeMessenger) -> Iterator[Messenger]:
    with running(fake.app()) as address:
        yield Messenger({**fake.keys, "api": address})


def messenger() -> Messenger:
    return Messenger(FAKE.keys)


def parsed(raw: bytes) -> list[Arrived]:
    return list(messenger().parse(raw, FAKE.sign(raw)).arrived)


RAW = FAKE.text("Hello")


@pytest.mark.parametrize(
    ("raw", "headers", "right"),
    [
        (RAW, FAKE.sign(RAW), True),
        (RAW.replace(b"Hello", b"Hallo"), FAKE.sign(RAW), False),
        (RAW, FAKE.sign(RAW, secret=""), False),
        (RAW, {}, False),
        (RAW, {"x-hub-signature-256": "sha256=é"}, False),
        (RAW, {"x-hub-signature-256": FAKE.sign(RAW)["x-hub-signature-256"] + "0"}, False),
    ],
)
def test_only_bodies_that_the_apps_secret_signed_are_taken(raw: bytes, headers: Mapping[str, str], right: bool) -> None:
    assert messenger().verify(raw, headers, NOW) is right


def test_the_challenge_is_for_who_knows_the_word() -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "agreed-upon", "hub.challenge": "42"}
    assert messenger().handshake(query) == "42"
    assert messenger().handshake({**query, "hub.verify_token": "guessed"}) is None


@pytest.mark.parametrize("text", ["My head aches", "Kopfschmerzen, naïve, 頭痛", "😀👩‍👩‍👧", "a\nb", "x" * 20_000])
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    assert parsed(FAKE.text(text)) == [Arrived("m_e1", PSID, TO_ALICE, TEXT, text)]


def test_a_quick_reply_carries_its_value() -> None:
    assert parsed(FAKE.press("mark0001:yes", BOB)) == [
        Arrived("m_p1", FAKE.people[BOB], {"to": FAKE.people[BOB]}, CHOICE, "", "mark0001:yes")
    ]


@pytest.mark.parametrize(
    ("name", "event", "kind", "text", "value"),
    [
        *((each, f"m_{each}", MEDIA, "", "") for each in ("image", "video", "audio", "file", "location")),
        *((each, f"m_{each}", MEDIA, "", "") for each in ("sticker", "unsupported")),
        ("caption", "m_caption", TEXT, "since Monday", ""),
        ("edit", "m_e1:1", EDIT, "two days", ""),
        ("started", "m_started", START, "", ""),
        ("link", "m_link", START, "", ""),
        ("referral", None, START, "", ""),
        ("menu", None, CHOICE, "", "mark0001:again"),
        *((each, "", "", "", "") for each in ("delivery", "read", "reaction", "optin", "echo", "standby")),
    ],
)
def test_all_else_is_sorted(name: str, event: str | None, kind: str, text: str, value: str) -> None:
    raw = FAKE.others()[name]
    if event is None:
        event = f"{PSID}:{json.loads(raw)['entry'][0]['messaging'][0]['timestamp']}"
    assert parsed(raw) == ([Arrived(event, PSID, TO_ALICE, kind, text, value)] if kind else [])


def test_every_other_delivery_is_tested_and_has_an_event_of_its_own() -> None:
    others = FAKE.others()
    assert len(others) == 19
    events = [each.event for raw in others.values() for each in parsed(raw)]
    assert len(events) == len(set(events))


def test_several_messages_of_one_delivery_arrive_and_broken_ones_are_left_out() -> None:
    good = [FAKE.event(ALICE, message={"mid": f"m_{each}", "text": f"text {each}"}) for each in range(3)]
    bad: list[Any] = [
        *(None, 1, "x", [], {}),
        {**good[0], "sender": PSID},
        {**good[0], "sender": {"id": 5}},
        {**good[0], "sender": {"user_ref": "x"}},
        {**good[0], "message": []},
        {**good[0], "message": {"mid": "m_bad", "text": 7}},
        {**good[0], "message": {"mid": "m_bad", "text": " ", "attachments": "x"}},
        {**good[0], "message": {"mid": None, "text": "no id"}},
        {**good[0], "message": {"mid": "m_bad", "text": "gone", "is_deleted": True}},
        {"sender": {"id": PSID}, "postback": {"payload": "x"}},
        {"sender": {"id": PSID}, "timestamp": "²", "postback": {"payload": "x"}},
        {"sender": {"id": PSID}, "timestamp": 1, "postback": {"title": "x"}},
        {"sender": {"id": PSID}, "message_edit": {"mid": "m_1", "text": "x", "num_edit": [1]}},
        {"sender": {"id": PAGE}, "message": {"mid": "m_bad", "text": "our own"}},
    ]
    assert [each.text for each in parsed(FAKE.page(*bad, good[0], *bad, good[1], good[2]))] == [
        "text 0",
        "text 1",
        "text 2",
    ]


def test_another_kind_of_account_is_left_out() -> None:
    assert parsed(RAW.replace(b'"page"', b'"instagram"')) == []


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_object_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):
        parsed(raw)


NAMES = ["sender", "id", "message", "mid", "text", "quick_reply", "payload", "postback", "referral", "attachments"]
VALUES = ["page", PSID, "m_1", "GET_STARTED", ""]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(VALUES) | st.text(max_size=5)
KEYS = st.sampled_from([*NAMES, "message_edit", "num_edit", "timestamp", "is_echo", "entry", "messaging", "object"])
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6))


@given(JSON)
def test_parse_raises_nothing_but_value_errors(data: Any) -> None:
    event = {"sender": {"id": PSID}, "timestamp": 1, **(data if isinstance(data, dict) else {"message": data})}
    for raw in (json.dumps(data).encode(), FAKE.page(event, data), FAKE.body(data)):
        try:
            parsed(raw)
        except ValueError:
            assert not isinstance(json.loads(raw), dict)


def test_a_long_text_comes_in_parts_at_sentence_ends(channel: Messenger, fake: FakeMessenger) -> None:
    said = say(channel, fake, Say("reply001", SENTENCE * 160))
    assert len(said) == 4
    assert all(each.text.endswith(".") and each.to == ALICE for each in said)
    assert " ".join(each.text for each in said) == (SENTENCE * 160).strip()


@pytest.mark.parametrize("number", [1, 3, 4, 12, 13])
def test_choices_are_quick_replies(channel: Messenger, fake: FakeMessenger, number: int) -> None:
    what = Say("reply0001", "Which one?", choices(number))
    expected = tuple((f"Choice {each}", f"reply000:value{each}") for each in range(1, number + 1))
    assert say(channel, fake, what) == [Said(ALICE, "Which one?", expected)]
    assert not channel.numbered(what)


def test_where_several_may_hold_they_can_be_typed_too(channel: Messenger, fake: FakeMessenger) -> None:
    what = Say("reply0001", "Which ones?", choices(4), several=True)
    (said,) = say(channel, fake, what)
    assert channel.numbered(what) and len(said.choices) == 4
    assert said.text.endswith("\n3. Choice 3\n4. Choice 4")


def test_too_many_choices_are_numbers_in_the_text(channel: Messenger, fake: FakeMessenger) -> None:
    what = Say("reply0001", "Which one?", choices(30))
    (said,) = say(channel, fake, what)
    assert channel.numbered(what) and not said.choices
    assert said.text.startswith("Which one?\n\n1. Choice 1\n") and said.text.endswith("\n30. Choice 30")


def test_long_labels_are_in_the_text_and_cut_on_the_quick_replies(channel: Messenger, fake: FakeMessenger) -> None:
    what = Say("reply0001", "Which one?", choices(4, "Choice {}" + " that is long" * 6))
    (said,) = say(channel, fake, what)
    assert channel.numbered(what)
    assert said.text == "Which one?\n\n" + "\n".join(f"{n}. {each.label}" for n, each in enumerate(what.choices, 1))
    assert said.choices[1] == ("2. Choice 2 that is…", "reply000:value2")


def test_the_question_stays_with_the_choices(channel: Messenger, fake: FakeMessenger) -> None:
    text = SENTENCE * 49 + "\n\nWhich one? Answer with numbers."
    said = say(channel, fake, Say("r", text, choices(30, "Choice {}" + " and more" * 3)))
    assert said[0].text == (SENTENCE * 49).strip()
    assert said[1].text.startswith("Which one? Answer with numbers.\n\n1. Choice 1")


@pytest.mark.parametrize("number", [0, 2, 30])
def test_an_emergency_begins_with_as_much_as_one_message_takes(
    channel: Messenger, fake: FakeMessenger, number: int
) -> None:
    text = "Call 112 now. " + "\n\n".join([SENTENCE * 8] * 8) + "\n\nHave you called?"
    said = say(channel, fake, Say("r", text, choices(number), urgent=True))
    assert said[0].text.startswith("Call 112 now. This is") and length(said[0].text) > 1500
    assert "Have you called?" in said[-1].text


def test_nothing_is_formatted_by_accident(channel: Messenger, fake: FakeMessenger) -> None:
    (said,) = say(channel, fake, Say("r", "*now* or ~3 to ~5 days", choices(14, "_{}_")))
    assert said.text.startswith("∗now∗ or ∼3 to ∼5 days\n\n1. ＿1＿\n")


@pytest.mark.parametrize(
    ("status", "headers", "body", "reason", "seconds"),
    [
        (429, {"retry-after": "7"}, failure(613), "http_429", 7),
        (500, {}, failure(1200), "http_500", None),
        *((400, {}, failure(code), f"code_{code}", None) for code in (4, 17, 32, 613, 80006, 1, 2, 1200)),
    ],
)
def test_what_passes_is_tried_again(
    channel: Messenger,
    fake: FakeMessenger,
    status: int,
    headers: Mapping[str, str],
    body: Any,
    reason: str,
    seconds: float | None,
) -> None:
    fake.failing.append((status, headers, body))
    with pytest.raises(Retry) as raised:
        say(channel, fake, Say("r", "Hello"))
    assert (raised.value.reason, raised.value.seconds) == (reason, seconds)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, failure(10, 2018278), "window_closed"),
        (403, failure(10), "not_allowed"),
        (400, failure(551, 1545041), "blocked"),
        (403, failure(200, 1545041), "blocked"),
        (403, failure(200), "not_allowed"),
        (400, failure(100, 2018001), "gone"),
        (400, failure(100), "code_100"),
        (401, failure(190, 463), "not_allowed"),
        (400, [], "http_400"),
    ],
)
def test_what_lasts_is_given_up(channel: Messenger, fake: FakeMessenger, status: int, body: Any, reason: str) -> None:
    fake.failing.append((status, {}, body))
    with pytest.raises(Undeliverable) as raised:
        say(channel, fake, Say("r", "Hello"))
    assert raised.value.reason == reason


def test_a_wrong_token_and_an_unknown_person_are_given_up(channel: Messenger, fake: FakeMessenger) -> None:
    with pytest.raises(Undeliverable, match="gone"):
        say(channel, fake, Say("r", "Hello"), {"to": "5"})
    channel.keys = {**fake.keys, "token": "another"}
    with pytest.raises(Undeliverable, match="not_allowed"):
        say(channel, fake, Say("r", "Hello"))


def test_no_connection_is_tried_again(fake: FakeMessenger) -> None:
    with running(fake.app()) as address:
        pass
    with pytest.raises(Retry):
        say(Messenger({**fake.keys, "api": address}), fake, Say("r", "Hello"))


def test_the_token_is_in_no_call_and_in_no_address(channel: Messenger, fake: FakeMessenger) -> None:
    assert fake.keys["token"] not in json.dumps(channel.calls(Say("r", "Hello", choices(3)), TO_ALICE))
    say(channel, fake, Say("r", "Hello"))
    path, headers, _ = fake.requests[0]
    assert (path, headers["authorization"]) == ("/me/messages", f"Bearer {fake.keys['token']}")


def test_what_came_is_shown_to_be_answered(channel: Messenger, fake: FakeMessenger) -> None:
    assert with_client(lambda opened: channel.acknowledge(parsed(RAW)[0], opened)) is True
    assert json.loads(fake.requests[0][2]) == {"recipient": {"id": PSID}, "sender_action": "typing_on"}
    assert not fake.said


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": ""},
        {"text": "x" * 2001},
        {"text": "x", "format": "markdown"},
        {"text": "x", "quick_replies": []},
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "x" * 21, "payload": "a"}]},
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "x", "payload": ""}]},
        {"text": "x", "quick_replies": [{"content_type": "text", "title": "x", "payload": "a"}] * 14},
    ],
)
def test_the_fake_refuses_what_the_platform_refuses(channel: Messenger, fake: FakeMessenger, message: Any) -> None:
    call = {"recipient": {"id": PSID}, "messaging_type": "RESPONSE", "message": message}
    with pytest.raises(Undeliverable, match="code_100"):
        with_client(lambda opened: channel.send(call, opened, "key"))
    assert not fake.said
