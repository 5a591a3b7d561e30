"""A fake of Slack's Web API."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any, ClassVar, Optional
from urllib.parse import urlencode

from tests.channels.fake import ALICE, BOB, FakePlatform, Said

TOKEN, SECRET = "xoxb-1234-fake", "8f742231b10e8888abcd99yyyzzz85a5"
PEOPLE = {ALICE: "U0ALICE00", BOB: "U0BOB0000"}
PLACES = {ALICE: "D0ALICE00", BOB: "D0BOB0000"}
GROUP, BOT = "C0GROUP00", "U0SIGNPOST"
_POST = {"channel", "text", "blocks", "mrkdwn", "parse", "unfurl_links", "unfurl_media", "thread_ts"}


@dataclass
class FakeSlack(FakePlatform):
    """`gone` are channels that were archived; `threads` the threads that were answered into, None for none."""

    name = "slack"
    keys: ClassVar[Mapping[str, str]] = {"token": TOKEN, "secret": SECRET}
    stamped = True

    gone: set[str] = field(default_factory=set)
    threads: list[Optional[str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """What notifications showed."""

    def hear(self, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        if path != "/chat.postMessage":
            return _refuse("unknown_method")
        token = headers.get("authorization", "")
        if token != f"Bearer {TOKEN}":
            return _refuse("invalid_auth" if token else "not_authed")
        if not headers.get("content-type", "").startswith("application/json"):
            return _refuse("invalid_post_type")
        try:
            body = json.loads(raw)
        except ValueError:
            return _refuse("invalid_json")
        names = {place: name for name, place in PLACES.items()} | {GROUP: GROUP}
        assert set(body) <= _POST, "the real one ignores what it does not know; nothing of ours should be"
        if body.get("channel") not in names:
            return _refuse("channel_not_found")
        if body["channel"] in self.gone:
            return _refuse("is_archived")
        if not body.get("text"):
            return _refuse("no_text")
        if len(body["text"]) > 40_000:
            return _refuse("msg_too_long")
        if re.search(r"[<>]|&(?!amp;|lt;|gt;)", body["text"]):
            return _refuse("fake_unescaped")  # the real one would make a mention or a link of it
        if "thread_ts" in body and not re.fullmatch(r"\d{10}\.\d{6}", body["thread_ts"]):
            return _refuse("invalid_thread_ts")
        refusal = _wrong(body.get("blocks", []))
        if refusal:
            return _refuse(refusal)
        sections = [block["text"]["text"] for block in body["blocks"] if block["type"] == "section"]
        buttons = [each for block in body["blocks"] if block["type"] == "actions" for each in block["elements"]]
        choices = [(button["text"]["text"], button["value"]) for button in buttons]
        self.said.append(Said(names[body["channel"]], "\n".join(sections), choices))
        self.threads.append(body.get("thread_ts"))
        self.texts.append(unescape(body["text"]))
        return 200, {"ok": True, "channel": body["channel"], "ts": f"1760000001.{len(self.said):06d}"}

    def sign(self, raw: bytes, secret: Optional[str] = None, at: Optional[float] = None) -> dict[str, str]:
        stamp = str(int(time.time() if at is None else at))
        digest = hmac.new((secret or SECRET).encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256)
        form = raw.startswith((b"payload=", b"ssl_check="))
        return {
            "content-type": "application/x-www-form-urlencoded" if form else "application/json",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={digest.hexdigest()}",
        }

    def text(self, text: str, who: str = ALICE, event: str = "e1", group: bool = False) -> bytes:
        if not group:
            return callback(direct(event, who, text=escape(text, quote=False)))
        said = f"<@{BOT}> {escape(text, quote=False)}"
        return callback(
            {"type": "app_mention", "user": PEOPLE[who], "text": said, "channel": GROUP, "ts": stamp_of(event)}
        )

    def press(self, carried: str, who: str = ALICE, event: str = "p1") -> bytes:
        return pressed(carried, who, event, PLACES[who])

    def others(self) -> Mapping[str, bytes]:
        file = {"files": [{"id": "F0123", "mimetype": "image/png", "url_private": "https://files.slack.com/x"}]}
        shown: dict[str, dict[str, Any]] = {
            "picture": {"subtype": "file_share", "text": "", **file},
            "picture with a caption": {"subtype": "file_share", "text": "My rash \U0001f622", **file},
            "voice": {"subtype": "file_share", "text": "", "files": [{"id": "F2", "mimetype": "audio/mp4"}]},
            "shared message": {"text": "", "attachments": [{"is_share": True, "text": "Hello"}]},
            "deletion": {"subtype": "message_deleted", "hidden": True, "deleted_ts": stamp_of("e1")},
            "join": {"subtype": "channel_join", "text": f"<@{PEOPLE[ALICE]}> has joined"},
            "our own": {"bot_id": "B0SIGNPOST", "user": BOT, "text": "Which?"},
            "our own without a bot's id": {"user": BOT, "text": "Which?"},
            "another bot": {"subtype": "bot_message", "bot_id": "B0OTHER", "text": "Beep"},
            "empty": {"text": " "},
        }
        bodies = {name: callback(direct(name, ALICE, **more)) for name, more in shown.items()}
        home = {"type": "app_home_opened", "user": PEOPLE[ALICE], "channel": PLACES[ALICE], "tab": "messages"}
        return bodies | {
            "edit": callback(changed("edit", "I am better")),
            "preview of a link": callback(
                changed("preview", "I am ill", attachments=[{"from_url": "https://a.example"}])
            ),
            "edit of our own": callback(changed("own", "Which, then?", user=BOT, bot_id="B0SIGNPOST")),
            "opened": callback(home),
            "reaction": callback({"type": "reaction_added", "user": PEOPLE[ALICE], "reaction": "wave"}),
            "rate": json.dumps({"type": "app_rate_limited", "minute_rate_limited": 1760000000}).encode(),
            "certificate": b"ssl_check=1&token=x",
            "question": json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1aB"}).encode(),
        }


def callback(event: Mapping[str, Any]) -> bytes:
    """A delivery of the Events API."""
    us = [{"team_id": "T0", "user_id": BOT, "is_bot": True, "is_enterprise_install": False}]
    body = {"type": "event_callback", "team_id": "T0", "api_app_id": "A0", "event": event, "authorizations": us}
    return json.dumps({**body, "event_id": "Ev0", "event_time": 1760000000}).encode()


def stamp_of(event: str) -> str:
    """A message's time, of its event's name."""
    number = zlib.crc32(event.encode())
    return f"17{number // 1_000_000:08d}.{number % 1_000_000:06d}"


def direct(event: str, who: str, **more: Any) -> dict[str, Any]:
    """A message to the app alone."""
    place = {"channel": PLACES[who], "channel_type": "im", "ts": stamp_of(event), "event_ts": stamp_of(event)}
    return {"type": "message", "user": PEOPLE[who], **place, **more}


def changed(event: str, text: str, **more: Any) -> dict[str, Any]:
    """A message of ALICE's that was "I am ill", and is another now."""
    before = {"type": "message", "user": PEOPLE[ALICE], "text": "I am ill", "ts": "1760000000.000001"}
    after = {**before, "text": text, "edited": {"user": PEOPLE[ALICE], "ts": stamp_of(event)}, **more}
    place = {"channel": PLACES[ALICE], "channel_type": "im", "ts": stamp_of(event), "hidden": True}
    return {"type": "message", "subtype": "message_changed", "message": after, "previous_message": before, **place}


def pressed(carried: str, who: str, event: str, channel: str, thread: Optional[str] = None) -> bytes:
    """A pressed button of a message of ours."""
    mine = {"type": "message", "message_ts": "1760000001.000001", "channel_id": channel, "is_ephemeral": False}
    action = {"type": "button", "action_id": "choice-0", "value": carried, "action_ts": stamp_of(event)}
    payload = {
        "type": "block_actions",
        "user": {"id": PEOPLE[who], "team_id": "T0"},
        "container": {**mine, **({"thread_ts": thread} if thread else {})},
        "channel": {"id": channel, "name": "directmessage"},
        "actions": [action],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


def _wrong(blocks: list[dict[str, Any]]) -> str:
    ids: list[str] = []
    size = 0
    for block in blocks:
        elements = block.get("elements", [])
        if block["type"] == "section":
            texts, most = [block["text"]], 3000
        elif block["type"] == "actions" and 1 <= len(elements) <= 25:
            texts, most = [each["text"] for each in elements], 75
            ids += [each["action_id"] for each in elements]
            if any(each["type"] != "button" or len(each["value"]) > 2000 for each in elements):
                return "invalid_blocks"
        else:
            return "invalid_blocks"
        if any(each["type"] != "plain_text" or not 1 <= len(each["text"]) <= most for each in texts):
            return "invalid_blocks"
        size += sum(len(each["text"]) for each in texts)
    if len(blocks) > 50 or len(ids) != len(set(ids)):
        return "invalid_blocks"
    return "msg_blocks_too_long" if size > 12_000 else ""


def _refuse(code: str) -> tuple[int, Any]:
    return 200, {"ok": False, "error": code}
