"""The messaging platforms as an input channel of Rasa's, for people who develop with `rasa run`.

The entry in credentials.yml loads it; nothing else does, because importing it imports Rasa. It checks and reads
deliveries as `signpost serve` does, and is not that: no question for consent, no inbox or outbox, no screening beside
Rasa, and what it remembers is gone when the process ends.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timezone
from typing import Any, Optional

import httpx
import structlog
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from actions.payload import choice_of, without_slash
from bot.channels.base import CHOICE, EDIT, MEDIA, START, Arrived, Channel, Retry, Undeliverable
from bot.channels.meaning import meant
from bot.channels.registry import open_channels
from bot.channels.saying import Texts, offered, say
from bot.channels.worker import new_client
from bot.knowledge import Knowledge, load
from bot.records.correspondents import Envelopes
from bot.report.compose import greeting
from bot.settings import Settings
from bot.web.limits import BODY_BYTES
from bot.web.texts import Texts as Words

log = structlog.get_logger(__name__)

REMEMBERED = 10_000
"""Events, and people with their newest choices, that are remembered."""
ATTEMPTS, LONGEST_PAUSE = 3, 5.0
"""How often a message is tried to be delivered, and the seconds that are waited between at most."""

_SAID_NOTHING = {"text": "", "intent": {"name": "inform", "confidence": 1.0}, "entities": []}

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class SignpostInput(InputChannel):
    """Every platform whose keys are all set, each at `/webhooks/signpost/NAME/webhook` of Rasa's server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @classmethod
    def name(cls) -> str:
        """What Rasa puts into the address."""
        return "signpost"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> SignpostInput:
        """One with the keys of the SIGNPOST_ settings: credentials.yml holds none. Raises SettingsError."""
        return cls(Settings.read())

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The webhooks of the platforms that are on, which may be none."""
        blueprint = Blueprint("signpost_channels")
        platforms, off = open_channels(self._settings, {})
        for each in off:
            log.warning("channels.off", channel=each.name, missing=", ".join(each.missing))
        if not platforms:
            return blueprint
        desk = _Desk(self._settings.with_secrets(), platforms, on_new_message)

        @blueprint.route("/<name:str>/webhook", methods=["GET", "POST"])
        async def webhook(request: Request, name: str) -> HTTPResponse:
            channel = platforms.get(name)
            if channel is None:
                return response.text("not found", 404)
            if request.method == "GET":
                challenge = channel.handshake({key: values[0] for key, values in request.args.items()})
                return response.text("not verified", 403) if challenge is None else response.text(challenge)
            return desk.delivered(channel, request.body, dict(request.headers))

        @blueprint.listener("after_server_stop")
        async def stop(*_: Any) -> None:
            await desk.stop()

        return blueprint


class _Desk:
    """Takes deliveries in, gives them to Rasa in the background, and remembers what a number or a press refers to."""

    def __init__(self, settings: Settings, platforms: Mapping[str, Channel], on_new_message: OnNewMessage) -> None:
        self._on_new_message = on_new_message
        self._envelopes = Envelopes(settings.secret or "")
        self.knowledge: Knowledge = load(settings.knowledge_path)
        self.texts: Texts = Words(self.knowledge, settings, "channels")
        self._number = settings.emergency_number
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._offered: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: Optional[httpx.AsyncClient] = None
        for each in platforms.values():
            each.words = {"list_button": self.texts("list_button")}

    @property
    def client(self) -> httpx.AsyncClient:
        """What requests go through; it belongs to the event loop that first asks for it."""
        if self._client is None:
            self._client = new_client()
        return self._client

    def delivered(self, channel: Channel, raw: bytes, headers: Mapping[str, str]) -> HTTPResponse:
        """The answer to a delivery, given before anything is done with it."""
        headers = {name.lower(): value for name, value in headers.items()}
        if len(raw) > BODY_BYTES:
            return response.text("too large", 413)
        if not channel.verify(raw, headers, datetime.now(timezone.utc)):
            return response.text("not verified", 403)
        try:
            parsed = channel.parse(raw, headers)
        except ValueError:
            return response.text("not understood", 400)
        for each in parsed.arrived:
            # A group is never answered: health is private.
            if not each.group and self._is_new(channel, each):
                self._spawn(self._handle(channel, each))
        return response.text(parsed.body, content_type=parsed.media_type)

    def remember(self, sender: str, replies: list[dict[str, Any]], channel: Channel) -> None:
        """Keeps the newest choices of somebody, which take the place of older ones."""
        self._offered.pop(sender, None)
        if found := offered(replies, channel, self.texts):
            self._offered[sender] = found
            if len(self._offered) > REMEMBERED:
                self._offered.popitem(last=False)

    async def stop(self) -> None:
        """Ends what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    def _is_new(self, channel: Channel, arrived: Arrived) -> bool:
        event = self._envelopes.pseudonym("event", channel.name, arrived.event)
        if event in self._seen:
            return False
        self._seen[event] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def _handle(self, channel: Channel, arrived: Arrived) -> None:
        sender = self._envelopes.pseudonym("sender", channel.name, arrived.sender)
        output = _Output(self, channel, arrived.address, sender)
        try:
            if said := self._own(arrived):
                return await output.say(said)
            message = self._message(sender, arrived, output, channel.name)
            if message is None:
                return await output.say({"kind": "notice", "text": self.texts("stale")})
            await self._on_new_message(message)
        except Exception as error:  # the outermost layer of a task: nobody else would hear of it
            log.error("channels.failed", channel=channel.name, error=type(error).__name__)

    def _own(self, arrived: Arrived) -> Optional[dict[str, Any]]:
        """What is said without Rasa, to what is no message for it."""
        if arrived.kind == START:
            return greeting(self.knowledge, emergency_number=self._number).to_json()
        if arrived.kind in (MEDIA, EDIT) or (arrived.kind != CHOICE and not arrived.text.strip()):
            return {"kind": "notice", "text": self.texts("edit" if arrived.kind == EDIT else "media")}
        return None

    def _message(self, sender: str, arrived: Arrived, output: _Output, channel: str) -> Optional[UserMessage]:
        """What Rasa is told, choices in the same way as `bot.dialogue.agent` does; None for an old button of no
        meaning."""
        means = meant(arrived, self._offered.get(sender), self.knowledge)
        if means.stale:
            return None
        text = without_slash(means.text or "")
        return UserMessage(
            text,
            output,
            sender,
            # A choice says exactly what it is: there is nothing to classify.
            parse_data=dict(_SAID_NOTHING) if means.choices is not None or not text.strip() else None,
            input_channel=channel,
            metadata={"choices": means.choices},
        )

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Output(OutputChannel):
    """Says to one person what Rasa's actions utter."""

    def __init__(self, desk: _Desk, channel: Channel, address: Mapping[str, str], sender: str) -> None:
        self._desk = desk
        self._channel = channel
        self._address = address
        self._sender = sender

    @classmethod
    def name(cls) -> str:
        """What Rasa calls it."""
        return "signpost"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Says an utterance: the reply in it where an action of ours gave one, else its text with its buttons."""
        reply = (message.get("custom") or {}).get("reply")
        if reply is None:
            buttons = [*(message.get("buttons") or ()), *(message.get("quick_replies") or ())]
            choices = [
                {"label": each["title"], "value": choice_of(each["payload"]) or each["payload"]} for each in buttons
            ]
            reply = {"kind": "notice", "text": message.get("text") or "", "choices": choices}
        if reply.get("text") or reply.get("choices"):
            await self.say(reply)

    async def say(self, reply: Mapping[str, Any]) -> None:
        """Delivers a message of the chat API. What cannot be delivered is logged and given up."""
        named = {**reply, "id": uuid.uuid4().hex}
        self._desk.remember(self._sender, [named], self._channel)
        for place, call in enumerate(self._channel.calls(say(named, self._channel, self._desk.texts), self._address)):
            try:
                await self._deliver(call, f"{named['id']}:{place}")
            except (Retry, Undeliverable) as failure:
                log.error("channels.not_delivered", channel=self._channel.name, reason=failure.reason)
                return

    async def _deliver(self, call: Mapping[str, Any], key: str) -> None:
        for attempt in range(ATTEMPTS):
            try:
                await self._channel.send(call, self._desk.client, key)
                return
            except Retry as failure:
                if attempt == ATTEMPTS - 1:
                    raise
                await asyncio.sleep(min(failure.seconds or attempt + 1.0, LONGEST_PAUSE))
