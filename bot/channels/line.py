"""LINE: quick replies, an answer by the free reply token first and pushed after the token has ended.

Its own SDK (line-bot-sdk) wants pydantic 2, which does not install beside Rasa: so httpx and hmac do it here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Optional

import httpx

from bot.channels.base import (
    CHOICE,
    MEDIA,
    START,
    TEXT,
    Arrived,
    Channel,
    Headers,
    Parsed,
    Retry,
    Say,
    Undeliverable,
    json_of,
)
from bot.channels.wording import cut, fit, in_parts, length, listed, titles
from bot.records.canonical import storable

MESSAGES = 5
"""Messages that one request takes."""
CHOICES = 13
"""Quick replies that a message shows."""
TITLE = 20
"""Characters of a quick reply's title."""
SHOWN = 300
"""Characters that a press writes into the chat."""
TOKEN_SECONDS = 50
"""How long after an event its reply token is used: it ends a minute after, and the answer has to get there."""
LOADING_SECONDS = 5
"""How long LINE shows that an answer is on its way, unless it comes earlier: its shortest."""

# The reasons of two failures that `send` makes good, and which never leave it.
_TOKEN_ENDED, _DELIVERED = "reply_token", "http_409"
_ID = re.compile(r"[!-~]{1,200}")
# What a push is named by: any name space does, if it is always the same.
_PUSHES = uuid.UUID("5f1c0a52-7c0e-4f6e-9d0b-5b2f6f0f6c11")


class Line(Channel):
    """LINE's Messaging API."""

    name = "line"
    title = "LINE"
    redelivers = False
    needs = ("token", "secret")
    api = "https://api.line.me"
    longest = 5000

    def verify(self, raw: bytes, headers: Headers, now: datetime) -> bool:
        """Whether the channel's secret signed these bytes. LINE does not say when."""
        secret = self.keys.get("secret", "").encode()
        signature = headers.get("x-line-signature", "").encode("utf-8", "surrogatepass")
        expected = base64.b64encode(hmac.new(secret, raw, hashlib.sha256).digest())
        return bool(secret) and hmac.compare_digest(expected, signature)

    def parse(self, raw: bytes, headers: Headers) -> Parsed:
        """The messages, presses and follows of a delivery; the console's button "Verify" sends one without any."""
        events = json_of(raw).get("events")
        found = [_arrived(event) for event in events] if isinstance(events, list) else []
        return Parsed([each for each in found if each])

    def numbered(self, say: Say) -> bool:
        """Where there are more choices than quick replies, or a label is longer than their titles; and where several
        may hold, because quick replies are gone after the first press."""
        return bool(say.choices) and (say.several or len(say.choices) > CHOICES or not fit(say.choices, TITLE))

    def calls(self, say: Say, address: Mapping[str, str]) -> list[dict[str, Any]]:
        """Requests of up to five messages. The first may go by the reply token: `send` sees whether it still can."""
        parts = in_parts(say.text, self.longest)
        if self.numbered(say):
            choices = listed(say.choices)
            if parts and length(parts[-1]) + 2 + length(choices) <= self.longest:
                parts[-1] += f"\n\n{choices}"
            else:
                parts += in_parts(choices, self.longest)
        messages: list[dict[str, Any]] = [{"type": "text", "text": part} for part in parts]
        if messages and 0 < len(say.choices) <= CHOICES:
            messages[-1]["quickReply"] = {"items": _items(say)}
        calls: list[dict[str, Any]] = [
            {"to": address["to"], "messages": messages[start : start + MESSAGES]}
            for start in range(0, len(messages), MESSAGES)
        ]
        if calls and address.get("reply"):
            calls[0].update(reply=address["reply"], until=address.get("until", "0"))
        return calls

    async def send(self, call: Mapping[str, Any], client: httpx.AsyncClient, key: str) -> None:
        """Replies while the token lasts, which costs nothing, else pushes. A push that LINE took before, by its retry
        key, counts as sent; a reply takes no such key, so one whose answer was lost may be pushed once more."""
        if call.get("reply") and time.time() < float(call["until"]):
            try:
                await self._ask(client, "message/reply", {"replyToken": call["reply"], "messages": call["messages"]})
                return
            except Undeliverable as failure:
                if failure.reason != _TOKEN_ENDED:
                    raise
        name = {"X-Line-Retry-Key": str(uuid.uuid5(_PUSHES, key))}
        try:
            await self._ask(client, "message/push", {"to": call["to"], "messages": call["messages"]}, name)
        except Undeliverable as failure:
            if failure.reason != _DELIVERED:
                raise

    async def acknowledge(self, arrived: Arrived, client: httpx.AsyncClient) -> bool:
        """Shows the moving dots, which LINE has for private chats only."""
        if arrived.group:
            return False
        body = {"chatId": arrived.address["to"], "loadingSeconds": LOADING_SECONDS}
        await self._ask(client, "chat/loading/start", body)
        return True

    async def set_webhook(self, url: str, client: httpx.AsyncClient) -> None:
        """Has events delivered to an address, which LINE wants to be https. "Use webhook" is switched on in its console
        alone. Raises Retry or Undeliverable."""
        await self._endpoint("PUT", client, {"endpoint": url})

    async def webhook(self, client: httpx.AsyncClient) -> str:
        """The address that events are delivered to, empty where there is none. Raises Retry or Undeliverable."""
        try:
            address = json_of((await self._endpoint("GET", client)).content).get("endpoint")
        except ValueError:
            raise Retry("strange_answer") from None
        except Undeliverable as failure:
            if failure.reason != "gone":
                raise
            address = ""  # none was ever set
        return address if isinstance(address, str) else ""

    def wait(self, response: httpx.Response) -> Optional[float]:
        """Raises Undeliverable where the month's messages are used up: no waiting helps."""
        if "monthly limit" in _message(response):
            raise Undeliverable("quota")
        return super().wait(response)

    def fault(self, response: httpx.Response) -> str:
        """LINE has no codes: its statuses, and the few sentences that its reference lists."""
        message = _message(response)
        if response.status_code in (401, 403):
            return "not_allowed"
        if "Invalid reply token" in message:
            return _TOKEN_ENDED
        if response.status_code == 404 or "Failed to send messages" in message or "property, 'to'," in message:
            return "gone"
        return super().fault(response)

    async def _ask(
        self, client: httpx.AsyncClient, what: str, body: Mapping[str, Any], more: Optional[Mapping[str, str]] = None
    ) -> None:
        headers = {"Authorization": f"Bearer {self.keys['token']}", **(more or {})}
        await self.request(client, f"{self.base}/v2/bot/{what}", headers=headers, json=body)

    async def _endpoint(self, method: str, client: httpx.AsyncClient, body: Any = None) -> httpx.Response:
        url, headers = f"{self.base}/v2/bot/channel/webhook/endpoint", {"Authorization": f"Bearer {self.keys['token']}"}
        return await self.request(client, url, method=method, headers=headers, json=body)


def _items(say: Say) -> list[dict[str, Any]]:
    """The quick replies: a press writes the whole label into the chat, however short its title."""
    return [
        {
            "type": "action",
            "action": {
                "type": "postback",
                "label": title,
                "data": say.carried(choice),
                "displayText": cut(choice.label, SHOWN),
            },
        }
        for choice, title in zip(say.choices, titles(say.choices, TITLE))
    ]


def _arrived(event: Any) -> Optional[Arrived]:
    """What somebody did, if it is of interest; None for joins, leaves, what was unsent, and all that is not sound."""
    event = _object(event)
    source = _object(event.get("source"))
    place = source.get("type")
    group = place in ("group", "room")
    person, name = _id(source.get("userId")), _id(event.get("webhookEventId"))
    to = _id(source.get(f"{place}Id")) if group else person
    content = _content(event)
    # In "standby" another program of the operator's has the chat.
    if content is None or not (name and to) or event.get("mode") == "standby":
        return None
    if not group and place != "user":
        return None
    kind, text, value = content
    return Arrived(
        event=name,
        # In a group LINE may not say who wrote: an emergency is answered all the same.
        sender=f"{to}:{person}" if group else to,
        address={"to": to, **_token(event)},
        kind=kind,
        text=storable(text),
        value=storable(value),
        group=group,
    )


def _content(event: Mapping[str, Any]) -> Optional[tuple[str, str, str]]:
    """Kind, text and carried value of an event."""
    if event.get("type") == "follow":
        return START, "", ""
    if event.get("type") == "postback":
        data = _object(event.get("postback")).get("data")
        return (CHOICE, "", data) if data and isinstance(data, str) else None
    message = _object(event.get("message"))
    if event.get("type") != "message" or not isinstance(message.get("type"), str):
        return None
    if message["type"] != "text":
        return MEDIA, "", ""
    text = message.get("text")
    return (TEXT, text, "") if isinstance(text, str) and text.strip() else None


def _token(event: Mapping[str, Any]) -> dict[str, str]:
    """The reply token and until when it is used, in seconds since 1970; that of a redelivery is dead already."""
    token, at = _id(event.get("replyToken")), event.get("timestamp")
    again = _object(event.get("deliveryContext")).get("isRedelivery", False)
    if not token or again is not False or type(at) is not int or not 0 < at < 10**14:
        return {}
    return {"reply": token, "until": str(at // 1000 + TOKEN_SECONDS)}


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _message(response: httpx.Response) -> str:
    try:
        message = json_of(response.content).get("message")
    except ValueError:
        return ""
    return message if isinstance(message, str) else ""
