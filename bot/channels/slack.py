"""Slack: the Events API and interactivity, and messages of blocks with buttons, by Slack's own Python SDK."""

from __future__ import annotations

import asyncio
import html
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Optional
from urllib.parse import parse_qs, urlsplit
from urllib.request import proxy_bypass

import aiohttp
import httpx
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

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
    Undeliverable,
    json_of,
)
from bot.channels.wording import fit, in_parts, listed, titles

# The SDK would write at debug level what is said, and to whom.
_LOG = logging.getLogger(f"{__name__}.sdk")
_LOG.setLevel(logging.WARNING)

# Characters of a block of text and of a button; buttons of a block and, so that they stay below what Slack takes of
# all blocks together, of a message.
SECTION, TITLE = 3000, 75
ROW, BUTTONS = 25, 50
# Seconds that Slack has for an answer.
PATIENCE = 20
# Subtypes of what a person writes; any other tells of joins, topics, deletions, bots and the like.
_WRITTEN = (None, "file_share", "thread_broadcast", "me_message")
_MARK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_CODE = re.compile(r"[a-z][a-z_]{1,39}")
_PASSES = ("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
_FAULTS = {
    "gone": ("channel_not_found", "is_archived", "user_not_found"),
    "blocked": ("user_disabled", "cannot_dm_bot"),
    "too_long": ("msg_too_long", "msg_blocks_too_long"),
    # These are of our own token and place, not of the person.
    "not_allowed": (
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "missing_scope",
    ),
}


class Slack(Channel):
    """An app in one workspace: `token` is its bot's ("xoxb-..."), `secret` its signing secret."""

    name = "slack"
    title = "Slack"
    needs = ("token", "secret")
    api = "https://slack.com/api"
    longest = 6000

    def verify(self, raw: bytes, headers: Headers, now: datetime) -> bool:
        """Whether Slack signed these bytes, not more than five minutes before or after `now`."""
        stamp = headers.get("x-slack-request-timestamp", "")
        signature = headers.get("x-slack-signature", "")
        # The SDK's verifier raises for what these let through, and for bytes that are no UTF-8.
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and signature.isascii()):
            return False
        try:
            verifier = SignatureVerifier(self.keys["secret"], _At(now))
            return verifier.is_valid(raw, stamp, signature)
        except ValueError:
            return False

    def parse(self, raw: bytes, headers: Headers) -> Parsed:
        """An event, or the buttons pressed. What Slack delivers again (X-Slack-Retry-Num, X-Slack-Retry-Reason) is the
        same event, by its id. Raises ValueError for what is neither JSON nor a form with it."""
        if headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
            payload = parse_qs(raw.decode("utf-8"), max_num_fields=20).get("payload")
            # Without one, it is Slack's question whether the address has a certificate.
            return Parsed(_presses(json_of(payload[0].encode("utf-8")))) if payload else Parsed()
        body = json_of(raw)
        if body.get("type") == "url_verification":
            return Parsed(body=_word(body.get("challenge")))
        if body.get("type") != "event_callback":
            return Parsed()
        event = _table(body.get("event"))
        if event.get("type") not in ("message", "app_mention") or _ours(body, event):
            return Parsed()
        if event.get("subtype") == "message_changed":
            arrived = None if _ours(body, _table(event.get("message"))) else _edit(event)
        else:
            arrived = _message(event)
        return Parsed((arrived,) if arrived else ())

    def numbered(self, say: Say) -> bool:
        """Where a label is longer than a button, or there are more than a message should hold."""
        return not fit(say.choices, TITLE) or len(say.choices) > BUTTONS

    def calls(self, say: Say, address: Mapping[str, str]) -> list[dict[str, Any]]:
        """Bodies of chat.postMessage: blocks of plain text, the last with the buttons. `text` is what notifications
        and screen readers take."""
        # The numbers follow their question after a single line's end, which keeps the two in one part.
        text = f"{say.text.rstrip()}\n{listed(say.choices)}" if self.numbered(say) else say.text
        calls = [_post(part, address) for part in in_parts(text, self.longest)]
        if calls and len(say.choices) <= BUTTONS:
            calls[-1]["blocks"] += _buttons(say)
        return calls

    async def send(self, call: Mapping[str, Any], client: httpx.AsyncClient, key: str) -> None:
        """Posts a message, by a session of the SDK's own that ends with it; `client` is not used. Slack does not know
        a repetition from a new one. Raises Retry or Undeliverable."""
        sdk = AsyncWebClient(self.keys["token"], f"{self.base}/", PATIENCE, logger=_LOG, retry_handlers=[])
        if proxy_bypass(urlsplit(self.base).hostname or ""):
            sdk.proxy = None  # the SDK reads HTTPS_PROXY, and not NO_PROXY
        try:
            await sdk.api_call("chat.postMessage", json=dict(call))
        except SlackApiError as error:
            raise self._failure(error.response) from None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise Retry(type(error).__name__) from None
        except (ValueError, AttributeError, TypeError):
            # What the SDK makes of an answer that is no JSON object, by something that stands between.
            raise Retry("strange_answer") from None

    def _failure(self, response: Any) -> Exception:
        """What a refusal means: Slack's own, with status 200 and a word, or that of its doorkeeper."""
        status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
        code = _word(_table(getattr(response, "data", None)).get("error"))
        short = code if _CODE.fullmatch(code) else "refused" if code else f"http_{status}"
        if status == 429 or status >= 500 or code in _PASSES or (status == 200 and not code):
            return Retry(short, self.wait(httpx.Response(status, headers=list(response.headers.items()))))
        return Undeliverable(next((ours for ours, theirs in _FAULTS.items() if code in theirs), short))


class _At(Clock):
    """A clock that stands."""

    def __init__(self, now: datetime) -> None:
        self._now = now.timestamp()

    def now(self) -> float:
        return self._now


def _message(event: Mapping[str, Any]) -> Optional[Arrived]:
    """A new message, if it says or shows something. A mention is delivered a second time, as a message of its channel:
    both have the channel and `ts` for an id."""
    if event.get("subtype") not in _WRITTEN:
        return None
    text = _written(event)
    if text:
        return _arrived(event, event, TEXT, text)
    if event.get("files") or event.get("attachments"):
        return _arrived(event, event, MEDIA)
    return _arrived(event, event, START) if event.get("type") == "app_mention" else None


def _edit(event: Mapping[str, Any]) -> Optional[Arrived]:
    """A changed message, if its writer changed its words: previews of links and translations change all but those."""
    after, before = _table(event.get("message")), _table(event.get("previous_message"))
    text = _written(after)
    by_hand = after.get("subtype") in _WRITTEN and isinstance(after.get("edited"), dict)
    if not by_hand or not text or text == _written(before):
        return None
    return _arrived(event, after, EDIT, text)


def _arrived(event: Mapping[str, Any], message: Mapping[str, Any], kind: str, text: str = "") -> Optional[Arrived]:
    """What every message has: who wrote, where, and when, which is its id within a channel."""
    person, channel = _word(message.get("user")), _word(event.get("channel"))
    stamp, place = _word(event.get("ts")), _word(message.get("thread_ts"))
    if not person or not channel or not stamp:
        return None
    group = not channel.startswith("D") if event.get("type") == "app_mention" else event.get("channel_type") != "im"
    address = {"channel": channel}
    # Among others the answer goes below what was written; alone only where that is itself in a thread.
    thread = place or (_word(message.get("ts")) if group else "")
    if thread:
        address["thread"] = thread
    return Arrived(f"{channel}:{stamp}", f"{channel}:{person}" if group else person, address, kind, text, group=group)


def _presses(payload: Mapping[str, Any]) -> tuple[Arrived, ...]:
    """Pressed buttons of a message."""
    container = _table(payload.get("container"))
    person = _word(_table(payload.get("user")).get("id"))
    channel = _word(container.get("channel_id")) or _word(_table(payload.get("channel")).get("id"))
    message, actions = _word(container.get("message_ts")), payload.get("actions")
    if payload.get("type") != "block_actions" or not (person and channel and message) or not isinstance(actions, list):
        return ()
    group = not channel.startswith("D")
    thread = _word(container.get("thread_ts")) or _word(_table(payload.get("message")).get("thread_ts"))
    thread = thread or (message if group else "")
    address = {"channel": channel, "thread": thread} if thread else {"channel": channel}
    sender, found = f"{channel}:{person}" if group else person, []
    for action in map(_table, actions):
        value, stamp = _word(action.get("value")), _word(action.get("action_ts"))
        if value and stamp:
            found.append(Arrived(f"{message}:{stamp}:{person}", sender, address, CHOICE, value=value, group=group))
    return tuple(found)


def _ours(body: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    """Whether a bot wrote a message: ours, whose user the delivery names, or another."""
    named = body.get("authorizations")
    bots = [each.get("user_id") for each in map(_table, named if isinstance(named, list) else ()) if each.get("is_bot")]
    return bool(message.get("bot_id")) or message.get("user") in ("USLACKBOT", *bots)


def _written(message: Mapping[str, Any]) -> str:
    """What a person wrote, without Slack's marks: mentions go, of links the words or the address stay."""
    return html.unescape(_MARK.sub(_plain, _word(message.get("text")))).strip()


def _plain(mark: re.Match[str]) -> str:
    return "" if mark[1][:1] in ("@", "!") else mark[2] or ("" if mark[1].startswith("#") else mark[1])


def _post(part: str, address: Mapping[str, str]) -> dict[str, Any]:
    """A message of plain text, nothing of which becomes a link's preview, a mention or an emoji."""
    call: dict[str, Any] = {
        "channel": address["channel"],
        "text": html.escape(part, quote=False),
        # Without "expand" all but the beginning hides behind "See more".
        "blocks": [
            {"type": "section", "expand": True, "text": {"type": "plain_text", "text": text, "emoji": False}}
            for text in in_parts(part, SECTION)
        ],
        "mrkdwn": False,
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if "thread" in address:
        call["thread_ts"] = address["thread"]
    return call


def _buttons(say: Say) -> list[dict[str, Any]]:
    """Blocks of buttons, as many as it takes."""
    buttons = [
        {
            "type": "button",
            "action_id": f"choice-{number}",
            "text": {"type": "plain_text", "text": title, "emoji": False},
            "value": say.carried(choice),
        }
        for number, (title, choice) in enumerate(zip(titles(say.choices, TITLE), say.choices))
    ]
    rows = [buttons[start : start + ROW] for start in range(0, len(buttons), ROW)]
    return [{"type": "actions", "elements": row} for row in rows]


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
