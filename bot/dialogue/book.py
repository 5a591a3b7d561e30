"""What the desk keeps of conversations: the records, a journal for when they fail, and the newest cases in memory.

Everything that touches the database runs in threads of its own, and for an emergency with little patience: a database
that is locked or gone delays an answer by a moment, and is never waited for on the event loop.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Callable, Optional, TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.records.conversations import Conversations
from bot.records.database import writing
from bot.records.handoffs import NOBODY, STATE, WITH_HOLDER, Holder, State, state_of
from bot.records.journal import Journal
from bot.records.models import conversations as conversation_rows
from bot.records.turn_record import TurnRecord
from bot.triage.case import Case

log = structlog.get_logger(__name__)

# Seconds that an emergency's answer waits for the database before it goes on without it.
PATIENCE = 0.4
# Seconds that erasing may take: it goes through every table, and nobody's answer waits for it.
ERASING = 8.0
# Conversations whose newest case stays in memory.
CASES_KEPT = 10_000
THREADS = 8

Value = TypeVar("Value")
Json = dict[str, Any]
Replies = list[Json]


class DeskUnavailable(Exception):
    """A turn could not be stored. Nothing was acknowledged: the client may send the same message again."""


class _Missing(Exception):
    """The database did not answer, or not in time."""


@dataclass(frozen=True)
class LookedUp:
    """What is known when a message arrives: its replies if it was answered before, the case, and the clinician who
    holds the conversation. `overtaken` tells that a clinician wrote or left since the bot's last words: what is
    written now answers no question of the bot's."""

    given: Optional[Replies]
    case: Case
    holder: Optional[Holder] = None
    overtaken: bool = False


@dataclass(frozen=True)
class _Kept:
    """A conversation's newest turn in this process: the case after it, its replies, whether only the journal has it."""

    case: Case
    client_id: str
    replies: Replies
    at: datetime
    journalled: bool


@dataclass(frozen=True)
class _Found:
    """What the database has: the replies given to a message, the facts after the newest turn and its moment, when
    somebody last said anything, and who answers."""

    given: Optional[Replies] = None
    facts: Optional[Json] = None
    since: Optional[datetime] = None
    last_at: Optional[datetime] = None
    state: State = NOBODY

    @property
    def returned(self) -> bool:
        """Whether a clinician gave the conversation back, and the person wrote nothing since."""
        given_back = self.state.holder is None and not self.state.asked
        return given_back and _later(self.state.since, self.since)

    @property
    def overtaken(self) -> bool:
        """Whether a clinician had the last word."""
        return self.returned or (self.state.holder is not None and _later(self.last_at, self.since))


def _later(one: Optional[datetime], other: Optional[datetime]) -> bool:
    return one is not None and other is not None and one > other


class Book:
    """The conversations of one database, for one desk."""

    def __init__(self, engine: Engine, journal: Journal, session: timedelta = timedelta(minutes=60)) -> None:
        self._engine = engine
        self._conversations = Conversations(engine)
        self._journal = journal
        self._session = session
        self._newest: OrderedDict[str, _Kept] = OrderedDict()
        # Who held a conversation when the database was last asked: the bot stays silent there also when it fails.
        self._holders: dict[str, Holder] = {}
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="book")
        # The journal writes even where every other thread waits for a lock.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")

    async def look_up(self, conversation_id: str, client_id: str, at: datetime) -> LookedUp:
        """The replies already given to a message, and the case before it.

        The case is empty for a new conversation and after a long silence; one with an emergency does not end by
        silence. Both come from memory where the database fails, and where the newest turn is only in the journal.
        """
        kept = self._newest.get(conversation_id)
        if kept is not None and kept.client_id == client_id:
            return LookedUp(kept.replies, kept.case)
        given = None
        try:
            found = await self._ask(self._stored, conversation_id, client_id)
            given = found.given
            self._note(conversation_id, found.state.holder)
            if kept is None or not kept.journalled:
                case = self._unless_over(Case.from_json(found.facts), found.last_at, at)
                if found.returned:
                    # The wish was met: who asks again afterwards waits again.
                    case = replace(case, human=False)
                return LookedUp(given, case, found.state.holder, found.overtaken)
        except _Missing:
            pass
        case = self._unless_over(kept.case, kept.at, at) if kept else Case()
        return LookedUp(given, case, self._holders.get(conversation_id))

    def emergency_since(self, conversation_id: str, before: Case) -> Optional[Case]:
        """The newest case, if an emergency was answered in this process while a message waited for Rasa."""
        kept = self._newest.get(conversation_id)
        return kept.case if kept and kept.case.emergency and not before.emergency else None

    async def said(self, conversation_id: str) -> str:
        """What the person wrote since the last greeting, for the archive's search; "" where it cannot be read."""
        try:
            history = await self._ask(self._conversations.history, conversation_id)
        except _Missing:
            return ""
        texts: list[str] = []
        for message in history:
            if message.get("kind") == "greeting":
                texts.clear()
            elif message["from"] == "person" and message.get("text"):
                texts.append(message["text"])
        return "\n".join(texts)

    async def store(self, record: TurnRecord, case: Case) -> None:
        """Stores a turn. Raises DeskUnavailable where the database does not take it."""
        try:
            there = await asyncio.wrap_future(self._threads.submit(self._store, record))
        except SQLAlchemyError as error:
            log.error("turn not stored", conversation=record.conversation_id, error=type(error).__name__)
            raise DeskUnavailable("the turn could not be stored") from error
        if there:
            self._keep(record, case, journalled=False)

    async def store_surely(self, record: TurnRecord, case: Case) -> None:
        """Stores a turn that is answered whatever happens: in the journal where the database does not take it soon."""
        journalled, there = False, True
        try:
            there = await self._ask(self._store, record)
        except _Missing:
            journalled = True
            written = asyncio.wrap_future(self._writer.submit(self._journal.append, record))
            try:
                await asyncio.wait_for(asyncio.shield(written), PATIENCE)
            except asyncio.TimeoutError:
                # The writer goes on; the person need not wait for a slow disk.
                log.error("journal too slow", conversation=record.conversation_id)
            except OSError as error:
                # Database and disk both fail: the person is answered all the same, and the operator reads this.
                log.critical("turn not recorded", conversation=record.conversation_id, error=type(error).__name__)
        if there:
            self._keep(record, case, journalled)

    def recorded(self, conversation_id: str) -> bool:
        """Whether the newest turn is in the database, as far as this process knows."""
        kept = self._newest.get(conversation_id)
        return kept is None or not kept.journalled

    def works(self) -> bool:
        """Whether the database answers now; waits for it no longer than an emergency would."""
        try:
            self._threads.submit(self._conversations.exists, "").result(PATIENCE)
        except (SQLAlchemyError, OutOfTime):
            return False
        return True

    async def erase(self, conversation_id: str, at: datetime) -> Json:
        """Erases a conversation, here, in the journal and in the database; the receipt. Raises DeskUnavailable."""
        try:
            receipt = await self._ask(self._conversations.erase, conversation_id, at, patience=ERASING)
        except _Missing:
            raise DeskUnavailable("the conversation could not be erased") from None
        self.forget(conversation_id)
        return receipt

    def forget(self, conversation_id: str) -> None:
        """Drops what is kept of a conversation that was erased, here and in the journal."""
        self._newest.pop(conversation_id, None)
        self._holders.pop(conversation_id, None)
        self._journal.forget(conversation_id)

    def close(self) -> None:
        """Ends the threads; those that wait for a lock end when the lock's time is over."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._writer.shutdown(wait=True)

    async def _ask(self, work: Callable[..., Value], *arguments: Any, patience: Optional[float] = None) -> Value:
        future: Future[Value] = self._threads.submit(work, *arguments)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), patience or PATIENCE)
        except asyncio.TimeoutError:
            log.error("database too slow", work=work.__name__)
        except SQLAlchemyError as error:
            log.error("database failed", work=work.__name__, error=type(error).__name__)
        raise _Missing

    def _store(self, record: TurnRecord) -> bool:
        """Stores a turn; says whether its conversation is still there, and was not erased meanwhile."""
        if self._journal.waiting():
            # What waits in the journal is older, and goes in first; but the journal is not held while the database
            # is waited for, because an emergency may have to be written to it meanwhile.
            with writing(self._engine):
                pass
            drained = self._journal.drain(self._conversations)
            log.warning("journal drained", stored=drained.stored, left=len(drained.left))
        return self._conversations.store_turn(record) or not self._conversations.was_erased(record.conversation_id)

    def _stored(self, conversation_id: str, client_id: str) -> _Found:
        query = select(*STATE).select_from(WITH_HOLDER).where(conversation_rows.c.id == conversation_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return _Found()
        given = self._conversations.turn(conversation_id, client_id)
        facts, since = self._conversations.newest(conversation_id) or (None, None)
        return _Found(given, facts, since, row.last_at, state_of(row))

    def _note(self, conversation_id: str, holder: Optional[Holder]) -> None:
        if holder is None:
            self._holders.pop(conversation_id, None)
        else:
            self._holders[conversation_id] = holder

    def _unless_over(self, case: Case, last_at: Optional[datetime], at: datetime) -> Case:
        over = last_at is not None and at - last_at > self._session
        return Case() if over and not case.emergency else case

    def _keep(self, record: TurnRecord, case: Case, journalled: bool) -> None:
        kept = self._newest.get(record.conversation_id)
        if kept is not None and kept.at > record.at:
            # An emergency overtook this turn.
            return
        self._newest[record.conversation_id] = _Kept(case, record.client_id, record.replies, record.at, journalled)
        self._newest.move_to_end(record.conversation_id)
        while len(self._newest) > CASES_KEPT:
            self._newest.popitem(last=False)
