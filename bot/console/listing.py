"""The list of conversations, the filters that users keep, and the queue that gives each reviewer the next one."""

from __future__ import annotations

from typing import Any, Optional
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from bot.console.forms import path_number, sealed_form
from bot.console.room import Room
from bot.console.who import READ, REVIEW, user_of
from bot.records import models
from bot.records.filters import FEEDBACK, HANDOFFS, NOBODY, SORTS, Filter
from bot.records.listing import LEVELS, Listing
from bot.records.queue import Queue
from bot.records.saved_filters import MOST_NAME, SavedFilters
from bot.records.summaries import STATUSES

BASE = "/console"
FIELDS = 24
"""A filter has more of them than other forms."""
CHANNELS = ("web", "telegram", "whatsapp", "messenger", "slack", "line", "twilio")
SWITCHES = ("emergency", "flagged", "withheld", "not_understood")


def routes(room: Room) -> list[BaseRoute]:
    """The routes of the list and the queue."""
    pages = _Pages(room)
    return [
        room.route("", READ, pages.listing),
        room.route("/filters", READ, pages.save, "POST"),
        room.route("/filters/{id}/rename", READ, pages.rename, "POST"),
        room.route("/filters/{id}/delete", READ, pages.delete, "POST"),
        room.route("/next", REVIEW, pages.queue),
        room.route("/next", REVIEW, pages.take, "POST"),
        room.route("/next/{id}/put-back", REVIEW, pages.put_back, "POST"),
    ]


class _Pages:
    def __init__(self, room: Room) -> None:
        self._room = room
        self._listing = Listing(room.engine)
        self._saved = SavedFilters(room.engine)
        self._queue = Queue(room.engine, room.settings.queue_emergencies)
        self._words = room.texts.of("reading")

    async def listing(self, request: Request) -> Response:
        wanted, wrong = Filter.read(request.query_params)
        after, before = (request.query_params.get(name, "") for name in ("after", "before"))
        user = user_of(request)

        def read() -> dict[str, Any]:
            page, counts = self._listing.look(wanted, after, before)
            return {
                "page": page,
                "counts": counts,
                "saved": self._saved.of(user.id),
                "people": _people(self._room.engine),
            }

        found = await run_in_threadpool(read)
        given = wanted.link()
        return self._render(
            request,
            "list.html",
            **found,
            wanted=wanted,
            given=given,
            wrong=[self._words(f"filter.{name}") for name in wrong],
            rows=[self._row(row, found["page"].topics[row.conversation_id]) for row in found["page"].rows],
            link=lambda **changed: _link(given, **changed),
            saved_links=[(each, _link(Filter.read(each.query)[0].link())) for each in found["saved"]],
            topics=self._options(self._room.knowledge.topics, wanted.topic, self._room.view.topic),
            rules=self._options(self._room.knowledge.rules, wanted.rule, str),
            channels=self._options(CHANNELS, wanted.channel, str),
            levels=[*reversed(LEVELS), None],
            statuses=STATUSES,
            sorts=SORTS,
            feedbacks=FEEDBACK,
            handoffs=HANDOFFS,
            switches=SWITCHES,
            nobody=NOBODY,
            most_name=MOST_NAME,
            seal=self._room.seal.issue(),
        )

    async def save(self, request: Request) -> Response:
        """Keeps the filter that the form carries as a link's query."""
        form = await sealed_form(request, self._room.seal, FIELDS)
        query = Filter.read(form)[0].link()
        kept = await run_in_threadpool(self._saved.save, user_of(request).id, form.get("name", ""), query)
        return RedirectResponse(_link(query), 303) if kept else self._not_kept(request)

    async def rename(self, request: Request) -> Response:
        form = await sealed_form(request, self._room.seal)
        done = await run_in_threadpool(
            self._saved.rename, user_of(request).id, path_number(request), form.get("name", "")
        )
        return RedirectResponse(BASE, 303) if done else self._not_kept(request)

    async def delete(self, request: Request) -> Response:
        await sealed_form(request, self._room.seal)
        await run_in_threadpool(self._saved.remove, user_of(request).id, path_number(request))
        return RedirectResponse(BASE, 303)

    async def queue(self, request: Request, empty: bool = False) -> Response:
        waiting = await run_in_threadpool(self._queue.waiting)
        mine = await run_in_threadpool(self._queue.mine, user_of(request).id)
        values: dict[str, Any] = {"waiting": waiting, "rows": [self._row(row, []) for row in mine], "empty": empty}
        share = self._room.settings.queue_emergencies
        return self._render(request, "next.html", **values, share=share, seal=self._room.seal.issue())

    async def take(self, request: Request) -> Response:
        await sealed_form(request, self._room.seal)
        taken = await run_in_threadpool(self._queue.take, user_of(request).id)
        if taken is None:
            return await self.queue(request, empty=True)
        return RedirectResponse(f"{BASE}/conversations/{taken}", 303)

    async def put_back(self, request: Request) -> Response:
        await sealed_form(request, self._room.seal)
        await run_in_threadpool(self._queue.put_back, request.path_params["id"], user_of(request).id)
        return RedirectResponse(f"{BASE}/next", 303)

    def _not_kept(self, request: Request) -> Response:
        return self._render(request, "not_kept.html", 422)

    def _render(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        return self._room.render(request, template, status, words=self._words, **values)

    def _row(self, row: Any, topics: list[str]) -> dict[str, Any]:
        view = self._room.view
        return {
            **row._mapping,
            "last": view.time(row.last_at),
            "opened": view.time(row.opened_at),
            "topics": [view.topic(name) for name in topics],
        }

    @staticmethod
    def _options(known: Any, chosen: str, label: Any) -> list[tuple[str, str]]:
        """Values with labels; the one that was chosen is among them even if today's knowledge lacks it."""
        return sorted(
            ((each, label(each)) for each in {*known, *([chosen] if chosen else [])}), key=lambda pair: pair[1]
        )


def _link(given: dict[str, str], **changed: Optional[str]) -> str:
    """The address of a filter with some of it changed; None or nothing takes a part away."""
    query = urlencode({name: value for name, value in {**given, **changed}.items() if value})
    return f"{BASE}?{query}" if query else BASE


def _people(engine: Engine) -> list[Any]:
    users = models.users.c
    with engine.connect() as connection:
        return list(connection.execute(select(users.id, users.display).order_by(users.display)))
