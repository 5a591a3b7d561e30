"""WhatsApp, by Meta's Cloud API: reply buttons for up to three choices, a list for up to ten, else numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

import httpx

from bot.channels.base import CHOICE, EDIT, MEDIA, START, TEXT, Arrived, Headers, Parsed, Say, json_of
from bot.channels.meta import Meta, child, children, id_of, parted, text_of
from bot.channels.wording import cut, fit, listed, titles

BUTTONS, BUTTON_TITLE, BUTTON_BODY = 3, 20, 1024
ROWS, ROW_TITLE, ROW_DESCRIPTION = 10, 24, 72

# What nobody waits to have answered: a reaction, a new telephone number or joining of a group, a deletion.
_SILENT = {"reaction", "system", "revoke", ""}
_WINDOW_CLOSED = {131047, 470}
_GONE = {131026}
# The person asked for no more messages of this business.
_BLOCKED = {131050}
# No right, no valid token, or an account that Meta has limited.
_NOT_ALLOWED = {0, 3, 10, 190, 368, 130497, 131005, 131030, 131031, *range(200, 300)}


class WhatsApp(Meta):
    """One telephone number of a WhatsApp business account; `words["list_button"]` is what opens a list of choices."""

    name = "whatsapp"
    title = "WhatsApp"
    needs = ("token", "phone_id", "secret", "verify")
    longest = 4096
    # Too many requests, to one person too (131056); then what is down, overloaded, or being maintained.
    passing = frozenset({4, 80007, 130429, 131056, 1, 2, 131000, 131016, 131057, 133004})

    def parse(self, raw: bytes, headers: Headers) -> Parsed:
        """The messages to our number. One account may have others, whose messages come to the same webhook."""
        body = json_of(raw)
        ours = [
            child(change, "value")
            for entry in children(body, "entry")
            for change in children(entry, "changes")
            if change.get("field") == "messages"
            and id_of(child(child(change, "value"), "metadata"), "phone_number_id") == self.keys["phone_id"]
        ]
        found = [self._arrived(message) for value in ours for message in children(value, "messages")]
        failed = [self._failed(status) for value in ours for status in children(value, "statuses")]
        return Parsed([each for each in found if each], [each for each in failed if each])

    def _failed(self, status: dict[str, Any]) -> Optional[tuple[str, str]]:
        """What was taken and could not be delivered, such as an answer after the 24 hours."""
        number, errors = id_of(status, "id"), list(children(status, "errors"))
        if text_of(status, "status") != "failed" or not number:
            return None
        code = errors[0].get("code") if errors else None
        known = self.reason(code, 0) if isinstance(code, int) else None
        return number, known or (f"code_{code}" if isinstance(code, int) else "refused")

    def _arrived(self, message: dict[str, Any]) -> Optional[Arrived]:
        # Who hides the telephone number has only an id that holds for this business, with a field of its own.
        phone, hidden, group = (id_of(message, key) for key in ("from", "from_user_id", "group_id"))
        event, person, content = id_of(message, "id"), phone or hidden, _content(message)
        if not event or not person or content is None:
            return None
        kind, text, value = content
        if group:
            address = {"to": group, "recipient_type": "group"}
            return Arrived(event, f"{group}:{person}", address, kind, text, value, group=True)
        return Arrived(event, person, {"to": phone} if phone else {"recipient": hidden}, kind, text, value)

    def numbered(self, say: Say) -> bool:
        """Whether there are too many choices for a list, or a label that is longer than a row's description."""
        return len(say.choices) > ROWS or not fit(say.choices, ROW_DESCRIPTION)

    def calls(self, say: Say, address: Mapping[str, str]) -> list[dict[str, Any]]:
        """Texts, the last one with its choices. A group is shown neither buttons nor lists by the platform: numbers
        are all there is for it."""
        to = {"messaging_product": "whatsapp", "recipient_type": "individual", **address}
        group = address.get("recipient_type") == "group"
        interactive = None if group else self._interactive(say)
        numbers = listed(say.choices) if say.choices and (group or self.numbered(say)) else ""
        buttons = interactive is not None and interactive["type"] == "button"
        parts = parted(say, numbers, self.longest, BUTTON_BODY if buttons else self.longest)
        calls = [{**to, "type": "text", "text": {"preview_url": False, "body": part}} for part in parts]
        if interactive and calls:
            calls[-1] = {**to, "type": "interactive", "interactive": {**interactive, "body": {"text": parts[-1]}}}
        return calls

    def _interactive(self, say: Say) -> Optional[dict[str, Any]]:
        """The choices as buttons or as a list, still without the text that goes with them."""
        choices, labels = say.choices, {choice.label for choice in say.choices}
        if not 0 < len(choices) <= ROWS:
            return None
        # Buttons with one title twice would be refused.
        if len(choices) <= BUTTONS and fit(choices, BUTTON_TITLE) and len(labels) == len(choices):
            replies = [{"id": say.carried(choice), "title": choice.label} for choice in choices]
            return {"type": "button", "action": {"buttons": [{"type": "reply", "reply": each} for each in replies]}}
        rows = []
        for title, choice in zip(titles(choices, ROW_TITLE), choices):
            row = {"id": say.carried(choice), "title": title}
            if not title.endswith(choice.label):
                row["description"] = cut(choice.label, ROW_DESCRIPTION)
            rows.append(row)
        return {
            "type": "list",
            "action": {"button": cut(self.words["list_button"], BUTTON_TITLE), "sections": [{"rows": rows}]},
        }

    async def send(self, call: Mapping[str, Any], client: httpx.AsyncClient, key: str) -> Optional[str]:
        """Sends one message. The platform has no way to be told that it had it before."""
        url = f"{self.base}/{self.keys['phone_id']}/messages"
        response = await self.request(client, url, headers=self.bearer(), json=dict(call))
        try:
            answer = json_of(response.content)
        except ValueError:
            # It was taken, and what became of it will not be known.
            return None
        sent = list(children(answer, "messages"))
        return id_of(sent[0], "id") or None if sent else None

    async def acknowledge(self, arrived: Arrived, client: httpx.AsyncClient) -> bool:
        """Marks a message as read and shows that an answer is being written, for 25 seconds or until it comes."""
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": arrived.event}
        await self.send({**read, "typing_indicator": {"type": "text"}}, client, arrived.event)
        return True

    def reason(self, code: int, subcode: int) -> Optional[str]:
        """By the code alone: WhatsApp's subcodes are no longer given."""
        words = {"window_closed": _WINDOW_CLOSED, "gone": _GONE, "blocked": _BLOCKED, "not_allowed": _NOT_ALLOWED}
        return next((word for word, codes in words.items() if code in codes), None)


def _content(message: dict[str, Any]) -> Optional[tuple[str, str, str]]:
    """Kind, text and value of a message; None for what is left out."""
    kind = text_of(message, "type")
    if kind in _SILENT:
        return None
    if kind == "edit":
        new = child(child(message, "edit"), "message")
        return (EDIT, _written(new), "") if _written(new) else None
    if kind == "request_welcome":
        return START, "", ""
    if kind == "interactive":
        answer = child(message, "interactive")
        value = text_of(child(answer, "button_reply"), "id") or text_of(child(answer, "list_reply"), "id")
        return (CHOICE, "", value) if value else (MEDIA, "", "")
    if kind == "button" and text_of(child(message, "button"), "payload"):
        return CHOICE, "", text_of(child(message, "button"), "payload")
    text = _written(message)
    if text:
        return TEXT, text, ""
    return None if kind in ("text", "button") else (MEDIA, "", "")


def _written(message: dict[str, Any]) -> str:
    """The text of a message, or the one under its picture, video or document."""
    kind = text_of(message, "type")
    content = child(message, kind)
    text = text_of(content, {"text": "body", "button": "text"}.get(kind, "caption"))
    return text if text.strip() else ""
