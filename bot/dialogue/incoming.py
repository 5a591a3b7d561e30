"""A message as the desk takes it in: its text cleaned, its time known, and the ids that its replies will have."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from typing import Optional, Sequence

from bot.dialogue.cleaning import clean

# Characters of a part in which a long text is read, and how far the parts overlap; of what no person can have written,
# its beginning and its end are read.
PART, OVERLAP = 2_000, 300
BEGINNING, END = 20_000, 4_000


@dataclass(frozen=True)
class Message:
    """One message of a person. `choices` is None where text was written; `at` is an aware time. `text` is what is read,
    `received` the text as it came, which is what is kept: invisible characters may hide a word, and were written."""

    conversation_id: str
    client_id: str
    text: str
    choices: Optional[list[str]]
    channel: str
    at: datetime
    received: str = ""
    arrived: float = field(default_factory=time.monotonic, compare=False)

    @classmethod
    def of(
        cls,
        conversation_id: str,
        client_id: str,
        text: Optional[str],
        choices: Optional[Sequence[str]],
        channel: str,
        at: Optional[datetime],
    ) -> Message:
        """The message with text and choices cleaned; `at` is now where None."""
        pressed = None if choices is None else [clean(choice) for choice in choices]
        moment = at or datetime.now(timezone.utc)
        return cls(conversation_id, client_id, clean(text), pressed, channel, moment, text or "")

    @property
    def on(self) -> date:
        """The day that "since yesterday" refers to."""
        return self.at.date()

    @property
    def took_ms(self) -> int:
        """Milliseconds since the message arrived, waiting for the one before it included."""
        return round((time.monotonic() - self.arrived) * 1000)

    def reply_id(self, place: int) -> str:
        """The id of a reply: the same whenever the same message is answered, so that a repeated answer is known."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{self.conversation_id} {self.client_id} {place}").hex


def parts_of(text: str) -> list[str]:
    """A long text in parts that overlap, so that no sentence of an emergency is cut in every one of them."""
    if len(text) > BEGINNING + END:
        return [*parts_of(text[:BEGINNING]), *parts_of(text[-END:])]
    return [text[start : start + PART] for start in range(0, max(1, len(text) - OVERLAP), PART - OVERLAP)]
