"""Handles what arrived on the platforms: one message of a person after the other, many people side by side.

A message is stored before it is acknowledged, and handled in the background. Who dies between the two loses nothing:
the row is found again, the desk knows what it answered already, and the outbox what it holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Optional, TypeVar

import httpx
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.channels.base import CHOICE, EDIT, TEXT, Arrived, Channel
from bot.channels.dialogue import Answered, Dialogue
from bot.channels.gate import Gate
from bot.channels.intake import Intake
from bot.channels.sender import Sender
from bot.dialogue.desk import DeskUnavailable
from bot.records.correspondents import Correspondents, Envelopes, noted, still_there
from bot.records.database import writing
from bot.records.existence import UnknownConversation
from bot.records.inbox import Inbox, handled
from bot.records.outbox import Parcel, post
from bot.web.body import clean
from bot.web.limits import CONVERSATION, Limiter, Rate

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Messages of different people that are worked on side by side."""
POLL_SECONDS = 5.0
"""Between two looks for what another process left behind."""
HOURLY = 3600.0
HELD = timedelta(hours=24)
"""How long what was written before consent waits for it."""
SCREENED = (TEXT, EDIT, CHOICE)
TURN_SECONDS = 0.05
"""A message whose turn comes within it is not looked through beforehand: the desk does that first of all."""
FAILS = (OperationalError, InterfaceError, PoolTimeout, DeskUnavailable, asyncio.TimeoutError)
"""What a database raises that is gone, locked or late: it passes."""
MOST_ATTEMPTS = 4
"""After so many failures of ours a message gets the answer for failures, and holds the next ones up no longer."""
PATIENCE = 1.0
"""Seconds that an emergency waits for the database before it is answered without it."""
BUSY = AT_ONCE
"""With more messages than that in hand nobody is shown that theirs came: under a flood those requests, one for each
message, would take the time in which the next ones are to be taken in (bench/channels.py: 95 % in 145 ms, not 28)."""
Value = TypeVar("Value")


@dataclass
class Job:
    """A row of the inbox in this process's hands."""

    number: int
    channel: Channel
    event: str
    sender: str
    arrived: Arrived
    at: datetime
    paced: bool = False
    begun: bool = False
    finished: bool = False

    def waits(self) -> bool:
        """Whether nothing was begun with it yet."""
        return not (self.begun or self.finished)


class NotStored(Exception):
    """What arrived could not be stored: the platform is to deliver it again."""


class Worker:
    """Takes messages in, answers them by way of `dialogue`, and gives the answers to `sender`."""

    def __init__(
        self,
        channels: dict[str, Channel],
        dialogue: Dialogue,
        sender: Sender,
        engine: Any,
        envelopes: Envelopes,
        owner: str,
        *,
        by_sender: Rate = CONVERSATION,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._channels = channels
        self._dialogue = dialogue
        self._sender = sender
        self._engine = engine
        self._envelopes = envelopes
        self._inbox = Inbox(engine, owner)
        self._people = Correspondents(engine, envelopes)
        self._limiter = Limiter(by_sender)
        self._now = now
        self._jobs: defaultdict[str, deque[Job]] = defaultdict(deque)
        self._mine: set[int] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        # What only looks for an emergency goes before what is answered in full.
        self.gate = Gate()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="channels")
        self._intake = Intake(lambda rows: self._ask(self._inbox.put, rows, self._now()))
        self._tasks: set[asyncio.Task[None]] = set()
        # Replies that went out without the outbox, because the database failed and they could not wait.
        self._told: set[str] = set()

    def start(self) -> None:
        """Begins to work, first on what was left behind. To be called in the event loop."""
        self._spawn(self._intake.run())
        self._spawn(self._look_round())

    async def stop(self) -> None:
        """Ends; what is not finished is found again by whoever starts next."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=True)

    async def told(self, channel: Channel, failed: Sequence[tuple[str, str]]) -> None:
        """Takes in what a platform could not deliver. Raises NotStored."""
        try:
            await self._sender.bounced(channel, failed)
        except SQLAlchemyError as error:
            raise NotStored from error

    async def take_in(self, channel: Channel, arrived: Sequence[Arrived]) -> int:
        """Stores what a webhook delivered, drops what came before, and begins to handle the rest; gives how much had
        come before.

        An emergency is answered even where nothing can be stored. Raises NotStored where something was neither.
        """
        at, jobs, rows = self._now(), [], []
        for given in arrived:
            # What no database holds may be in it, signed or not.
            each = replace(given, text=clean(given.text), value=clean(given.value))
            sender = self._envelopes.pseudonym("sender", channel.name, each.sender)
            event = self._envelopes.pseudonym("event", channel.name, each.event)
            paced = bool(self._limiter.take(sender))
            jobs.append(Job(0, channel, event, sender, each, at, paced))
            sealed = self._envelopes.close(each.to_json())
            row = {"channel": channel.name, "event": event, "sender": sender, "sealed": sealed, "paced": paced}
            rows.append(row)
        if not rows:
            return 0
        stored = self._intake.put(rows)
        try:
            await asyncio.wait({stored}, timeout=PATIENCE)
            if not stored.done():
                # A locked database: it may still take them, and an emergency does not wait for it.
                for job in jobs:
                    await self._told_at_once(job)
            numbers = await stored
        except SQLAlchemyError as error:
            log.error("channels.not_stored", channel=channel.name, error=type(error).__name__)
            if not all([await self._told_at_once(job, failing=not channel.redelivers) for job in jobs]):
                raise NotStored from error
            return 0
        for job, number in zip(jobs, numbers):
            if number is not None:
                job.number = number
                self._spawn(self._acknowledge(job))
                self._queue(job)
        return sum(number is None for number in numbers)

    def waiting(self) -> int:
        """How many messages are in this process's hands."""
        return sum(len(jobs) for jobs in self._jobs.values())

    async def _told_at_once(self, job: Job, failing: bool = False) -> bool:
        """Answers an emergency of which nothing could be stored; says whether it was one. With `failing`, who wrote
        anything else is told that it did not work, because nobody will deliver it again."""
        try:
            answered = await self._dialogue.emergency(
                job.channel, job.arrived, job.event, job.sender, job.at, patience=PATIENCE
            )
            for reply in answered.replies:
                await self._tell(job, reply)
            if failing and not answered.replies and not job.arrived.group:
                await self._tell(job, self._dialogue.failing(job.event))
        except Exception as error:
            # Whatever fails besides the database: the platform delivers the message again.
            log.error("channels.not_told", channel=job.channel.name, error=type(error).__name__)
            return False
        return bool(answered.replies)

    async def _tell(self, job: Job, reply: dict[str, Any]) -> None:
        if reply["id"] not in self._told:
            await self._sender.direct(job.channel, job.arrived.address, reply)
            self._told.add(reply["id"])

    async def _acknowledge(self, job: Job) -> None:
        if self.waiting() > BUSY:
            return
        with contextlib.suppress(Exception):
            await self.gate.quiet()
            await job.channel.acknowledge(job.arrived, self._sender.client)

    def _queue(self, job: Job) -> None:
        if job.number in self._mine:
            return
        self._mine.add(job.number)
        jobs = self._jobs[job.sender]
        jobs.append(job)
        if len(jobs) == 1:
            self._spawn(self._work_off(job.sender))
        if job.arrived.kind in SCREENED:
            self._spawn(self._screen(job))

    async def _work_off(self, sender: str) -> None:
        """One person's messages, in order."""
        jobs = self._jobs[sender]
        while jobs:
            await self._finish(jobs[0])
            self._mine.discard(jobs.popleft().number)
        del self._jobs[sender]

    async def _screen(self, job: Job) -> None:
        """Where a message has to wait its turn, an emergency in it does not."""
        with contextlib.suppress(Exception):
            await asyncio.sleep(TURN_SECONDS)
            if not job.waits():
                return
            async with self.gate.through(first=True):
                if not job.waits():
                    return
                answered = await self._dialogue.emergency(job.channel, job.arrived, job.event, job.sender, job.at)
            if answered.replies and not job.finished:
                await self._hand_over(job, answered)

    async def _finish(self, job: Job) -> None:
        """Handles a message, however often it takes; what fails for good is answered with the words for failures."""
        attempts, pause, told = 0, 0.5, False
        while not job.finished:
            answered: Optional[Answered] = None
            try:
                if not await self._ask(self._inbox.first, job.number, job.sender):
                    # Another process has one of this person's in its hands that came before.
                    await asyncio.sleep(0.2)
                    continue
                answered = await self._answered(job, failed=attempts >= MOST_ATTEMPTS)
                await self._hand_over(job, answered)
                return
            except FAILS as error:
                log.error("channels.database_failed", channel=job.channel.name, error=type(error).__name__)
                told = told or (answered is None and await self._told_at_once(job))
                await self._tell_what_cannot_wait(job, answered)
            except Exception as error:
                log.error("channels.failed", channel=job.channel.name, error=type(error).__name__)
                attempts += 1
            with contextlib.suppress(SQLAlchemyError):
                await self._ask(self._inbox.again, job.number, self._now())
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)

    async def _answered(self, job: Job, failed: bool) -> Answered:
        async with self._room, self.gate.through():
            if job.finished:
                # Its emergency was answered meanwhile; the answer to that is the same again.
                return Answered()
            job.begun = True
            return await self._dialogue.answer(
                job.channel, job.arrived, job.event, job.sender, job.at, job.paced, failed=failed
            )

    async def _tell_what_cannot_wait(self, job: Job, answered: Optional[Answered]) -> None:
        for reply in answered.urgent if answered else ():
            with contextlib.suppress(Exception):
                await self._tell(job, reply)

    async def _hand_over(self, job: Job, answered: Answered) -> None:
        """Gives the answers to the sender, and the message is done with."""
        await self._ask(self._keep, job, answered)
        self._sender.wake()
        if job.arrived.group and answered.conversation_id is not None:
            # Nobody agreed to anything in a group, and nobody could find it there to have it deleted.
            with contextlib.suppress(SQLAlchemyError, UnknownConversation):
                await self._dialogue.erased(answered.conversation_id, self._now())

    def _keep(self, job: Job, answered: Answered) -> None:
        """In one transaction: the answers into the outbox, where the person stands, and that the message is handled."""
        if job.finished:
            return
        at = self._now()
        with writing(self._engine) as connection:
            conversation_id = None if job.arrived.group else still_there(connection, answered.conversation_id)
            for reply in answered.replies:
                if reply["id"] in self._told:
                    continue
                sealed = self._envelopes.parcel(job.arrived.address, reply)
                urgent = reply in answered.urgent
                parcel = Parcel(reply["id"], conversation_id, job.channel.name, job.sender, sealed, urgent)
                post(connection, parcel, at)
            if answered.person is not None:
                noted(connection, self._envelopes, answered.person, job.arrived.address, at)
            handled(connection, job.number, at)
        job.finished = True

    async def _look_round(self) -> None:
        """Takes up what others left, keeps what is in hand, and once an hour forgets what need not be kept."""
        with contextlib.suppress(SQLAlchemyError):
            if self._engine.dialect.name == "sqlite":
                await self._ask(self._inbox.release)
        forgot = 0.0
        loop = asyncio.get_running_loop()
        while True:
            try:
                if self._mine:
                    await self._ask(self._inbox.renew, sorted(self._mine), self._now())
                while rows := await self._ask(self._inbox.claim, self._now()):
                    for row in rows:
                        self._take_up(row)
                if not forgot or loop.time() - forgot > HOURLY:
                    await self._ask(self._inbox.forget, self._now())
                    await self._ask(self._people.forget_held, self._now() - HELD)
                    forgot = loop.time()
            except Exception as error:
                log.error("channels.database_failed", channel="", error=type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    def _take_up(self, row: Any) -> None:
        channel, text = self._channels.get(row.channel), self._envelopes.open(row.sealed)
        if channel is None or text is None or row.sender is None:
            # The platform is off, or the secret is another: it waits until that is put right.
            log.error("channels.left_behind", channel=row.channel, row=row.id)
            return
        try:
            arrived = Arrived.from_json(text)
        except (ValueError, TypeError) as error:
            # Of another version of the program: that one reads it.
            log.error("channels.left_behind", channel=row.channel, row=row.id, error=type(error).__name__)
            return
        self._queue(Job(row.id, channel, row.event, row.sender, arrived, row.arrived_at, row.paced))

    async def _ask(self, work: Callable[..., Value], *arguments: Any) -> Value:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*arguments))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("channels.task_died", error=type(error).__name__)


def new_owner() -> str:
    """A name for this process that no other one has."""
    return uuid.uuid4().hex


def new_client() -> httpx.AsyncClient:
    """What all requests of the platforms' APIs go through."""
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20)
    return httpx.AsyncClient(timeout=10.0, limits=limits, follow_redirects=False)
