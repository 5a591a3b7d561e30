"""What the platforms delivered and nobody has handled yet: stored before it is acknowledged, handled once, in order.

A process owns the rows that it took in, for a while: where it dies, another one finds them when that is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.database import insert_absent, writing
from bot.records.models import inbox

# How long a process owns a row, unless it renews that: who lives does so every few seconds (`bot.channels.worker`).
LEASE = timedelta(seconds=30)
# How long the hash of what was handled is kept: a platform delivers again for some days at most.
KEPT = timedelta(days=8)
_AT_ONCE = 100


class Inbox:
    """The inbox of one database, for one process, which `owner` names."""

    def __init__(self, engine: Engine, owner: str) -> None:
        self._engine = engine
        self._owner = owner

    def put(self, rows: Iterable[Mapping[str, Any]], at: datetime) -> Sequence[int | None]:
        """Stores what arrived: channel, event, sender, sealed, paced. Gives the number of each row in order, None for
        what had come before. All of them or, where the database fails, none."""
        mine = {"owner": self._owner, "owned_until": at + LEASE, "attempts": 0, "arrived_at": at}
        with writing(self._engine) as connection:
            return [insert_absent(connection, inbox, {**row, **mine}) for row in rows]

    def release(self) -> None:
        """Frees the rows of processes that are gone: for a database that one process alone uses."""
        with writing(self._engine) as connection:
            connection.execute(update(inbox).where(inbox.c.handled_at.is_(None)).values(owner=None, owned_until=None))

    def claim(self, at: datetime) -> Sequence[Row]:
        """Takes the rows that nobody owns, oldest first, a hundred at most. Of two processes one gets a row."""
        free = and_(inbox.c.handled_at.is_(None), or_(inbox.c.owner.is_(None), inbox.c.owned_until < at))
        with writing(self._engine) as connection:
            query = select(inbox).where(free).order_by(inbox.c.id).limit(_AT_ONCE)
            rows = connection.execute(query.with_for_update(skip_locked=True)).all()
            ids = [row.id for row in rows]
            if ids:
                mine = {"owner": self._owner, "owned_until": at + LEASE}
                connection.execute(update(inbox).where(inbox.c.id.in_(ids)).values(**mine))
        return rows

    def renew(self, numbers: Sequence[int], at: datetime) -> None:
        """Keeps rows for this process that it is still at; what another one has taken over stays that one's."""
        with writing(self._engine) as connection:
            for start in range(0, len(numbers), _AT_ONCE):
                mine = and_(inbox.c.id.in_(numbers[start : start + _AT_ONCE]), inbox.c.owner == self._owner)
                connection.execute(update(inbox).where(mine).values(owned_until=at + LEASE))

    def first(self, number: int, sender: str) -> bool:
        """Whether nothing of a sender waits that came before a row."""
        before = exists().where(inbox.c.sender == sender, inbox.c.id < number, inbox.c.handled_at.is_(None))
        with self._engine.connect() as connection:
            return not connection.execute(select(before)).scalar()

    def again(self, number: int, at: datetime) -> int:
        """Notes that handling a row failed, and keeps it for this process; gives how often it failed so far."""
        more = {"owner": self._owner, "owned_until": at + LEASE, "attempts": inbox.c.attempts + 1}
        with writing(self._engine) as connection:
            connection.execute(update(inbox).where(inbox.c.id == number).values(**more))
            return int(connection.execute(select(inbox.c.attempts).where(inbox.c.id == number)).scalar() or 0)

    def waiting(self) -> int:
        """How many are not handled yet."""
        query = select(func.count()).where(inbox.c.handled_at.is_(None))
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def forget(self, at: datetime) -> int:
        """Removes what was handled so long ago that it is not delivered again; gives how much."""
        with writing(self._engine) as connection:
            return int(connection.execute(delete(inbox).where(inbox.c.handled_at < at - KEPT)).rowcount)


def handled(connection: Connection, number: int, at: datetime) -> None:
    """Notes within a transaction that a row was handled, and forgets what it said and who wrote it."""
    nothing = {"sender": None, "sealed": None, "owner": None, "owned_until": None}
    connection.execute(update(inbox).where(inbox.c.id == number).values(handled_at=at, **nothing))
