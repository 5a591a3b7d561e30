"""The platforms' webhooks: a body is checked as it came, stored and acknowledged; all else happens afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timezone

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.base import Channel
from bot.channels.worker import NotStored, Worker
from bot.web.errors import Refusal
from bot.web.limits import BODY_BYTES, BODY_SECONDS
from bot.web.metrics import Metrics

log = structlog.get_logger(__name__)

PATH = "/channels/{name}/webhook"
AGAIN = {"Retry-After": "5"}


def routes(channels: Mapping[str, Channel], worker: Worker, metrics: Metrics) -> list[Route]:
    """One route for all platforms that are on; those that are off are answered as if there were none."""

    async def webhook(request: Request) -> Response:
        channel = channels.get(request.path_params["name"])
        if channel is None:
            raise Refusal("not_found")
        if request.method == "GET":
            challenge = channel.handshake(dict(request.query_params))
            if challenge is None:
                raise Refusal("not_verified")
            return PlainTextResponse(challenge)
        return await _delivered(request, channel)

    async def _delivered(request: Request, channel: Channel) -> Response:
        raw = await _body(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not channel.verify(raw, headers, datetime.now(timezone.utc)):
            metrics.count("webhooks", channel=channel.name, outcome="refused")
            raise Refusal("not_verified")
        try:
            parsed = channel.parse(raw, headers)
        except ValueError as error:
            # Signed, and still nothing that can be read: the platform's shapes may have changed.
            log.error("channels.not_read", channel=channel.name, error=type(error).__name__)
            metrics.count("webhooks", channel=channel.name, outcome="not_read")
            raise Refusal("bad_request") from error
        try:
            # Only now: nobody without the secret makes others wait.
            with worker.gate.taking():
                repeated = await worker.take_in(channel, parsed.arrived)
                await worker.told(channel, parsed.failed)
        except NotStored as error:
            metrics.count("webhooks", channel=channel.name, outcome="not_stored")
            raise Refusal("unavailable", AGAIN) from error
        again = 0 < len(parsed.arrived) == repeated
        metrics.count("webhooks", channel=channel.name, outcome="repeated" if again else "taken")
        return Response(parsed.body, media_type=parsed.media_type)

    return [Route(PATH, webhook, methods=["GET", "POST"])]


async def _body(request: Request) -> bytes:
    """The bytes of a request. Raises Refusal: too_large or too_slow."""
    raw = bytearray()

    async def receive() -> None:
        async for chunk in request.stream():
            raw.extend(chunk)
            if len(raw) > BODY_BYTES:
                raise Refusal("too_large", limit=f"{BODY_BYTES:,}")

    try:
        await asyncio.wait_for(receive(), BODY_SECONDS)
    except asyncio.TimeoutError as error:
        raise Refusal("too_slow", seconds=BODY_SECONDS) from error
    return bytes(raw)
