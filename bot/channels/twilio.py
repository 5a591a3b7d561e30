"""Twilio: SMS, and WhatsApp through Twilio. Text alone, in parts at sentence ends, with choices as numbered lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Optional
from urllib.parse import parse_qsl, quote

import httpx
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.channels.base import CHOICE, MEDIA, TEXT, Arrived, Channel, Headers, Parsed, Retry, Say, json_of
from bot.channels.wording import in_parts, length, listed
from bot.records.canonical import storable

WEBHOOK = "/channels/twilio/webhook"
"""Where Twilio delivers to, after the public address. It is signed along, so nothing may stand behind it: no query."""
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""Says nothing, in TwiML: what is to be said goes by the API."""
FIELDS = 1000
"""Parameters that a delivery may have; Twilio sends about thirty."""
ROOM = 160
"""Characters that must be left beside the choices for the end of the text to move to them."""

REASONS = {
    20003: "not_allowed",
    21211: "gone",
    21408: "not_allowed",
    21610: "blocked",
    21614: "gone",
    21617: "too_long",
    63016: "window_closed",
}
"""Twilio's codes for a message that will never be taken: a wrong token, no such number, a country that is switched off,
a person who wrote STOP, a land line, a text that is too long, and WhatsApp's 24 hours that are over."""
PASSING = {14107, 20429, 21611}
"""Its codes for too much at once, whatever the status: too many messages or requests, a queue that is full."""

# One character outside the alphabet of SMS makes the whole message hold less than half, and so cost more than double.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛‹›", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2007\u202f", " "),
        "…": "...",
    }
)
_ID = re.compile(r"[!-~]{1,64}")
_COMING = ("", "received", "receiving")


class Form(dict[str, list[str]]):
    """The parameters of a delivery, each with all its values, as Twilio's validator wants to ask for them."""

    def getlist(self, name: str) -> list[str]:
        """All values of a parameter."""
        return self[name]

    def first(self, name: str) -> str:
        """The first value of a parameter; an empty text where there is none."""
        return self.get(name, [""])[0]


class Twilio(Channel):
    """Twilio's Programmable Messaging. An address of WhatsApp begins with "whatsapp:", one of SMS is a bare number.

    WhatsApp turns words between asterisks, underscores or tildes into formatting, and cannot be told not to.
    """

    name = "twilio"
    title = "SMS and WhatsApp by Twilio"
    redelivers = False
    needs = ("sid", "token")
    api = "https://api.twilio.com"
    longest = 1600
    signs_address = True

    def verify(self, raw: bytes, headers: Headers, now: datetime) -> bool:
        """Whether the account's token signed the public address and these parameters. Twilio does not say when.

        Without a public address nothing can be checked, so nothing is taken. The address must be entered at Twilio as
        it stands in the settings, with `WEBHOOK` behind it and no query: a query is signed too, and is not known here.
        """
        token = self.keys.get("token", "")
        signature = headers.get("x-twilio-signature", "")
        if not (self.public_url and token and signature):
            return False
        try:
            form = _form(raw, headers)
        except ValueError:
            return False
        return bool(RequestValidator(token).validate(self.public_url + WEBHOOK, form, signature))

    def parse(self, raw: bytes, headers: Headers) -> Parsed:
        """The message of a delivery, if it is one. Left out are reports of what became of our own messages, and STOP,
        HELP and START where Twilio answers them itself. Raises ValueError for what is no form in UTF-8."""
        arrived = _arrived(_form(raw, headers))
        return Parsed([arrived] if arrived else [], body=NOTHING, media_type="text/xml")

    def numbered(self, say: Say) -> bool:
        """Always: there are no buttons."""
        return bool(say.choices)

    def calls(self, say: Say, address: Mapping[str, str]) -> list[dict[str, Any]]:
        """A request for each part. The choices stand together in the last one, where they fit a message."""
        text, choices = say.text.strip(), listed(say.choices)
        if ":" not in address["to"]:
            text, choices = text.translate(_PLAIN), choices.translate(_PLAIN)
        parts = _parts(text, choices, self.longest, whole=say.urgent)
        return [{"to": address["to"], "from": address["from"], "body": part} for part in parts]

    async def send(self, call: Mapping[str, Any], client: httpx.AsyncClient, key: str) -> None:
        """Makes one request. Twilio's API takes no name for it: where its answer is lost, a second try may say it
        twice."""
        sid = self.keys["sid"]
        url = f"{self.base}/2010-04-01/Accounts/{quote(sid, safe='')}/Messages.json"
        data = {"To": call["to"], "From": call["from"], "Body": call["body"]}
        await self.request(client, url, data=data, auth=(sid, self.keys["token"]))

    def fault(self, response: httpx.Response) -> str:
        """By Twilio's own code. Raises Retry for those that pass, some of which come with status 400."""
        try:
            code = json_of(response.content).get("code")
        except ValueError:
            code = None
        if type(code) is not int or not 0 < code < 10**6:
            return "not_allowed" if response.status_code in (401, 403) else super().fault(response)
        if code in PASSING:
            raise Retry(f"code_{code}", self.wait(response))
        return REASONS.get(code, f"code_{code}")


def _form(raw: bytes, headers: Headers) -> Form:
    """The parameters of a body. Raises ValueError for another kind of body, another charset or broken UTF-8."""
    kind, *more = (part.strip() for part in headers.get("content-type", "").lower().split(";"))
    charsets = [part.partition("=")[2].strip('" ') for part in more if part.startswith("charset")]
    if kind != "application/x-www-form-urlencoded" or any(each not in ("utf-8", "utf8") for each in charsets):
        raise ValueError("no form in UTF-8")
    pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    form = Form()
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def _arrived(form: Form) -> Optional[Arrived]:
    """The message of a form. WhatsApp's reactions carry a sign as their text, and are none; edits do not arrive."""
    event, sender, to = form.first("MessageSid"), form.first("From"), form.first("To")
    sound = _ID.fullmatch(event) and _is_address(sender) and _is_address(to) and sender != to
    report = "MessageStatus" in form or form.first("SmsStatus").lower() not in _COMING
    if not sound or report or form.first("OptOutType") or form.first("MessageType").lower() == "reaction":
        return None
    payload, media = form.first("ButtonPayload"), form.first("NumMedia") not in ("", "0")
    text = form.first("Body") if form.first("Body").strip() else form.first("ButtonText")
    if payload:
        kind = CHOICE
    elif text.strip():
        kind = TEXT
    elif media or "Body" in form:  # a place comes without a text, and so does an empty SMS
        kind = MEDIA
    else:
        return None
    return Arrived(
        event=event,
        sender=sender,
        address={"to": sender, "from": to},
        kind=kind,
        text=storable(text) if kind != MEDIA else "",
        value=storable(payload),
    )


def _is_address(text: str) -> bool:
    return 0 < len(text) <= 128 and text.isprintable()


def _parts(text: str, choices: str, most: int, whole: bool) -> list[str]:
    """A text and its choices in parts: these together in the last, and with them the end of the text, which says how
    to answer. `whole` keeps the first part as long as it can be."""
    if not choices or length(choices) > most:
        return in_parts(f"{text}\n\n{choices}", most)
    *parts, last = in_parts(text, most) or [""]
    room = most - length(choices) - 2
    if length(last) > room:
        tail = in_parts(last, room)[-1] if room >= ROOM and (parts or not whole) else ""
        parts.append(last.removesuffix(tail).rstrip())
        last = tail
    return [*parts, f"{last}\n\n{choices}".strip()]
