"""Which pages may talk to the chat API: those of this server, and those whose origins the operator has named.

A browser says with `Origin` which page a request comes from, and no page can make it say another. A program that is no
browser sends what it likes, or nothing; against those stand the tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.errors import Refusal, error_response
from bot.web.metrics import Metrics
from bot.web.texts import Texts

API = "/api/"
# Words and numbers that anyone may read: they say nothing about anyone, and a page that may do nothing else can still
# show them, and the number to call.
TO_ALL = "/api/texts"
# Seconds for which a browser need not ask again.
REMEMBERED = 600


class Origins:
    """The origins that may use the API besides the server's own."""

    def __init__(self, named: Sequence[str]) -> None:
        self.named = tuple(named)

    def admit(self, origin: str | None, host: str | None, scheme: str) -> bool:
        """Whether a request may come in: no page sent it, or one of this very host, or one of a named origin.

        `host` is the request's own Host header. A proxy may have taken TLS off, so an https page of this host is ours
        whatever the request's `scheme`; an http page is not where the request came in by https.
        """
        if origin is None or origin in self.named:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme in ("https", scheme) and bool(host) and parts.netloc.lower() == str(host).lower()


class OriginGuard:
    """ASGI middleware around the API: refuses other origins, and gives the named ones what their browsers ask for."""

    def __init__(self, app: ASGIApp, origins: Origins, texts: Texts, metrics: Metrics) -> None:
        self.app = app
        self.origins = origins
        self.texts = texts
        self.metrics = metrics
        self.shared = _Shared(
            app,
            texts=texts,
            allow_origins=origins.named,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
            max_age=REMEMBERED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403 origin_refused."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self.app(scope, receive, send)
        elif scope["path"] == TO_ALL:
            await self.app(scope, receive, _open(send))
        elif is_admitted(scope, self.origins):
            await self.shared(scope, receive, send)
        else:
            origin = Headers(scope=scope)["origin"]
            self.metrics.count("errors", code="origin_refused")
            refusal = Refusal("origin_refused", {"Vary": "Origin"}, origin=origin[:200])
            await error_response(self.texts, refusal)(scope, receive, send)


class _Shared(CORSMiddleware):
    """Starlette's, whose refusals of a preflight have our shape."""

    def __init__(self, app: ASGIApp, *, texts: Texts, **options: Any) -> None:
        super().__init__(app, **options)
        self._texts = texts

    def preflight_response(self, request_headers: Headers) -> Response:
        """What a browser is told that asks beforehand."""
        answer = super().preflight_response(request_headers)
        if answer.status_code < 400:
            return answer
        detail = bytes(answer.body).decode()
        refusal = Refusal("bad_request", {"Vary": "Origin"}, detail=detail)
        return error_response(self._texts, refusal)


def is_admitted(scope: Scope, origins: Origins) -> bool:
    """Whether the page that sent a request may use the API."""
    headers = Headers(scope=scope)
    return origins.admit(headers.get("origin"), headers.get("host"), scope.get("scheme", "http"))


def _open(send: Send) -> Any:
    async def opened(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Access-Control-Allow-Origin"] = "*"
        await send(message)

    return opened
