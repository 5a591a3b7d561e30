"""The archive for the chat: questions like a text, behind the gate of the conversation that asks for them."""

from __future__ import annotations

from datetime import date
from typing import Optional

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.dialogue.desk import LONGEST
from bot.report.answer import answer_parts, similar_part
from bot.web.body import clean, read_json
from bot.web.chat import address_of, token_of
from bot.web.door import Door
from bot.web.texts import Texts


async def search(request: Request) -> JSONResponse:
    """?text=..., or {text} posted, so that no address holds it -> 200 {answers, similar}; in an emergency both are
    empty, and `message` says whom to call."""
    state = request.app.state
    door: Door = state.door
    ticket = await door.ticket(token_of(request))
    if request.method == "POST":
        data = await read_json(request, state.texts)
        text = data.get("text") if isinstance(data, dict) and set(data) == {"text"} else None
        given = [clean(text)] if isinstance(text, str) else []
    else:
        given = [clean(text) for text in request.query_params.getlist("text")]
    found = await door.similar(ticket, "\n".join(given), _fault(given, state.texts), address_of(request))
    if found is None:
        return JSONResponse({"answers": [], "similar": [], "message": state.widget_texts("emergency.banner_text")})
    answers = answer_parts(found, state.knowledge, date.today())
    return JSONResponse({"answers": answers, "similar": similar_part(found)})


ROUTES = [Route("/api/archive/search", search, methods=["GET", "POST"])]


def _fault(given: list[str], texts: Texts) -> Optional[str]:
    if len(given) != 1 or not given[0].strip():
        return texts("details.no_search_text")
    if len(given[0]) > LONGEST:
        return texts("details.search_too_long", length=len(given[0]), limit=LONGEST)
    return None
