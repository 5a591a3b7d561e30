"""Storing what came in together: under load a commit for each message would be what takes the time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Optional

Numbers = Sequence[Optional[int]]
"""Of rows in their order: the number that each was stored under, None where it had come before."""


class Intake:
    """Gathers the rows of many requests and stores them in one transaction, by `store`. For one event loop."""

    def __init__(self, store: Callable[[list[dict[str, Any]]], Awaitable[Numbers]]) -> None:
        self._store = store
        self._coming: list[tuple[list[dict[str, Any]], asyncio.Future[Numbers]]] = []
        self._knock = asyncio.Event()

    def put(self, rows: list[dict[str, Any]]) -> asyncio.Future[Numbers]:
        """Gives rows of one request to be stored; the future has their numbers, or what storing raised."""
        stored: asyncio.Future[Numbers] = asyncio.get_running_loop().create_future()
        self._coming.append((rows, stored))
        self._knock.set()
        return stored

    async def run(self) -> None:
        """Stores, again and again, all that came meanwhile."""
        while True:
            await self._knock.wait()
            self._knock.clear()
            coming, self._coming = self._coming, []
            try:
                numbers = await self._store([row for rows, _ in coming for row in rows])
            except Exception as error:
                for _, stored in coming:
                    if not stored.done():
                        stored.set_exception(error)
                continue
            place = 0
            for rows, stored in coming:
                if not stored.done():
                    stored.set_result(numbers[place : place + len(rows)])
                place += len(rows)
