"""Showing the words of a conversation: for a reason, which is recorded first, and for a quarter of an hour."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Awaitable, Callable, Optional
from urllib.parse import quote

import structlog
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.console.forms import sealed_form
from bot.console.room import Room
from bot.console.who import REVEAL, User, user_of

log = structlog.get_logger(__name__)

MINUTES = 15
LONGEST = 200
ASKED = "revealed"
"""The name in the address whose value lets the words be shown."""


class Revelations:
    """Makes and checks the values that let one user see the words of one conversation for a while."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(
            secret, salt="signpost.console.reveal", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def issue(self, user: User, conversation_id: str) -> str:
        """The value for the address."""
        return str(self._serializer.dumps([user.id, conversation_id]))

    def until(self, request: Request, conversation_id: str) -> Optional[datetime]:
        """Until when the user of a request may see the words; None where they may not."""
        user = user_of(request)
        given = request.query_params.get(ASKED)
        if not given or not user.may(REVEAL):
            return None
        try:
            value, made = self._serializer.loads(given, max_age=MINUTES * 60, return_timestamp=True)
        except BadData:
            return None
        return made + timedelta(minutes=MINUTES) if value == [user.id, conversation_id] else None


def routes(room: Room, page: Callable[..., Awaitable[Response]]) -> list[Route]:
    """The route that the reason is sent to. `page` shows the conversation again, with what was wrong."""
    revelations = Revelations(room.settings.secret or "")

    async def reveal(request: Request) -> Response:
        conversation_id = request.path_params["id"]
        form = await sealed_form(request, room.seal)
        if not await run_in_threadpool(room.conversations.exists, conversation_id):
            return room.render(request, "problem.html", 404, problem="unknown")
        reason = " ".join(form.get("reason", "").split())
        if len(reason) > LONGEST or not any(character.isalnum() for character in reason):
            return await page(request, unexplained=reason)
        user = user_of(request)
        # Where this raises, the guard answers that the database failed, and nothing is shown.
        await run_in_threadpool(reveal_recorded, room, user, conversation_id, reason)
        address = f"/console/conversations/{quote(conversation_id)}?{ASKED}={revelations.issue(user, conversation_id)}"
        return RedirectResponse(f"{address}#transcript", 303)

    return [room.route("/conversations/{id}/reveal", REVEAL, reveal, "POST")]


def reveal_recorded(room: Room, user: User, conversation_id: str, reason: str) -> None:
    """Writes down who saw the words of which conversation and why. Raises where that could not be written."""
    room.audit.write(user, "reveal", conversation_id=conversation_id, reason=reason)
    log.info("console.revealed", user=user.id)
