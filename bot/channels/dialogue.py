"""What is said to a message of a platform: consent first, then the desk; groups, pictures and edits as they deserve."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Optional

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import CHOICE, EDIT, MEDIA, START, TEXT, Arrived, Channel
from bot.channels.meaning import meant
from bot.channels.saying import is_urgent, offered
from bot.dialogue.cleaning import clean
from bot.knowledge import Knowledge
from bot.nlu.reader import Reader
from bot.records.conversations import Conversations
from bot.records.correspondents import (
    ASKED,
    GIVEN,
    Correspondent,
    Correspondents,
    Envelopes,
    first_conversation,
)
from bot.report.compose import failure, greeting
from bot.report.reply import Choice, Reply
from bot.web.limits import Limiter, Rate

Replies = list[dict[str, Any]]
TEXTS_HELD, CHARACTERS_HELD = 10, 20_000
"""Of what is written before consent, so much waits for it."""
AGREE, REFUSE, FORGET = "agree", "refuse", "forget"
PATIENCE = 1.0
"""Seconds after which a database that does not say who writes counts as failing."""
_WORD = re.compile(r"[\w']+")
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
            return Answered([self.failing(event)])
        if arrived.group:
            return await self._in_group(channel, arrived, event, at)
        known = asyncio.to_thread(self.people.of, channel.name, sender, arrived.address, at)
        person = await asyncio.wait_for(known, PATIENCE)
        if paced or arrived.kind == EDIT:
            replies = await self._emergency(channel, person, arrived, event, at)
            if not replies and arrived.kind == EDIT:
                replies = [self._notice(event, "edit")]
            elif not replies and not self.paced.take(sender):
                replies = [self._notice(event, "too_many")]
            return Answered(replies, person, person.conversation_id)
        wordless = arrived.kind == MEDIA or (arrived.kind == TEXT and not arrived.text.strip())
        if wordless or arrived.kind == START or meant(arrived, person.offered, self.knowledge).stale:
            # It says nothing, and after an emergency every reply leads with it all the same.
            nothing = replace(arrived, kind=TEXT, text="", value="")
            if replies := await self._emergency(channel, replace(person, offered=None), nothing, event, at):
                return Answered(replies, person, person.conversation_id)
        if wordless:
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
        person = Correspondent(sender, channel.name, first_conversation(event if arrived.group else sender))
        if not arrived.group:
            known = asyncio.to_thread(self.people.of, channel.name, sender, arrived.address, at)
            with contextlib.suppress(SQLAlchemyError, asyncio.TimeoutError):
                person = await asyncio.wait_for(known, patience)
        replies = await self._emergency(channel, person, arrived, event, at)
        # Where the person stands is settled by the turn that handles their messages in order.
        return Answered(replies, None, person.conversation_id)

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
        alone = Correspondent("", channel.name, first_conversation(event))
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
                replies = [self.failing(event)]
        person = replace(person, offered=offered(replies, channel, self.texts))
        return Answered(replies, person, person.conversation_id)

    async def _before_consent(
        self, channel: Channel, person: Correspondent, arrived: Arrived, event: str, at: datetime
    ) -> Answered:
        """An emergency is answered without it; everything else waits for it. A plain yes or no is heard also after an
        emergency, which every answer leads with: else nobody could agree, refuse, or have it deleted."""
        wish = self._wish(person, arrived, at)
        if wish in (REFUSE, FORGET):
            return await self._refused(person, event, wish, at)
        if wish == AGREE:
            return await self._agreed_to(channel, person, arrived, event, at)
        if replies := await self._emergency(channel, person, arrived, event, at):
            return Answered(replies, person, person.conversation_id)
        held = self._held(person, arrived, event, at)
        again = "consent_again" if held is not None else "consent_full"
        asked = self._notice(
            event,
            again if person.consent == ASKED else "consent",
            Choice(self.texts("agree"), "agree"),
            Choice(self.texts("refuse"), "refuse"),
        )
        held = person.held if held is None else held
        waiting = replace(person, consent=ASKED, held=held, offered=offered([asked], channel, self.texts))
        return Answered([asked], waiting, person.conversation_id)

    def _held(self, person: Correspondent, arrived: Arrived, event: str, at: datetime) -> Optional[Sequence[str]]:
        """What waits for consent, with this message; None where there is no room for it."""
        means = meant(arrived, person.offered, self.knowledge)
        if arrived.kind not in (TEXT, CHOICE) or means.stale:
            return person.held
        if len(person.held) >= TEXTS_HELD or len(arrived.text) >= CHARACTERS_HELD - sum(map(len, person.held)):
            return None
        said = {"choices": means.choices} if means.choices else {"text": arrived.text}
        return [*person.held, json.dumps({"event": event, **said, "at": at.isoformat()})]

    async def _refused(self, person: Correspondent, event: str, wish: str, at: datetime) -> Answered:
        """Nothing is kept: what an emergency's answer had stored goes too."""
        receipt = await self.erased(person.conversation_id, at)
        if wish == REFUSE:
            return Answered([self._notice(event, "refused")])
        count = sum(receipt["erased"].values())
        values = {"count": count, "day": receipt["erased_at"][:10], "number": self.emergency_number}
        return Answered(
            [self._own(event, Reply("notice", self.knowledge.messages.text("request.forgotten", **values)))]
        )

    async def erased(self, conversation_id: str, at: datetime) -> dict[str, Any]:
        """Erases a conversation, here and in what the desk remembers of it; the receipt. Raises UnknownConversation
        and what the database raises."""
        async with self.desk.alone(conversation_id):
            receipt = await asyncio.to_thread(self.conversations.erase, conversation_id, at)
            self.desk.forget(conversation_id)
        return receipt

    async def _agreed_to(
        self, channel: Channel, person: Correspondent, arrived: Arrived, event: str, at: datetime
    ) -> Answered:
        """Consent is noted, and what was written before it, and beside it, is answered now."""
        await asyncio.to_thread(self.conversations.open, person.conversation_id, channel.name, True, at)
        before = [json.loads(text) for text in person.held]
        if arrived.kind == TEXT and self.reader.read(clean(arrived.text), at.date()).mentions:
            before.append({"event": event, "text": arrived.text, "at": at.isoformat()})
        person = replace(person, consent=GIVEN, held=(), offered=None)
        replies: Replies = []
        for each in before:
            # What was meant by "yesterday" was the day before it was written.
            when = {"channel": channel.name, "at": datetime.fromisoformat(each["at"])}
            said = {"text": each.get("text"), "choices": each.get("choices"), **when}
            replies = await self.desk.receive(person.conversation_id, each["event"], **said)
        if not before:
            words = greeting(self.knowledge, emergency_number=self.emergency_number).text
            nothing = replace(arrived, kind=TEXT, text="", value="")
            replies = await self._emergency(channel, person, nothing, event, at)
            replies = replies or [self._notice(event, "welcome", greeting=words)]
        person = replace(person, offered=offered(replies, channel, self.texts))
        return Answered(replies, person, person.conversation_id)

    def _wish(self, person: Correspondent, arrived: Arrived, at: datetime) -> Optional[str]:
        """AGREE, REFUSE or FORGET, where a message says so and nothing else; AGREE also with more beside it. None for
        all else: whoever writes a complaint refuses nothing."""
        if arrived.kind == CHOICE:
            # A button of ours that was pressed late still says what it says.
            pressed = arrived.value.partition(":")[2]
            return pressed if pressed in (AGREE, REFUSE) else None
        if arrived.kind != TEXT:
            return None
        said = " ".join(_WORD.findall(arrived.text.casefold().replace("\u2019", "'")))
        for wish in (FORGET, REFUSE, AGREE):
            if said in self.texts(f"said.{wish}").split(", ") and (wish == FORGET or person.consent == ASKED):
                return wish
        if person.consent != ASKED:
            return None
        means = meant(arrived, person.offered, self.knowledge)
        if means.choices:
            return means.choices[0]
        reading = self.reader.read(clean(arrived.text), at.date())
        if reading.answer == "yes" and said.startswith("yes"):
            return AGREE
        return REFUSE if reading.answer == "no" and said.startswith("no") and not reading.mentions else None

    def failing(self, event: str) -> dict[str, Any]:
        """What is said where a part of ours failed."""
        return self._own(event, failure(self.knowledge, emergency_number=self.emergency_number))

    def _notice(self, event: str, key: str, *choices: Choice, **values: Any) -> dict[str, Any]:
        return self._own(event, Reply("notice", self.texts(key, **values), choices))

    def _own(self, event: str, reply: Reply) -> dict[str, Any]:
        """A message that the desk did not give: its id is the same whenever the same event is answered."""
        return {"id": uuid.uuid5(uuid.NAMESPACE_OID, f"{event} own").hex, **reply.to_json()}
