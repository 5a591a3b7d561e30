"""Telegram: updates of a bot's webhook, and messages with inline keyboards, by the Bot API."""

from __future__ import annotations

import hmac
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Optional
from urllib.parse import quote

import httpx

from bot.channels.base import (
    CHOICE,
    EDIT,
    MEDIA,
    START,
    TEXT,
    Arrived,
    Channel,
    Headers,
    Parsed,
    Retry,
    Say,
    json_of,
)
from bot.channels.wording import fit, in_parts, listed, titles

# What httpx tells of every request names its address, and Telegram's addresses hold the token.
logging.getLogger("httpx").setLevel(logging.WARNING)

# Characters of a button that a telephone shows in its row; Telegram takes more, and shows an ellipsis.
TITLE = 40
# Buttons of one keyboard, and bytes that a button carries.
BUTTONS, CARRIED = 100, 64
# What a message is of that is no text. All else without a text tells of joins, pins, titles and the like.
_MEDIA = {"animation", "audio", "checklist", "contact", "dice", "document", "game", "live_photo", "location"} | {
    *("paid_media", "photo", "poll", "sticker", "story", "venue", "video", "video_note", "voice")
}
_GROUPS = ("group", "supergroup")
_COMMAND = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.+))?", re.ASCII | re.DOTALL)
# What a link that opens the bot adds to "/start": never several words.
_PAYLOAD = re.compile(r"[\w-]{0,64}", re.ASCII)


class Telegram(Channel):
    """A bot of Telegram: `token` is the one of BotFather, `secret` what the webhook was set with."""

    name = "telegram"
    title = "Telegram"
    needs = ("token", "secret")
    api = "https://api.telegram.org"
    longest = 4096

    def verify(self, raw: bytes, headers: Headers, now: datetime) -> bool:
        """Whether the secret of `set_webhook` came along: Telegram signs no bytes, and says no time."""
        given = headers.get("x-telegram-bot-api-secret-token", "").encode("utf-8", "surrogatepass")
        secret = self.keys["secret"].encode()
        return bool(secret) and hmac.compare_digest(given, secret)

    def parse(self, raw: bytes, headers: Headers) -> Parsed:
        """The one update of a body. Raises ValueError for what is no JSON object."""
        update = json_of(raw)
        event = _number(update.get("update_id"))
        kinds = (("message", _message), ("edited_message", _edit), ("callback_query", _press))
        for key, read in kinds:
            if event and isinstance(update.get(key), dict):
                arrived = read(event, update[key])
                return Parsed((arrived,) if arrived else ())
        return Parsed()

    def numbered(self, say: Say) -> bool:
        """Where a label is longer than what a button shows, or a keyboard cannot hold them."""
        return not fit(say.choices, TITLE) or not _fits(say)

    def calls(self, say: Say, address: Mapping[str, str]) -> list[dict[str, Any]]:
        """Bodies of sendMessage, without a markup; the last has the keyboard, one button a row."""
        # The numbers follow their question after a single line's end, which keeps the two in one part.
        text = f"{say.text.rstrip()}\n{listed(say.choices)}" if self.numbered(say) else say.text
        calls: list[dict[str, Any]] = [
            {**_place(address), "text": part, "link_preview_options": {"is_disabled": True}}
            for part in in_parts(text, self.longest)
        ]
        if calls and say.choices and _fits(say):
            calls[-1]["reply_markup"] = {
                "inline_keyboard": [
                    [{"text": title, "callback_data": say.carried(choice)}]
                    for title, choice in zip(titles(say.choices, TITLE), say.choices)
                ]
            }
        return calls

    async def send(self, call: Mapping[str, Any], client: httpx.AsyncClient, key: str) -> None:
        """Sends a message. Telegram does not know a repetition from a new one. Raises Retry or Undeliverable."""
        await self._ask("sendMessage", call, client)

    async def acknowledge(self, arrived: Arrived, client: httpx.AsyncClient) -> bool:
        """Ends the wait that a pressed button shows; answers what was written in private with "typing". May raise
        Retry or Undeliverable, which nobody need mind."""
        if "callback" in arrived.ack:
            await self._ask("answerCallbackQuery", {"callback_query_id": arrived.ack["callback"]}, client)
        elif arrived.kind in (TEXT, START) and not arrived.group:
            await self._ask("sendChatAction", {**_place(arrived.address), "action": "typing"}, client)
        else:
            return False
        return True

    async def set_webhook(self, url: str, client: httpx.AsyncClient) -> None:
        """Has updates delivered to an address, which Telegram wants to be https. Raises Retry or Undeliverable."""
        wanted = {
            "url": url,
            "secret_token": self.keys["secret"],
            "allowed_updates": ["message", "edited_message", "callback_query"],
            "max_connections": 40,
        }
        await self._ask("setWebhook", wanted, client)

    async def webhook(self, client: httpx.AsyncClient) -> str:
        """The address that updates are delivered to, empty where there is none. Raises Retry or Undeliverable."""
        return _word(_table(await self._ask("getWebhookInfo", {}, client)).get("url"))

    async def _ask(self, method: str, body: Mapping[str, Any], client: httpx.AsyncClient) -> Any:
        url = f"{self.base}/bot{quote(self.keys['token'], safe=':')}/{method}"
        answer = _answer(await self.request(client, url, json=dict(body)))
        if answer.get("ok") is not True:
            raise Retry("strange_answer")  # not Telegram's own: of something that stands between
        return answer.get("result")

    def wait(self, response: httpx.Response) -> Optional[float]:
        """Seconds, which Telegram says in the body."""
        seconds = _table(_answer(response).get("parameters")).get("retry_after")
        if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 <= seconds < 100_000:
            return float(seconds)
        return super().wait(response)

    def fault(self, response: httpx.Response) -> str:
        """A code, by the words of the answer where its number is that of many faults."""
        said = _word(_answer(response).get("description")).lower()
        if "blocked by the user" in said or "user is deactivated" in said:
            return "blocked"
        if any(each in said for each in ("chat not found", "thread not found", "upgraded to a supergroup", "kicked")):
            return "gone"
        if "message is too long" in said:
            return "too_long"
        return "not_allowed" if response.status_code in (401, 403, 404) else super().fault(response)


def _message(event: str, message: dict[str, Any]) -> Optional[Arrived]:
    """A new message, if it is a person's and says or shows something."""
    text = _text(message)
    if not text:
        return _arrived(event, message, MEDIA) if _MEDIA.intersection(message) else None
    arrived = _arrived(event, message, TEXT, text)
    command = _COMMAND.fullmatch(text.strip())
    if arrived is None or arrived.group or command is None or not message.get("text"):
        return arrived
    word, more = command[1], (command[2] or "").strip()
    if word == "start":
        # Whoever writes sentences after "/start" is heard, not greeted.
        return _arrived(event, message, TEXT, more) if not _PAYLOAD.fullmatch(more) else _arrived(event, message, START)
    return _arrived(event, message, TEXT, f"{word.replace('_', ' ')} {more}".strip())


def _edit(event: str, message: dict[str, Any]) -> Optional[Arrived]:
    """A changed message, if it has a text: a shared place that moves is one that has none, every few seconds."""
    text = _text(message)
    return _arrived(event, message, EDIT, text) if text else None


def _press(event: str, query: dict[str, Any]) -> Optional[Arrived]:
    """A pressed button of a message of ours, which may be too old to be shown."""
    value, callback = _word(query.get("data")), _word(query.get("id"))
    if not value or not callback:
        return None
    pressed = {**_table(query.get("message")), "from": query.get("from"), "sender_chat": None}
    return _arrived(event, pressed, CHOICE, value=value, ack={"callback": callback})


def _arrived(
    event: str,
    message: Mapping[str, Any],
    kind: str,
    text: str = "",
    value: str = "",
    ack: Optional[Mapping[str, str]] = None,
) -> Optional[Arrived]:
    """What every message has: who wrote, and where. None for what bots write, and channels by themselves."""
    sender, chat = _table(message.get("from")), _table(message.get("chat"))
    behind, place, sort = message.get("sender_chat"), _number(chat.get("id")), chat.get("type")
    if behind and sort in _GROUPS and not message.get("is_automatic_forward"):
        # Somebody who writes in a group as the group itself, or as a channel: a person all the same.
        sender, behind = _table(behind), None
    person = _number(sender.get("id"))
    if behind or sender.get("is_bot") or not person or not place or sort not in ("private", *_GROUPS):
        return None
    address, topic = {"chat": place}, _number(message.get("message_thread_id"))
    # Replies in a group without topics have a thread's number too, to which nothing can be sent.
    if topic and message.get("is_topic_message") is True:
        address["topic"] = topic
    group = sort in _GROUPS
    return Arrived(event, f"{place}:{person}" if group else person, address, kind, text, value, group, ack or {})


def _text(message: Mapping[str, Any]) -> str:
    """What is written in a message or below its picture; empty where that is blank."""
    text = _word(message.get("text")) or _word(message.get("caption"))
    return text if text.strip() else ""


def _place(address: Mapping[str, str]) -> dict[str, Any]:
    """Where a message goes."""
    topic = {"message_thread_id": int(address["topic"])} if "topic" in address else {}
    return {"chat_id": int(address["chat"]), **topic}


def _fits(say: Say) -> bool:
    """Whether a keyboard takes the choices."""
    return len(say.choices) <= BUTTONS and all(len(say.carried(each).encode()) <= CARRIED for each in say.choices)


def _answer(response: httpx.Response) -> dict[str, Any]:
    try:
        return json_of(response.content)
    except ValueError:
        return {}


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
