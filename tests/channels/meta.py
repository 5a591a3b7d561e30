"""What the fakes of Meta's platforms share: signatures, the Graph API's errors, and what an application shows."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from abc import abstractmethod
from collections.abc import Coroutine, Mapping
from hashlib import sha256
from typing import Any, Callable, ClassVar, Optional

import httpx

from bot.channels.base import Say
from bot.channels.meta import Meta
from bot.report.reply import Choice
from tests.channels.fake import FakePlatform, Said

_PAIRS = [
    *(re.compile(rf"{mark}(?P<text>[^`]+?){mark}") for mark in ("```", "`")),
    *(
        re.compile(rf"(?<![^\W_]){mark}(?=\S)(?P<text>[^{mark}\n]+?)(?<=\S){mark}(?![^\W_])")
        for mark in (r"\*", "_", "~")
    ),
]


def shown(text: str) -> str:
    """A text as WhatsApp and Messenger show it: marks that make a pair, and a quotation's sign, are not seen."""
    for pair in _PAIRS:
        text = pair.sub(lambda match: match["text"], text)
    return re.sub(r"(?m)^>\s+", "", text)


def units(text: str) -> int:
    """Characters as Meta counts them, by UTF-16."""
    return len(text.encode("utf-16-le")) // 2


class Refused(Exception):
    """An error of the Graph API."""

    def __init__(self, code: int, subcode: int = 0, status: int = 400) -> None:
        super().__init__(code)
        self.status = status
        self.body = failure(code, subcode)


def failure(code: int, subcode: int = 0) -> dict[str, Any]:
    """The body of the Graph API's error of this number."""
    error: dict[str, Any] = {"message": f"(#{code}) refused", "type": "OAuthException", "code": code}
    if subcode:
        error["error_subcode"] = subcode
    return {"error": {**error, "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam"}}


def require(held: bool, code: int = 100, subcode: int = 0) -> None:
    """Refuses a request that does not hold what the platform asks for."""
    if not held:
        raise Refused(code, subcode)


def known(data: Any, needed: set[str], more: frozenset[str] = frozenset(), code: int = 100) -> None:
    """Refuses what is no object, lacks a field, or has one that the platform does not know."""
    require(isinstance(data, dict) and needed <= data.keys() <= needed | more, code)


class FakeMeta(FakePlatform):
    """A platform of the Graph API. `people` are the platform's ids of them."""

    people: ClassVar[Mapping[str, str]]
    path: ClassVar[str]
    """A pattern of the one path."""

    def hear(self, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        try:
            if not re.fullmatch(rf"(?:/v\d+\.\d)?/{self.path}", path):
                raise Refused(100, 33)
            if headers.get("authorization") != f"Bearer {self.keys['token']}":
                raise Refused(190, status=401)
            if not headers.get("content-type", "").startswith("application/json"):
                raise Refused(100)
            return 200, self.take(json.loads(raw))
        except Refused as refused:
            return refused.status, refused.body

    @abstractmethod
    def take(self, body: Any) -> Any:
        """A request with a valid token; gives the answer or raises Refused."""

    def sign(self, raw: bytes, secret: Optional[str] = None, at: Optional[float] = None) -> dict[str, str]:
        key = (self.keys["secret"] if secret is None else secret).encode()
        signature = "sha256=" + hmac.new(key, raw, sha256).hexdigest()
        return {"content-type": "application/json", "x-hub-signature-256": signature}

    def show(self, to: str, text: str, choices: list[tuple[str, str]]) -> None:
        """Shows a message to who has an id of the platform."""
        names = {native: name for name, native in self.people.items()}
        self.said.append(Said(names.get(to, to), shown(text), tuple(choices)))


def with_client(use: Callable[[httpx.AsyncClient], Coroutine[Any, Any, Any]]) -> Any:
    """What a coroutine gives that needs an HTTP client."""

    async def run() -> Any:
        async with httpx.AsyncClient(trust_env=False) as opened:
            return await use(opened)

    return asyncio.run(run())


def say(channel: Meta, fake: FakeMeta, what: Say, address: Optional[Mapping[str, str]] = None) -> list[Said]:
    """Says something, to Alice unless told otherwise, by calls that were stored meanwhile; gives what was shown."""
    calls = json.loads(json.dumps(channel.calls(what, address or {"to": fake.people["alice"]})))

    async def send(opened: httpx.AsyncClient) -> None:
        for number, call in enumerate(calls):
            await channel.send(call, opened, f"key{number}")

    with_client(send)
    return fake.said


def choices(number: int, label: str = "Choice {}") -> list[Choice]:
    """So many choices."""
    return [Choice(label.format(each), f"value{each}") for each in range(1, number + 1)]
