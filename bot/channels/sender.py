"""Delivers what the outbox holds: in order for each person, again where it failed, given up where it never will."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Channel, Retry, Undeliverable
from bot.channels.gate import set_within
from bot.channels.saying import CLINICIAN, Texts, say
from bot.records.correspondents import Envelopes
from bot.records.outbox import OVERTAKEN, Outbox

log = structlog.get_logger(__name__)

AT_ONCE, EACH_AT_ONCE = 30, 10
"""Replies to different people that are delivered side by side: calm ones in all, and on each platform; and as many
that lead with an emergency."""
IDLE_SECONDS = 1.0
"""Between two looks for what other processes, or clinicians, put there."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 600.0
"""Seconds between two attempts: twice as long each time."""
OFF_SECONDS = 300.0
"""Between two looks whether a platform that is off is on again."""
GIVE_UP = timedelta(hours=24)
"""After so long an answer to what somebody wrote helps nobody, and may do harm."""
Value = TypeVar("Value")


class Sender:
    """Delivers replies. Several processes may each have one: a row of the outbox is in the hands of one of them."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        engine: Any,
        envelopes: Envelopes,
        texts: Texts,
        client: httpx.AsyncClient,
        owner: str,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self.client = client
        self._channels = channels
        self._engine = engine
        self._envelopes = envelopes
        self._texts = texts
        self._outbox = Outbox(engine, owner)
        self._now = now
        self._awake = asyncio.Event()
        # What this process is at, by its number.
        self._hands: dict[int, Any] = {}
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="sender")
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begins, first with what was left. To be called in the event loop."""
        self._spawn(self._run())

    async def stop(self) -> None:
        """Ends; what is not delivered is found again by whoever starts next."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=True)
        await self.client.aclose()

    def waiting(self) -> int:
        """How many replies are not delivered yet, nor given up; asks the database."""
        return self._outbox.waiting()

    def wake(self) -> None:
        """Says that there is something to deliver."""
        self._awake.set()

    async def direct(self, channel: Channel, address: Mapping[str, str], reply: Mapping[str, Any]) -> None:
        """Delivers a reply without the outbox: an emergency's, while the database fails. Tries three times; raises
        Retry or Undeliverable."""
        for place, call in enumerate(channel.calls(say(reply, channel, self._texts), address)):
            for attempt in range(3):
                try:
                    await channel.send(call, self.client, f"{reply['id']}:{place}")
                    break
                except Retry as error:
                    if attempt == 2:
                        raise
                    await asyncio.sleep(min(error.seconds or attempt + 1, 5.0))

    async def _run(self) -> None:
        with contextlib.suppress(SQLAlchemyError):
            if self._engine.dialect.name == "sqlite":
                await self._ask(self._outbox.release)
        while True:
            self._awake.clear()
            try:
                await self._take_up()
            except Exception as error:
                log.error("sender.database_failed", error=type(error).__name__)
            await set_within(self._awake, IDLE_SECONDS)

    async def _take_up(self) -> None:
        """Begins with what is due, as far as there is room: emergencies have room of their own, and no platform that
        hangs takes all of it."""
        held = list(self._hands)
        for urgent, room in ((True, AT_ONCE), (False, AT_ONCE)):
            mine = [row for row in self._hands.values() if row.urgent is urgent]
            counted = Counter(row.channel for row in mine)
            full = [] if urgent else [name for name, number in counted.items() if number >= EACH_AT_ONCE]
            if len(mine) < room:
                at = self._now()
                for row in await self._ask(self._outbox.claim, at, urgent, room - len(mine), full, held):
                    self._hands[row.id] = row
                    self._spawn(self._deliver(row))

    async def _deliver(self, row: Any) -> None:
        try:
            await self._make_requests(row)
        except Undeliverable as error:
            log.warning("sender.undeliverable", channel=row.channel, reason=error.reason)
            await self._surely(self._outbox.failed, row.id, error.reason, self._now())
        except Retry as error:
            await self._later(row, error)
        except Exception as error:
            # A fault of ours in what is to be said: it would be one the next time too.
            log.error("sender.failed", channel=row.channel, error=type(error).__name__)
            await self._surely(self._outbox.failed, row.id, "internal", self._now())
        finally:
            del self._hands[row.id]
            # The next one of the same person may be due now.
            self.wake()

    async def _make_requests(self, row: Any) -> None:
        channel, packed = self._channels.get(row.channel), self._envelopes.unpack(row.sealed)
        if channel is None:
            # Perhaps its keys are only being changed.
            raise Retry("channel_off", OFF_SECONDS)
        if packed is None:
            raise Undeliverable("sealed_elsewhere")
        address, reply = packed
        waited = row.attempts and not row.urgent and reply.get("kind") != CLINICIAN
        if waited and await self._ask(self._outbox.overtaken, row.id, row.conversation_id):
            raise Undeliverable(OVERTAKEN)
        calls = channel.calls(say(reply, channel, self._texts), address)
        native = None
        for place in range(row.done, len(calls)):
            native = await channel.send(calls[place], self.client, f"{row.reply_id}:{place}")
            if place + 1 < len(calls):
                await self._surely(self._outbox.progress, row.id, place + 1, self._now())
        known = self._envelopes.pseudonym("sent", row.channel, native) if native else None
        await self._surely(self._outbox.sent, row.id, self._now(), known)

    async def bounced(self, channel: Channel, failed: Sequence[tuple[str, str]]) -> None:
        """Notes what a platform took and could not deliver: ids of its own with the reasons."""
        for native, reason in failed:
            known = self._envelopes.pseudonym("sent", channel.name, native)
            if await self._ask(self._outbox.bounced, known, reason, self._now()):
                log.warning("sender.undeliverable", channel=channel.name, reason=reason)

    async def _later(self, row: Any, error: Retry) -> None:
        now, attempts = self._now(), row.attempts + 1
        if now - row.made_at > GIVE_UP:
            log.error("sender.gave_up", channel=row.channel, reason=error.reason)
            reason = error.reason if error.reason == "channel_off" else "gave_up"
            await self._surely(self._outbox.failed, row.id, reason, now)
            return
        pause = error.seconds
        if pause is None:
            # Spread out, so that what failed together does not come back together.
            pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 12), LONGEST_PAUSE) * random.uniform(0.75, 1.25)
        log.warning("sender.again", channel=row.channel, reason=error.reason, attempts=attempts)
        await self._surely(self._outbox.again, row.id, attempts, now + timedelta(seconds=pause))

    async def _surely(self, work: Callable[..., None], *arguments: Any) -> None:
        """Notes what became of a reply; while the database fails, again: what is not noted is delivered twice."""
        for pause in (0.2, 0.5, 1.0, 2.0, 4.0, 8.0):
            try:
                return await self._ask(work, *arguments)
            except SQLAlchemyError as error:
                log.error("sender.database_failed", error=type(error).__name__)
                await asyncio.sleep(pause)
        return await self._ask(work, *arguments)

    async def _ask(self, work: Callable[..., Value], *arguments: Any) -> Value:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*arguments))

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
