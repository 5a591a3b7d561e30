"""The report of a conversation: a page to print or save for the doctor, and the same as a FHIR bundle.

A report has an address of its own, with a key that ends after some hours and opens nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from bot.knowledge import Knowledge
from bot.knowledge.loading import build
from bot.records.conversations import Conversations
from bot.report.fhir import bundle, source_line
from bot.report.summary import Summary, summarise
from bot.report.transcript import transcript
from bot.web.errors import Refusal, error_body
from bot.web.texts import Texts
from bot.web.tokens import BadToken, ExpiredKey, ReportKeys

log = structlog.get_logger(__name__)

_templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
# Read by the holder of the address, and by nobody who collects pages.
_UNLISTED = {"X-Robots-Tag": "noindex, nofollow, noarchive"}
_VERSIONS = 4


class Reports:
    """Makes addresses of reports, and reads reports from the stored decisions."""

    def __init__(
        self,
        settings: Any,
        conversations: Conversations,
        knowledge: Knowledge,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self.hours: int = settings.report_hours
        self.texts = Texts(knowledge, settings, "report")
        self._number: str = settings.emergency_number
        self._conversations = conversations
        self._knowledge = knowledge
        self._keys = ReportKeys(settings.secret, settings.report_hours)
        self._now = now
        self._version = lru_cache(_VERSIONS)(self._older)

    def linked(self, conversation_id: str, messages: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The messages, each advice among them with the address of its report."""
        return [self._link(conversation_id, message) for message in messages]

    def read(self, key: str) -> tuple[Summary, Knowledge]:
        """The report of a key, with the knowledge that decided. Asks the database: call it in a thread.

        Raises Refusal: report_unknown, report_expired, report_unavailable, or gone if the conversation was deleted.
        """
        try:
            conversation_id, reply_id = self._keys.read(key, self._now())
        except BadToken as error:
            raise Refusal("report_unknown") from error
        except ExpiredKey as error:
            raise Refusal("report_expired") from error
        try:
            stored = self._conversations.show(conversation_id) or {}
            if stored.get("erased_at"):
                raise Refusal("gone")
            told = transcript(stored.get("messages") or (), reply_id)
            if told is None:
                raise Refusal("report_unknown")
            knowledge = self._of_version(told.decision["knowledge_version"])
        except SQLAlchemyError as error:
            log.error("report.database_failed", error=type(error).__name__)
            raise Refusal("report_unavailable", {"Retry-After": "60"}) from error
        return summarise(told, knowledge, self._number), knowledge

    def _link(self, conversation_id: str, message: dict[str, Any]) -> dict[str, Any]:
        if not message.get("advice"):
            return message
        key = self._keys.issue(conversation_id, message["id"], self._now())
        return {**message, "advice": {**message["advice"], "report_url": f"/reports/{key}"}}

    def _of_version(self, version: str) -> Knowledge:
        return self._knowledge if version == self._knowledge.version else self._version(version)

    def _older(self, version: str) -> Knowledge:
        """The rules, labels and sources of then, in the words of today for all that is around them."""
        stored = self._conversations.knowledge(version)
        if stored is None:
            raise Refusal("report_unknown")
        return replace(build(json.loads(stored)), messages=self._knowledge.messages)


async def page(request: Request) -> Response:
    """GET /reports/{key} -> the report as a page, or a page that says why it cannot be shown."""
    reports: Reports = request.app.state.reports
    values: dict[str, Any] = {"texts": reports.texts, "hours": reports.hours}
    try:
        summary, knowledge = await run_in_threadpool(reports.read, request.path_params["key"])
    except Refusal as refusal:
        request.app.state.metrics.count("errors", code=refusal.code)
        problem = error_body(request.app.state.texts, refusal.code)["error"]["message"]
        headers = {**refusal.headers, **_UNLISTED}
        return _templates.TemplateResponse(
            request, "report_problem.html", {**values, "problem": problem}, refusal.status, headers
        )
    values |= {
        "report": summary,
        "parts": summary.parts,
        "key": request.path_params["key"],
        "label": lambda finding: _label(finding, knowledge),
        "level": lambda name: knowledge.messages.text(f"level.{name}.label"),
        "sources": lambda items: _sources(items, knowledge),
    }
    return _templates.TemplateResponse(request, "report.html", values, headers=_UNLISTED)


async def fhir(request: Request) -> Response:
    """GET /reports/{key}/fhir -> the report as a FHIR R4 bundle."""
    reports: Reports = request.app.state.reports
    summary, knowledge = await run_in_threadpool(reports.read, request.path_params["key"])
    body = json.dumps(bundle(summary, knowledge), ensure_ascii=False).encode("utf-8", "replace")
    name = f"signpost-report-{summary.at.date().isoformat()}.fhir.json"
    headers = {**_UNLISTED, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="application/fhir+json", headers=headers)


def _sources(items: Iterable[Any], knowledge: Knowledge) -> str:
    """The sources of some lines or reasons, each once."""
    found = [source for each in items if isinstance(each, dict) for source in each.get("sources") or ()]
    return "; ".join(dict.fromkeys(source_line(source, knowledge) for source in found))


def _label(finding: str, knowledge: Knowledge) -> str:
    known = knowledge.findings.get(finding.split(".")[0])
    return known.label if known else finding


ROUTES = [Route("/reports/{key}", page), Route("/reports/{key}/fhir", fhir)]
