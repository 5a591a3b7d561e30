"""A fake of LINE: replies by tokens that serve once and for a minute, pushes with retry keys, and its webhook."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Optional

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.channels.fake import ALICE, BOB, FakePlatform, Said

PEOPLE = {ALICE: "U" + "a1" * 16, BOB: "U" + "b0" * 16}
GROUP = "C" + "9c" * 16
NAMES = {**{number: who for who, number in PEOPLE.items()}, GROUP: GROUP}
TOKEN_SECONDS = 60


def units(text: str) -> int:
    """Characters as LINE counts them."""
    return len(text.encode("utf-16-le")) // 2


class Refused(Exception):
    """A status and the sentence that comes with it."""


@dataclass
class FakeLine(FakePlatform):
    """LINE. `tokens` are reply tokens, each with whom it leads to and when it ends; `ended` those that serve no more;
    `taken` the retry keys of pushes that were taken; `loading` the chats that were shown the moving dots; `hook` the
    address of the webhook."""

    name = "line"
    keys: ClassVar[Mapping[str, str]] = {"token": "line-token", "secret": "line-secret"}

    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    loading: list[str] = field(default_factory=list)
    hook: str = ""

    def app(self) -> Starlette:
        """The API, with what is put there and not posted."""

        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            self.requests.append((request.url.path, dict(request.headers), raw))
            if self.failing:
                status, headers, body = self.failing.pop(0)
                return JSONResponse(body, status, dict(headers))
            status, body = self._hook(request.method, request.headers, raw)
            return JSONResponse(body, status)

        hook = Route("/v2/bot/channel/webhook/endpoint", endpoint, methods=["GET", "PUT"])
        return Starlette(routes=[hook, *super().app().routes])

    def hear(self, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        try:
            if headers.get("authorization") != f"Bearer {self.keys['token']}":
                raise Refused(401, "Authentication failed. Confirm that the access token is valid.")
            body = json.loads(raw)
            if path == "/v2/bot/message/reply":
                return self._reply(body, headers)
            if path == "/v2/bot/message/push":
                return self._push(body, headers)
            if path == "/v2/bot/chat/loading/start":
                return self._load(body)
            raise Refused(404, "Not found")
        except Refused as refused:
            status, message = refused.args
            return status, {"message": message}

    def sign(self, raw: bytes, secret: Optional[str] = None, at: Optional[float] = None) -> dict[str, str]:
        digest = hmac.new((secret or self.keys["secret"]).encode(), raw, hashlib.sha256).digest()
        return {
            "content-type": "application/json; charset=utf-8",
            "x-line-signature": base64.b64encode(digest).decode(),
        }

    def text(self, text: str, who: str = ALICE, event: str = "e1", group: bool = False) -> bytes:
        return self.body(
            self.event(event, who, group, type="message", message={"type": "text", "id": "1", "text": text})
        )

    def press(self, carried: str, who: str = ALICE, event: str = "p1") -> bytes:
        return self.body(self.event(event, who, type="postback", postback={"data": carried}))

    def others(self) -> Mapping[str, bytes]:
        def message(kind: str, **more: Any) -> bytes:
            return self.body(self.event(kind, type="message", message={"type": kind, "id": "2", **more}))

        provider = {"contentProvider": {"type": "line"}}
        joined = {"type": "group", "groupId": GROUP}
        return {
            "image": message("image", **provider),
            "video": message("video", duration=60000, **provider),
            "audio": message("audio", duration=6000, **provider),
            "file": message("file", fileName="x.pdf", fileSize=12),
            "sticker": message("sticker", packageId="1", stickerId="2", stickerResourceType="STATIC", keywords=["hi"]),
            "location": message("location", title="here", address="street", latitude=35.6, longitude=139.7),
            "follow": self.body(self.event("follow", type="follow", follow={"isUnblocked": False})),
            "unfollow": self.body(self.event("unfollow", token=False, type="unfollow")),
            "unsend": self.body(self.event("unsend", token=False, type="unsend", unsend={"messageId": "1"})),
            "join": self.body({**self.event("join", type="join"), "source": joined}),
            "leave": self.body({**self.event("leave", token=False, type="leave"), "source": joined}),
            "memberJoined": self.body(
                {
                    **self.event("member", type="memberJoined", joined={"members": [{"type": "user", "userId": "U1"}]}),
                    "source": joined,
                }
            ),
            "videoPlayComplete": self.body(
                self.event("played", type="videoPlayComplete", videoPlayComplete={"trackingId": "t"})
            ),
            "standby": self.body(
                {**self.event("standby", type="message", message={"type": "text", "text": "x"}), "mode": "standby"}
            ),
            "verify button": self.body(),
        }

    def event(
        self, name: str, who: str = ALICE, group: bool = False, token: bool = True, **more: Any
    ) -> dict[str, Any]:
        """An event, with a reply token that serves for a minute from now."""
        person = {"userId": PEOPLE[who]}
        event: dict[str, Any] = {
            "mode": "active",
            "timestamp": int(time.time() * 1000),
            "source": {"type": "group", "groupId": GROUP, **person} if group else {"type": "user", **person},
            "webhookEventId": "01" + hashlib.sha256(name.encode()).hexdigest()[:24].upper(),
            "deliveryContext": {"isRedelivery": False},
            **more,
        }
        if token:
            event["replyToken"] = uuid.uuid4().hex
            self.tokens[event["replyToken"]] = (GROUP if group else who, time.time() + TOKEN_SECONDS)
        return event

    @staticmethod
    def body(*events: dict[str, Any]) -> bytes:
        """A delivery of events."""
        return json.dumps({"destination": "U" + "0f" * 16, "events": list(events)}, ensure_ascii=False).encode()

    def again(self, raw: bytes) -> bytes:
        """The same events as LINE delivers them a second time: their reply tokens are dead."""
        data = json.loads(raw)
        for event in data["events"]:
            event["deliveryContext"] = {"isRedelivery": True}
            self.ended.add(event.get("replyToken", ""))
        return self.body(*data["events"])

    def _hook(self, method: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        if headers.get("authorization") != f"Bearer {self.keys['token']}":
            return 401, {"message": "Authentication failed. Confirm that the access token is valid."}
        if method == "GET":
            return (200, {"endpoint": self.hook, "active": True}) if self.hook else (404, {"message": "Not found"})
        address = json.loads(raw).get("endpoint", "")
        if not address.startswith("https://") or len(address) > 500:
            return 400, {"message": "Invalid webhook endpoint URL"}
        self.hook = address
        return 200, {}

    def _reply(self, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        if "x-line-retry-key" in headers:
            raise Refused(400, "The retry key is not supported for this API")
        self._known(body, {"replyToken", "messages", "notificationDisabled"})
        self._check(body.get("messages"))
        token = body.get("replyToken")
        to, until = self.tokens.get(token, ("", 0))
        if token in self.ended or until < time.time():
            raise Refused(400, "Invalid reply token")
        self.ended.add(token)
        self._show(to, body["messages"])
        return 200, {"sentMessages": [{"id": "1", "quoteToken": "q"} for _ in body["messages"]]}

    def _push(self, body: Any, headers: Mapping[str, str]) -> tuple[int, Any]:
        key = headers.get("x-line-retry-key")
        if key is not None:
            try:
                uuid.UUID(key)
            except ValueError:
                raise Refused(400, "The retry key is invalid") from None
            if key in self.taken:
                raise Refused(409, "The retry key is already accepted")
        self._known(body, {"to", "messages", "notificationDisabled"})
        if body.get("to") not in NAMES:
            raise Refused(400, "Failed to send messages")
        self._check(body.get("messages"))
        if key is not None:
            self.taken.add(key)
        self._show(NAMES[body["to"]], body["messages"])
        return 200, {"sentMessages": [{"id": "1", "quoteToken": "q"} for _ in body["messages"]]}

    def _load(self, body: Any) -> tuple[int, Any]:
        self._known(body, {"chatId", "loadingSeconds"})
        seconds = body.get("loadingSeconds", 20)
        if body.get("chatId") not in PEOPLE.values() or seconds % 5 or not 5 <= seconds <= 60:
            raise Refused(400, "The request body has 1 error(s)")
        self.loading.append(NAMES[body["chatId"]])
        return 202, {}

    def _show(self, to: str, messages: list[dict[str, Any]]) -> None:
        """Only the last message's quick replies are ever seen."""
        for message in messages:
            items = message.get("quickReply", {}).get("items", []) if message is messages[-1] else []
            choices = [(item["action"]["label"], item["action"]["data"]) for item in items]
            self.said.append(Said(to, message["text"], choices))

    def _check(self, messages: Any) -> None:
        def must(holds: bool) -> None:
            if not holds:
                raise Refused(400, "The request body has 1 error(s)")

        must(isinstance(messages, list) and 1 <= len(messages) <= 5)
        for message in messages:
            self._known(message, {"type", "text", "quickReply"})
            must(message.get("type") == "text" and isinstance(message.get("text"), str))
            must(bool(message["text"].strip()) and units(message["text"]) <= 5000)
            if "quickReply" not in message:
                continue
            items = message["quickReply"]["items"]
            must(1 <= len(items) <= 13)
            for item in items:
                self._known(item, {"type", "action", "imageUrl"})
                self._known(item["action"], {"type", "label", "data", "displayText"})
                must(item["type"] == "action" and item["action"]["type"] == "postback")
                must(1 <= units(item["action"]["label"]) <= 20 and 1 <= units(item["action"]["data"]) <= 300)
                must(1 <= units(item["action"].get("displayText", "x")) <= 300)

    @staticmethod
    def _known(body: Any, fields: set[str]) -> None:
        if not isinstance(body, dict) or not set(body) <= fields:
            raise Refused(400, "The request body has 1 error(s)")
