"""Writing into a conversation: what a clinician writes is stored, shown at once to who has the chat open, and put into
the outbox for who is on a platform."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any, Awaitable, Callable, Optional

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.forms import sealed_form
from bot.console.room import Room
from bot.console.who import HANDOFF, user_of
from bot.records.correspondents import Envelopes
from bot.records.existence import Erased, UnknownConversation
from bot.records.letters import Letters
from bot.records.reach import Unreachable
from bot.report.handoff import who
from bot.web.events import MESSAGE

LONGEST = 4_000


def letter_id() -> str:
    """An id for the form's letter, so that a form sent twice writes once."""
    return uuid.uuid4().hex


def routes(room: Room, page: Callable[..., Awaitable[Response]]) -> list[Route]:
    """The route that a letter is sent to. `page` shows the conversation again, with what was wrong."""
    letters = Letters(room.engine, Envelopes(room.settings.secret or ""))
    events, seal, render = room.events, room.seal, room.render

    async def write(request: Request) -> Response:
        conversation_id = request.path_params["id"]
        form = await sealed_form(request, seal)
        text = form.get("text", "").strip()
        if not 0 < len(text) <= LONGEST:
            return await page(request, wrong=text)
        user = user_of(request)
        by = who(room.knowledge, user.display, user.role)
        found = await run_in_threadpool(_write, letters, conversation_id, form.get("letter") or letter_id(), text, by)
        if found is None:
            return render(request, "problem.html", 404, problem="unknown")
        if found:
            # First of all to whoever reads along: the log may fail.
            events.publish(conversation_id, MESSAGE, **found)
            await run_in_threadpool(room.audit.write, user, "letter", conversation_id=conversation_id)
        return RedirectResponse(f"/console/conversations/{conversation_id}#written", 303)

    return [room.route("/conversations/{id}/letters", HANDOFF, write, "POST")]


def _write(letters: Letters, conversation_id: str, letter: str, text: str, by: str) -> Optional[dict[str, Any]]:
    """The letter as it was stored, nothing where it was there already, None where nobody can be written to."""
    try:
        return letters.write(conversation_id, letter[:64], text, datetime.now(timezone.utc), by) or {}
    except (UnknownConversation, Erased, Unreachable):
        return None
