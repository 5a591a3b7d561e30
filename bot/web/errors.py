"""One shape for all that goes wrong: `{"error": {"code", "message", "hint"?}}`, with the emergency number in it."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.web.texts import Texts

STATUS = {
    "bad_request": 400,
    "bad_json": 400,
    "no_token": 401,
    "bad_token": 401,
    "consent_needed": 403,
    "origin_refused": 403,
    "not_verified": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "gone": 410,
    "report_unknown": 404,
    "reply_unknown": 404,
    "report_expired": 410,
    "too_large": 413,
    "wrong_media_type": 415,
    "bad_message": 422,
    "bad_search": 422,
    "bad_feedback": 422,
    "bad_stream": 422,
    "too_many": 429,
    "internal": 500,
    "not_ready": 503,
    "unavailable": 503,
    "report_unavailable": 503,
    "archive_unavailable": 503,
}


class Refusal(Exception):
    """A request that is not answered. `code` is one of `STATUS`; `values` fill in its text in knowledge/messages."""

    def __init__(self, code: str, headers: Optional[Mapping[str, str]] = None, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = STATUS[code]
        self.headers = dict(headers or {})
        self.values = values


def error_body(texts: Texts, code: str, **values: Any) -> dict[str, Any]:
    """The body of an error. Its hint says what to do, and always ends with the number to call in an emergency."""
    hint = f"{texts(f'hints.{code}', **values)} {texts('hints.emergency')}"
    return {"error": {"code": code, "message": texts(f"errors.{code}", **values).strip(), "hint": hint}}


def error_response(texts: Texts, refusal: Refusal) -> JSONResponse:
    """The response for a refusal."""
    return JSONResponse(
        error_body(texts, refusal.code, **refusal.values), status_code=refusal.status, headers=refusal.headers
    )


async def on_refusal(request: Request, error: Exception) -> Response:
    """Starlette's handler for `Refusal`."""
    assert isinstance(error, Refusal)
    request.app.state.metrics.count("errors", code=error.code)
    return error_response(request.app.state.texts, error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's handler for its own errors (404, 405, a broken request), in our shape."""
    assert isinstance(error, HTTPException)
    path, method = request.url.path, request.method
    headers = dict(error.headers or {})
    if error.status_code == 404:
        refusal = Refusal("not_found", headers, path=path)
    elif error.status_code == 405:
        # Starlette's folder of files leaves the header out.
        refusal = Refusal("method_not_allowed", {"Allow": "GET, HEAD", **headers}, path=path, method=method)
    else:
        refusal = Refusal("bad_request", headers, detail=error.detail)
        refusal.status = error.status_code
    return await on_refusal(request, refusal)
