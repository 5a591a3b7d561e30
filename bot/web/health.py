"""What machines ask: is it alive, is it ready, what has it counted."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.web.errors import error_body


async def livez(request: Request) -> Response:
    """GET /livez -> 200 as long as the process answers."""
    return JSONResponse({"alive": True})


async def readyz(request: Request) -> Response:
    """GET /readyz -> 200 {ready, checks}, or 503 with the error that names what is missing.

    Emergencies are answered before it says ready: the door is open, the model is still coming.
    """
    state = request.app.state
    checks = await run_in_threadpool(state.desk.ready)
    missing = [name for name, works in checks.items() if not works]
    if missing:
        body = {**error_body(state.texts, "not_ready", detail=", ".join(missing)), "ready": False, "checks": checks}
        return JSONResponse(body, status_code=503, headers={"Retry-After": "2"})
    return JSONResponse({"ready": True, "checks": checks, "knowledge_version": state.knowledge.version})


async def metrics(request: Request) -> Response:
    """GET /metrics -> counters for Prometheus."""
    return PlainTextResponse(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")


ROUTES = [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]
