"""What happens in a conversation while somebody looks at it: messages, typing, erasure, handed to every open stream.

Events are told, not kept: a stream that was away reads the history, which has everything. One process tells its own
streams; who stored something is who publishes it.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

TYPING, MESSAGE, FEEDBACK, ERASED = "typing", "message", "feedback", "erased"
# Of one conversation; a new one takes the place of the oldest, so that tabs that never said goodbye lock nobody out.
STREAMS = 8
# Events that wait for a reader that does not read; beyond it the stream ends, and its reader comes back to the history.
WAITING = 200


@dataclass(frozen=True)
class Event:
    """One thing that happened: its name, and plain data."""

    name: str
    data: dict[str, Any]

    def text(self) -> str:
        """The data as one line of JSON."""
        return json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))


_END = Event("", {})


class Events:
    """The open streams of every conversation in this process. To be used in the event loop alone."""

    def __init__(self) -> None:
        self._streams: defaultdict[str, list[asyncio.Queue[Event]]] = defaultdict(list)

    def publish(self, conversation_id: str, name: str, **data: Any) -> None:
        """Tell every open stream of a conversation."""
        for queue in list(self._streams.get(conversation_id, ())):
            _put(queue, Event(name, data))
        if name == ERASED:
            self.close(conversation_id)

    def close(self, conversation_id: str) -> None:
        """End every stream of a conversation, after what it was told already."""
        for queue in list(self._streams.get(conversation_id, ())):
            _put(queue, _END)

    async def stream(self, conversation_id: str, seconds: float) -> AsyncIterator[Event]:
        """What happens in a conversation from now on, for so many seconds."""
        queue: asyncio.Queue[Event] = asyncio.Queue(WAITING + 1)
        streams = self._streams[conversation_id]
        streams.append(queue)
        for oldest in streams[:-STREAMS]:
            _put(oldest, _END)
        until = monotonic() + seconds
        try:
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), until - monotonic())
                except asyncio.TimeoutError:
                    return
                if event is _END:
                    return
                yield event
        finally:
            streams.remove(queue)
            if not streams:
                self._streams.pop(conversation_id, None)

    def count(self) -> int:
        """How many streams are open."""
        return sum(len(streams) for streams in self._streams.values())


def _put(queue: asyncio.Queue[Event], event: Event) -> None:
    if queue.qsize() >= WAITING:
        while not queue.empty():
            queue.get_nowait()
        event = _END
    queue.put_nowait(event)
