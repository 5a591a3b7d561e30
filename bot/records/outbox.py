"""What is to be delivered on the platforms: stored with what it answers, sent in order, tried again, or given up.

What was sent is noted after the platform took it. A process that dies between the two sends that one message again:
an answer that comes twice is better than one that never comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.database import insert_absent, writing
from bot.records.models import outbox

# How long a process owns a row: a request takes ten seconds at most, and a reply is a few of them.
LEASE = timedelta(seconds=60)
_AT_ONCE = 100
OVERTAKEN = "overtaken"
"""The reason of what was not sent because an emergency's answer had gone out after it was made."""
_LOST = and_(outbox.c.failed_at.is_not(None), outbox.c.reason != OVERTAKEN)
_OPEN = and_(outbox.c.sent_at.is_(None), outbox.c.failed_at.is_(None))


@dataclass(frozen=True)
class Parcel:
    """A reply on its way. `sealed` holds the address and what is said; `conversation_id` is None where nothing of it
    is kept, as of a receipt."""

    reply_id: str
    conversation_id: str | None
    channel: str
    sender: str
    sealed: str
    urgent: bool = False


class Outbox:
    """The outbox of one database, for one process, which `owner` names. Every method is one transaction."""

    def __init__(self, engine: Engine, owner: str) -> None:
        self._engine = engine
        self._owner = owner

    def release(self) -> None:
        """Frees the rows of processes that are gone: for a database that one process alone uses."""
        with writing(self._engine) as connection:
            connection.execute(update(outbox).where(_OPEN).values(owner=None, owned_until=None))

    def claim(
        self, at: datetime, urgent: bool, limit: int = _AT_ONCE, full: Sequence[str] = (), held: Sequence[int] = ()
    ) -> Sequence[Row]:
        """Takes what is due, so many at most: what leads with an emergency, or what does not. Of each person the
        oldest, and nothing calm before an emergency. Left out are the channels in `full` and the rows in `held`, which
        this process is at already. Of two processes one gets a row."""
        earlier = outbox.alias("earlier")
        # An emergency waits for those before it alone; all else waits for emergencies too, whenever they came.
        before, alarm = earlier.c.id < outbox.c.id, earlier.c.urgent.is_(True)
        ahead = and_(before, alarm) if urgent else or_(before, alarm)
        still = and_(earlier.c.sent_at.is_(None), earlier.c.failed_at.is_(None))
        behind = exists().where(earlier.c.sender == outbox.c.sender, still, ahead)
        free = or_(outbox.c.owner.is_(None), outbox.c.owned_until < at)
        query = (
            select(outbox)
            .where(_OPEN, outbox.c.due_at <= at, free, ~behind, outbox.c.urgent.is_(urgent))
            .where(outbox.c.channel.not_in(full), outbox.c.id.not_in(held))
            .order_by(outbox.c.id)
            .limit(limit)
        )
        with writing(self._engine) as connection:
            rows = connection.execute(query.with_for_update(skip_locked=True, of=outbox)).all()
            ids = [row.id for row in rows]
            if ids:
                mine = {"owner": self._owner, "owned_until": at + LEASE}
                connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**mine))
        return rows

    def progress(self, number: int, done: int, at: datetime) -> None:
        """Notes how many requests of a reply were made."""
        self._set(number, done=done, owned_until=at + LEASE)

    def sent(self, number: int, at: datetime, native: str | None = None) -> None:
        """Notes that the platform took a reply, and forgets what it said. `native` is the keyed hash of the platform's
        id of it, where the platform may say later that it could not deliver it."""
        nothing = {"sender": None, "sealed": None, "owner": None, "owned_until": None, "due_at": None}
        self._set(number, sent_at=at, native=native, **nothing)

    def bounced(self, native: str, reason: str, at: datetime) -> bool:
        """Notes that the platform could not deliver what it took; says whether it was ours."""
        with writing(self._engine) as connection:
            here = and_(outbox.c.native == native, outbox.c.failed_at.is_(None))
            changed = connection.execute(update(outbox).where(here).values(failed_at=at, reason=reason[:40]))
            return bool(changed.rowcount)

    def again(self, number: int, attempts: int, due: datetime) -> None:
        """Leaves a reply for later."""
        self._set(number, attempts=attempts, due_at=due, owner=None, owned_until=None)

    def failed(self, number: int, reason: str, at: datetime) -> None:
        """Gives a reply up, and forgets what it said here: it stands in the conversation."""
        nothing = {"sender": None, "sealed": None, "owner": None, "owned_until": None, "due_at": None}
        self._set(number, failed_at=at, reason=reason[:40], **nothing)

    def overtaken(self, number: int, conversation_id: str | None) -> bool:
        """Whether a reply that leads with an emergency was made after this one: then this one is not what counts."""
        later = and_(outbox.c.id > number, outbox.c.urgent.is_(True), outbox.c.conversation_id == conversation_id)
        with self._engine.connect() as connection:
            return bool(connection.execute(select(exists().where(later))).scalar())

    def waiting(self) -> int:
        """How many are not delivered yet, nor given up."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).where(_OPEN)).scalar() or 0)

    def _set(self, number: int, **values: object) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(outbox).where(outbox.c.id == number).values(**values))


class Undelivered:
    """The replies that were given up, for the console."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self, limit: int = 50, offset: int = 0) -> Sequence[Row]:
        """reply_id, conversation_id, channel, urgent, attempts, made_at, failed_at and reason, the newest first."""
        c = outbox.c
        query = select(
            c.id, c.reply_id, c.conversation_id, c.channel, c.urgent, c.attempts, c.made_at, c.failed_at, c.reason
        )
        query = query.where(_LOST).order_by(c.failed_at.desc(), c.id.desc())
        with self._engine.connect() as connection:
            return list(connection.execute(query.limit(limit).offset(offset)))

    def count(self, conversation_id: str | None = None) -> int:
        """How many there are, in all or in one conversation."""
        query = select(func.count()).where(_LOST)
        if conversation_id is not None:
            query = query.where(outbox.c.conversation_id == conversation_id)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)


def post(connection: Connection, parcel: Parcel, at: datetime) -> bool:
    """Puts a reply into the outbox within a transaction; says whether it was not there before."""
    row = {**parcel.__dict__, "done": 0, "attempts": 0, "made_at": at, "due_at": at}
    return insert_absent(connection, outbox, row) is not None
