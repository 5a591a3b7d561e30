"""The routes of the chat API: HTTP in, `Door` behind, HTTP out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Any, Optional

from sse_starlette import EventSourceResponse
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.web.body import Inbound, inbound, judgement, opening, read_json
from bot.web.door import Door
from bot.web.errors import Refusal
from bot.web.events import ERASED, FEEDBACK, MESSAGE, TYPING, Events

# Seconds that a stream lasts, unless asked otherwise, and at most: a client opens it again, perhaps on another machine.
STREAM_SECONDS, LONGEST_STREAM = 1800, 3600
# Seconds between signs of life, so that no proxy takes a quiet stream for a dead one.
PING_SECONDS = 15


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
        ticket = await door.ticket(token_of(request))
        receipt = await door.erase(ticket)
        _events(request).publish(ticket.conversation_id, ERASED)
        return JSONResponse({"receipt": receipt})


class Messages(HTTPEndpoint):
    """/api/conversations/messages: say something, read what was said."""

    async def post(self, request: Request) -> JSONResponse:
        """{id, text | choices, consent?} -> 200 {messages}."""
        door, texts, events = _door(request), request.app.state.texts, _events(request)
        ticket = await door.ticket(token_of(request))
        message = inbound(await read_json(request, texts), texts)
        events.publish(ticket.conversation_id, TYPING, on=True)
        try:
            replies = await door.say(ticket, message, address_of(request))
        finally:
            events.publish(ticket.conversation_id, TYPING, on=False)
        state = request.app.state
        if state.desk.recorded(ticket.conversation_id):
            replies = state.reports.linked(ticket.conversation_id, replies)
        if door.first_time(ticket, message.id):
            for said in _turn(message, replies):
                events.publish(ticket.conversation_id, MESSAGE, **said)
        return JSONResponse({"messages": replies})

    async def get(self, request: Request) -> JSONResponse:
        """-> 200 {messages}, both sides, oldest first."""
        door = _door(request)
        ticket = await door.ticket(token_of(request))
        said = await door.history(ticket)
        return JSONResponse({"messages": request.app.state.reports.linked(ticket.conversation_id, said)})


async def feedback(request: Request) -> JSONResponse:
    """{message, helpful, comment?} -> 200 {message, helpful}."""
    door, texts = _door(request), request.app.state.texts
    ticket = await door.ticket(token_of(request))
    given = judgement(await read_json(request, texts), texts)
    await door.judge(ticket, given, address_of(request))
    said = {"message": given.reply_id, "helpful": given.helpful}
    _events(request).publish(ticket.conversation_id, FEEDBACK, **said)
    return JSONResponse(said)


async def stream(request: Request) -> Response:
    """?seconds=... -> 200 text/event-stream: what happens in the conversation from now on."""
    door = _door(request)
    ticket = await door.ticket(token_of(request))
    seconds = request.query_params.get("seconds", str(STREAM_SECONDS))
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 6 and int(seconds) <= LONGEST_STREAM):
        raise Refusal("bad_stream", detail=request.app.state.texts("details.seconds", limit=LONGEST_STREAM))
    door.pace(address_of(request))
    if request.method == "HEAD":
        return Response(media_type="text/event-stream")
    happening = _events(request).stream(ticket.conversation_id, int(seconds))

    async def told() -> AsyncIterator[dict[str, str]]:
        async for event in happening:
            yield {"event": event.name, "data": event.text()}

    # nginx holds a stream back until its buffer is full, unless told that this one must not wait.
    return EventSourceResponse(told(), headers={"X-Accel-Buffering": "no"}, ping=PING_SECONDS)


ROUTES = [
    Route("/api/conversations", Conversation),
    Route("/api/conversations/messages", Messages),
    Route("/api/conversations/events", stream),
    Route("/api/conversations/feedback", feedback, methods=["POST"]),
]


def token_of(request: Request) -> Optional[str]:
    """The token of a request's bearer header; None where it has none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else "unknown"


def _turn(message: Inbound, replies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A message and the replies to it, as the history will have them."""
    at = datetime.now(timezone.utc).isoformat()
    said = {"text": message.text} if message.choices is None else {"choices": message.choices}
    person = [{"from": "person", "id": message.id, "at": at, **said}] if message.id else []
    return [*person, *({"from": "bot", "at": at, **reply} for reply in replies)]


def _door(request: Request) -> Door:
    door: Door = request.app.state.door
    return door


def _events(request: Request) -> Events:
    events: Events = request.app.state.events
    return events
