"""One turn as it is recorded: what came in, what was answered, and the decision behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from bot.records.lookup import Lookup


@dataclass(frozen=True)
class TurnRecord:
    """A turn of a conversation.

    `client_id` is the id that the client gave its message: the same id is the same message. `at` is an aware time.
    `text` is the message as received, None where choices were pressed. `replies` are the chat API's messages, each
    with its id. `case` are the facts after the turn, `decision` what was decided from them on the day `decided_on`
    (`at`'s UTC date where None) with the knowledge `knowledge_version`, whose bytes are `knowledge_canonical`.
    `failed` says what failed in the turn, for the operator. `lookup` is what became of asking the archive. `took_ms`
    are milliseconds until the replies were ready, `model` names the language model that was asked, None where none was.
    `asks_human` tells that the person asked for one in this turn.
    """

    conversation_id: str
    client_id: str
    channel: str
    at: datetime
    text: str | None
    choices: list[str] | None
    replies: list[dict[str, Any]]
    case: dict[str, Any] | None
    decision: dict[str, Any] | None
    knowledge_version: str | None
    knowledge_canonical: bytes | None
    failed: str | None = None
    decided_on: date | None = None
    lookup: Lookup | None = None
    took_ms: int | None = None
    model: str | None = None
    asks_human: bool = False

    def to_json(self) -> dict[str, Any]:
        """JSON with every field; `from_json` reads it back to an equal record."""
        data = asdict(self)
        data["at"] = self.at.isoformat()
        data["decided_on"] = self.decided_on.isoformat() if self.decided_on else None
        data["knowledge_canonical"] = self.knowledge_canonical.decode() if self.knowledge_canonical else None
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TurnRecord:
        """The record that `to_json` wrote. Raises KeyError, TypeError or ValueError where it did not write this."""
        fields = dict(data)
        fields["at"] = datetime.fromisoformat(data["at"])
        fields["decided_on"] = date.fromisoformat(data["decided_on"]) if data["decided_on"] else None
        # A journal of an earlier version has no lookups.
        fields["lookup"] = Lookup.from_json(data.get("lookup"))
        knowledge = data["knowledge_canonical"]
        fields["knowledge_canonical"] = knowledge.encode() if knowledge else None
        return cls(**fields)
