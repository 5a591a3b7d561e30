"""A fake of WhatsApp's Cloud API: one telephone number, two people, a group, and somebody who hides the number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.channels.fake import ALICE, BOB
from tests.channels.meta import FakeMeta, known, require, units

PHONE_ID, OUR_NUMBER = "106540352242922", "15550783881"
GROUP = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"
HIDDEN = "US.13491208655302741918"
"""The id of a person who has a user name in place of a number."""


class FakeWhatsApp(FakeMeta):
    """The platform."""

    name = "whatsapp"
    keys: ClassVar[Mapping[str, str]] = {
        "token": "EAAwhatsapp",
        "phone_id": PHONE_ID,
        "secret": "app-secret-whatsapp",
        "verify": "agreed-upon",
    }
    people: ClassVar[Mapping[str, str]] = {ALICE: "16505551234", BOB: "16505555678"}
    path = f"{PHONE_ID}/messages"

    # What is delivered

    def text(self, text: str, who: str = ALICE, event: str = "e1", group: bool = False) -> bytes:
        more = {"group_id": GROUP} if group else {}
        return self.messages(self.message("text", {"body": text}, who=who, event=event, **more))

    def press(self, carried: str, who: str = ALICE, event: str = "p1") -> bytes:
        reply = {"type": "button_reply", "button_reply": {"id": carried, "title": "Yes"}}
        return self.messages(self.message("interactive", reply, who=who, event=event))

    def choose(self, carried: str, event: str = "l1") -> bytes:
        """A row of a list, chosen by Alice."""
        reply = {"type": "list_reply", "list_reply": {"id": carried, "title": "1. Yes", "description": "Yes, today"}}
        return self.messages(self.message("interactive", reply, event=event))

    def others(self) -> Mapping[str, bytes]:
        media = {"mime_type": "image/jpeg", "sha256": "qb3uNg==", "id": "1003383421387256"}
        contents: dict[str, Any] = {
            "image": media,
            "video": {**media, "mime_type": "video/mp4"},
            "document": {**media, "filename": "letter.pdf"},
            "audio": {**media, "mime_type": "audio/ogg; codecs=opus", "voice": True},
            "sticker": {**media, "animated": False},
            "location": {"latitude": 37.442, "longitude": -122.161},
            "contacts": [{"name": {"formatted_name": "Bob"}, "phones": [{"phone": "+16505555678"}]}],
            "order": {"catalog_id": "194836987003835", "product_items": []},
            "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": "{}"}},
            "unsupported": {"type": "poll_creation"},
            "reaction": {"message_id": "wamid.e1", "emoji": "👍"},
            "system": {"type": "user_changed_number", "body": "Alice changed", "wa_id": "16505550000"},
            "revoke": {"original_message_id": "wamid.e1"},
            "edit": {
                "original_message_id": "wamid.e1",
                "message": {"type": "text", "text": {"body": "two days"}, "context": {"id": "M0"}},
            },
        }
        bodies = {kind: self.messages(self.message(kind, what, event=kind)) for kind, what in contents.items()}
        captioned = self.message("image", {**media, "caption": "since Monday"}, event="caption")
        template = self.message("button", {"payload": "mark0001:yes", "text": "Yes"}, event="template")
        welcome = self.message("request_welcome", {}, event="request_welcome")
        status = {"id": "wamid.out1", "status": "read", "timestamp": "1750263773", "recipient_id": self.people[ALICE]}
        echo = {**self.message("text", {"body": "Hello"}, event="echo"), "from": OUR_NUMBER, "to": self.people[ALICE]}
        return {
            **bodies,
            "caption": self.messages(captioned),
            "template": self.messages(template),
            "request_welcome": self.messages(welcome),
            "status": self.change({"statuses": [status]}),
            "echo": self.change({"message_echoes": [echo]}, field="smb_message_echoes"),
            "another number": self.messages(self.message("text", {"body": "Hi"}, event="n"), number="99999"),
        }

    def hidden(self, text: str, event: str = "h1") -> bytes:
        """A text of somebody who hides the number."""
        message = {**self.message("text", {"body": text}, event=event), "from_user_id": HIDDEN}
        return self.messages({key: value for key, value in message.items() if key != "from"})

    def message(self, kind: str, content: Any, who: str = ALICE, event: str = "e1", **more: str) -> dict[str, Any]:
        """One message of a delivery."""
        head = {"from": self.people[who], "id": f"wamid.{event}", "timestamp": "1749416383", **more}
        return {**head, "type": kind, kind: content}

    def messages(self, *messages: Any, number: str = PHONE_ID) -> bytes:
        """A delivery of messages."""
        return self.change({"messages": list(messages)}, number)

    def change(self, value: dict[str, Any], number: str = PHONE_ID, field: str = "messages") -> bytes:
        """A delivery."""
        us = {"display_phone_number": OUR_NUMBER, "phone_number_id": number}
        whole = {"messaging_product": "whatsapp", "metadata": us, **value}
        entry = {"id": "102290129340398", "changes": [{"value": whole, "field": field}]}
        return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    # What is sent

    def take(self, body: Any) -> Any:
        require(isinstance(body, dict) and body.get("messaging_product") == "whatsapp")
        if "status" in body:
            known(body, {"messaging_product", "status", "message_id"}, frozenset({"typing_indicator"}))
            require(body["status"] == "read" and body["message_id"].startswith("wamid."), 131009)
            require(body.get("typing_indicator", {"type": "text"}) == {"type": "text"}, 131009)
            return {"success": True}
        kind = body.get("type")
        require(kind in ("text", "interactive"), 131051)
        known(body, {"messaging_product", "type", kind}, frozenset({"recipient_type", "to", "recipient"}))
        to, group = body.get("to", body.get("recipient")), body.get("recipient_type") == "group"
        require(bool(to), 131008)
        require(body.get("recipient_type", "individual") in ("individual", "group"))
        require("to" in body or not group, 131008)
        require(to == GROUP if group else to in self.people.values() if "to" in body else to == HIDDEN, 131026)
        if kind == "text":
            known(body["text"], {"body"}, frozenset({"preview_url"}))
            require(0 < units(body["text"]["body"].strip()) <= 4096, 131009)
            self.show(to, body["text"]["body"], [])
        else:
            # Groups take texts, media and templates alone.
            require(not group, 131051)
            self._interactive(to, body["interactive"])
        return {"messaging_product": "whatsapp", "messages": [{"id": f"wamid.out{len(self.said)}"}]}

    def _interactive(self, to: str, interactive: Any) -> None:
        known(interactive, {"type", "body", "action"}, frozenset({"header", "footer"}))
        known(interactive["body"], {"text"})
        body, action, kind = interactive["body"]["text"], interactive["action"], interactive["type"]
        require(kind in ("button", "list"), 131009)
        require(0 < units(body) <= (1024 if kind == "button" else 4096), 131009)
        if kind == "button":
            known(action, {"buttons"})
            for button in action["buttons"]:
                known(button, {"type", "reply"})
                known(button["reply"], {"id", "title"})
                require(button["type"] == "reply", 131009)
            choices = [(button["reply"]["title"], button["reply"]["id"]) for button in action["buttons"]]
            require(1 <= len(choices) <= 3 and len({title for title, _ in choices}) == len(choices), 131009)
            most = (20, 256)
        else:
            known(action, {"button", "sections"})
            require(0 < units(action["button"]) <= 20 and len(action["sections"]) == 1, 131009)
            known(action["sections"][0], {"rows"}, frozenset({"title"}))
            rows = action["sections"][0]["rows"]
            for row in rows:
                known(row, {"id", "title"}, frozenset({"description"}))
                require(1 <= units(row.get("description", "-")) <= 72, 131009)
            choices = [(row["title"], row["id"]) for row in rows]
            require(1 <= len(rows) <= 10, 131009)
            most = (24, 200)
        require(all(0 < units(title) <= most[0] and 0 < units(id) <= most[1] for title, id in choices), 131009)
        require(len({id for _, id in choices}) == len(choices), 131009)
        self.show(to, body, choices)
