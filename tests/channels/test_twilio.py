"""Twilio: its signature over the public address, what is taken out of its webhook, and what its API is asked."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import CHOICE, MEDIA, TEXT, Arrived, Retry, Say, Undeliverable
from bot.channels.twilio import Twilio
from bot.report.reply import Choice
from tests.channels.fake import ALICE, running
from tests.channels.twilio import FORM, OURS, PEOPLE, FakeTwilio

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
PERSON = PEOPLE[ALICE]
SMS = {"to": PERSON, "from": OURS}
WHATSAPP = {"to": f"whatsapp:{PERSON}", "from": f"whatsapp:{OURS}"}
TYPE = {"content-type": FORM}
SENTENCE = "This is a sentence of a few words that says nothing at all. "
HOW = "Write the number of the one that fits."
LONG = "word " * 17 + "apart"  # 90 characters


def channel(address: str = "https://twilio.invalid", public_url: str = FakeTwilio.public_url) -> Twilio:
    return Twilio({**FakeTwilio.keys, "api": address}, public_url)


def parsed(raw: bytes, headers: Mapping[str, str] = TYPE) -> list[Arrived]:
    return list(channel().parse(raw, headers).arrived)


def send(fake: FakeTwilio, calls: list[dict[str, Any]], address: str = "") -> None:
    async def all_of_them(twilio: Twilio) -> None:
        async with httpx.AsyncClient() as client:
            for call in calls:
                await twilio.send(json.loads(json.dumps(call)), client, "k")

    if address:
        return asyncio.run(all_of_them(channel(address)))
    with running(fake.app()) as base:
        asyncio.run(all_of_them(channel(base)))


def say(text: str = "Hello.", labels: tuple[str, ...] = (), several: bool = False, urgent: bool = False) -> Say:
    choices = [Choice(label, f"v{number}") for number, label in enumerate(labels)]
    return Say("0123456789", text, choices, several, urgent)


def texts(said: Say, address: Mapping[str, str] = SMS) -> list[str]:
    return [call["body"] for call in channel().calls(said, address)]


BODY = FakeTwilio().text("Größe & 50% 🤕")
SIGNED = FakeTwilio().sign(BODY)
TWICE = BODY + b"&Body=again&A=&A=2&A=2&A=1"


@pytest.mark.parametrize(
    ("raw", "headers", "holds"),
    [
        (BODY, SIGNED, True),
        (b"", FakeTwilio().sign(b""), True),
        (TWICE, FakeTwilio().sign(TWICE), True),
        (BODY, {**SIGNED, "content-type": "application/x-www-form-urlencoded"}, True),
        (BODY + b"&A=", FakeTwilio().sign(BODY + b"&A="), True),
        (BODY.replace(b"50", b"51"), SIGNED, False),
        (BODY + b"&A=", SIGNED, False),
        (BODY, FakeTwilio().sign(BODY, "another"), False),
        (BODY, FakeTwilio(public_url="https://elsewhere.example").sign(BODY), False),
        (BODY, TYPE, False),
        (BODY, {}, False),
        (BODY, {"x-twilio-signature": SIGNED["x-twilio-signature"]}, False),
        (BODY, {**SIGNED, "content-type": "application/json"}, False),
        (BODY, {**SIGNED, "content-type": FORM.replace("UTF-8", "ISO-8859-1")}, False),
        (BODY, {**SIGNED, "x-twilio-signature": "é\ud800" * 14}, False),
        (BODY, {**SIGNED, "x-twilio-signature": SIGNED["x-twilio-signature"][:-1]}, False),
        (b"\xff", SIGNED, False),
        (b"Body=%FF", SIGNED, False),
        (b"a=&" * 5000, SIGNED, False),
    ],
)
def test_only_what_the_token_signed_is_taken(raw: bytes, headers: Mapping[str, str], holds: bool) -> None:
    assert channel().verify(raw, headers, NOW) is holds


@pytest.mark.parametrize(
    ("keys", "public_url"),
    [(FakeTwilio.keys, ""), ({"sid": "AC"}, FakeTwilio.public_url), ({"token": ""}, FakeTwilio.public_url)],
)
def test_what_cannot_be_checked_is_not_taken(keys: Mapping[str, str], public_url: str) -> None:
    fake = FakeTwilio(public_url=public_url)
    assert not Twilio(keys, public_url).verify(BODY, fake.sign(BODY), NOW)


@pytest.mark.parametrize("port", ["", ":443", ":8443"])
def test_a_port_of_the_public_address(port: str) -> None:
    address = f"https://signpost.example{port}"
    assert channel(public_url=address + "/").verify(BODY, FakeTwilio(public_url=address).sign(BODY), NOW)


@pytest.mark.parametrize("whatsapp", [False, True])
@pytest.mark.parametrize("text", ["Hello", "I fell 🤕 & it's 50%+", "头疼", "two\nlines"])
def test_a_text(text: str, whatsapp: bool) -> None:
    (arrived,) = parsed(FakeTwilio(whatsapp=whatsapp).text(text))
    assert (arrived.kind, arrived.text, arrived.group) == (TEXT, text, False)
    assert arrived.address == (WHATSAPP if whatsapp else SMS) and arrived.sender == arrived.address["to"]
    assert arrived == Arrived.from_json(arrived.to_json())


def test_the_same_message_has_the_same_id_and_another_has_another() -> None:
    fake = FakeTwilio()
    one, same, other = (parsed(fake.text("x", event=event))[0].event for event in ("a", "a", "b"))
    assert one == same != other


def test_a_press() -> None:
    (arrived,) = parsed(FakeTwilio(whatsapp=True).press("01234567:v1"))
    assert (arrived.kind, arrived.value, arrived.text) == (CHOICE, "01234567:v1", "Yes")


KINDS = {"caption": TEXT, **dict.fromkeys(("picture", "voice", "sticker", "location", "empty"), MEDIA)}


@pytest.mark.parametrize("name", FakeTwilio().others())
def test_all_else(name: str) -> None:
    arrived = parsed(FakeTwilio().others()[name])
    assert [each.kind for each in arrived] == ([KINDS[name]] if name in KINDS else [])
    assert name != "caption" or arrived[0].text == "my arm"


def test_the_answer_says_nothing() -> None:
    answer = channel().parse(BODY, TYPE)
    assert answer.media_type == "text/xml" and answer.body.endswith("<Response/>")


@pytest.mark.parametrize(
    "change",
    [
        {"MessageSid": ""},
        {"MessageSid": "two words"},
        {"From": ""},
        {"From": "\x00"},
        {"From": "1" * 200},
        {"To": ""},
        {"From": OURS},  # of ourselves
        {"SmsStatus": "sent"},
    ],
)
def test_what_is_not_sound_is_left_out(change: dict[str, str]) -> None:
    assert parsed(FakeTwilio().body("e", Body="x")) and not parsed(FakeTwilio().body("e", Body="x", **change))


def test_what_no_database_keeps_is_replaced() -> None:
    assert parsed(FakeTwilio().text("a\x00b"))[0].text == "a\ufffdb"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"{}", "application/json"),
        (BODY, ""),
        (BODY, FORM.replace("UTF-8", "utf-16")),
        (b"\xff=1", FORM),
        (b"Body=%ED%A0%80", FORM),
        (b"a&" * 5000, FORM),
    ],
)
def test_what_cannot_be_read(raw: bytes, kind: str) -> None:
    with pytest.raises(ValueError):
        channel().parse(raw, {"content-type": kind})


NAMES = st.sampled_from(
    ["MessageSid", "From", "To", "Body", "NumMedia", "ButtonPayload", "ButtonText", "SmsStatus", "MessageType", "X"]
)


@given(st.lists(st.tuples(NAMES, st.text(max_size=8) | st.sampled_from(["received", "SM1", "+441"]))))
def test_a_form_of_any_shape_is_read(pairs: list[tuple[str, str]]) -> None:
    assert all(each.to_json().encode() for each in parsed(urlencode(pairs).encode()))


@given(st.binary() | st.text().map(lambda text: ("Body=" + text).encode()), st.text(max_size=5) | st.just(FORM))
def test_a_body_of_any_bytes_raises_nothing_but_value_errors(raw: bytes, kind: str) -> None:
    headers = {"content-type": kind, "x-twilio-signature": kind}
    assert channel().verify(raw, headers, NOW) is False
    with suppress(ValueError):
        channel().parse(raw, headers)


@pytest.mark.parametrize("address", [SMS, WHATSAPP])
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("label", ["Yes", LONG])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 12, 30])
def test_choices_are_numbered(count: int, label: str, several: bool, address: Mapping[str, str]) -> None:
    fake, said = FakeTwilio(), say(f"Which?\n\n{HOW}", tuple(f"{label} {n}" for n in range(count)), several)
    send(fake, channel().calls(said, address))
    lines = [line for each in fake.said for line in each.text.split("\n")]
    assert channel().numbered(said) is (count > 0) and {each.to for each in fake.said} == {ALICE}
    assert [line for line in lines if line[:1].isdigit()] == [f"{n + 1}. {label} {n}" for n in range(count)]
    assert len(fake.said) == 1 or (count, label) == (30, LONG)


@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.parametrize("sentences", [1, 10, 20, 24, 26, 27, 30, 60, 150])
@pytest.mark.parametrize("labels", [("Yes", "No"), (LONG,) * 8, (LONG,) * 16])
def test_a_long_text_keeps_its_choices_together(sentences: int, labels: tuple[str, ...], urgent: bool) -> None:
    fake = FakeTwilio()
    text = f"{(SENTENCE * sentences).strip()}\n\n{HOW}"
    send(fake, channel().calls(say(text, labels, urgent=urgent), SMS))
    parts = [each.text for each in fake.said]
    numbers = [re.findall(r"(?m)^(\d+)\. ", part) for part in parts]
    assert numbers == [[]] * (len(parts) - 1) + [[str(number) for number in range(1, len(labels) + 1)]]
    assert "".join(" ".join(parts).partition("1. ")[0].split()) == "".join(text.split())
    assert all(part.endswith(".") for part in parts[:-1])
    # Room for the sentence that says how to answer is nearly always there.
    assert HOW in parts[-1] or len(labels) == 16 or (urgent and len(parts) == 2)


def test_an_urgent_beginning_is_as_long_as_it_can_be() -> None:
    text = (SENTENCE * 26).strip()
    assert texts(say(text, ("Yes", "No") * 9, urgent=True))[0] == text
    assert len(texts(say(text, ("Yes", "No") * 9))[0]) < len(text)


TYPOGRAPHY = {"it’s “so” — or so…": 'it\'s "so" - or so...', "9\u00a0–\u202f5": "9 - 5"}


@pytest.mark.parametrize("text", TYPOGRAPHY)
def test_an_sms_has_plain_signs_and_whatsapp_has_its_own(text: str) -> None:
    said = say(text, (text,))
    assert texts(said) == [f"{TYPOGRAPHY[text]}\n\n1. {TYPOGRAPHY[text]}"]
    assert texts(said, WHATSAPP) == [f"{text}\n\n1. {text}"]


@given(st.text(st.characters(exclude_categories=["Cs", "Pd", "Pi", "Pf", "Zs", "Cc"], exclude_characters="„‚…−")))
def test_an_sms_is_otherwise_as_it_was_said(text: str) -> None:
    said = say(f"a{text}z"[:700])
    assert texts(said) == texts(said, WHATSAPP)


def test_signs_that_grow_do_not_make_a_part_too_long() -> None:
    fake = FakeTwilio()
    send(fake, channel().calls(say("So… " * 700), SMS))
    assert len(fake.said) == 3


def test_nothing_to_say_is_no_request() -> None:
    assert channel().calls(say(""), SMS) == []


def test_a_request_has_no_secret_in_it() -> None:
    assert FakeTwilio.keys["token"] not in json.dumps(channel().calls(say(), SMS))


@pytest.mark.parametrize(
    ("failure", "raised", "reason", "seconds"),
    [
        ((429, {"retry-after": "7"}, {"code": 20429}), Retry, "http_429", 7),
        ((400, {"retry-after": "9"}, {"code": 14107}), Retry, "code_14107", 9),
        ((400, {}, {"code": 21611}), Retry, "code_21611", None),
        ((500, {}, {}), Retry, "http_500", None),
        ((400, {}, {"code": 21610}), Undeliverable, "blocked", None),
        ((400, {}, {"code": 21211}), Undeliverable, "gone", None),
        ((400, {}, {"code": 21614}), Undeliverable, "gone", None),
        ((400, {}, {"code": 21408}), Undeliverable, "not_allowed", None),
        ((401, {}, {"code": 20003}), Undeliverable, "not_allowed", None),
        ((400, {}, {"code": 21617}), Undeliverable, "too_long", None),
        ((400, {}, {"code": 63016}), Undeliverable, "window_closed", None),
        ((400, {}, {"code": 21606}), Undeliverable, "code_21606", None),
        ((400, {}, {"code": "a text"}), Undeliverable, "http_400", None),
        ((400, {}, ["no object"]), Undeliverable, "http_400", None),
        ((403, {}, {"code": True}), Undeliverable, "not_allowed", None),
    ],
)
def test_failures(failure: Any, raised: type[Exception], reason: str, seconds: Any) -> None:
    with pytest.raises(raised) as caught:
        send(FakeTwilio(failing=[failure]), channel().calls(say(), SMS))
    assert caught.value.reason == reason and getattr(caught.value, "seconds", None) == seconds  # type: ignore[attr-defined]


def test_somebody_who_wrote_stop_is_not_written_to() -> None:
    with pytest.raises(Undeliverable, match="blocked"):
        send(FakeTwilio(stopped={PERSON}), channel().calls(say(), SMS))


def test_nobody_listening_is_tried_again() -> None:
    with pytest.raises(Retry):
        send(FakeTwilio(), channel().calls(say(), SMS), address="http://127.0.0.1:9")
