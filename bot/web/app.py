"""The web application: every route, the error handlers, and the guard around them."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any, Callable, Optional

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from bot.channels.messaging import Messaging
from bot.console.app import routes as console_routes
from bot.console.archive import Archives
from bot.knowledge.languages import languages
from bot.web import chat, health, pages, reports, similar
from bot.web.door import Door
from bot.web.errors import Refusal, on_http_error, on_refusal
from bot.web.events import Events
from bot.web.guard import Guard, LastDefence
from bot.web.limits import ADDRESS, CONVERSATION, Rate
from bot.web.metrics import Metrics
from bot.web.origins import OriginGuard, Origins
from bot.web.texts import Texts

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def create_app(
    settings: Any,
    desk: Any,
    conversations: Any,
    knowledge: Any,
    *,
    by_conversation: Rate = CONVERSATION,
    by_address: Rate = ADDRESS,
    archives: Optional[Archives] = None,
    reader: Optional[Any] = None,
    messaging: Optional[Messaging] = None,
    lifespan: Optional[Lifespan] = None,
) -> Starlette:
    """The application. It starts nothing by itself: `bot.web.serve` does, and hands in what it started.

    Without `archives` the console's pages of the archive say that it cannot be read; without a `reader` it marks no
    words in what was said; without `messaging` there are no messaging platforms.
    """
    metrics, events = Metrics(), Events()
    texts = Texts(knowledge, settings, "web")
    origins = Origins(settings.origins)
    app = Starlette(
        routes=[
            *chat.ROUTES,
            *similar.ROUTES,
            *health.ROUTES,
            *pages.ROUTES,
            # For whoever sets it up; patients are shown no clinic that is not there.
            *([] if settings.public else pages.OPERATORS),
            *reports.ROUTES,
            *(messaging.routes(metrics) if messaging else ()),
            *console_routes(settings, conversations, knowledge, archives, events, reader),
        ],
        middleware=[
            Middleware(Guard),
            # A page that may read answers may read errors too: the last defence is inside.
            Middleware(OriginGuard, origins=origins, texts=texts, metrics=metrics),
            Middleware(LastDefence, texts=texts, metrics=metrics),
        ],
        exception_handlers={Refusal: on_refusal, HTTPException: on_http_error},
        lifespan=lifespan,
    )
    # A path is one path: a slash at its end is not answered with a redirect, which would drop a message's body.
    app.router.redirect_slashes = False
    app.state.metrics = metrics
    app.state.events = events
    app.state.origins = origins
    app.state.texts = texts
    app.state.widget_texts = texts.of("widget")
    app.state.page_texts = texts.of("pages")
    app.state.languages = languages(settings.knowledge_path)
    app.state.knowledge = knowledge
    app.state.unsigned = len(unsigned(knowledge))
    app.state.desk = desk
    app.state.reports = reports.Reports(settings, conversations, knowledge)
    app.state.door = Door(
        settings, desk, conversations, knowledge, metrics, by_conversation=by_conversation, by_address=by_address
    )
    return app


def unsigned(knowledge: Any) -> list[str]:
    """The ids of the rules that no clinician has signed."""
    return sorted(name for name, rule in knowledge.rules.items() if rule.reviewed is None)
