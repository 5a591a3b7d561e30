"""The layers around the routes: security headers on every response, and an answer in our shape when anything raises."""

from __future__ import annotations

from traceback import extract_tb

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.errors import Refusal, error_response
from bot.web.metrics import Metrics
from bot.web.texts import Texts

log = structlog.get_logger(__name__)

_COMMON = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
# In what patients see, no script can make markup of a string, even by mistake.
POLICY = f"{_COMMON}; require-trusted-types-for 'script'; trusted-types 'none'"
# The console puts parts of pages in place that the server made and escaped, which trusted types would forbid.
CONSOLE_POLICY = _COMMON
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Only over TLS: for half a year the browser comes no other way.
STRICT_TRANSPORT = "max-age=15552000"
# A clinic's own page may load the widget's files; nothing in them is about anyone.
OPEN_FILES = ("/widget.js", "/static/")


class Guard:
    """ASGI middleware that wraps everything."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add headers to what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if path.startswith("/console"):
                    headers.setdefault("Content-Security-Policy", CONSOLE_POLICY)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
                if path.startswith(OPEN_FILES):
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
                elif path.startswith(("/api/", "/console", "/reports/")):
                    headers["Cache-Control"] = "no-store"
                    if headers.get("Access-Control-Allow-Origin"):
                        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        await self.app(scope, receive, guarded)


class LastDefence:
    """ASGI middleware around the routes and their error handlers: whatever raises, the person is told what to do."""

    def __init__(self, app: ASGIApp, texts: Texts, metrics: Metrics) -> None:
        self.app = app
        self.texts = texts
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; turn an exception into a 500 without its trace."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            # The error's own text may quote what a person wrote, so only its type and the trace's places are logged.
            places = [f"{place.filename}:{place.lineno} {place.name}" for place in extract_tb(error.__traceback__)]
            method, path = scope["method"], scope["path"]
            log.error("web.unexpected", method=method, path=path, error=type(error).__name__, trace=places)
            if started:
                raise
            self.metrics.count("errors", code="internal")
            await error_response(self.texts, Refusal("internal"))(scope, receive, watched)
