"""Handoff: the queue of people who wait for a clinician; taking a conversation over, and giving it back to the bot."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any, Callable, Mapping, Optional, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.forms import sealed_form
from bot.console.room import Room
from bot.console.who import HANDOFF, user_of
from bot.records.correspondents import Envelopes
from bot.records.existence import Erased, UnknownConversation
from bot.records.handoffs import RETURNED, TAKEN, Handoffs, Waiting, said_by_bot
from bot.records.reach import Unreachable
from bot.report.handoff import handed_back, taken_over, who
from bot.report.reply import Reply
from bot.web.events import MESSAGE

QUEUE = "/console/handoff"
WORDS = "handoff"


class Handover:
    """What the pages of one console do to handoffs."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.handoffs = Handoffs(room.engine, Envelopes(room.settings.secret or ""))

    def who(self, display: str, role: str) -> str:
        """Who writes, as the person reads it."""
        return who(self._room.knowledge, display, role)

    async def tell(
        self, request: Request, reply: Callable[..., Reply], mark: str, change: Callable[..., bool], *more: Any
    ) -> Optional[bool]:
        """Changes who answers and tells the person; False where somebody was faster, None where nobody can be
        told."""
        conversation_id, user, at = request.path_params["id"], user_of(request), datetime.now(timezone.utc)
        number = self._room.settings.emergency_number
        words = reply(self._room.knowledge, self.who(user.display, user.role), emergency_number=number)
        notice = {"id": uuid.uuid4().hex, **words.to_json(), "handoff": mark}
        try:
            done = await run_in_threadpool(change, conversation_id, *more, at=at, notice=notice)
        except (UnknownConversation, Erased, Unreachable):
            return None
        if done:
            # First of all to whoever reads along: the log may fail.
            self._room.events.publish(conversation_id, MESSAGE, **said_by_bot(notice, at))
            write = self._room.audit.write
            await run_in_threadpool(write, user, f"handoff_{mark}", conversation_id=conversation_id)
        return done


async def tools(room: Room, request: Request, conversation: Mapping[str, Any]) -> Optional[dict[str, Any]]:
    """What `handoff_tools.html` shows on a conversation's page: who answers, and what this user may do about it.
    None for a user who may do nothing, and where the person cannot be written to. `conversation` needs id and
    reachable."""
    if not user_of(request).may(HANDOFF) or not conversation["reachable"]:
        return None
    state = await run_in_threadpool(Handoffs(room.engine).state, conversation["id"])
    holder = state.holder
    return {
        "words": room.texts.of(WORDS),
        "id": conversation["id"],
        "seal": room.seal.issue(),
        "asked": state.asked,
        "since": room.view.time(state.since),
        "held": holder is not None,
        "mine": holder is not None and holder.id == user_of(request).id,
        "by": who(room.knowledge, holder.display, holder.role) if holder else "",
    }


def routes(room: Room) -> list[Route]:
    """The queue, and the two forms that change who answers."""
    handover, words = Handover(room), room.texts.of(WORDS)

    async def queue(request: Request, status: int = 200, problem: str = "") -> Response:
        waiting = await run_in_threadpool(handover.handoffs.waiting)
        held = await run_in_threadpool(handover.handoffs.taken)
        mine = user_of(request).id
        return room.render(
            request,
            "handoff.html",
            status,
            words=words,
            seal=room.seal.issue(),
            problem=problem,
            count=len(waiting),
            waiting=_rows(room, handover, waiting),
            mine=_rows(room, handover, [line for line in held if line.holder and line.holder.id == mine]),
            others=_rows(room, handover, [line for line in held if not line.holder or line.holder.id != mine]),
        )

    async def take(request: Request) -> Response:
        await sealed_form(request, room.seal)
        taken = await handover.tell(request, taken_over, TAKEN, handover.handoffs.take, user_of(request).id)
        if taken is None:
            return room.render(request, "problem.html", 404, problem="unknown")
        if not taken:
            state = await run_in_threadpool(handover.handoffs.state, request.path_params["id"])
            if state.holder is None or state.holder.id != user_of(request).id:
                return await queue(request, 409, "lost")
        return RedirectResponse(f"/console/conversations/{request.path_params['id']}#written", 303)

    async def give_back(request: Request) -> Response:
        await sealed_form(request, room.seal)
        given = await handover.tell(request, handed_back, RETURNED, handover.handoffs.give_back)
        if given is None:
            return room.render(request, "problem.html", 404, problem="unknown")
        return RedirectResponse(QUEUE, 303)

    return [
        room.route("/handoff", HANDOFF, queue),
        room.route("/handoff/{id}/take", HANDOFF, take, "POST"),
        room.route("/handoff/{id}/back", HANDOFF, give_back, "POST"),
    ]


def _rows(room: Room, handover: Handover, lines: Sequence[Waiting]) -> list[dict[str, Any]]:
    now = datetime.now(timezone.utc)
    return [
        {
            "id": line.conversation_id,
            "level": line.level,
            "since": room.view.time(line.since),
            "minutes": max(0, int((now - line.since).total_seconds() // 60)),
            "silent": max(0, int((now - line.last_at).total_seconds() // 60)),
            "because": line.because,
            "by": handover.who(line.holder.display, line.holder.role) if line.holder else "",
            "channel": line.channel,
            "reachable": line.reachable,
        }
        for line in lines
    ]
