"""The conversations behind the door: opened, answered, read again and erased, whatever part of the house is failing."""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from time import perf_counter
from typing import Any, Callable, Optional, Sequence, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.dialogue.book import DeskUnavailable
from bot.records.conversations import Conversations
from bot.records.existence import Erased, UnknownConversation
from bot.records.feedback import Feedback, UnknownReply
from bot.records.reach import WEB
from bot.report.compose import greeting
from bot.web.body import Inbound, Judgement
from bot.web.errors import Refusal
from bot.web.limits import ADDRESS, CONVERSATION, Limiter, Rate
from bot.web.metrics import Metrics
from bot.web.tokens import BadToken, Ticket, Tokens

log = structlog.get_logger(__name__)

# Seconds that a person waits for the database before the door goes on without it, and where it cannot go on.
PATIENCE = 0.4
LONGEST_WAIT = 8.0
AGAIN = {"Retry-After": "5"}
# Messages whose first answer is remembered.
ANSWERED_KEPT = 20_000

Messages = list[dict[str, Any]]
Value = TypeVar("Value")


class _Silent(Exception):
    """The database did not answer, or not in time."""


class Door:
    """What the chat API does, without HTTP. The database is asked in threads, and its failures stop no answer."""

    def __init__(
        self,
        settings: Any,
        desk: Any,
        conversations: Conversations,
        knowledge: Any,
        metrics: Metrics,
        *,
        by_conversation: Rate = CONVERSATION,
        by_address: Rate = ADDRESS,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._conversations = conversations
        self._knowledge = knowledge
        self._metrics = metrics
        self._tokens = Tokens(settings.secret)
        self._by_conversation = Limiter(by_conversation)
        self._by_address = Limiter(by_address)
        self._now = now
        self.engine = conversations.engine
        self._feedback = Feedback(self.engine)
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="door")
        self._consented: set[str] = set()
        self._answered: OrderedDict[tuple[str, str], None] = OrderedDict()
        # Conversations that the database did not take when they were opened.
        self._owed: set[str] = set()

    async def open(self, consent: bool, address: str) -> tuple[str, Messages]:
        """A new conversation: its token and the greeting. Raises Refusal too_many.

        Where the database fails the token is good all the same: the conversation is stored with its first turn.
        """
        self._pace(self._by_address, address)
        token, ticket = self._tokens.issue(consent)
        await self._begin(ticket)
        reply = greeting(self._knowledge, emergency_number=self._settings.emergency_number)
        self._metrics.count("conversations")
        return token, [{"id": uuid.uuid4().hex, **reply.to_json()}]

    async def ticket(self, token: Optional[str]) -> Ticket:
        """What a token says. Raises Refusal: no_token, bad_token, or gone if the conversation was erased."""
        challenge = {"WWW-Authenticate": 'Bearer realm="signpost"'}
        if not token:
            raise Refusal("no_token", challenge)
        try:
            ticket = self._tokens.read(token)
        except BadToken as error:
            raise Refusal("bad_token", challenge) from error
        try:
            erased = await self._ask(self._conversations.was_erased, ticket.conversation_id)
        except _Silent:
            # A database that is locked or gone keeps nobody out: the desk answers, and keeps the turn for later.
            erased = False
        if erased:
            raise Refusal("gone")
        return ticket

    async def say(self, ticket: Ticket, message: Inbound, address: str) -> Messages:
        """The replies to a message. Raises Refusal: bad_message, consent_needed, too_many or unavailable.

        The message is screened before it is refused for any of these: an emergency is answered instead.
        """
        started = perf_counter()
        refusal = await self._refusal(ticket, message, address)
        if refusal is None:
            replies = await self._receive(ticket, message)
        else:
            replies = await self._emergency(ticket, message)
            if not replies:
                raise refusal
        self._metrics.turn(perf_counter() - started)
        for reply in replies:
            self._metrics.count("replies", kind=reply["kind"], level=(reply.get("advice") or {}).get("level", "none"))
        return replies

    def first_time(self, ticket: Ticket, message_id: str) -> bool:
        """Whether a message is answered for the first time, as far as this process remembers: a repetition, which may
        say something else under the same id, is nothing that happened."""
        key = (ticket.conversation_id, message_id)
        new = key not in self._answered
        self._answered[key] = None
        self._answered.move_to_end(key)
        while len(self._answered) > ANSWERED_KEPT:
            self._answered.popitem(last=False)
        return new

    async def history(self, ticket: Ticket) -> Messages:
        """Every message of the conversation, both sides, oldest first. Raises Refusal unavailable."""
        try:
            return await self._ask(self._conversations.history, ticket.conversation_id, patience=LONGEST_WAIT)
        except _Silent as error:
            raise Refusal("unavailable", AGAIN) from error

    async def similar(self, ticket: Ticket, text: str, fault: Optional[str], address: str) -> Optional[Sequence[Any]]:
        """What the archive has to a text, gated by the conversation's last decision; None in an emergency.

        An emergency in the text is found before the text is refused: too long, too often, or no text at all (`fault`).
        Raises Refusal: bad_search, too_many or archive_unavailable.
        """
        refused = self._paced(ticket, address) or (Refusal("bad_search", detail=fault) if fault else None)
        conversation_id = ticket.conversation_id
        try:
            level = await self._ask(self._conversations.level, conversation_id, patience=LONGEST_WAIT)
        except _Silent:
            # Without the level there is no gate, and without a gate no archived text.
            level, refused = None, refused or Refusal("archive_unavailable", AGAIN)
        gate = await self._desk.gate(conversation_id, text, level or "unknown", self._now())
        if gate is None:
            return None
        if refused is not None:
            raise refused
        try:
            found: Sequence[Any] = await self._desk.archived(text, gate)
        except SQLAlchemyError as error:
            log.error("web.archive_failed", error=type(error).__name__)
            raise Refusal("archive_unavailable", AGAIN) from error
        return found

    async def judge(self, ticket: Ticket, judgement: Judgement, address: str) -> None:
        """Keeps what the person says of a reply. Raises Refusal: reply_unknown, gone, too_many or unavailable."""
        refused = self._paced(ticket, address)
        if refused is not None:
            raise refused
        said = (ticket.conversation_id, judgement.reply_id, judgement.helpful, judgement.comment, self._now())
        try:
            await self._ask(self._feedback.give, *said, patience=LONGEST_WAIT)
        except _Silent as error:
            raise Refusal("unavailable", AGAIN) from error
        except Erased as error:
            raise Refusal("gone") from error
        except (UnknownReply, UnknownConversation) as error:
            raise Refusal("reply_unknown") from error
        self._metrics.count("feedback", helpful=str(judgement.helpful).lower())

    async def erase(self, ticket: Ticket) -> dict[str, Any]:
        """Erases the conversation, here and in what the desk remembers; the receipt. Raises Refusal unavailable."""
        # A turn that Rasa is at would write its events after everything was erased.
        async with self._desk.alone(ticket.conversation_id):
            try:
                receipt = await self._ask(self._erase, ticket, patience=LONGEST_WAIT)
            except _Silent as error:
                raise Refusal("unavailable", AGAIN) from error
            self._desk.forget(ticket.conversation_id)
        self._consented.discard(ticket.conversation_id)
        self._owed.discard(ticket.conversation_id)
        self._metrics.count("erased")
        return receipt

    async def _begin(self, ticket: Ticket) -> None:
        """Note the conversation and its consent in the database, now or with the next message."""
        arguments = (ticket.conversation_id, WEB, ticket.consent, self._now())
        try:
            await self._ask(self._conversations.open, *arguments)
            self._owed.discard(ticket.conversation_id)
        except Erased as error:
            raise Refusal("gone") from error
        except _Silent:
            self._owed.add(ticket.conversation_id)

    async def _refusal(self, ticket: Ticket, message: Inbound, address: str) -> Optional[Refusal]:
        if message.fault:
            return Refusal("bad_message", detail=message.fault)
        paced = self._paced(ticket, address)
        if paced is not None:
            return paced
        if not await self._consents(ticket, message):
            return Refusal("consent_needed")
        return None

    async def _consents(self, ticket: Ticket, message: Inbound) -> bool:
        """Whether consent was given: with the token, with this message or an earlier one, or as the database says."""
        if ticket.conversation_id in self._owed:
            await self._begin(ticket)
        if ticket.consent or ticket.conversation_id in self._consented:
            return True
        if message.consent:
            await self._begin(replace(ticket, consent=True))
        else:
            try:
                row = await self._ask(self._conversations.show, ticket.conversation_id)
            except _Silent:
                row = None
            if not (row or {}).get("consent"):
                return False
        self._consented.add(ticket.conversation_id)
        return True

    async def _receive(self, ticket: Ticket, message: Inbound) -> Messages:
        try:
            replies: Messages = await self._desk.receive(
                ticket.conversation_id,
                message.id,
                text=message.text,
                choices=message.choices,
                channel=WEB,
                at=self._now(),
            )
        except DeskUnavailable as error:
            raise Refusal("unavailable", AGAIN) from error
        if not replies:
            log.error("web.no_reply")
            raise Refusal("unavailable", AGAIN)
        return replies

    async def _emergency(self, ticket: Ticket, message: Inbound) -> Messages:
        """The answer to an emergency in a message that is refused otherwise; nothing where it is none."""
        replies: Messages = await self._desk.emergency_only(
            ticket.conversation_id,
            message.id or uuid.uuid4().hex,
            text=message.text,
            choices=message.choices,
            channel=WEB,
            at=self._now(),
        )
        return replies

    def _erase(self, ticket: Ticket) -> dict[str, Any]:
        now = self._now()
        try:
            return self._conversations.erase(ticket.conversation_id, now)
        except UnknownConversation:
            # Its row stays, so that nothing that is still on its way can bring the conversation back.
            self._conversations.open(ticket.conversation_id, WEB, ticket.consent, now)
            return self._conversations.erase(ticket.conversation_id, now)

    async def _ask(self, work: Callable[..., Value], *arguments: Any, patience: float = PATIENCE) -> Value:
        future = asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*arguments))
        try:
            return await asyncio.wait_for(future, patience)
        except asyncio.TimeoutError as error:
            log.error("web.database_slow", work=getattr(work, "__name__", ""))
            raise _Silent from error
        except SQLAlchemyError as error:
            log.error("web.database_failed", work=getattr(work, "__name__", ""), error=type(error).__name__)
            raise _Silent from error

    def _paced(self, ticket: Ticket, address: str) -> Optional[Refusal]:
        for limiter, key in ((self._by_address, address), (self._by_conversation, ticket.conversation_id)):
            try:
                self._pace(limiter, key)
            except Refusal as refusal:
                return refusal
        return None

    def pace(self, address: str) -> None:
        """Counts a request of an address that says nothing. Raises Refusal too_many."""
        self._pace(self._by_address, address)

    def _pace(self, limiter: Limiter, key: str) -> None:
        seconds = limiter.take(key)
        if seconds:
            raise Refusal("too_many", {"Retry-After": str(seconds)}, seconds=seconds)
