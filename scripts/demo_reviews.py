"""What the made-up clinicians of `make demo` think: verdicts on a part of the conversations, some by two of them."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from demo_people import WORDS
from sqlalchemy import select, update
from sqlalchemy.engine import Connection, Engine

from bot.records.database import writing
from bot.records.models import (
    reviews,
    summaries,
    users,
)

PEOPLE = {
    "reviewer": ("Dr Rosa Lindqvist", "reviewer"),
    "second": ("Dr Emeka Obi", "reviewer"),
    "lead": ("Dr Hana Novak", "lead"),
    "owner": ("Prof Iris Calder", "knowledge_owner"),
    "admin": ("Tom Verweij", "admin"),
    "auditor": ("Nadia Rahal", "auditor"),
}
LEVELS = ("emergency", "same_day", "within_2_weeks", "routine", "self_care")
# How often a level is found right, too calm and too alarmed.
VERDICTS = {
    "emergency": (88, 0, 12),
    "same_day": (82, 3, 15),
    "within_2_weeks": (85, 4, 11),
    "routine": (89, 6, 5),
    "self_care": (93, 7, 0),
}


def judge(engine: Engine, until: datetime) -> int:
    """Stores verdicts; gives how many. Emergencies are read more often than the calm, as the queue does it."""
    chance, made = random.Random("demo verdicts"), 0
    with writing(engine) as connection:
        if connection.execute(select(reviews.c.id).limit(1)).first() is not None:
            return 0
        ids = {row.name: row.id for row in connection.execute(select(users)) if row.name in PEOPLE}
        rows = connection.execute(select(summaries).where(summaries.c.level.in_(LEVELS)).order_by(summaries.c.lot))
        for row in rows.all():
            if chance.random() > (0.75 if row.emergency else 0.3) or row.last_at > until - timedelta(hours=5):
                continue
            verdict = chance.choices(("right", "too_calm", "too_alarmed"), VERDICTS[row.level])[0]
            at = min(until, row.last_at + timedelta(hours=chance.uniform(1, 60)))
            readers = chance.sample(("reviewer", "second", "lead"), 2 if chance.random() < 0.4 else 1)
            for place, name in enumerate(readers):
                agrees = place == 0 or chance.random() < 0.85
                given = verdict if agrees else "right" if verdict != "right" else "too_alarmed"
                moment = min(until, at + timedelta(hours=9 * place))
                _store(connection, chance, row, ids[name], given, moment)
                made += 1
            here = summaries.c.conversation_id == row.conversation_id
            connection.execute(update(summaries).where(here).values(status="done"))
    return made


def _store(connection: Connection, chance: random.Random, row: Any, reader: int, verdict: str, at: datetime) -> None:
    place = LEVELS.index(row.level) + {"right": 0, "too_calm": -1, "too_alarmed": 1}[verdict]
    tags = [chance.choice(WORDS["tags"])] if verdict != "right" or chance.random() < 0.1 else []
    connection.execute(
        reviews.insert().values(
            conversation_id=row.conversation_id,
            reviewer_id=reader,
            version=1,
            at=at,
            given_level=row.level,
            level_verdict=verdict,
            right_level=LEVELS[min(max(place, 0), len(LEVELS) - 1)],
            comment=chance.choice(WORDS["comments"][verdict]) or None,
            tags=tags,
            done=True,
        )
    )
