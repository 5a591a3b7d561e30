"""The dashboard: what happened in a period, as plots with their tables, and each of them to download."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timezone
from typing import Optional
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.console.charts import Charts
from bot.console.forms import whole_number
from bot.console.room import Room
from bot.console.who import DASHBOARD, EXPORT, user_of
from bot.records.period import Period
from bot.records.trend import Trend
from bot.records.trends import Trends
from bot.records.trends_of_reviews import ReviewTrends

PERIODS = (7, 30, 90, 365)
USUAL = 30
# What a spreadsheet needs to see that the text is not in its own old encoding.
BOM = "\ufeff"


def routes(room: Room) -> list[BaseRoute]:
    """The page, and the downloads of each plot."""
    words = room.texts.of("dashboard")
    charts, trends, reviewed = Charts(words, room.view), Trends(room.engine), ReviewTrends(room.engine)
    # In the order of the page: what happened, how it was judged, how well it was done.
    plots: dict[str, Callable[[Period], Trend]] = {
        "by_day": trends.by_day,
        "by_level": trends.by_level,
        "by_topic": trends.by_topic,
        "by_channel": trends.by_channel,
        "verdicts": reviewed.verdicts,
        "agreement": reviewed.agreement,
        "questions": trends.questions,
        "understood": trends.understood,
        "unanswered": trends.unanswered,
        "withheld": trends.withheld,
        "response_times": trends.response_times,
    }
    if not reviewed.has_kappa:
        del plots["agreement"]

    async def page(request: Request) -> Response:
        asked, today = request.query_params, _today()
        period = _period(asked, today)
        shown = period or Period.of_days(USUAL, today)
        counted = await run_in_threadpool(lambda: [plot(shown) for plot in plots.values()])
        days = (shown.last - shown.first).days + 1
        return room.render(
            request,
            "dashboard.html",
            200 if period else 422,
            words=words,
            plots=[charts.show(trend) for trend in counted],
            period=shown,
            wrong=None if period else {"first": asked.get("from", ""), "last": asked.get("to", "")},
            periods=[(each, shown.last == today and days == each) for each in PERIODS],
            query=urlencode({"from": shown.first.isoformat(), "to": shown.last.isoformat()}),
            may_export=user_of(request).may(EXPORT),
            has_kappa=reviewed.has_kappa,
        )

    def download(form: str, media_type: str, write: Callable[[Trend], str]) -> Callable[[Request], Awaitable[Response]]:
        async def sent(request: Request) -> Response:
            plot, period = plots.get(request.path_params["name"]), _period(request.query_params, _today())
            if plot is None or period is None:
                return room.render(request, "problem.html", 404, problem="plot")
            trend = await run_in_threadpool(plot, period)
            days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
            await run_in_threadpool(
                room.audit.write, user_of(request), "export", f"dashboard:{trend.name}.{form}", **days
            )
            name = f"signpost-{trend.name}-{period.first}-{period.last}.{form}"
            headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
            return Response(write(trend), media_type=media_type, headers=headers)

        return sent

    as_csv = download("csv", "text/csv", lambda trend: BOM + trend.to_csv())
    as_json = download("json", "application/json", lambda trend: json.dumps(trend.to_json(), ensure_ascii=False))
    return [
        room.route("/dashboard", DASHBOARD, page),
        room.route("/dashboard/{name}.csv", EXPORT, as_csv),
        room.route("/dashboard/{name}.json", EXPORT, as_json),
    ]


def _today() -> date:
    return datetime.now(timezone.utc).date()


def _period(asked: Mapping[str, str], today: date) -> Optional[Period]:
    """The period that was asked for: `from` and `to`, or a number of `days`; none where it cannot be read."""
    try:
        if asked.get("from") or asked.get("to"):
            last = date.fromisoformat(asked["to"]) if asked.get("to") else today
            return Period(date.fromisoformat(asked["from"]), last) if asked.get("from") else None
        days = whole_number(asked.get("days") or str(USUAL), 4)
        return None if days is None else Period.of_days(days, today)
    except (ValueError, OverflowError):
        return None
