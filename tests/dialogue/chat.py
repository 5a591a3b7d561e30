"""A person at the chat API of a running server, and what the server's own records say of the conversation."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Optional
from urllib.error import HTTPError

from sqlalchemy.engine import Engine

from bot.records.conversations import Conversations
from bot.records.database import engine
from bot.report.understood import offered_labels
from bot.triage.case import Case
from bot.web.tokens import Tokens
from tests.dialogue.server import Server

SECONDS = 30


@dataclass
class Chat:
    """One conversation. Every message has an id of its own unless one is given."""

    server: Server
    token: str = ""
    replies: list[dict[str, Any]] = field(default_factory=list)
    error: Optional[dict[str, Any]] = None
    sent: int = 0

    def begin(self, consent: bool = True) -> Chat:
        """Opens the conversation; the greeting is the first reply."""
        opened = self._call("POST", "/api/conversations", {"consent": consent})
        self.token, self.replies = opened["token"], opened["messages"]
        return self

    def say(self, text: str, id: Optional[str] = None) -> list[dict[str, Any]]:
        """Sends a text, and gives the replies."""
        return self._send({"text": text}, id)

    def choose(self, *values: str, id: Optional[str] = None) -> list[dict[str, Any]]:
        """Presses choices, and gives the replies."""
        return self._send({"choices": list(values)}, id)

    def history(self) -> list[dict[str, Any]]:
        """Both sides, oldest first."""
        return list(self._call("GET", "/api/conversations/messages")["messages"])

    @property
    def id(self) -> str:
        """The conversation's id in the records."""
        secret = (self.server.home / "secret").read_text().strip()
        return Tokens(secret).read(self.token).conversation_id

    @property
    def case(self) -> Case:
        """The case as it was stored with the newest turn."""
        return Case.from_json(records(self.server.database).case(self.id))

    @property
    def offered(self) -> list[str]:
        """The values of the choices that the newest replies offer."""
        return [choice["value"] for reply in self.replies for choice in reply.get("choices", ())]

    @property
    def pressable(self) -> set[str]:
        """The values of everything that can be pressed at the newest replies, corrections too."""
        return {value for reply in self.replies for value in offered_labels(reply)}

    @property
    def kind(self) -> str:
        """The kind of the newest reply; "error" where the message was refused."""
        return "error" if self.error else str(self.replies[-1]["kind"])

    @property
    def level(self) -> Optional[str]:
        """The level of the advice in the newest reply."""
        advice = self.replies[-1].get("advice") if self.replies else None
        return advice["level"] if advice else None

    @property
    def text(self) -> str:
        """Everything that the newest replies show as text."""
        if self.error:
            return " ".join(str(self.error[key]) for key in ("message", "hint") if key in self.error)
        return "\n".join(reply["text"] for reply in self.replies)

    def _send(self, content: dict[str, Any], id: Optional[str]) -> list[dict[str, Any]]:
        self.sent += 1
        answered = self._call("POST", "/api/conversations/messages", {"id": id or f"m{self.sent}", **content})
        self.replies = answered.get("messages", [])
        return self.replies

    def _call(self, method: str, path: str, body: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.server.address + path, data=data, headers=headers, method=method)
        self.error = None
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return dict(json.load(answer))
        except HTTPError as error:
            with error:
                refused = json.load(error)
            self.error = {"status": error.code, **refused["error"]}
            return {}


@lru_cache(maxsize=4)
def records(database: Path) -> Conversations:
    """The records of a server, read beside it."""
    return Conversations(_engine(database))


def _engine(database: Path) -> Engine:
    return engine(f"sqlite:///{database}")
