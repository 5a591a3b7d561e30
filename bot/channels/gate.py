"""A narrow gate for work that takes the processor: one after the other, what is urgent first, and never for ever.

Under load it is what keeps a webhook quick: between any two pieces of work the event loop comes back to who knocks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

STANDS_BACK = 0.25
"""Seconds for which work waits, at most, while messages are being taken in: those are to be acknowledged first."""
HELD = 0.5
"""Seconds after which the gate opens for the next one although the one before is not done: it waits for something."""


class Gate:
    """Lets one piece of work through at a time. To be used in one event loop."""

    def __init__(self) -> None:
        self._taking = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._held = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._later: deque[asyncio.Future[None]] = deque()

    @contextmanager
    def taking(self) -> Iterator[None]:
        """While a request is being taken in: whatever is to go through the gate stands back for it."""
        self._taking += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._taking -= 1
            if not self._taking:
                self._quiet.set()

    async def quiet(self) -> None:
        """Waits a moment until nothing is being taken in."""
        await set_within(self._quiet, STANDS_BACK)

    @asynccontextmanager
    async def through(self, first: bool = False) -> AsyncIterator[None]:
        """Waits for the gate, with `first` before all that wait without it, and then a moment until nothing is being
        taken in."""
        await self._enter(self._first if first else self._later)
        left = False

        def leave() -> None:
            nonlocal left
            if not left:
                left = True
                self._open()

        timer = None
        try:
            await self.quiet()
            timer = asyncio.get_running_loop().call_later(HELD, leave)
            yield
        finally:
            if timer is not None:
                timer.cancel()
            leave()

    async def _enter(self, line: deque[asyncio.Future[None]]) -> None:
        if not self._held:
            self._held = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # It was given the gate in the moment in which it was told to stop.
                self._open()
            raise

    def _open(self) -> None:
        for line in (self._first, self._later):
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._held = False


async def set_within(event: asyncio.Event, seconds: float) -> None:
    """Waits until an event is set, so many seconds at most. `asyncio.wait_for` would lose a cancellation that comes in
    the moment in which the event is set (Python 3.10), and whoever stops would wait for ever."""
    if event.is_set():
        return
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({waiting}, timeout=seconds)
    finally:
        waiting.cancel()
