"""What a browser fetches: the chat page, the widget's files, its words, and the description of the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from bot.knowledge.languages import ENGLISH, nearest_language
from bot.web.openapi import document
from bot.web.origins import is_admitted

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
    """GET /?language=... -> the chat on a page of its own, in the language asked for or the browser's first."""
    state = request.app.state
    wanted = request.query_params.get("language") or request.headers.get("accept-language", ENGLISH).split(",")[0]
    language = nearest_language(wanted.partition(";")[0].strip(), state.languages)

    def said(key: str) -> str:
        return language.texts[key].format(**state.widget_texts.numbers)

    words = {"said": said, "language": language, "demonstration": state.unsigned > 0}
    return _templates.TemplateResponse(request, "page.html", words, headers={**_FRESH, "Vary": "Accept-Language"})


async def demo(request: Request) -> Response:
    """GET /demo -> a made-up clinic's page that carries the widget."""
    state = request.app.state
    words = {"texts": state.page_texts, "number": state.page_texts.numbers["emergency_number"]}
    return _templates.TemplateResponse(request, "demo.html", words, headers=_FRESH)


async def embed(request: Request) -> Response:
    """GET /embed -> how to put the widget into a page of one's own."""
    home = str(request.base_url)
    words = {"texts": request.app.state.page_texts, "home": home, "origin": home.rstrip("/")}
    return _templates.TemplateResponse(request, "embed.html", words, headers=_FRESH)


async def widget(request: Request) -> Response:
    """GET /widget.js -> the script that defines `<signpost-chat>`."""
    return FileResponse(HERE / "static" / "widget.js", media_type="text/javascript", headers=_FRESH)


async def words(request: Request) -> Response:
    """GET /api/texts?language=... -> the widget's texts in the nearest language, the numbers to call, and whether this
    is a demonstration and the page that asks may use the API."""
    state = request.app.state
    language = nearest_language(request.query_params.get("language", ENGLISH), state.languages)
    known = [{"tag": each.tag, "name": each.name, "direction": each.direction} for each in state.languages.values()]
    return JSONResponse(
        {
            "language": language.tag,
            "name": language.name,
            "direction": language.direction,
            "languages": known,
            "texts": dict(language.texts),
            "numbers": state.widget_texts.numbers,
            "demonstration": state.unsigned > 0,
            "allowed": is_admitted(request.scope, state.origins),
        },
        headers={"Vary": "Origin"},
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
OPERATORS: list[BaseRoute] = [Route("/demo", demo), Route("/embed", embed)]
