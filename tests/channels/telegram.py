"""A fake of Telegram's Bot API."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Optional

from tests.channels.fake import ALICE, BOB, FakePlatform, Said

TOKEN, SECRET = "7000001:AAfake-token_of_the_bot", "a-secret-of-the-webhook"
PEOPLE = {ALICE: 5104209901, BOB: 5104209902}
GROUP, STRANGER, BOT = -1001234567890, 999, 7000001
_SEND = {"chat_id", "text", "message_thread_id", "link_preview_options", "reply_markup", "parse_mode"}


@dataclass
class FakeTelegram(FakePlatform):
    """`blocked` are people who blocked the bot; `topics` the topics that a group has; `hook` what setWebhook set;
    `answered` the presses that were answered."""

    name = "telegram"
    keys: ClassVar[Mapping[str, str]] = {"token": TOKEN, "secret": SECRET}

    blocked: set[str] = field(default_factory=set)
    topics: set[int] = field(default_factory=lambda: {77})
    hook: dict[str, Any] = field(default_factory=dict)
    answered: list[str] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)

    def hear(self, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        if not path.startswith(f"/bot{TOKEN}/"):
            return _refuse(401, "Unauthorized") if path.startswith("/bot") else _refuse(404, "Not Found")
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            return _refuse(400, "Bad Request: can't parse JSON")
        method = path.rpartition("/")[2]
        known = {
            "sendMessage": self._send,
            "sendChatAction": self._act,
            "answerCallbackQuery": self._answer,
            "setWebhook": self._set,
            "getWebhookInfo": lambda _: _take({"url": self.hook.get("url", ""), "pending_update_count": 0}),
        }
        return known[method](body) if method in known else _refuse(404, "Not Found")

    def _chat(self, body: Mapping[str, Any]) -> tuple[str, Optional[tuple[int, Any]]]:
        names = {number: name for name, number in PEOPLE.items()} | {GROUP: str(GROUP)}
        chat = body.get("chat_id")
        if chat not in names:
            return "", _refuse(400, "Bad Request: chat not found" if chat else "Bad Request: chat_id is empty")
        if names[chat] in self.blocked:
            return "", _refuse(403, "Forbidden: bot was blocked by the user")
        thread = body.get("message_thread_id")
        if thread is not None and (chat != GROUP or thread not in self.topics):
            return "", _refuse(400, "Bad Request: message thread not found")
        return names[chat], None

    def _send(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        to, refusal = self._chat(body)
        if refusal:
            return refusal
        assert set(body) <= _SEND, "the real one ignores what it does not know; nothing of ours should be"
        text = body.get("text")
        if not isinstance(text, str) or not text.strip():
            return _refuse(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return _refuse(400, "Bad Request: message is too long")
        buttons = [button for row in body.get("reply_markup", {}).get("inline_keyboard", []) for button in row]
        if len(buttons) > 100:
            return _refuse(400, "Bad Request: reply markup is too long")
        for button in buttons:
            if not button.get("text"):
                return _refuse(400, "Bad Request: can't parse inline keyboard button: text is empty")
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                return _refuse(400, "Bad Request: BUTTON_DATA_INVALID")
        self.said.append(Said(to, text, [(button["text"], button["callback_data"]) for button in buttons]))
        return _take({"message_id": len(self.said), "date": 1, "chat": {"id": body["chat_id"]}, "text": text})

    def _act(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        to, refusal = self._chat(body)
        if refusal or body.get("action") != "typing":
            return refusal or _refuse(400, "Bad Request: wrong parameter action in request")
        self.typing.append(to)
        return _take(True)

    def _answer(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        if not str(body.get("callback_query_id", "")).isdigit():
            return _refuse(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answered.append(body["callback_query_id"])
        return _take(True)

    def _set(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        if not str(body.get("url", "")).startswith("https://"):
            return _refuse(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.hook = dict(body)
        return 200, {"ok": True, "result": True, "description": "Webhook was set"}

    def sign(self, raw: bytes, secret: Optional[str] = None, at: Optional[float] = None) -> dict[str, str]:
        return {"content-type": "application/json", "x-telegram-bot-api-secret-token": secret or SECRET}

    def text(self, text: str, who: str = ALICE, event: str = "e1", group: bool = False) -> bytes:
        return update(event, message=message(who, group, text=text))

    def press(self, carried: str, who: str = ALICE, event: str = "p1") -> bytes:
        mine = {**message(who, text="Which?"), "from": person(BOT, bot=True)}
        query = {"id": str(number(event)), "from": person(PEOPLE[who]), "message": mine, "data": carried}
        return update(event, callback_query={**query, "chat_instance": "1"})

    def others(self) -> Mapping[str, bytes]:
        file = {"file_id": "AgAC", "file_unique_id": "AQAD"}
        shown: dict[str, dict[str, Any]] = {
            "picture": {"photo": [{**file, "width": 90, "height": 90}]},
            "picture with a caption": {"photo": [{**file, "width": 90, "height": 90}], "caption": "My rash \U0001f622"},
            "sticker": {"sticker": {**file, "type": "regular", "emoji": "\U0001f912"}},
            "voice": {"voice": {**file, "duration": 4}},
            "video note": {"video_note": {**file, "length": 240, "duration": 3}},
            "document": {"document": {**file, "file_name": "letter.pdf"}},
            "place": {"location": {"latitude": 1.5, "longitude": 2.5}},
            "contact": {"contact": {"phone_number": "+15550100", "first_name": "Zed"}},
            "start": {"text": "/start"},
            "start by a link": {"text": "/start clinic-door_2"},
            "join": {"new_chat_members": [person(STRANGER)]},
            "left": {"left_chat_member": person(STRANGER)},
            "pin": {"pinned_message": message(ALICE, text="Hello")},
            "empty": {"text": " \n"},
        }
        bodies = {name: update(name, message=message(ALICE, **more)) for name, more in shown.items()}
        member = {"chat": {"id": PEOPLE[ALICE], "type": "private"}, "from": person(PEOPLE[ALICE]), "date": 1}
        written = {**message(ALICE, text="I am better"), "edit_date": 1760000009}
        return bodies | {
            "edit": update("edit", edited_message=written),
            "edit of a caption": update("caption", edited_message=message(ALICE, photo=[file], caption="My knee")),
            "place that moves": update("moves", edited_message=message(ALICE, location={"latitude": 2})),
            "blocked": update("blocked", my_chat_member={**member, "new_chat_member": {"status": "kicked"}}),
            "reaction": update("reaction", message_reaction={"chat": {"id": 1}, "new_reaction": []}),
            "channel post": update("post", channel_post=message(ALICE, text="News")),
            "poll": update("poll", poll_answer={"poll_id": "1", "user": person(PEOPLE[ALICE]), "option_ids": [0]}),
        }


def update(event: str, **kind: Any) -> bytes:
    """An update as Telegram delivers it."""
    return json.dumps({"update_id": number(event), **kind}).encode()


def number(event: str) -> int:
    """An event's number, of its name."""
    return zlib.crc32(event.encode())


def person(number: int, bot: bool = False) -> dict[str, Any]:
    """A user."""
    return {"id": number, "is_bot": bot, "first_name": "A", "language_code": "en"}


def message(who: str, group: bool = False, **more: Any) -> dict[str, Any]:
    """A message of somebody, alone with the bot or in the group."""
    private = {"id": PEOPLE[who], "type": "private", "first_name": "A"}
    chat = {"id": GROUP, "type": "supergroup", "title": "Family"} if group else private
    return {"message_id": 5, "from": person(PEOPLE[who]), "chat": chat, "date": 1760000000, **more}


def _take(result: Any) -> tuple[int, Any]:
    return 200, {"ok": True, "result": result}


def _refuse(status: int, description: str) -> tuple[int, Any]:
    return status, {"ok": False, "error_code": status, "description": description}
