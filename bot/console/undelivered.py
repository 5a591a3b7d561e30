"""What could not be delivered on a platform, for whoever reads conversations: what nobody got, and why."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.forms import page_number
from bot.console.room import Room
from bot.console.who import READ
from bot.records.outbox import Undelivered

PAGE = 50
WORDS = "undelivered"
# What has words of its own; any other code is the platform's, and shown as it is.
REASONS = (
    *("blocked", "window_closed", "gone", "too_long", "not_allowed", "quota", "channel_off", "gave_up"),
    *("sealed_elsewhere", "internal"),
)


def routes(room: Room) -> list[Route]:
    """The route of the page."""
    words, undelivered = room.texts.of(WORDS), Undelivered(room.engine)

    async def page(request: Request) -> Response:
        wanted = page_number(request)

        def read() -> dict[str, Any]:
            count = undelivered.count()
            last = max(1, -(-count // PAGE))
            # A page that is no longer there is the last one.
            number = min(wanted, last)
            rows = undelivered.list(PAGE, (number - 1) * PAGE)
            return {"rows": rows, "count": count, "page": number, "last": last}

        found = await run_in_threadpool(read)
        return room.render(request, "undelivered.html", words=words, reasons=REASONS, **found)

    return [room.route("/undelivered", READ, page)]
