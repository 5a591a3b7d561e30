"""The audit log, for auditors: its lines by actor, action and day, whether its chain is whole, and an export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Mapping, Optional
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from bot.console.forms import page_number
from bot.console.room import Room
from bot.console.who import AUDIT, user_of
from bot.records.audit import Search, to_json

PAGE = 100
FILTERS = ("actor", "action", "since", "until")


def routes(room: Room) -> list[BaseRoute]:
    """The routes of the audit log."""
    words, audit = room.texts.of("audit"), room.audit

    async def page(request: Request) -> Response:
        asked, number = request.query_params, page_number(request)
        search, problem = _search(asked)
        check = bool(asked.get("check"))

        def read() -> dict[str, Any]:
            actors, actions = audit.names()
            chain = audit.verify() if check else None
            rows = audit.list(search, PAGE, (number - 1) * PAGE)
            return {"rows": rows, "total": audit.count(search), "actors": actors, "actions": actions, "chain": chain}

        found = await run_in_threadpool(read)
        given = {name: asked[name] for name in FILTERS if asked.get(name)}
        last = max(1, -(-found["total"] // PAGE))
        values = {"wanted": given, "query": urlencode(given), "page": number, "last": last, "problem": problem}
        return room.render(request, "audit.html", 422 if problem else 200, words=words, **found, **values)

    async def export(request: Request) -> Response:
        search, problem = _search(request.query_params)
        if problem:
            return await page(request)
        await run_in_threadpool(room.audit.write, user_of(request), "export", "audit")

        def lines() -> Iterator[str]:
            for row in audit.every(search):
                yield json.dumps(to_json(row), ensure_ascii=False) + "\n"

        name = f"signpost-audit-{datetime.now(timezone.utc):%Y-%m-%d}.jsonl"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(lines(), media_type="application/jsonl", headers=headers)

    return [room.route("/audit", AUDIT, page), room.route("/audit/export", AUDIT, export)]


def _search(asked: Mapping[str, str]) -> tuple[Search, bool]:
    """What was asked for, and whether a day could not be read."""
    since, wrong_since = _day(asked.get("since", ""))
    until, wrong_until = _day(asked.get("until", ""))
    before = until + timedelta(days=1) if until else None
    names = asked.get("actor", "")[:64], asked.get("action", "")[:64]
    return Search(*names, since, before), wrong_since or wrong_until


def _day(text: str) -> tuple[Optional[datetime], bool]:
    """The beginning of a day in UTC; whether there was something that is no day."""
    if not text:
        return None, False
    try:
        day = date.fromisoformat(text)
        # A day at the very end of the calendar has none after it.
        return (None, True) if day.year > 9_998 else (datetime.combine(day, time.min, timezone.utc), False)
    except ValueError:
        return None, True
