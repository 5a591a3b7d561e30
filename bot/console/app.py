"""The console's routes: every page of it, behind the guard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, Optional

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.templating import Jinja2Templates

from bot.console import agreement, archive, drafts, letters, review
from bot.console.debugger import STATUSES, Debugger
from bot.console.gate import Gate
from bot.console.navigation import shown_to
from bot.console.room import Page, Room
from bot.console.seal import Seal
from bot.console.view import View
from bot.console.who import ARCHIVE, READ, RULES, STAND_IN, User
from bot.knowledge.drawing import DrawingError, can_draw
from bot.records.users import Users
from bot.web.door import CHANNEL
from bot.web.events import Events
from bot.web.texts import Texts

log = structlog.get_logger(__name__)

PAGE = archive.PAGE
_templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


def routes(
    settings: Any,
    conversations: Any,
    knowledge: Any,
    archives: Optional[archive.Archives] = None,
    events: Optional[Events] = None,
) -> list[BaseRoute]:
    """The routes of the console, all behind its password. `events` tells open chats what clinicians write."""
    seal, events = Seal(settings.secret or ""), events or Events()
    texts = Texts(knowledge, settings, "console")
    gate, view, users = Gate(settings.console_password, texts), View(knowledge, texts), Users(conversations.engine)

    def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
        user = getattr(request.state, "user", None)
        pages = shown_to(user) if user else []
        common = {"texts": texts, "view": view, "knowledge_version": knowledge.version, "user": user, "pages": pages}
        return _templates.TemplateResponse(request, template, {**common, **values}, status_code=status)

    def guard(permission: str, page: Page) -> Page:
        async def guarded(request: Request) -> Response:
            refused = gate.refuse(request)
            if refused is not None:
                return refused
            try:
                request.state.user = await run_in_threadpool(_user, users, gate.name(request))
                if not request.state.user.may(permission):
                    return render(request, "problem.html", 403, problem="forbidden")
                return await page(request)
            except HTTPException as error:
                return render(request, "problem.html", error.status_code, problem="form")
            except SQLAlchemyError as error:
                log.error("console.database_failed", error=type(error).__name__)
                return render(request, "problem.html", 503, problem="database")

        return guarded

    room = Room(
        settings, conversations.engine, conversations, knowledge, archives, events, seal, view, texts, render, guard
    )

    async def listing(request: Request) -> Response:
        page = archive.page_number(request)
        rows = await run_in_threadpool(conversations.list, PAGE, (page - 1) * PAGE)
        total = await run_in_threadpool(conversations.count)
        rows = [view.row(row) for row in rows]
        last = max(1, -(-total // PAGE))
        return render(request, "list.html", rows=rows, total=total, page=page, last=last)

    async def one(request: Request, wrong: Optional[str] = None) -> Response:
        shown = await run_in_threadpool(conversations.show, request.path_params["id"])
        if shown is None:
            return render(request, "problem.html", 404, problem="unknown")
        # Other channels are sent nothing yet: there a letter would never arrive.
        letter = {"id": letters.letter_id(), "seal": seal.issue(), "most": letters.LONGEST, "wrong": wrong}
        writable = shown["channel"] == CHANNEL and not shown["erased_at"]
        values = {"conversation": view.conversation(shown), "letter": letter if writable else None}
        return render(request, "conversation.html", 200 if wrong is None else 422, **values)

    debugger = Debugger(knowledge)

    async def rules(request: Request) -> Response:
        form: Mapping[str, Any] = {}
        if request.method == "POST":
            async with request.form(max_files=0, max_fields=8) as sent:
                form = {name: value for name, value in sent.items() if isinstance(value, str)}
        today = date.today()
        tried = await run_in_threadpool(debugger.try_out, form, today)
        return render(
            request,
            "rules.html",
            422 if tried.problem else 200,
            tried=tried,
            statuses=STATUSES,
            findings=debugger.findings(),
            topics=debugger.topics(today),
            drawable=can_draw(),
        )

    async def drawing(request: Request) -> Response:
        topic = request.path_params["topic"]
        if not debugger.has(topic):
            return render(request, "problem.html", 404, problem="topic")
        try:
            picture = await run_in_threadpool(debugger.picture, topic, date.today())
        except DrawingError as error:
            log.warning("console.drawing_failed", topic=topic, error=str(error))
            return render(request, "problem.html", 503, problem="drawing")
        return Response(picture, media_type="image/svg+xml")

    return [
        room.route("", READ, listing),
        room.route("/conversations/{id}", READ, one),
        room.route("/rules", RULES, rules, "GET", "POST"),
        room.route("/rules/{topic}.svg", RULES, drawing),
        *letters.routes(room, one),
        *review.routes(room),
        *drafts.routes(room),
        *agreement.routes(room),
        *archive.routes(archives, seal, view, render, lambda page: guard(ARCHIVE, page)),
    ]


def _user(users: Users, name: str) -> User:
    """The account of a name; for a name without one, an account that may do everything the password is for."""
    row = users.named(name)
    if row is None:
        users.add(name, name, STAND_IN, datetime.now(timezone.utc))
        row = users.named(name)
    assert row is not None
    return User(row.id, row.name, row.display, row.role)
