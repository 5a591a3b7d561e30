"""What stands on a conversation for other reviewers: a flag, how far reviewing is, and who has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.forms import sealed_form
from bot.console.room import Room
from bot.console.who import REVIEW, user_of
from bot.records.summaries import STATUSES, Summaries
from bot.records.users import Users


async def marks(room: Room, conversation_id: str) -> Optional[dict[str, Any]]:
    """What `marks.html` shows on a conversation's page; None for one that the list does not know."""

    def read() -> Optional[dict[str, Any]]:
        row = Summaries(room.engine).get(conversation_id)
        if row is None:
            return None
        reader = Users(room.engine).get(row["assigned_to"]) if row["assigned_to"] else None
        return {**row, "by": reader.display if reader else "", "statuses": STATUSES, "words": room.texts.of("reading")}

    return await run_in_threadpool(read)


def routes(room: Room) -> list[Route]:
    """The two forms. Both lead back to the page."""
    records = Summaries(room.engine)

    async def change(request: Request, action: str, set_mark: Callable[..., bool], *values: Any) -> Response:
        conversation_id = request.path_params["id"]
        if not await run_in_threadpool(set_mark, conversation_id, *values):
            return room.render(request, "problem.html", 404, problem="unknown")
        detail = {"value": values[0]}
        await run_in_threadpool(room.audit.write, user_of(request), action, conversation_id=conversation_id, **detail)
        return RedirectResponse(f"/console/conversations/{conversation_id}#marks", 303)

    async def flag(request: Request) -> Response:
        form = await sealed_form(request, room.seal)
        return await change(request, "flag", records.flag, form.get("flagged") == "1")

    async def status(request: Request) -> Response:
        form = await sealed_form(request, room.seal)
        wanted = form.get("status", "")
        if wanted not in STATUSES:
            return room.render(request, "problem.html", 422, problem="form")
        return await change(request, "status", records.set_status, wanted, user_of(request).id)

    return [
        room.route("/conversations/{id}/flag", REVIEW, flag, "POST"),
        room.route("/conversations/{id}/status", REVIEW, status, "POST"),
    ]
