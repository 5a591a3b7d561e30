"""How far two readers agree: kappa of their verdicts on the level, and of the level that each calls right."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.console.review import WORDS
from bot.console.room import Room
from bot.console.who import DASHBOARD
from bot.knowledge.model import LEVELS
from bot.records.kappa import cohens_kappa
from bot.records.reviews import LEVEL_VERDICTS, Reviews


def routes(room: Room) -> list[BaseRoute]:
    """The page of agreement."""
    reviews = Reviews(room.engine)

    async def agreement(request: Request) -> Response:
        pairs = await run_in_threadpool(reviews.pairs)
        verdicts = cohens_kappa([(str(one.level_verdict), str(other.level_verdict)) for one, other in pairs])
        levels = cohens_kappa(
            [(one.right_level, other.right_level) for one, other in pairs if one.right_level and other.right_level]
        )
        parts = [
            ("verdict", verdicts, LEVEL_VERDICTS),
            ("level", levels, [level for level in LEVELS[::-1] if level != "unknown" or _used(levels.table, level)]),
        ]
        return room.render(request, "agreement.html", parts=parts, words=room.texts.of(WORDS))

    return [room.route("/agreement", DASHBOARD, agreement)]


def _used(table: dict[tuple[str, str], int], level: str) -> bool:
    return any(level in pair for pair in table)
