"""The queue of review: gives each reviewer the next conversation, emergencies and calm ones in a set ratio.

Calm ones are drawn by lot, so that an emergency that was missed can be found among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, union, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.database import writing
from bot.records.models import reviews, summaries
from bot.records.summaries import DONE, IN_REVIEW, NEW

# Looked at together: so many reviewers may press the button in the same moment.
_AT_ONCE = 20
_ROUNDS = 5


@dataclass(frozen=True)
class Waiting:
    """How many conversations nobody has read yet."""

    emergencies: int
    calm: int


class Queue:
    """The queue of one database. `emergencies` are percent: of a hundred that a reviewer is given, so many are ones."""

    def __init__(self, engine: Engine, emergencies: int) -> None:
        self._engine = engine
        self._emergencies = emergencies

    def take(self, user_id: int) -> str | None:
        """Gives a reviewer the next conversation, theirs alone from then on; None where nothing is left for them.

        What nobody has read comes first, then what one other reader has done, for a second opinion.
        """
        with self._engine.connect() as connection:
            given, emergencies = self._given(connection, user_id)
        # Behind the ratio an emergency is due, else a calm one: right in the long run wherever one begins.
        due = emergencies * 100 < self._emergencies * (given + 1)
        due = due and self._emergencies > 0
        for status in (NEW, DONE):
            for emergency in (due, not due):
                if taken := self._first(user_id, status, emergency):
                    return taken
        return None

    def mine(self, user_id: int) -> Sequence[Row]:
        """What a reviewer has taken and not finished."""
        query = select(summaries).where(summaries.c.assigned_to == user_id, summaries.c.status == IN_REVIEW)
        with self._engine.connect() as connection:
            return list(connection.execute(query.order_by(summaries.c.last_at.desc()).limit(_AT_ONCE)))

    def waiting(self) -> Waiting:
        """How many are new."""
        query = select(summaries.c.emergency, func.count()).where(summaries.c.status == NEW)
        with self._engine.connect() as connection:
            found = {bool(row[0]): row[1] for row in connection.execute(query.group_by(summaries.c.emergency))}
        return Waiting(found.get(True, 0), found.get(False, 0))

    def put_back(self, conversation_id: str, user_id: int) -> bool:
        """Gives back what a reviewer took and did not finish; says whether it was theirs."""
        here = and_(
            summaries.c.conversation_id == conversation_id,
            summaries.c.assigned_to == user_id,
            summaries.c.status == IN_REVIEW,
        )
        read = exists().where(reviews.c.conversation_id == conversation_id, reviews.c.done.is_(True))
        with writing(self._engine) as connection:
            status = DONE if connection.execute(select(read)).scalar() else NEW
            changed = connection.execute(update(summaries).where(here).values(status=status, assigned_to=None))
            return bool(changed.rowcount)

    def _given(self, connection: Connection, user_id: int) -> tuple[int, int]:
        """How many a reviewer was given so far, and how many emergencies among them."""
        theirs = union(
            select(summaries.c.conversation_id).where(summaries.c.assigned_to == user_id),
            select(reviews.c.conversation_id).where(reviews.c.reviewer_id == user_id),
        ).subquery()
        query = select(summaries.c.emergency, func.count()).join(
            theirs, theirs.c.conversation_id == summaries.c.conversation_id
        )
        counted = {bool(row[0]): row[1] for row in connection.execute(query.group_by(summaries.c.emergency))}
        return sum(counted.values()), counted.get(True, 0)

    def _first(self, user_id: int, status: str, emergency: bool) -> str | None:
        """Takes the first of a kind that a reviewer may have."""
        free = _free(user_id, status)
        query = select(summaries.c.conversation_id).where(free, summaries.c.emergency.is_(emergency))
        query = query.order_by(summaries.c.lot, summaries.c.conversation_id).limit(_AT_ONCE)
        for _ in range(_ROUNDS):
            with self._engine.connect() as connection:
                ids = list(connection.execute(query).scalars())
            for conversation_id in ids:
                if self._claim(conversation_id, user_id, status):
                    return conversation_id
            if len(ids) < _AT_ONCE:
                return None
        return None

    def _claim(self, conversation_id: str, user_id: int, status: str) -> bool:
        """Takes a conversation unless another has it: one statement, which the database gives to one of them."""
        here = and_(summaries.c.conversation_id == conversation_id, _free(user_id, status))
        with writing(self._engine) as connection:
            changed = connection.execute(update(summaries).where(here).values(status=IN_REVIEW, assigned_to=user_id))
            return bool(changed.rowcount)


def _free(user_id: int, status: str) -> Any:
    """What holds of a conversation that this reviewer may take."""
    judged = reviews.c.conversation_id == summaries.c.conversation_id
    theirs = exists().where(judged, reviews.c.reviewer_id == user_id)
    if status == NEW:
        return and_(summaries.c.status == NEW, summaries.c.assigned_to.is_(None), ~theirs)
    readers = select(func.count(reviews.c.reviewer_id.distinct())).where(judged, reviews.c.done.is_(True))
    other = or_(summaries.c.assigned_to.is_(None), summaries.c.assigned_to != user_id)
    return and_(summaries.c.status == DONE, other, ~theirs, readers.scalar_subquery() == 1)
