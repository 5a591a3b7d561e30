"""A fake of the Messenger platform: a page, and two people with ids that hold for this page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.channels.fake import ALICE, BOB
from tests.channels.meta import FakeMeta, known, require, units

PAGE = "108429148590111"


class FakeMessenger(FakeMeta):
    """The platform. Pages have no groups, so `text` refuses one."""

    name = "messenger"
    groups = False
    keys: ClassVar[Mapping[str, str]] = {
        "token": "EAAmessenger",
        "secret": "app-secret-messenger",
        "verify": "agreed-upon",
    }
    people: ClassVar[Mapping[str, str]] = {ALICE: "4954234567890123", BOB: "5060234567890456"}
    path = "me/messages"

    # What is delivered

    def text(self, text: str, who: str = ALICE, event: str = "e1", group: bool = False) -> bytes:
        if group:
            raise NotImplementedError("a page is in no groups")
        return self.page(self.event(who, message={"mid": f"m_{event}", "text": text}))

    def press(self, carried: str, who: str = ALICE, event: str = "p1") -> bytes:
        message = {"mid": f"m_{event}", "text": "Yes", "quick_reply": {"payload": carried}}
        return self.page(self.event(who, message=message))

    def others(self) -> Mapping[str, bytes]:
        def attached(kind: str, **more: Any) -> dict[str, Any]:
            payload = {"url": "https://cdn.example.org/a", **more}
            return {"message": {"mid": f"m_{kind}", "attachments": [{"type": kind, "payload": payload}]}}

        referral = {"ref": "poster", "source": "SHORTLINK", "type": "OPEN_THREAD"}
        sticker = attached("image", sticker_id=369239263222822)
        sticker["message"]["mid"] = "m_sticker"
        events: dict[str, dict[str, Any]] = {
            **{kind: attached(kind) for kind in ("image", "video", "audio", "file", "location")},
            "sticker": sticker,
            "caption": {"message": {**attached("image")["message"], "mid": "m_caption", "text": "since Monday"}},
            "unsupported": {"message": {"mid": "m_unsupported", "is_unsupported": True}},
            "edit": {"message_edit": {"mid": "m_e1", "text": "two days", "num_edit": 1}},
            "started": {"postback": {"mid": "m_started", "title": "Get started", "payload": "GET_STARTED"}},
            "link": {"postback": {"mid": "m_link", "title": "Get started", "payload": "x", "referral": referral}},
            "referral": {"referral": referral},
            "menu": {"postback": {"title": "Start again", "payload": "mark0001:again"}},
            "delivery": {"delivery": {"mids": ["m_out1"], "watermark": 1458668856253}},
            "read": {"read": {"watermark": 1458668856253}},
            "reaction": {"reaction": {"mid": "m_out1", "action": "react", "emoji": "❤", "reaction": "love"}},
            "optin": {"optin": {"type": "notification_messages", "payload": "x"}},
        }
        bodies = {name: self.page(self.event(ALICE, **event)) for name, event in events.items()}
        echo = {"mid": "m_out1", "text": "Hello", "is_echo": True, "app_id": 1517776481860111}
        ours = {"sender": {"id": PAGE}, "recipient": {"id": self.people[ALICE]}, "timestamp": 1458692752479}
        standby = self.event(ALICE, message={"mid": "m_standby", "text": "Hi"})
        return {
            **bodies,
            "echo": self.page({**ours, "message": echo}),
            "standby": self.body({"id": PAGE, "time": 1458692752478, "standby": [standby]}),
        }

    def event(self, who: str, **what: Any) -> dict[str, Any]:
        """One event of a delivery."""
        return {
            "sender": {"id": self.people[who]},
            "recipient": {"id": PAGE},
            "timestamp": 1458692752478 + len(json.dumps(what)),
            **what,
        }

    def page(self, *events: Any) -> bytes:
        """A delivery of events."""
        return self.body({"id": PAGE, "time": 1458692752478, "messaging": list(events)})

    def body(self, *entries: Any) -> bytes:
        """A delivery."""
        return json.dumps({"object": "page", "entry": list(entries)}).encode()

    # What is sent

    def take(self, body: Any) -> Any:
        require(isinstance(body, dict))
        known(body, {"recipient"}, frozenset({"messaging_type", "message", "sender_action"}))
        known(body["recipient"], {"id"})
        to = body["recipient"]["id"]
        require(to in self.people.values(), 100, 2018001)
        if "sender_action" in body:
            # An action travels alone.
            require("message" not in body, 100, 2018034)
            require(body["sender_action"] in ("typing_on", "typing_off", "mark_seen"))
            return {"recipient_id": to}
        require(body.get("messaging_type") == "RESPONSE")
        known(body.get("message"), {"text"}, frozenset({"quick_replies"}))
        text, replies = body["message"]["text"], body["message"].get("quick_replies", [])
        require(isinstance(text, str) and text.strip() != "" and units(text) <= 2000)
        require(isinstance(replies, list) and len(replies) <= 13)
        require("quick_replies" not in body["message"] or len(replies) > 0)
        for reply in replies:
            known(reply, {"content_type", "title", "payload"}, frozenset({"image_url"}))
            require(reply["content_type"] == "text")
            require(0 < units(reply["title"]) <= 20 and 0 < units(reply["payload"]) <= 1000)
        self.show(to, text, [(reply["title"], reply["payload"]) for reply in replies])
        return {"recipient_id": to, "message_id": f"m_out{len(self.said)}"}
