"""The console's routes: every page of it, behind the guard."""

from __future__ import annotations

from datetime import date
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

from bot.console import (
    account,
    agreement,
    archive,
    auditing,
    conversation,
    dashboard,
    drafts,
    handoff,
    listing,
    oidc_door,
    review,
    signing_in,
    undelivered,
    users,
)
from bot.console.debugger import STATUSES, Debugger
from bot.console.forms import Unsealed, sent_form
from bot.console.keeper import Keeper
from bot.console.navigation import home, shown_to
from bot.console.room import Page, Room
from bot.console.seal import Seal
from bot.console.view import View
from bot.console.who import ANYONE, ARCHIVE, RULES
from bot.knowledge.drawing import DrawingError, can_draw
from bot.records.audit import Audit
from bot.web.events import Events
from bot.web.texts import Texts

log = structlog.get_logger(__name__)

_templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


def routes(
    settings: Any,
    conversations: Any,
    knowledge: Any,
    archives: Optional[archive.Archives] = None,
    events: Optional[Events] = None,
    reader: Optional[Any] = None,
) -> list[BaseRoute]:
    """The routes of the console, all but its door behind a session. `events` tells open chats what clinicians write,
    `reader` reads what was said again."""
    seal, events = Seal(settings.secret or ""), events or Events()
    texts = Texts(knowledge, settings, "console")
    view, keeper, hashing = View(knowledge, texts), Keeper(conversations.engine), signing_in.Hashing()
    audit = Audit(conversations.engine, settings.secret or "")

    def render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
        user = getattr(request.state, "user", None)
        pages = shown_to(user) if user else []
        common = {"texts": texts, "view": view, "knowledge_version": knowledge.version, "user": user, "pages": pages}
        common |= {"home": home(user) if user else "/console", "out_seal": seal.issue() if user else ""}
        return _templates.TemplateResponse(request, template, {**common, **values}, status_code=status)

    def guard(permission: str, page: Page) -> Page:
        async def guarded(request: Request) -> Response:
            try:
                user = await keeper.know(request)
                if user is None and permission != ANYONE:
                    return keeper.send_away(request)
                if user is not None and not user.may(permission):
                    return render(request, "problem.html", 403, problem="forbidden")
                return await page(request)
            except Unsealed:
                return render(request, "problem.html", 403, problem="seal")
            except HTTPException as error:
                return render(request, "problem.html", error.status_code, problem="form")
            except SQLAlchemyError as error:
                log.error("console.database_failed", error=type(error).__name__)
                return render(request, "problem.html", 503, problem="database")

        return guarded

    room = Room(
        settings=settings,
        engine=conversations.engine,
        conversations=conversations,
        knowledge=knowledge,
        archives=archives,
        events=events,
        seal=seal,
        view=view,
        texts=texts,
        render=render,
        guard=guard,
        audit=audit,
        reader=reader,
    )
    oidc = oidc_door.oidc_of(room)

    debugger = Debugger(knowledge)

    async def rules(request: Request) -> Response:
        form = await sent_form(request) if request.method == "POST" else {}
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
        *listing.routes(room),
        room.route("/rules", RULES, rules, "GET", "POST"),
        room.route("/rules/{topic}.svg", RULES, drawing),
        *conversation.routes(room),
        *handoff.routes(room),
        *undelivered.routes(room),
        *review.routes(room),
        *drafts.routes(room),
        *agreement.routes(room),
        *dashboard.routes(room),
        *archive.routes(archives, seal, view, render, lambda page: guard(ARCHIVE, page), audit),
        *signing_in.routes(room, keeper, hashing, oidc is not None),
        *oidc_door.routes(room, keeper, oidc),
        *account.routes(room, keeper, hashing),
        *users.routes(room, keeper),
        *auditing.routes(room),
    ]
