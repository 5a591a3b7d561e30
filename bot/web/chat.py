"""The routes of the chat API: HTTP in, `Door` behind, HTTP out."""

from __future__ import annotations

from typing import Optional

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.web.body import inbound, opening, read_json
from bot.web.door import Door


class Conversation(HTTPEndpoint):
    """/api/conversations: begin one, erase one."""

    async def post(self, request: Request) -> JSONResponse:
        """{consent?} -> 201 {token, messages}."""
        texts = request.app.state.texts
        consent = opening(await read_json(request, texts), texts)
        token, messages = await _door(request).open(consent, address_of(request))
        return JSONResponse({"token": token, "messages": messages}, status_code=201)

    async def delete(self, request: Request) -> JSONResponse:
        """-> 200 {receipt}."""
        door = _door(request)
        return JSONResponse({"receipt": await door.erase(await door.ticket(token_of(request)))})


class Messages(HTTPEndpoint):
    """/api/conversations/messages: say something, read what was said."""

    async def post(self, request: Request) -> JSONResponse:
        """{id, text | choices, consent?} -> 200 {messages}."""
        door, texts = _door(request), request.app.state.texts
        ticket = await door.ticket(token_of(request))
        message = inbound(await read_json(request, texts), texts)
        replies = await door.say(ticket, message, address_of(request))
        state = request.app.state
        if state.desk.recorded(ticket.conversation_id):
            replies = state.reports.linked(ticket.conversation_id, replies)
        return JSONResponse({"messages": replies})

    async def get(self, request: Request) -> JSONResponse:
        """-> 200 {messages}, both sides, oldest first."""
        door = _door(request)
        ticket = await door.ticket(token_of(request))
        said = await door.history(ticket)
        return JSONResponse({"messages": request.app.state.reports.linked(ticket.conversation_id, said)})


ROUTES = [
    Route("/api/conversations", Conversation),
    Route("/api/conversations/messages", Messages),
]


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


def token_of(request: Request) -> Optional[str]:
    """The token of a request's bearer header; None where it has none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "unknown"
