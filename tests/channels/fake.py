"""A fake of a platform: its API on loopback, and the deliveries that it makes, signed as the real one signs them.

The shapes are those of the platform's public documentation, written by us. Each platform has a file of its own beside
this one; the tests of all platforms go through what stands here.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Optional

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ALICE, BOB = "alice", "bob"
"""People at the platform; each fake gives them ids as its platform's look."""


@dataclass(frozen=True)
class Delivery:
    """A webhook's request."""

    raw: bytes
    headers: Mapping[str, str]
    query: str = ""


@dataclass(frozen=True)
class Said:
    """What the platform was told to show: to whom (ALICE, BOB, or a group's id), the text, and title and carried value
    of each choice."""

    to: str
    text: str
    choices: Sequence[tuple[str, str]] = ()


@dataclass
class FakePlatform(ABC):
    """One platform. `said` is what it was told to show, in order. `failing` are answers that the next requests get in
    place of the platform's own: (status, headers, body)."""

    name: ClassVar[str]
    keys: ClassVar[Mapping[str, str]]
    """All keys of the settings but `api`."""
    groups: ClassVar[bool] = True
    """Whether others may read along on this platform; else `text` refuses `group`."""
    stamped: ClassVar[bool] = False
    """Whether a signature says when it was made."""

    said: list[Said] = field(default_factory=list)
    failing: list[tuple[int, Mapping[str, str], Any]] = field(default_factory=list)
    requests: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    """Path, headers and body of every request, failed ones too."""

    @abstractmethod
    def hear(self, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        """The API: notes what is to be shown in `said`; gives status and JSON of the answer. What the real platform
        would refuse (too long, too many buttons, a wrong token, an unknown field) it refuses, with its own codes."""

    @abstractmethod
    def sign(self, raw: bytes, secret: Optional[str] = None, at: Optional[float] = None) -> dict[str, str]:
        """The headers of a delivery of these bytes, its content type too; with another secret or, where `stamped`,
        another time (seconds since 1970) than now."""

    @abstractmethod
    def text(self, text: str, who: str = ALICE, event: str = "e1", group: bool = False) -> bytes:
        """The body of a message that somebody writes, alone or, with `group`, where others read along."""

    @abstractmethod
    def press(self, carried: str, who: str = ALICE, event: str = "p1") -> bytes:
        """The body of a pressed choice."""

    @abstractmethod
    def others(self) -> Mapping[str, bytes]:
        """Bodies of all else that the platform delivers, by what it is: pictures, stickers, voice, edits, deletions,
        joins, receipts. Each has an event of its own, and is from ALICE."""

    def delivered(self, raw: bytes) -> Delivery:
        """A delivery as the platform makes it."""
        return Delivery(raw, self.sign(raw))

    def app(self) -> Starlette:
        """The API."""

        async def answer(request: Request) -> Response:
            raw = await request.body()
            self.requests.append((request.url.path, dict(request.headers), raw))
            if self.failing:
                status, headers, body = self.failing.pop(0)
                return JSONResponse(body, status, dict(headers))
            status, body = self.hear(request.url.path, request.headers, raw)
            return JSONResponse(body, status)

        return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


@contextmanager
def running(app: Starlette) -> Iterator[str]:
    """Serves an application on a free port of this machine; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the fake did not start"
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
