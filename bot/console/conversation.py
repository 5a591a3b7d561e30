"""The page of one conversation: what was said and understood, what was decided and why, and what would be today."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Optional

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.console import handoff, letters, marks, reveal, review, undelivered
from bot.console.curtain import Curtain
from bot.console.reveal import Revelations
from bot.console.room import Room
from bot.console.today import by_todays_rules
from bot.console.transcript import Transcript, texts_in
from bot.console.who import ARCHIVE, HANDOFF, READ, REVEAL, REVIEW, user_of
from bot.records.archived import archived
from bot.records.outbox import Undelivered
from bot.records.reach import WEB, can_be_written_to
from bot.records.redaction import KINDS

# The turns whose decisions are made again when the page is opened: the newest ones of a very long conversation.
MOST_REPLAYED = 100


def routes(room: Room) -> list[BaseRoute]:
    """The page, and the forms that stand on it."""
    page = _Page(room)
    return [
        room.route("/conversations/{id}", READ, page.show),
        *reveal.routes(room, page.show),
        *letters.routes(room, page.show),
        *marks.routes(room),
    ]


class _Page:
    def __init__(self, room: Room) -> None:
        self._room = room
        self._words = room.texts.of("conversation")
        self._revelations = Revelations(room.settings.secret or "")
        self._marks = {kind: self._words(f"hidden.{kind}") for kind in KINDS}

    async def show(self, request: Request, wrong: Optional[str] = None, unexplained: Optional[str] = None) -> Response:
        """The page; again with what was `wrong` in a letter, or with a reason that was `unexplained`."""
        conversation_id = request.path_params["id"]
        until = self._revelations.until(request, conversation_id)
        made = await run_in_threadpool(self._made, conversation_id, until is not None)
        if made is None:
            return self._room.render(request, "problem.html", 404, problem="unknown")
        conversation, curtain, today = made
        user, seal = user_of(request), self._room.seal.issue()
        writable = conversation["reachable"] and user.may(HANDOFF)
        letter = {"id": letters.letter_id(), "seal": seal, "most": letters.LONGEST, "wrong": wrong}
        letter["platform"] = "" if conversation["channel"] == WEB else conversation["channel"]
        return self._room.render(
            request,
            "conversation.html",
            200 if wrong is None and unexplained is None else 422,
            words=self._words,
            conversation=conversation,
            today=today,
            letter=letter if writable else None,
            seal=seal,
            hidden=curtain.drawn,
            until=self._room.view.time(until),
            marked=self._room.reader is not None,
            reveals=user.may(REVEAL) and not conversation["erased_at"],
            unexplained=unexplained,
            most_reason=reveal.LONGEST,
            minutes=reveal.MINUTES,
            to_archive=user.may(ARCHIVE),
            marks=None if conversation["erased_at"] else await marks.marks(self._room, conversation_id),
            judges=user.may(REVIEW),
            post=self._room.texts.of(undelivered.WORDS),
            handoff=await handoff.tools(self._room, request, conversation),
            **(await self._judged(request, conversation_id)),
        )

    async def _judged(self, request: Request, conversation_id: str) -> dict[str, Any]:
        """What the form of a verdict needs, for who may judge."""
        if not user_of(request).may(REVIEW):
            return {}
        shown = await run_in_threadpool(self._room.conversations.show, conversation_id)
        if shown is None or shown["erased_at"]:
            return {}
        return await run_in_threadpool(review.review_values, self._room, user_of(request), shown)

    def _made(self, conversation_id: str, revealed: bool) -> Optional[tuple[dict[str, Any], Curtain, list[Any]]]:
        room = self._room
        shown = room.conversations.show(conversation_id)
        if shown is None:
            return None
        curtain = Curtain.of(texts_in(shown), self._marks, revealed)
        found = archived(room.engine, conversation_id)
        conversation = Transcript(shown, room.view, room.knowledge, room.reader, found).values(curtain)
        conversation["reachable"] = can_be_written_to(room.engine, conversation_id)
        conversation["undelivered"] = Undelivered(room.engine).count(conversation_id)
        decided = [turn for turn in conversation["turns"] if turn["decision"]]
        today = datetime.now(timezone.utc).date()
        return conversation, curtain, by_todays_rules(room.engine, room.knowledge, decided[-MOST_REPLAYED:], today)
