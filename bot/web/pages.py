"""What a browser fetches: the chat page, the widget's files, its words, and the description of the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from bot.web.openapi import document

HERE = Path(__file__).parent
_templates = Jinja2Templates(directory=HERE / "templates")
# Browsers ask each time whether a file changed; the answer is a few bytes unless it did.
_FRESH = {"Cache-Control": "no-cache"}


class _Files(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(_FRESH)
        return response


async def page(request: Request) -> Response:
    """GET / -> the chat on a page of its own."""
    state = request.app.state
    words = {"texts": state.texts, "demonstration": state.unsigned > 0}
    return _templates.TemplateResponse(request, "page.html", words, headers=_FRESH)


async def widget(request: Request) -> Response:
    """GET /widget.js -> the script that defines `<signpost-chat>`."""
    return FileResponse(HERE / "static" / "widget.js", media_type="text/javascript", headers=_FRESH)


async def words(request: Request) -> Response:
    """GET /api/texts -> every text of the widget, the numbers to call, and whether this is a demonstration."""
    state = request.app.state
    return JSONResponse(
        {
            "language": "en",
            "texts": state.texts.page(),
            "numbers": state.texts.numbers,
            "demonstration": state.unsigned > 0,
        }
    )


async def openapi(request: Request) -> Response:
    """GET /openapi.json -> the API, described."""
    return JSONResponse(document())


ROUTES: list[BaseRoute] = [
    Route("/", page),
    Route("/widget.js", widget),
    Route("/api/texts", words),
    Route("/openapi.json", openapi),
    Mount("/static", _Files(directory=HERE / "static"), name="static"),
]
