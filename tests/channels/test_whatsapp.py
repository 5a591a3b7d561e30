"""WhatsApp: what its Cloud API delivers is understood, and what we say is taken by it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import CHOICE, EDIT, MEDIA, START, TEXT, Arrived, Retry, Say, Undeliverable
from bot.channels.meta import plain
from bot.channels.whatsapp import WhatsApp
from bot.channels.wording import length
from bot.report.reply import Choice
from tests.channels.fake import ALICE, BOB, Said, running
from tests.channels.meta import choices, failure, say, shown, with_client
from tests.channels.whatsapp import GROUP, HIDDEN, PHONE_ID, FakeWhatsApp

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
FAKE = FakeWhatsApp()
PHONE = FAKE.people[ALICE]
TO_ALICE = {"to": PHONE}
SENTENCE = "This is a sentence that says something. "


@pytest.fixture
def fake() -> FakeWhatsApp:
    return FakeWhatsApp()


@pytest.fixture
def channel(fake: FakeWhatsApp) -> Iterator[WhatsApp]:
    with running(fake.app()) as address:
        yield WhatsApp({**fake.keys, "api": address})


def whatsapp() -> WhatsApp:
    return WhatsApp(FAKE.keys)


def parsed(raw: bytes) -> list[Arrived]:
    return list(whatsapp().parse(raw, FAKE.sign(raw)).arrived)


RAW = FAKE.text("Hello")


@pytest.mark.parametrize(
    ("raw", "headers", "right"),
    [
        (RAW, FAKE.sign(RAW), True),
        (RAW + b" ", FAKE.sign(RAW), False),
        (RAW, FAKE.sign(RAW, secret="another"), False),
        (RAW, {}, False),
        (RAW, {"x-hub-signature-256": ""}, False),
        (RAW, {"x-hub-signature-256": "sha256="}, False),
        (RAW, {"x-hub-signature-256": FAKE.sign(RAW)["x-hub-signature-256"][:-1]}, False),
        (RAW, {"x-hub-signature-256": FAKE.sign(RAW)["x-hub-signature-256"][7:]}, False),
        (RAW, {"x-hub-signature-256": "sha256=" + "é" * 64}, False),
        (RAW, {"x-hub-signature-256": "sha256=\ud800"}, False),
        (RAW, {"x-hub-signature": FAKE.sign(RAW)["x-hub-signature-256"]}, False),
    ],
)
def test_only_bodies_that_the_apps_secret_signed_are_taken(raw: bytes, headers: Mapping[str, str], right: bool) -> None:
    assert whatsapp().verify(raw, headers, NOW) is right


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": "agreed-upon", "hub.challenge": "1158201444"}, "1158201444"),
        ({"hub.mode": "subscribe", "hub.verify_token": "guessed", "hub.challenge": "1158201444"}, None),
        ({"hub.mode": "subscribe", "hub.verify_token": "é\ud800", "hub.challenge": "1158201444"}, None),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "agreed-upon", "hub.challenge": "1"}, None),
        ({"hub.mode": "subscribe", "hub.challenge": "1"}, None),
        ({"hub.mode": "subscribe", "hub.verify_token": "agreed-upon"}, None),
        ({}, None),
    ],
)
def test_the_challenge_is_for_who_knows_the_word(query: Mapping[str, str], answer: str | None) -> None:
    assert whatsapp().handshake(query) == answer


@pytest.mark.parametrize(
    "text", ["My head aches", "Kopfschmerzen, naïve, 頭痛", "😀👩‍👩‍👧 *bold*", "a\nb\n\nc", "x" * 4096]
)
def test_a_text_arrives_as_it_was_written(text: str) -> None:
    assert parsed(FAKE.text(text)) == [Arrived("wamid.e1", PHONE, TO_ALICE, TEXT, text)]


def test_a_press_and_a_row_carry_their_value() -> None:
    assert parsed(FAKE.press("mark0001:yes", BOB)) == [
        Arrived("wamid.p1", FAKE.people[BOB], {"to": FAKE.people[BOB]}, CHOICE, "", "mark0001:yes")
    ]
    assert [(each.kind, each.value) for each in parsed(FAKE.choose("mark0001:no"))] == [(CHOICE, "mark0001:no")]


@pytest.mark.parametrize(
    ("name", "kind", "text", "value"),
    [
        *((each, MEDIA, "", "") for each in ("image", "video", "document", "audio", "sticker", "location")),
        *((each, MEDIA, "", "") for each in ("contacts", "order", "interactive", "unsupported")),
        ("caption", TEXT, "since Monday", ""),
        ("template", CHOICE, "", "mark0001:yes"),
        ("request_welcome", START, "", ""),
        ("edit", EDIT, "two days", ""),
        *((each, None, "", "") for each in ("reaction", "system", "revoke", "status", "echo", "another number")),
    ],
)
def test_all_else_is_sorted(name: str, kind: str | None, text: str, value: str) -> None:
    expected = [] if kind is None else [Arrived(f"wamid.{name}", PHONE, TO_ALICE, kind, text, value)]
    assert parsed(FAKE.others()[name]) == expected


def test_every_other_delivery_is_tested() -> None:
    assert len(FAKE.others()) == 20


def test_who_writes_into_a_group_is_the_person_in_the_group() -> None:
    (arrived,) = parsed(FAKE.text("Hello", group=True))
    assert arrived.group
    assert (arrived.sender, arrived.address) == (f"{GROUP}:{PHONE}", {"to": GROUP, "recipient_type": "group"})


def test_several_messages_of_one_delivery_arrive_and_broken_ones_are_left_out() -> None:
    good = [FAKE.message("text", {"body": f"text {each}"}, event=f"m{each}") for each in range(3)]
    bad: list[Any] = [
        *(None, 1, "x", [], {}),
        {**good[0], "id": 5},
        {**good[0], "id": "wamid.é"},
        {**good[0], "from": None},
        {**good[0], "type": ["text"]},
        {**good[0], "text": "body"},
        {**good[0], "text": {"body": 7}},
        {**good[0], "text": {"body": " \n"}},
    ]
    raw = FAKE.messages(*bad, good[0], *bad, good[1], good[2])
    assert [each.text for each in parsed(raw)] == ["text 0", "text 1", "text 2"]


def test_half_a_surrogate_pair_can_be_stored() -> None:
    raw = FAKE.text("a").replace(b'"body": "a"', b'"body": "a\\ud83d"')
    assert parsed(raw)[0].to_json().encode("utf-8")


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 100_000])
def test_what_is_no_object_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError):
        parsed(raw)


KEYS = ["object", "entry", "changes", "field", "value", "metadata", "phone_number_id", "messages", "from", "id", "type"]
VALUES = ["messages", PHONE_ID, "text", "interactive", "button", "image", "edit", "system", "wamid.1", ""]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(VALUES) | st.text(max_size=5)
NAMES = st.sampled_from([*KEYS, "text", "body", "interactive", "button_reply", "button", "payload", "edit", "message"])
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6))


@given(JSON)
def test_parse_raises_nothing_but_value_errors(data: Any) -> None:
    message = data if isinstance(data, dict) else {"id": "wamid.1", "from": "1", "type": "text", "text": data}
    for raw in (json.dumps(data).encode(), FAKE.messages(message, data), FAKE.change({"messages": data})):
        try:
            parsed(raw)
        except ValueError:
            assert not isinstance(json.loads(raw), dict)


def test_a_long_text_comes_in_parts_at_sentence_ends(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    said = say(channel, fake, Say("reply001", SENTENCE * 300))
    assert len(said) == 3
    assert all(each.text.endswith(".") and each.to == ALICE for each in said)
    assert " ".join(each.text for each in said) == (SENTENCE * 300).strip()


@pytest.mark.parametrize("number", [1, 3])
def test_few_choices_are_buttons(channel: WhatsApp, fake: FakeWhatsApp, number: int) -> None:
    what = Say("reply0001", "Which one?", choices(number))
    expected = [(f"Choice {each}", f"reply000:value{each}") for each in range(1, number + 1)]
    assert say(channel, fake, what) == [Said(ALICE, "Which one?", tuple(expected))]
    assert fake_interactive(fake)["type"] == "button"
    assert not channel.numbered(what)


def test_more_choices_are_a_list(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    channel.words = {"list_button": "Auswahl"}
    what = Say("reply0001", "Which one?", choices(4))
    (said,) = say(channel, fake, what)
    assert (said.text, said.choices[3]) == ("Which one?", ("Choice 4", "reply000:value4"))
    assert fake_interactive(fake)["action"]["button"] == "Auswahl"
    assert not channel.numbered(what)


def test_a_label_that_a_title_cuts_is_whole_below_it(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    what = Say("reply0001", "How long?", [Choice("For more than three days now", "long"), Choice("No", "no")])
    say(channel, fake, what)
    rows = fake_interactive(fake)["action"]["sections"][0]["rows"]
    assert rows == [
        {"id": "reply000:long", "title": "1. For more than three…", "description": "For more than three days now"},
        {"id": "reply000:no", "title": "2. No"},
    ]
    assert not channel.numbered(what)


@pytest.mark.parametrize("number", [12, 30])
def test_too_many_choices_are_numbers_in_the_text(channel: WhatsApp, fake: FakeWhatsApp, number: int) -> None:
    what = Say("reply0001", "Which one?", choices(number), several=True)
    (said,) = say(channel, fake, what)
    assert channel.numbered(what) and not said.choices
    assert said.text.startswith("Which one?\n\n1. Choice 1\n") and said.text.endswith(f"\n{number}. Choice {number}")


def test_labels_longer_than_a_row_are_in_the_text_too(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    labels = choices(4, "Choice {}" + " that is long" * 7)
    (said,) = say(channel, fake, Say("reply0001", "Which one?", labels))
    assert channel.numbered(Say("reply0001", "Which one?", labels))
    assert said.text == "Which one?\n\n" + "\n".join(f"{n}. {each.label}" for n, each in enumerate(labels, 1))
    assert [title[:11] for title, _ in said.choices] == [f"{number}. Choice {number}"[:11] for number in range(1, 5)]


def test_the_question_stays_with_the_buttons(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    said = say(channel, fake, Say("r", SENTENCE * 40 + "\n\nDoes this help?", choices(2)))
    assert [(each.text[-20:], len(each.choices)) for each in said] == [
        (SENTENCE.strip()[-20:], 0),
        ("Does this help?", 2),
    ]


def test_a_paragraph_too_long_for_buttons_is_parted_at_a_sentence(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    said = say(channel, fake, Say("r", SENTENCE * 60, choices(2)))
    assert " ".join(each.text for each in said) == (SENTENCE * 60).strip()
    assert [bool(each.choices) for each in said] == [False, True]


@pytest.mark.parametrize("number", [0, 2, 5, 30])
def test_an_emergency_begins_with_as_much_as_one_message_takes(
    channel: WhatsApp, fake: FakeWhatsApp, number: int
) -> None:
    text = "Call 112 now. " + "\n\n".join([SENTENCE * 20] * 4) + "\n\nHave you called?"
    said = say(channel, fake, Say("r", text, choices(number, "Choice {} " + "x" * 9), urgent=True))
    assert said[0].text.startswith("Call 112 now. This is")
    assert length(said[0].text) > 3000
    assert "Have you called?" in said[-1].text


def test_two_buttons_of_one_title_are_a_list(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    (said,) = say(channel, fake, Say("r", "Which?", [Choice("Yes", "a"), Choice("Yes", "b")]))
    assert len(said.choices) == 2


def test_a_group_gets_numbers(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    address = {"to": GROUP, "recipient_type": "group"}
    assert say(channel, fake, Say("r", "Which?", choices(2)), address) == [
        Said(GROUP, "Which?\n\n1. Choice 1\n2. Choice 2")
    ]


def test_who_hides_the_number_is_answered(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    (arrived,) = parsed(FAKE.hidden("Hello"))
    assert arrived.sender == HIDDEN
    assert say(channel, fake, Say("r", "Hello"), arrived.address) == [Said(HIDDEN, "Hello")]


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("*now* and _soon_ or ~never~", "∗now∗ and ＿soon＿ or ∼never∼"),
        ("~3 to ~5 days", "∼3 to ∼5 days"),
        ("```a\nb``` and `c`", "ˋˋˋa\nbˋˋˋ and ˋcˋ"),
        ("2*3*4 __x__ **y**", "2∗3∗4 ＿＿x＿＿ ∗∗y∗∗"),
        ("> 39 °C\n> 40 °C", "＞ 39 °C\n＞ 40 °C"),
        ("one * alone, ~5 days", "one * alone, ~5 days"),
        ("one * here\nand * there", "one * here\nand * there"),
        ("https://example.org/a_b_c_ and a_b_@example.org", "https://example.org/a_b_c_ and a_b_@example.org"),
        ("www.example.org/a_b _c_", "www.example.org/a_b ＿c＿"),
    ],
)
def test_nothing_is_formatted_by_accident(channel: WhatsApp, fake: FakeWhatsApp, text: str, alike: str) -> None:
    assert plain(text) == alike and length(alike) == length(text)
    (said,) = say(channel, fake, Say("r", text, choices(2)))
    assert said.text == alike


@given(st.text("*_~` ab.\n>", max_size=30))
def test_what_is_shown_is_what_was_written(text: str) -> None:
    assert shown(plain(text)) == plain(text)
    assert plain(text).translate(dict(zip(map(ord, "∗＿∼ˋ＞"), "*_~`>"))) == text


@pytest.mark.parametrize(
    ("status", "headers", "body", "reason", "seconds"),
    [
        (429, {"retry-after": "7"}, failure(130429), "http_429", 7),
        (429, {}, "no JSON object", "http_429", None),
        (500, {}, failure(131000), "http_500", None),
        *((400, {}, failure(code), f"code_{code}", None) for code in (4, 80007, 130429, 131056, 131000, 131016, 1, 2)),
        (
            400,
            {"x-business-use-case-usage": '{"1": [{"type": "whatsapp", "estimated_time_to_regain_access": 3}]}'},
            failure(80007),
            "code_80007",
            180,
        ),
        (400, {"x-business-use-case-usage": '{"1": [[], 5], "2": 3}'}, failure(4), "code_4", None),
        (400, {"x-business-use-case-usage": "["}, failure(4), "code_4", None),
    ],
)
def test_what_passes_is_tried_again(
    channel: WhatsApp,
    fake: FakeWhatsApp,
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
        (400, failure(131047), "window_closed"),
        (400, failure(131026), "gone"),
        (400, failure(131050), "blocked"),
        (401, failure(190), "not_allowed"),
        (403, failure(10), "not_allowed"),
        (403, failure(299), "not_allowed"),
        (403, failure(131031), "not_allowed"),
        (400, failure(131051), "code_131051"),
        (400, failure(131009), "code_131009"),
        (400, "no JSON object", "http_400"),
        (404, {"error": {"code": "131047"}}, "http_404"),
        (404, {"error": []}, "http_404"),
        (404, {"error": {"code": True}}, "http_404"),
    ],
)
def test_what_lasts_is_given_up(channel: WhatsApp, fake: FakeWhatsApp, status: int, body: Any, reason: str) -> None:
    fake.failing.append((status, {}, body))
    with pytest.raises(Undeliverable) as raised:
        say(channel, fake, Say("r", "Hello"))
    assert raised.value.reason == reason


@pytest.mark.parametrize(("keys", "reason"), [({"token": "another"}, "not_allowed"), ({"phone_id": "1"}, "code_100")])
def test_the_platform_knows_us(fake: FakeWhatsApp, keys: Mapping[str, str], reason: str) -> None:
    with running(fake.app()) as address, pytest.raises(Undeliverable) as raised:
        say(WhatsApp({**fake.keys, **keys, "api": address}), fake, Say("r", "Hello"))
    assert raised.value.reason == reason


def test_no_connection_is_tried_again(fake: FakeWhatsApp) -> None:
    with running(fake.app()) as address:
        pass
    with pytest.raises(Retry):
        say(WhatsApp({**fake.keys, "api": address}), fake, Say("r", "Hello"))


def test_the_token_is_in_no_call_and_in_no_address(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    assert fake.keys["token"] not in json.dumps(channel.calls(Say("r", "Hello", choices(3)), TO_ALICE))
    say(channel, fake, Say("r", "Hello"))
    path, headers, _ = fake.requests[0]
    assert (path, headers["authorization"]) == (f"/{PHONE_ID}/messages", f"Bearer {fake.keys['token']}")


def test_what_came_is_marked_as_read(channel: WhatsApp, fake: FakeWhatsApp) -> None:
    assert with_client(lambda opened: channel.acknowledge(parsed(RAW)[0], opened)) is True
    assert json.loads(fake.requests[0][2])["message_id"] == "wamid.e1"
    assert not fake.said


BUTTON = {"type": "reply", "reply": {"id": "a", "title": "Yes"}}


def interactive(kind: str, body: str, **action: Any) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}


@pytest.mark.parametrize(
    "content",
    [
        {"type": "text", "text": {"body": "x" * 4097}},
        {"type": "text", "text": {"body": ""}},
        interactive("button", "x", buttons=[]),
        interactive("button", "x", buttons=[BUTTON, BUTTON]),
        interactive("button", "x" * 1025, buttons=[BUTTON]),
        interactive("list", "x", button="x", sections=[{"rows": [{"id": str(n), "title": "x"} for n in range(11)]}]),
    ],
)
def test_the_fake_refuses_what_the_platform_refuses(channel: WhatsApp, fake: FakeWhatsApp, content: Any) -> None:
    call = {"messaging_product": "whatsapp", **TO_ALICE, **content}
    with pytest.raises(Undeliverable, match="code_131009"):
        with_client(lambda opened: channel.send(call, opened, "key"))
    assert not fake.said


def fake_interactive(fake: FakeWhatsApp) -> Any:
    """The buttons or the list of the last request."""
    return json.loads(fake.requests[-1][2])["interactive"]


@pytest.mark.parametrize(
    ("errors", "reason"),
    [([{"code": 131047}], "window_closed"), ([{"code": 131026}], "gone"), ([{"code": 77}], "code_77"), ([], "refused")],
)
def test_what_could_not_be_delivered_is_told_later(errors: list[Any], reason: str) -> None:
    status = {"id": "wamid.out1", "status": "failed", "recipient_id": "1", "errors": errors}
    found = whatsapp().parse(FAKE.change({"statuses": [status]}), {})
    assert (list(found.arrived), list(found.failed)) == ([], [("wamid.out1", reason)])
    sent = {**status, "status": "sent"}
    assert not whatsapp().parse(FAKE.change({"statuses": [sent]}), {}).failed
