"""What every messaging platform has in common: a message that arrived, what is said back, and how both travel.

A platform is a file of this room with a class below `Channel`. It knows the platform's words and signs alone: what
is done with a message is `bot.channels.worker`, how often it is tried to deliver an answer is `bot.channels.sender`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Optional

import httpx

from bot.report.reply import Choice

# What a message is: written, a choice pressed, the chat opened (a join, a follow, "/start"), something that is no
# text, or a text that was changed afterwards.
TEXT, CHOICE, START, MEDIA, EDIT = "text", "choice", "start", "media", "edit"

Headers = Mapping[str, str]
"""Of a request: names in small letters."""


@dataclass(frozen=True)
class Arrived:
    """One message as a platform delivered it.

    `event` is the platform's own id of it, the same when it is delivered again. `sender` is the platform's id of who
    wrote, `address` what a reply to it needs (strings alone; it is kept encrypted). `text` is what was written, under
    a picture too; `value` what a pressed choice carries. `group` tells that others read along: `sender` is then the
    person within that group. `ack` is whatever `acknowledge` needs at once, such as the id of a press.
    """

    event: str
    sender: str
    address: Mapping[str, str]
    kind: str = TEXT
    text: str = ""
    value: str = ""
    group: bool = False
    ack: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """All of it, as it is sealed and stored."""
        return json.dumps(self.__dict__, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Arrived:
        """What `to_json` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Parsed:
    """What a webhook's body holds: messages, perhaps none; what the platform could not deliver after all, as the id
    that `send` gave and a reason as of `Undeliverable`; and what it wants to be answered (`body` as `media_type`),
    empty where a bare 200 will do."""

    arrived: Sequence[Arrived] = ()
    failed: Sequence[tuple[str, str]] = ()
    body: str = ""
    media_type: str = "text/plain"


@dataclass(frozen=True)
class Say:
    """Something to be said: plain text with paragraphs, and choices, of which several may hold where `several`.

    `id` is the reply's: a pressed choice carries it back, so that one of an older question is known. `urgent` tells
    that it leads with an emergency: it goes out before anything else, and its beginning stays in one message.
    """

    id: str
    text: str
    choices: Sequence[Choice] = ()
    several: bool = False
    urgent: bool = False

    def carried(self, choice: Choice) -> str:
        """What a button of this choice carries: at most 64 bytes, which is what Telegram takes."""
        return f"{self.id[:MARK]}:{choice.value}"


MARK = 8
"""Characters of a reply's id that a pressed choice carries."""


class Retry(Exception):
    """A request failed for now: try again, after `seconds` where the platform says how long."""

    def __init__(self, reason: str, seconds: Optional[float] = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


class Undeliverable(Exception):
    """A request failed for good. `reason` is a short code of ours or the platform's, never a text that somebody wrote:
    "blocked", "window_closed", "gone", "too_long", "not_allowed", or "http_400" and the like."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Channel(ABC):
    """One platform, with the keys of its settings. It holds no state: any number of machines serve one platform."""

    name: ClassVar[str]
    """Small letters: of the webhook's path, the settings and the records."""
    title: ClassVar[str]
    """As people call it."""
    needs: ClassVar[tuple[str, ...]]
    """Keys of its settings without which it is off."""
    api: ClassVar[str]
    """Address of the platform's API, without a slash at its end, unless the key `api` says another."""
    longest: ClassVar[int]
    """Characters of one message."""
    signs_address: ClassVar[bool] = False
    """Whether a signature covers the address of the webhook, so that nothing can be checked without a public one."""
    redelivers: ClassVar[bool] = True
    """Whether the platform delivers again what was not acknowledged."""
    words: Mapping[str, str] = {"list_button": "Choose"}
    """Words that the platform itself shows; whoever makes the channel gives those of knowledge/messages."""

    def __init__(self, keys: Mapping[str, str], public_url: str = "") -> None:
        self.keys = keys
        self.public_url = public_url.rstrip("/")
        self.base = keys.get("api", self.api).rstrip("/")

    @abstractmethod
    def verify(self, raw: bytes, headers: Headers, now: datetime) -> bool:
        """Whether a body is from the platform: of these very bytes, and not too old where it says how old it is."""

    @abstractmethod
    def parse(self, raw: bytes, headers: Headers) -> Parsed:
        """What a verified body holds. What is of no interest is left out. Raises ValueError for what cannot be read."""

    def handshake(self, query: Mapping[str, str]) -> Optional[str]:
        """The answer to the platform's question whether the webhook is ours; None for a wrong one, or no question."""
        return None

    @abstractmethod
    def numbered(self, say: Say) -> bool:
        """Whether the choices stand with numbers in the text, so that a number that is typed means one of them."""

    @abstractmethod
    def calls(self, say: Say, address: Mapping[str, str]) -> list[dict[str, Any]]:
        """The requests, in order, that say something to somebody: plain data, which `send` takes one at a time."""

    @abstractmethod
    async def send(self, call: Mapping[str, Any], client: httpx.AsyncClient, key: str) -> Optional[str]:
        """Makes one request; gives the platform's id of the message where a failure of it may be told later. `key`
        names the request, the same whenever it is tried, for platforms that drop a repetition. Raises Retry or
        Undeliverable."""

    async def acknowledge(self, arrived: Arrived, client: httpx.AsyncClient) -> bool:
        """Shows at once that a message came; says whether the platform has a way. It may fail: nothing waits for it."""
        return False

    async def request(
        self,
        client: httpx.AsyncClient,
        url: str,
        *,
        method: str = "POST",
        headers: Optional[Mapping[str, str]] = None,
        json: Any = None,
        data: Optional[Mapping[str, str]] = None,
        auth: Optional[tuple[str, str]] = None,
    ) -> httpx.Response:
        """A request of the platform's API, with its failures sorted: Retry for what passes, Undeliverable, by the code
        that `fault` finds, for what does not."""
        more: dict[str, Any] = {"auth": auth} if auth else {}
        try:
            response = await client.request(method, url, headers=headers, json=json, data=data, **more)
        except httpx.HTTPError as error:
            raise Retry(type(error).__name__) from error
        if response.status_code == 429 or response.status_code >= 500:
            raise Retry(f"http_{response.status_code}", self.wait(response))
        if response.status_code >= 300:
            raise Undeliverable(self.fault(response))
        return response

    def wait(self, response: httpx.Response) -> Optional[float]:
        """Seconds until the platform wants to hear from us again; None where it does not say."""
        seconds = response.headers.get("retry-after", "")
        return float(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 6 else None

    def fault(self, response: httpx.Response) -> str:
        """A short code for why a request will never be taken."""
        return f"http_{response.status_code}"


def json_of(raw: bytes) -> dict[str, Any]:
    """A body as a JSON object. Raises ValueError."""
    try:
        data = json.loads(raw.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(data, dict):
        raise ValueError("no JSON object")
    return data
