"""Messenger, the chat of a Facebook page: quick replies for up to thirteen choices, else numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

import httpx

from bot.channels.base import CHOICE, EDIT, MEDIA, START, TEXT, Arrived, Headers, Parsed, Say, json_of
from bot.channels.meta import Meta, child, children, id_of, parted, text_of
from bot.channels.wording import fit, listed, titles

REPLIES, TITLE = 13, 20
GET_STARTED = "GET_STARTED"
"""What the button that opens the chat carries: the page's profile has to be set so."""

# (code, subcode), and None for any subcode, the first that fits.
_REASONS: Mapping[tuple[int, Optional[int]], str] = {
    (10, 2018278): "window_closed",
    (10, 2018065): "window_closed",
    (10, 2018108): "blocked",
    (200, 1545041): "blocked",
    (551, None): "blocked",
    (100, 2018001): "gone",
    (190, None): "not_allowed",
    (10, None): "not_allowed",
    **{(code, None): "not_allowed" for code in range(200, 300)},
}


class Messenger(Meta):
    """One page. Its chat has no groups."""

    name = "messenger"
    title = "Messenger"
    needs = ("token", "secret", "verify")
    longest = 2000
    # Too many requests; then what is down or overloaded.
    passing = frozenset({4, 17, 32, 613, 80006, 1, 2, 1200})

    def parse(self, raw: bytes, headers: Headers) -> Parsed:
        """The messages to the page. What is written while another application has the chat (`standby`) is not ours."""
        body = json_of(raw)
        if body.get("object") != "page":
            return Parsed()
        found = [_arrived(each, entry) for entry in children(body, "entry") for each in children(entry, "messaging")]
        return Parsed([each for each in found if each is not None])

    def numbered(self, say: Say) -> bool:
        """Whether there are too many choices for quick replies, or a label that is longer than a title; and where
        several may hold, because quick replies are gone after the first press."""
        return bool(say.choices) and (say.several or len(say.choices) > REPLIES or not fit(say.choices, TITLE))

    def calls(self, say: Say, address: Mapping[str, str]) -> list[dict[str, Any]]:
        """Texts, the last one with its choices."""
        numbers = listed(say.choices) if self.numbered(say) else ""
        calls: list[dict[str, Any]] = [
            {"recipient": {"id": address["to"]}, "messaging_type": "RESPONSE", "message": {"text": part}}
            for part in parted(say, numbers, self.longest, self.longest)
        ]
        if calls and 0 < len(say.choices) <= REPLIES:
            calls[-1]["message"]["quick_replies"] = [
                {"content_type": "text", "title": title, "payload": say.carried(choice)}
                for title, choice in zip(titles(say.choices, TITLE), say.choices)
            ]
        return calls

    async def send(self, call: Mapping[str, Any], client: httpx.AsyncClient, key: str) -> None:
        """Sends one message. The platform has no way to be told that it had it before."""
        await self.request(client, f"{self.base}/me/messages", headers=self.bearer(), json=dict(call))

    async def acknowledge(self, arrived: Arrived, client: httpx.AsyncClient) -> bool:
        """Shows that an answer is being written, for 20 seconds or until it comes."""
        typing = {"recipient": {"id": arrived.address["to"]}, "sender_action": "typing_on"}
        await self.send(typing, client, arrived.event)
        return True

    def reason(self, code: int, subcode: int) -> Optional[str]:
        """By code and subcode, or by the code alone."""
        return _REASONS.get((code, subcode)) or _REASONS.get((code, None))


def _arrived(messaging: dict[str, Any], entry: dict[str, Any]) -> Optional[Arrived]:
    """What the page was told; None for what is left out."""
    person = id_of(child(messaging, "sender"), "id")
    content = _content(messaging)
    if not person or person == id_of(entry, "id") or content is None:
        return None
    mid, kind, text, value = content
    at = messaging.get("timestamp")
    # Some presses have no id; a person presses once in a millisecond.
    event = mid or (
        f"{person}:{at}" if isinstance(at, int) or (isinstance(at, str) and at.isascii() and at.isdigit()) else ""
    )
    return Arrived(event, person, {"to": person}, kind, text, value) if event else None


def _content(messaging: dict[str, Any]) -> Optional[tuple[str, str, str, str]]:
    """Id, kind, text and value of what the page was told; None for receipts, reactions, echoes and the like."""
    message, postback, edit = (child(messaging, key) for key in ("message", "postback", "message_edit"))
    if postback:
        mid, payload = id_of(postback, "mid"), text_of(postback, "payload")
        if payload == GET_STARTED or child(postback, "referral"):
            return mid, START, "", ""
        return (mid, CHOICE, "", payload) if payload else None
    if edit:
        # The id is the message's; each change of it counts.
        mid, text, number = id_of(edit, "mid"), text_of(edit, "text"), edit.get("num_edit")
        number = number if isinstance(number, (int, str)) and str(number).isdigit() else messaging.get("timestamp")
        counted = mid and isinstance(number, (int, str)) and str(number).isascii()
        return (f"{mid}:{number}", EDIT, text, "") if counted and text.strip() else None
    if not message:
        return ("", START, "", "") if child(messaging, "referral") else None
    mid, text, value = (
        id_of(message, "mid"),
        text_of(message, "text"),
        text_of(child(message, "quick_reply"), "payload"),
    )
    if not mid or message.get("is_echo") or message.get("is_deleted"):
        return None
    if value:
        return mid, CHOICE, "", value
    if text.strip():
        return mid, TEXT, text, ""
    attached = next(children(message, "attachments"), None) is not None
    return (mid, MEDIA, "", "") if attached or message.get("is_unsupported") else None
