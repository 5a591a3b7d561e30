"""What is said to a message of a platform: consent first, then the desk; groups, pictures and edits as they deserve."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Optional

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import CHOICE, EDIT, MARK, MEDIA, START, TEXT, Arrived, Channel
from bot.channels.meaning import meant
from bot.channels.saying import is_urgent, offered
from bot.dialogue.cleaning import clean
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.records.conversations import Conversations
from bot.records.correspondents import ASKED, GIVEN, REFUSED, Correspondent, Correspondents, Envelopes
from bot.report.compose import failure, greeting
from bot.report.reply import Choice, Reply
from bot.web.limits import Limiter, Rate

Replies = list[dict[str, Any]]
TEXTS_HELD, CHARACTERS_HELD = 10, 20_000
"""Of what is written before consent, so much waits for it."""
ONE_A_MINUTE = Rate(burst=1, per_second=1 / 60)


@dataclass(frozen=True)
class Answered:
    """What comes of a message: `replies` of the chat API, where the person stands now, and the conversation that the
    replies belong to, as far as it is still there."""

    replies: Sequence[dict[str, Any]] = ()
    person: Optional[Correspondent] = None
    conversation_id: Optional[str] = None

    @property
    def urgent(self) -> list[dict[str, Any]]:
        """Those that lead with an emergency."""
        return [reply for reply in self.replies if is_urgent(reply)]


@dataclass(frozen=True)
class Dialogue:
    """Answers messages. `desk` is every channel's, `texts` are the words of knowledge/messages/en/channels.yml."""

    desk: Any
    conversations: Conversations
    people: Correspondents
    envelopes: Envelopes
    knowledge: Knowledge
    reader: Reader
    texts: Callable[..., str]
    emergency_number: str
    paced: Limiter = field(default_factory=lambda: Limiter(ONE_A_MINUTE))

    async def answer(
        self,
        channel: Channel,
        arrived: Arrived,
        event: str,
        sender: str,
        at: datetime,
        paced: bool = False,
        failed: bool = False,
    ) -> Answered:
        """What is said to a message. Asking again for the same `event` gives the same replies with the same ids.

        `paced` tells that this person wrote too much: then only an emergency counts. `failed` that nothing else worked.
        Raises DeskUnavailable and what the database raises.
        """
        if failed:
            return Answered([self._own(event, failure(self.knowledge, emergency_number=self.emergency_number))])
        if arrived.group:
            return await self._in_group(channel, arrived, event, at)
        person = await asyncio.to_thread(self.people.of, channel.name, sender, arrived.address, at)
        if paced or arrived.kind == EDIT:
            replies = await self._emergency(channel, person, arrived, event, at)
            if not replies and arrived.kind == EDIT:
                replies = [self._notice(event, "edit")]
            elif not replies and not self.paced.take(sender):
                replies = [self._notice(event, "too_many")]
            return Answered(replies, person, person.conversation_id)
        if arrived.kind == MEDIA or (arrived.kind == TEXT and not arrived.text.strip()):
            return Answered([self._notice(event, "media")], person, person.conversation_id)
        if person.consent == GIVEN:
            return await self._say(channel, person, arrived, event, at)
        return await self._before_consent(channel, person, arrived, event, at)

    async def emergency(
        self, channel: Channel, arrived: Arrived, event: str, sender: str, at: datetime, patience: float = 10.0
    ) -> Answered:
        """The answer to a message if it is an emergency, by whatever still works; no replies where it is not.

        Where the database does not say within `patience` seconds who writes, the message speaks for itself.
        """
        person = Correspondent(sender, channel.name, uuid.uuid5(uuid.NAMESPACE_OID, event).hex)
        if not arrived.group:
            known = asyncio.to_thread(self.people.of, channel.name, sender, arrived.address, at)
            with contextlib.suppress(SQLAlchemyError, asyncio.TimeoutError):
                person = await asyncio.wait_for(known, patience)
        replies = await self._emergency(channel, person, arrived, event, at)
        return Answered(replies, None if arrived.group else person, person.conversation_id)

    async def _emergency(
        self, channel: Channel, person: Correspondent, arrived: Arrived, event: str, at: datetime
    ) -> Replies:
        means = meant(arrived, person.offered, self.knowledge)
        if means.stale:
            return []
        said = {"text": means.text, "choices": means.choices, "channel": channel.name, "at": at}
        replies: Replies = await self.desk.emergency_only(person.conversation_id, event, **said)
        return replies

    async def _in_group(self, channel: Channel, arrived: Arrived, event: str, at: datetime) -> Answered:
        """An emergency's answer, in a conversation of this one message; else, once, the hint to write in private."""
        alone = Correspondent("", channel.name, uuid.uuid5(uuid.NAMESPACE_OID, event).hex)
        screened = arrived.kind in (TEXT, EDIT)
        if screened and (replies := await self._emergency(channel, alone, arrived, event, at)):
            return Answered(replies, None, alone.conversation_id)
        group = self.envelopes.pseudonym("group", channel.name, arrived.sender.rpartition(":")[0])
        if arrived.kind not in (TEXT, START) or not await asyncio.to_thread(self.people.hint, group, at):
            return Answered()
        return Answered([self._notice(event, "group")])

    async def _say(
        self, channel: Channel, person: Correspondent, arrived: Arrived, event: str, at: datetime
    ) -> Answered:
        """What the desk says, once there is consent."""
        if arrived.kind == START:
            replies: Replies = [self._own(event, greeting(self.knowledge, emergency_number=self.emergency_number))]
        else:
            means = meant(arrived, person.offered, self.knowledge)
            if means.stale:
                return Answered([self._notice(event, "stale")], person, person.conversation_id)
            said = {"text": means.text, "choices": means.choices, "channel": channel.name, "at": at}
            replies = await self.desk.receive(person.conversation_id, event, **said)
            if not replies:
                # Rasa swallows what its actions raise: an empty reply is an error.
                replies = [self._own(event, failure(self.knowledge, emergency_number=self.emergency_number))]
        person = replace(person, offered=offered(replies, channel, self.texts))
        return Answered(replies, person, person.conversation_id)

    async def _before_consent(
        self, channel: Channel, person: Correspondent, arrived: Arrived, event: str, at: datetime
    ) -> Answered:
        """An emergency is answered without it; everything else waits for it."""
        screened = arrived.kind == TEXT
        if screened and (replies := await self._emergency(channel, person, arrived, event, at)):
            return Answered(replies, person, person.conversation_id)
        agreed = self._agreed(person, arrived, at)
        if agreed is False:
            refused = replace(person, consent=REFUSED, held=(), offered=None)
            return Answered([self._notice(event, "refused")], refused, person.conversation_id)
        if agreed:
            return await self._agreed_to(channel, person, event, at)
        held = list(person.held)
        if arrived.kind == TEXT and len(held) < TEXTS_HELD:
            room = CHARACTERS_HELD - sum(map(len, held))
            one = {"event": event, "text": arrived.text, "at": at.isoformat()}
            held = [*held, json.dumps(one)] if len(arrived.text) < room else held
        again = person.consent == ASKED
        asked = self._notice(
            event,
            "consent_again" if again else "consent",
            Choice(self.texts("agree"), "agree"),
            Choice(self.texts("refuse"), "refuse"),
        )
        waiting = replace(person, consent=ASKED, held=held, offered=offered([asked], channel, self.texts))
        return Answered([asked], waiting, person.conversation_id)

    async def _agreed_to(self, channel: Channel, person: Correspondent, event: str, at: datetime) -> Answered:
        """Consent is noted, and what was written before it is answered now."""
        open_with_consent = (person.conversation_id, channel.name, True, at)
        await asyncio.to_thread(self.conversations.open, *open_with_consent)
        waited, person = person.held, replace(person, consent=GIVEN, held=(), offered=None)
        before = [json.loads(text) for text in waited]
        if not before:
            words = greeting(self.knowledge, emergency_number=self.emergency_number).text
            return Answered([self._notice(event, "welcome", greeting=words)], person, person.conversation_id)
        replies: Replies = []
        for each in before:
            # What was meant by "yesterday" was the day before it was written.
            said = {"text": each["text"], "channel": channel.name, "at": datetime.fromisoformat(each["at"])}
            replies = await self.desk.receive(person.conversation_id, each["event"], **said)
        person = replace(person, offered=offered(replies, channel, self.texts))
        return Answered(replies, person, person.conversation_id)

    def _agreed(self, person: Correspondent, arrived: Arrived, at: datetime) -> Optional[bool]:
        """Whether a message agrees to what was asked; None where nothing was asked, or it says something else."""
        if person.consent not in (ASKED, REFUSED):
            return None
        if arrived.kind == CHOICE:
            mark, _, pressed = arrived.value.partition(":")
            ours = person.offered and str(person.offered["id"])[:MARK] == mark
            # A button of ours that was pressed late still says what it says.
            return {"agree": True, "refuse": False}.get(pressed) if ours or pressed in ("agree", "refuse") else None
        if person.consent == REFUSED:
            return None
        means = meant(arrived, person.offered, self.knowledge)
        value: Optional[str] = (
            means.choices[0] if means.choices else self.reader.read(clean(arrived.text), at.date()).answer
        )
        return {"agree": True, "yes": True, "refuse": False, "no": False}.get(value or "")

    def _notice(self, event: str, key: str, *choices: Choice, **values: Any) -> dict[str, Any]:
        return self._own(event, Reply("notice", self.texts(key, **values), choices))

    def _own(self, event: str, reply: Reply) -> dict[str, Any]:
        """A message that the desk did not give: its id is the same whenever the same event is answered."""
        return {"id": uuid.uuid5(uuid.NAMESPACE_OID, f"{event} own").hex, **reply.to_json()}
