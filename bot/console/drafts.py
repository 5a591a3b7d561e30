"""The pages of drafts: made in one click from a verdict, changed, and approved by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any, Optional

from sqlalchemy.engine import Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.console.draft_check import DraftCheck
from bot.console.drafting import Drafter, NothingToDraft
from bot.console.forms import path_number, sealed_form
from bot.console.review import WORDS
from bot.console.room import Room
from bot.console.who import APPROVE, REVIEW, user_of
from bot.records.drafts import KINDS, LONGEST, DraftChanged, DraftExported, Drafts, OwnDraft, UnknownDraft, seen_as
from bot.records.existence import Erased, UnknownConversation
from bot.records.reviews import Reviews


def routes(room: Room) -> list[BaseRoute]:
    """The routes of drafts."""
    pages = _Pages(room)
    return [
        room.route("/conversations/{id}/drafts", REVIEW, pages.make, "POST"),
        room.route("/drafts", REVIEW, pages.listing),
        room.route("/drafts/{number}", REVIEW, pages.draft, "GET", "POST"),
        room.route("/drafts/{number}/approve", APPROVE, pages.approve, "POST"),
        room.route("/drafts/{number}/remove", REVIEW, pages.remove, "POST"),
    ]


class _Pages:
    def __init__(self, room: Room) -> None:
        self._room = room
        self._words = room.texts.of(WORDS)
        self._drafts, self._reviews = Drafts(room.engine), Reviews(room.engine)
        self._drafter = Drafter(room.engine, room.knowledge, self._words)
        self._check = DraftCheck(room.knowledge, self._words)

    async def make(self, request: Request) -> Response:
        form, user = await sealed_form(request, self._room.seal), user_of(request)
        conversation_id, kind = request.path_params["id"], form.get("kind", "")
        back = f"/console/conversations/{conversation_id}/review"
        if kind not in KINDS:
            return self._room.render(request, "problem.html", 400, problem="form")
        newest = (await run_in_threadpool(self._reviews.newest, conversation_id)).get(user.id)
        if newest is None:
            return self._problem(request, 409, "no_review", back)

        def made() -> int:
            content = self._drafter.draft(kind, newest)
            now = datetime.now(timezone.utc)
            number = self._drafts.make(conversation_id, newest.id, kind, content, user.id, now)
            self._room.audit.write(user, "draft_made", f"draft:{number}", kind=kind)
            return number

        try:
            number = await run_in_threadpool(made)
        except NothingToDraft as nothing:
            values = {"words": self._words, "problem": "nothing", "because": self._words(nothing.key), "back": back}
            return self._room.render(request, "review_problem.html", 409, **values)
        except (UnknownConversation, Erased, LookupError):
            return self._problem(request, 410, "erased")
        return RedirectResponse(f"/console/drafts/{number}", 303)

    async def listing(self, request: Request) -> Response:
        user = user_of(request)
        everybodys = user.may(APPROVE)
        rows = await run_in_threadpool(self._drafts.list, None if everybodys else user.id)
        return self._room.render(request, "drafts.html", rows=rows, all=everybodys, words=self._words)

    async def draft(self, request: Request) -> Response:
        if request.method == "GET":
            return await self._page(request, saved="saved" in request.query_params)
        form, user = await sealed_form(request, self._room.seal), user_of(request)
        number = path_number(request, "number")
        content = form.get("content", "")
        if len(content) > LONGEST:
            return await self._page(request, 422, "long", content)
        now = datetime.now(timezone.utc)
        seen = form.get("seen", "")
        changed = lambda: self._drafts.save(number, content, seen, user.id, now)  # noqa: E731
        return await self._change(request, "draft_changed", changed, f"/console/drafts/{number}?saved")

    async def approve(self, request: Request) -> Response:
        form, user = await sealed_form(request, self._room.seal), user_of(request)
        number = path_number(request, "number")
        row = await run_in_threadpool(self._drafts.show, number)
        if row is None:
            return self._problem(request, 404, "draft")
        # Of the words that are approved: `seen` holds that they are still these.
        checked = await run_in_threadpool(self._check.check, row.kind, row.content)
        if checked.problems:
            return await self._page(request, 422, "faulty")
        now = datetime.now(timezone.utc)
        seen = form.get("seen", "")
        changed = lambda: self._drafts.approve(number, seen, user.id, now)  # noqa: E731
        return await self._change(request, "draft_approved", changed, f"/console/drafts/{number}")

    async def remove(self, request: Request) -> Response:
        form, number = await sealed_form(request, self._room.seal), path_number(request, "number")
        seen = form.get("seen", "")
        return await self._change(
            request, "draft_removed", lambda: self._drafts.remove(number, seen), "/console/drafts"
        )

    async def _change(self, request: Request, action: str, change: Callable[[], None], then: str) -> Response:
        def changed() -> None:
            change()
            self._room.audit.write(user_of(request), action, f"draft:{path_number(request, 'number')}")

        if await run_in_threadpool(self._visible, request) is None:
            return self._problem(request, 404, "draft")
        try:
            await run_in_threadpool(changed)
        except UnknownDraft:
            return self._problem(request, 404, "draft")
        except DraftChanged:
            return await self._page(request, 409, "changed")
        except DraftExported:
            return await self._page(request, 409, "exported")
        except OwnDraft:
            return await self._page(request, 403, "own")
        return RedirectResponse(then, 303)

    async def _page(
        self, request: Request, status: int = 200, problem: str = "", content: Optional[str] = None, saved: bool = False
    ) -> Response:
        row = await run_in_threadpool(self._visible, request)
        if row is None:
            return self._problem(request, 404, "draft")
        user = user_of(request)
        content = row.content if content is None else content
        values: dict[str, Any] = {
            "words": self._words,
            "draft": row,
            "content": content,
            "checked": await run_in_threadpool(self._check.check, row.kind, content),
            "seen": seen_as(row.content),
            "seal": self._room.seal.issue(),
            "longest": LONGEST,
            "approvable": user.may(APPROVE) and row.made_by != user.id and row.approved_at is None,
            "problem": problem,
            "saved": saved,
        }
        return self._room.render(request, "draft.html", status, **values)

    def _visible(self, request: Request) -> Optional[Row]:
        """The draft of the address; None where there is none, or it is another's and this user approves nothing."""
        row, user = self._drafts.show(path_number(request, "number")), user_of(request)
        return row if row is not None and (row.made_by == user.id or user.may(APPROVE)) else None

    def _problem(self, request: Request, status: int, problem: str, back: str = "") -> Response:
        values = {"words": self._words, "problem": problem, "back": back}
        return self._room.render(request, "review_problem.html", status, **values)
