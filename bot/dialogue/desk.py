"""The desk: every message of every channel arrives here, is screened for an emergency, and is answered.

Safety first, in this order: a repeated message gets its replies again; an emergency is answered and recorded without
Rasa and before any lock; what is said while a clinician holds the conversation is kept for them, and the bot is
silent; everything else goes to Rasa, one message of a conversation at a time; and whatever fails, the person still gets
a reply that carries the emergency number. Importing this does not import Rasa.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Optional, Sequence
from weakref import WeakValueDictionary

import structlog

from actions.restart import asks_to_restart
from actions.services import Services
from bot.archive.answer import EMERGENCY, ArchivedAnswer
from bot.archive.levels import LEVELS, rank
from bot.archive.likeness import forget_texts
from bot.dialogue.book import Book, DeskUnavailable, LookedUp
from bot.dialogue.golden import misjudged
from bot.dialogue.incoming import Message, parts_of
from bot.interview.turn import CRISIS, FORGET, RETRACTION, Turn, take_turn
from bot.nlu.reading import Reading
from bot.records.handoffs import Holder
from bot.records.lookup import Lookup
from bot.records.turn_record import TurnRecord
from bot.report.compose import compose, failure, notice
from bot.report.handoff import passed_on, who
from bot.report.reply import Reply
from bot.triage.case import Case
from bot.triage.decide import decide

if TYPE_CHECKING:
    from bot.dialogue.agent import Answered, Dialogue

__all__ = ["Desk", "DeskUnavailable"]

log = structlog.get_logger(__name__)

# Characters of one message. A longer one is screened too, part by part, and others are answered in between.
LONGEST = 4_000
# Seconds that Rasa may take for a turn that needs some milliseconds.
RASA_SECONDS = 20.0
# Seconds that reading an intent alone may take: an emergency's answer waits for it, once there is one.
WISH_SECONDS = 1.0
# Seconds that the first message waits for a model that is still being trained or loaded.
LOADING_SECONDS = 60.0
# The intent whose words start again, also after an emergency.
RESTART = "restart"
# The intent that puts the person into the clinicians' queue, also in an emergency.
HUMAN = "human"

Replies = list[dict[str, Any]]


class Desk:
    """Answers messages. `dialogue` is None until Rasa's model is loaded: emergencies are answered without it."""

    def __init__(self, services: Services, book: Book) -> None:
        self._services = services
        self._book = book
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.dialogue: Optional[Dialogue] = None
        self.loading: Optional[asyncio.Future[None]] = None
        self.golden = False
        # What names the model that is loaded, in the records.
        self.model: Optional[str] = None

    async def receive(
        self,
        conversation_id: str,
        client_id: str,
        text: Optional[str] = None,
        choices: Optional[Sequence[str]] = None,
        channel: str = "web",
        at: Optional[datetime] = None,
    ) -> Replies:
        """The replies to a message: chat API messages with their ids. The same `client_id` is the same message.

        Raises DeskUnavailable where a turn that is no emergency cannot be stored: it was then not received.
        """
        message = Message.of(conversation_id, client_id, text, choices, channel, at)
        known = await self._look_up(message)
        if known.given is not None:
            return known.given
        answered = await self._emergency(message, known.case)
        if answered is not None:
            return answered
        lock = self._lock(conversation_id)
        waited = lock.locked()
        async with lock:
            if waited:
                # The message before this one changed the case, or was this very message.
                known = await self._look_up(message)
                if known.given is not None:
                    return known.given
                answered = await self._emergency(message, known.case)
                if answered is not None:
                    return answered
            if len(message.text) > LONGEST:
                return await self._too_long(message, known.case)
            if known.holder is not None and not await self._for_the_bot(known.case, message):
                return await self._passed_on(message, known.case, known.holder)
            return await self._converse(message, known.case)

    async def emergency_only(
        self,
        conversation_id: str,
        client_id: str,
        text: Optional[str] = None,
        choices: Optional[Sequence[str]] = None,
        channel: str = "web",
        at: Optional[datetime] = None,
    ) -> Replies:
        """The replies to a message that is going to be refused, if it is an emergency; none where it is not."""
        message = Message.of(conversation_id, client_id, text, choices, channel, at)
        known = await self._look_up(message)
        return known.given if known.given is not None else await self._emergency(message, known.case) or []

    async def gate(self, conversation_id: str, text: str, level: str, at: Optional[datetime] = None) -> Optional[str]:
        """The level that gates what the archive has to a text looked up beside the conversation: `level`, or a more
        urgent one where the rules find it in the text. None where the text or the conversation is an emergency.
        """
        message = Message.of(conversation_id, "", text, None, "web", at)
        before = (await self._look_up(message)).case
        turn, _ = self._screen(before, message)
        found = turn.decision.level
        if EMERGENCY in (level, found) or turn.emergency or before.emergency:
            return None
        return found if found in LEVELS and rank(found) > rank(level) else level

    async def archived(self, text: str, level: str) -> Sequence[ArchivedAnswer]:
        """What the archive has to a text behind the gate of a level. Raises what the database raises."""
        return await asyncio.to_thread(self._services.answers, text, (), level)

    def ready(self) -> dict[str, bool]:
        """Which parts work. May wait a moment for the database: call it in a thread."""
        return {
            "model": self.dialogue is not None,
            "database": self._book.works(),
            "knowledge": bool(self._services.knowledge.rules),
            "golden": self.golden and not misjudged(self._level),
        }

    def _level(self, text: str) -> str:
        """The level of a message that stands alone, by the screen."""
        return self._screen(Case(), Message.of("", "", text, None, "web", None))[0].decision.level

    def recorded(self, conversation_id: str) -> bool:
        """Whether the conversation's newest turn is in the database, and not only in the journal."""
        return self._book.recorded(conversation_id)

    def forget(self, conversation_id: str) -> None:
        """Drops what the desk remembers of a conversation that was erased."""
        self._book.forget(conversation_id)
        self._services.forget()
        forget_texts()

    def alone(self, conversation_id: str) -> asyncio.Lock:
        """The lock of a conversation: who holds it works on it alone, while no turn of it is with Rasa."""
        return self._lock(conversation_id)

    async def _look_up(self, message: Message) -> LookedUp:
        known = await self._book.look_up(message.conversation_id, message.client_id, message.at)
        if not known.overtaken or message.choices is not None:
            return known
        # "Yes" to what a clinician wrote is no answer to what the bot had asked before; a pressed choice still is one.
        return replace(known, case=replace(known.case, pending=None, pending_keys=()))

    async def _emergency(self, message: Message, before: Case) -> Optional[Replies]:
        """The emergency's answer, recorded; None where there is none, or where the person wants to start again."""
        try:
            turn, reading = await self._screened(before, message)
            if not (turn.emergency or before.emergency) or await self._starts_again(before, reading, message):
                return None
            reply = compose(
                turn,
                self._services.knowledge,
                emergency_number=self._services.emergency_number,
                crisis_line=self._services.crisis_line,
            )
        except Exception as error:
            # The screen is our own code and must not fail; if it does, the person still gets the number to call.
            log.error("screen failed", conversation=message.conversation_id, error=type(error).__name__)
            return await self._failed(message, before, "screen", surely=True)
        case = turn.case
        if before.emergency and not case.human and await self._wish(message) == HUMAN:
            # The answer stays the emergency's; but a clinician sees that somebody is wanted.
            case = replace(case, human=True)
        record = self._record(message, [reply.to_json()], case.to_json(), turn.decision.to_json())
        record = replace(record, asks_human=case.human and not before.human)
        await self._book.store_surely(record, case)
        return record.replies

    async def _screened(self, before: Case, message: Message) -> tuple[Turn, Reading]:
        """What the screen finds in a message; of a long one the first part with an emergency, or the last part."""
        if len(message.text) <= LONGEST:
            return self._screen(before, message)
        case = before
        for part in parts_of(message.text):
            turn, reading = self._screen(case, replace(message, text=part))
            if turn.emergency:
                break
            case = turn.case
            await asyncio.sleep(0)
        return turn, reading

    def _screen(self, before: Case, message: Message) -> tuple[Turn, Reading]:
        reading = self._services.read(message.text, message.on) if message.text else Reading(text="")
        return take_turn(before, reading, self._services.knowledge, message.on, choices=message.choices), reading

    async def _starts_again(self, before: Case, reading: Reading, message: Message) -> bool:
        """Whether a message after an emergency asks for a new start, and brings no emergency of its own."""
        if not before.emergency or not asks_to_restart(message.text):
            return False
        if take_turn(Case(), reading, self._services.knowledge, message.on).emergency:
            return False
        return await self._wish(message) == RESTART

    async def _wish(self, message: Message) -> Optional[str]:
        """The intent of a text that tells no finding; None where there is none, or Rasa cannot tell: then whatever is
        so, an emergency or a clinician who holds the conversation, stays so."""
        if self.dialogue is None or message.choices is not None or not message.text.strip():
            return None
        if self._services.read(message.text, message.on).mentions:
            return None
        try:
            return await asyncio.wait_for(self.dialogue.intent(message.text[:LONGEST]), WISH_SECONDS)
        except Exception as error:
            log.error("intent not read", conversation=message.conversation_id, error=type(error).__name__)
            return None

    async def _converse(self, message: Message, before: Case) -> Replies:
        """A turn with Rasa. The caller holds the conversation's lock."""
        if before.pending == FORGET and self._confirms(message):
            return await self._erased(message, before)
        await self._until_loaded()
        try:
            answered = await asyncio.wait_for(self._ask_rasa(before, message), RASA_SECONDS)
        except Exception as error:
            # Rasa, an action, the tracker store: whatever it was, the person is told what to do. No text is logged.
            log.error("turn failed", conversation=message.conversation_id, error=type(error).__name__)
            what = f"{type(error).__name__}: {_part(error)}"
            return await self._failed(message, before, what, model=self.model)
        overtaking = self._book.emergency_since(message.conversation_id, before)
        if overtaking is not None:
            # From then on every reply leads with the emergency, this one too.
            return await self._emergency(message, overtaking) or []
        case = before.to_json() if answered.case is None else answered.case
        record = replace(
            self._record(message, answered.replies, case, answered.decision, model=self.model),
            lookup=Lookup.from_json(answered.lookup),
            asks_human=bool(case.get("human")) and not before.human,
        )
        await self._book.store(record, Case.from_json(case))
        return record.replies

    async def _for_the_bot(self, before: Case, message: Message) -> bool:
        """Whether a message in a conversation that a clinician holds is one of the two wishes that the bot alone can
        grant, to start again and to be forgotten, or the answer to the question about it."""
        if before.pending == FORGET and self._confirms(message):
            return True
        intent = await self._wish(message)
        return intent == FORGET or (intent == RESTART and asks_to_restart(message.text))

    async def _passed_on(self, message: Message, before: Case, holder: Holder) -> Replies:
        """The bot is silent: what was said is kept for the clinician and enters the case, so that it is screened
        together with what comes, and known when the bot goes on; but nothing is asked and nothing advised."""
        knowledge, number = self._services.knowledge, self._services.emergency_number
        turn, _ = self._screen(before, message)
        if turn.kind == CRISIS:
            # No questionnaire and no advice either: whom to call, and that does not wait for anybody.
            reply = compose(turn, knowledge, emergency_number=number, crisis_line=self._services.crisis_line)
        else:
            by = who(knowledge, holder.display, holder.role)
            reply = passed_on(knowledge, by, emergency_number=number)
        pending = None if message.choices is not None or before.pending in (FORGET, RETRACTION) else before.pending
        case = replace(
            turn.case,
            asked=before.asked,
            spent=before.spent,
            trail=before.trail,
            pending=pending,
            pending_keys=before.pending_keys if pending else (),
            advised=before.advised,
        )
        decision = decide(case, knowledge, message.on)
        record = self._record(message, [reply.to_json()], case.to_json(), decision.to_json())
        await self._book.store(record, case)
        return record.replies

    def _confirms(self, message: Message) -> bool:
        if message.choices is not None:
            return "yes" in message.choices
        return self._services.read(message.text, message.on).answer == "yes"

    async def _erased(self, message: Message, before: Case) -> Replies:
        """Everything of the conversation is erased, this turn too; the reply is its receipt, and is not stored."""
        try:
            receipt = await self._book.erase(message.conversation_id, message.at)
        except DeskUnavailable:
            return await self._failed(message, before, "erase")
        self.forget(message.conversation_id)
        count, day = sum(receipt["erased"].values()), receipt["erased_at"][:10]
        number = self._services.emergency_number
        text = self._services.knowledge.messages.text("request.forgotten", count=count, day=day, number=number)
        return [{"id": message.reply_id(0), **Reply("notice", text).to_json()}]

    async def _until_loaded(self) -> None:
        """Who writes while the model is being loaded is answered a little later, and not turned away."""
        if self.dialogue is None and self.loading is not None:
            await asyncio.wait([self.loading], timeout=LOADING_SECONDS)

    async def _ask_rasa(self, before: Case, message: Message) -> Answered:
        if self.dialogue is None:
            raise RuntimeError("no model")
        turn, _ = self._screen(before, message)
        said = await self._book.said(message.conversation_id) if turn.finished else ""
        return await self.dialogue.answer(
            message.conversation_id,
            message.text,
            message.choices,
            before.to_json(),
            message.on,
            message.channel,
            said=f"{said}\n{message.text}".strip(),
        )

    async def _failed(
        self, message: Message, before: Case, what: str, surely: bool = False, model: Optional[str] = None
    ) -> Replies:
        """The reply for when a part failed. What was said still counts; what was never shown was not asked."""
        case = before
        if not surely:
            turn, _ = self._screen(before, message)
            case = replace(
                turn.case,
                asked=before.asked,
                spent=before.spent,
                pending=before.pending,
                pending_keys=before.pending_keys,
                advised=before.advised,
            )
        reply = failure(self._services.knowledge, emergency_number=self._services.emergency_number)
        record = self._record(message, [reply.to_json()], case.to_json(), None, failed=what, model=model)
        await (self._book.store_surely if surely else self._book.store)(record, case)
        return record.replies

    async def _too_long(self, message: Message, before: Case) -> Replies:
        """A kind refusal; what was written is kept up to the limit, and nothing of it enters the case."""
        number = self._services.emergency_number
        reply = notice(self._services.knowledge, "too_long", length=len(message.text), most=LONGEST, number=number)
        cut = replace(message, received=message.received[:LONGEST])
        record = self._record(cut, [reply.to_json()], before.to_json(), None)
        await self._book.store(record, before)
        return record.replies

    def _record(
        self,
        message: Message,
        replies: Sequence[dict[str, Any]],
        case: dict[str, Any],
        decision: Optional[dict[str, Any]],
        failed: Optional[str] = None,
        model: Optional[str] = None,
    ) -> TurnRecord:
        return TurnRecord(
            conversation_id=message.conversation_id,
            client_id=message.client_id,
            channel=message.channel,
            at=message.at,
            text=None if message.choices is not None else message.received,
            choices=message.choices,
            replies=[{"id": message.reply_id(place), **reply} for place, reply in enumerate(replies)],
            case=case,
            decision=decision,
            knowledge_version=self._services.knowledge.version,
            knowledge_canonical=self._services.knowledge.canonical,
            failed=failed,
            decided_on=message.on,
            took_ms=message.took_ms,
            model=model,
        )

    def _lock(self, conversation_id: str) -> asyncio.Lock:
        lock = self._locks.get(conversation_id)
        if lock is None:
            lock = self._locks[conversation_id] = asyncio.Lock()
        return lock


def _part(error: Exception) -> str:
    """What failed, in words of ours; a foreign exception's text may repeat what the person said."""
    return str(error) if type(error).__module__.startswith("bot.") else "see the log"
