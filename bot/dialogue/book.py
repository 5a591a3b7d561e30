"""What the desk keeps of conversations: the records, a journal for when they fail, and the newest cases in memory.

Everything that touches the database runs in threads of its own, and for an emergency with little patience: a database
that is locked or gone delays an answer by a moment, and is never waited for on the event loop.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Callable, Optional, TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.records.conversations import Conversations
from bot.records.database import writing
from bot.records.journal import Journal
from bot.records.models import conversations as conversation_rows
from bot.records.turn_record import TurnRecord
from bot.triage.case import Case

log = structlog.get_logger(__name__)

# Seconds that an emergency's answer waits for the database before it goes on without it.
PATIENCE = 0.4
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
    """What is known when a message arrives: its replies if it was answered before, and the case."""

    given: Optional[Replies]
    case: Case


@dataclass(frozen=True)
class _Kept:
    """A conversation's newest turn in this process: the case after it, its replies, whether only the journal has it."""

    case: Case
    client_id: str
    replies: Replies
    at: datetime
    journalled: bool


class Book:
    """The conversations of one database, for one desk."""

    def __init__(self, engine: Engine, journal: Journal, session: timedelta = timedelta(minutes=60)) -> None:
        self._engine = engine
        self._conversations = Conversations(engine)
        self._journal = journal
        self._session = session
        self._newest: OrderedDict[str, _Kept] = OrderedDict()
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
            given, stored, last_at = await self._ask(self._stored, conversation_id, client_id)
            if kept is None or not kept.journalled:
                return LookedUp(given, self._unless_over(Case.from_json(stored), last_at, at))
        except _Missing:
            pass
        return LookedUp(given, self._unless_over(kept.case, kept.at, at) if kept else Case())

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
            receipt = await self._ask(self._conversations.erase, conversation_id, at)
        except _Missing:
            raise DeskUnavailable("the conversation could not be erased") from None
        self.forget(conversation_id)
        return receipt

    def forget(self, conversation_id: str) -> None:
        """Drops what is kept of a conversation that was erased, here and in the journal."""
        self._newest.pop(conversation_id, None)
        self._journal.forget(conversation_id)

    def close(self) -> None:
        """Ends the threads; those that wait for a lock end when the lock's time is over."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._writer.shutdown(wait=True)

    async def _ask(self, work: Callable[..., Value], *arguments: Any) -> Value:
        future: Future[Value] = self._threads.submit(work, *arguments)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), PATIENCE)
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

    def _stored(
        self, conversation_id: str, client_id: str
    ) -> tuple[Optional[Replies], Optional[Json], Optional[datetime]]:
        query = select(conversation_rows.c.last_at).where(conversation_rows.c.id == conversation_id)
        with self._engine.connect() as connection:
            last_at = connection.execute(query).scalar()
        if last_at is None:
            return None, None, None
        given = self._conversations.turn(conversation_id, client_id)
        return given, self._conversations.case(conversation_id), last_at

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
