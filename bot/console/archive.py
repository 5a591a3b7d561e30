"""The console's pages of the archive: entries, a search as the bot would, what was withheld, what had no answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Optional
from urllib.parse import urlencode

from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.archive.levels import LEVELS
from bot.archive.lookups import Lookups, Unanswered
from bot.archive.search import Archive
from bot.archive.shelf import MOST_TEXT, Filter, Shelf
from bot.console.forms import page_number, path_number, sealed_form, sent_form
from bot.console.seal import Seal
from bot.console.trial import LEVELS as TRIAL_LEVELS
from bot.console.trial import Searches, trial
from bot.console.view import View
from bot.console.who import user_of
from bot.records.audit import Audit
from bot.records.lookup import OUTCOMES

PAGE = 50
PERIODS = (7, 30, 90, 365)
BASE = "/console/archive"

Page = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Archives:
    """The archive of one database: its entries, what it was asked for, and its search."""

    shelf: Shelf
    lookups: Lookups
    search: Searches

    @classmethod
    def of(cls, engine: Engine, archive: Archive) -> Archives:
        """The archive of the database that `archive` searches."""
        return cls(Shelf(engine), Lookups(engine), archive)


def routes(
    archives: Optional[Archives],
    seal: Seal,
    view: View,
    render: Callable[..., Response],
    guard: Callable[[Page], Page],
    audit: Audit,
) -> list[BaseRoute]:
    """The routes of the archive's pages, each behind `guard`. Without an archive they say that there is none."""
    pages = _Pages(archives, seal, view, render, audit) if archives is not None else None

    def route(path: str, name: str, *methods: str) -> Route:
        async def none(request: Request) -> Response:
            return render(request, "problem.html", 503, problem="database")

        return Route(f"{BASE}{path}", guard(getattr(pages, name) if pages else none), methods=list(methods) or ["GET"])

    return [
        route("", "listing"),
        route("/search", "search", "GET", "POST"),
        route("/withheld", "withheld"),
        route("/unanswered", "unanswered"),
        route("/{id}", "entry"),
        route("/{id}/level", "rate", "POST"),
        route("/{id}/hide", "hide", "POST"),
        route("/{id}/show", "show_again", "POST"),
    ]


class _Pages:
    def __init__(
        self, archives: Archives, seal: Seal, view: View, render: Callable[..., Response], audit: Audit
    ) -> None:
        self._shelf, self._lookups, self._search = archives.shelf, archives.lookups, archives.search
        self._seal = seal
        self._view = view
        self._render = render
        self._audit = audit

    async def listing(self, request: Request) -> Response:
        asked, page = request.query_params, page_number(request)
        wanted = Filter(
            text=asked.get("text", ""),
            level=asked.get("level", ""),
            specialty=asked.get("specialty", ""),
            hidden=bool(asked.get("hidden")),
            withheld=bool(asked.get("withheld")),
        )
        given = {name: asked[name] for name in ("text", "level", "specialty", "hidden", "withheld") if asked.get(name)}

        def read() -> dict[str, Any]:
            rows = self._shelf.list(wanted, PAGE, (page - 1) * PAGE)
            counts = self._shelf.counts([row.id for row in rows])
            total, specialties = self._shelf.count(wanted), self._shelf.specialties()
            return {"rows": rows, "counts": counts, "total": total, "specialties": specialties}

        found = await run_in_threadpool(read)
        last = max(1, -(-found["total"] // PAGE))
        more = {"page": page, "last": last, "wanted": wanted, "levels": LEVELS, "query": urlencode(given)}
        return self._render(request, "archive.html", **found, **more)

    async def entry(self, request: Request) -> Response:
        return await self._entry(request)

    async def _entry(self, request: Request, status: int = 200, problem: str = "") -> Response:
        shown = await run_in_threadpool(self._shelf.show, path_number(request))
        if shown is None:
            return self._render(request, "problem.html", 404, problem="entry")
        values = {"shown": shown, "levels": LEVELS, "seal": self._seal.issue(), "outcomes": OUTCOMES}
        return self._render(request, "entry.html", status, **values, problem=problem, most=MOST_TEXT)

    async def rate(self, request: Request) -> Response:
        form = await sealed_form(request, self._seal)
        level = form.get("level", "")
        if level and level not in LEVELS:
            return await self._entry(request, 422, "level")
        return await self._change(
            request, "archive_level", lambda: self._shelf.rate(path_number(request), level or None), level=level
        )

    async def hide(self, request: Request) -> Response:
        form = await sealed_form(request, self._seal)
        because = form.get("because", "").strip()
        if not because or len(because) > MOST_TEXT:
            return await self._entry(request, 422, "reason")
        now = datetime.now(timezone.utc)
        return await self._change(request, "archive_hide", lambda: self._shelf.hide(path_number(request), because, now))

    async def show_again(self, request: Request) -> Response:
        now = datetime.now(timezone.utc)
        await sealed_form(request, self._seal)
        return await self._change(request, "archive_show", lambda: self._shelf.show_again(path_number(request), now))

    async def _change(self, request: Request, action: str, change: Callable[[], bool], **detail: Any) -> Response:
        def changed() -> bool:
            done = change()
            if done:
                self._audit.write(user_of(request), action, f"entry:{path_number(request)}", **detail)
            return done

        if not await run_in_threadpool(changed):
            return self._render(request, "problem.html", 404, problem="entry")
        # So that loading the page again does not send the form again.
        return RedirectResponse(f"{BASE}/{path_number(request)}", 303)

    async def search(self, request: Request) -> Response:
        form = await sent_form(request) if request.method == "POST" else {}
        tried = await run_in_threadpool(trial, self._search, form)
        return self._render(request, "trial.html", tried=tried, levels=TRIAL_LEVELS)

    async def withheld(self, request: Request) -> Response:
        asked = request.query_params.get("days", "")
        days = next((days for days in PERIODS if str(days) == asked), PERIODS[1])
        since = datetime.now(timezone.utc) - timedelta(days=days)
        rows = await run_in_threadpool(self._lookups.withheld, since)
        counts = await run_in_threadpool(self._lookups.outcomes, since)
        values = {"days": days, "periods": PERIODS, "outcomes": OUTCOMES, "counts": counts}
        return self._render(request, "withheld.html", rows=rows, **values)

    async def unanswered(self, request: Request) -> Response:
        page = page_number(request)
        total = await run_in_threadpool(self._lookups.count_unanswered)
        found = await run_in_threadpool(self._lookups.unanswered, PAGE, (page - 1) * PAGE)
        groups: dict[str, list[Unanswered]] = {}
        for each in found:
            groups.setdefault(", ".join(self._view.topic(name) for name in each.topics), []).append(each)
        last = max(1, -(-total // PAGE))
        return self._render(request, "unanswered.html", groups=groups, total=total, page=page, last=last)
