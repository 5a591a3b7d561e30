"""What every page of the console is given: the records, the words, the templates, and the guard at the door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Optional

from sqlalchemy.engine import Engine
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.console.archive import Archives
from bot.console.seal import Seal
from bot.console.view import View
from bot.records.audit import Audit
from bot.web.events import Events
from bot.web.texts import Texts

Page = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Room:
    """The console of one server. `render(request, template, status=200, **values)` makes a page; `guard(permission,
    page)` lets in who may; `texts` are the words of messages/en/console.yml, `texts.of("...")` those of other files.
    `audit.write(user, "reveal", conversation_id=..., reason=...)` notes what was done; it writes, so in a thread."""

    settings: Any
    engine: Engine
    conversations: Any
    knowledge: Any
    archives: Optional[Archives]
    events: Events
    seal: Seal
    view: View
    texts: Texts
    render: Callable[..., Response]
    guard: Callable[[str, Page], Page]
    audit: Audit
    # Reads texts again with today's words (`bot.nlu.reader.Reader`); without one no words are marked.
    reader: Optional[Any] = None

    def route(self, path: str, permission: str, page: Page, *methods: str) -> Route:
        """A route below /console that wants a permission."""
        return Route(f"/console{path}", self.guard(permission, page), methods=list(methods or ("GET",)))
