"""Who answers in a conversation: the bot, or a clinician who took it over; and who waits for one.

The state stands in the conversation's row of `summaries`: "asked" since a moment, "taken" by a user since a moment, or
none. Where it is none, the moment is when a clinician gave the conversation back to the bot, if one ever did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.sql import ColumnElement

from bot.records.correspondents import Envelopes
from bot.records.database import insert_absent, writing
from bot.records.existence import must_be_open
from bot.records.models import conversations, decisions, feedback, messages, summaries, users
from bot.records.reach import deliver, reached
from bot.records.summaries import NEW, lot

ASKED, TAKEN = "asked", "taken"
# Why somebody waits.
HUMAN, FEEDBACK = "human", "feedback"
# Where a notice says that the bot is silent from here on, or answers again.
RETURNED = "returned"
# Of the queue; who waits longer than these has a clinic that reads no queue.
MOST = 200


@dataclass(frozen=True)
class Holder:
    """The user who holds a conversation."""

    id: int
    display: str
    role: str


@dataclass(frozen=True)
class State:
    """Who answers: `holder` is None where the bot does. `asked` tells that the person waits for a clinician, `since`
    the moment of the newest change, None where there was none."""

    holder: Holder | None = None
    asked: bool = False
    since: datetime | None = None


NOBODY = State()


@dataclass(frozen=True)
class Waiting:
    """One line of the queue. `because` holds HUMAN, FEEDBACK, both or nothing: the reason may be gone since. Who is
    not `reachable` is on a platform and cannot be written to."""

    conversation_id: str
    channel: str
    since: datetime
    last_at: datetime
    level: str | None
    because: tuple[str, ...]
    holder: Holder | None = None
    reachable: bool = True


class Handoffs:
    """The handoffs of one database. Every method is one transaction; any number of threads may share it. With
    `envelopes` a notice to somebody on a platform goes into the outbox; without, nothing is delivered."""

    def __init__(self, engine: Engine, envelopes: Envelopes | None = None) -> None:
        self._engine = engine
        self._envelopes = envelopes

    def asked(self, conversation_id: str, at: datetime) -> None:
        """Puts a conversation into the queue, unless it is there or held. Raises UnknownConversation or Erased."""
        with writing(self._engine) as connection:
            must_be_open(connection, conversation_id)
            ask(connection, conversation_id, at)

    def take(self, conversation_id: str, user_id: int, at: datetime, notice: Mapping[str, Any]) -> bool:
        """Gives a conversation to a user, and `notice` to the person; False where somebody holds it already.

        Of two who take at once one gets it. Raises UnknownConversation, Erased, or Unreachable: the bot would fall
        silent, and nobody could write.
        """
        with writing(self._engine) as connection:
            must_be_open(connection, conversation_id)
            _ensure(connection, conversation_id)
            free = or_(summaries.c.handoff.is_(None), summaries.c.handoff != TAKEN)
            here = and_(summaries.c.conversation_id == conversation_id, free)
            new = {"handoff": TAKEN, "handoff_at": at, "handoff_by": user_id}
            if not connection.execute(update(summaries).where(here).values(**new)).rowcount:
                return False
            _tell(connection, conversation_id, at, notice)
            if self._envelopes is not None:
                deliver(connection, self._envelopes, conversation_id, notice, at)
        return True

    def give_back(self, conversation_id: str, at: datetime, notice: Mapping[str, Any]) -> bool:
        """Lets the bot answer again, and tells the person by `notice`; False where nobody held the conversation.

        Anybody may do it: one whose holder went home would stay silent. Raises UnknownConversation or Erased.
        """
        with writing(self._engine) as connection:
            must_be_open(connection, conversation_id)
            held = and_(summaries.c.conversation_id == conversation_id, summaries.c.handoff == TAKEN)
            new = {"handoff": None, "handoff_at": at, "handoff_by": None}
            if not connection.execute(update(summaries).where(held).values(**new)).rowcount:
                return False
            _tell(connection, conversation_id, at, notice)
            if self._envelopes is not None:
                # Whether it can be told or not: the bot has to answer again.
                self._envelopes.deliver(connection, conversation_id, notice, at)
        return True

    def state(self, conversation_id: str) -> State:
        """Who answers in a conversation; the bot, in one that is not known."""
        query = select(*STATE).select_from(WITH_HOLDER).where(conversations.c.id == conversation_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return NOBODY if row is None else state_of(row)

    def waiting(self) -> Sequence[Waiting]:
        """Who waits for a clinician: emergencies first, then the longest waiting."""
        found = self._lines(summaries.c.handoff == ASKED)
        return sorted(found, key=lambda line: (line.level != "emergency", line.since, line.conversation_id))

    def taken(self) -> Sequence[Waiting]:
        """The conversations that clinicians hold, the one longest silent first."""
        return sorted(self._lines(summaries.c.handoff == TAKEN), key=lambda line: (line.last_at, line.conversation_id))

    def _lines(self, which: ColumnElement[bool]) -> list[Waiting]:
        newest = select(decisions.c.facts).where(decisions.c.conversation_id == conversations.c.id)
        order = (decisions.c.at.desc(), decisions.c.id.desc())
        facts = newest.order_by(*order).limit(1).scalar_subquery()
        made = newest.where(decisions.c.level.is_not(None)).with_only_columns(decisions.c.level)
        level = made.order_by(*order).limit(1).scalar_subquery()
        alarm = exists().where(decisions.c.conversation_id == conversations.c.id, decisions.c.level == "emergency")
        unhelpful = exists().where(feedback.c.conversation_id == conversations.c.id, feedback.c.helpful.is_(False))
        query = (
            select(
                conversations.c.id,
                conversations.c.channel,
                *STATE,
                level.label("level"),
                facts.label("facts"),
                unhelpful.label("unhelpful"),
                reached().label("reachable"),
            )
            .select_from(WITH_HOLDER)
            .where(which)
            .order_by(alarm.desc(), summaries.c.handoff_at)
            .limit(MOST)
        )
        with self._engine.connect() as connection:
            return [_line(row) for row in connection.execute(query)]


# What is asked of a conversation to know its state, in one look together with whatever else is asked.
WITH_HOLDER = conversations.outerjoin(summaries, summaries.c.conversation_id == conversations.c.id).outerjoin(
    users, users.c.id == summaries.c.handoff_by
)
STATE = (
    conversations.c.last_at,
    summaries.c.handoff,
    summaries.c.handoff_at,
    summaries.c.handoff_by,
    users.c.display,
    users.c.role,
)


def state_of(row: Row) -> State:
    """The state in a row of `STATE`."""
    holder = None
    if row.handoff == TAKEN:
        holder = Holder(row.handoff_by or 0, row.display or "", row.role or "")
    return State(holder, row.handoff == ASKED, row.handoff_at)


def ask(connection: Connection, conversation_id: str, at: datetime) -> None:
    """Puts a conversation into the queue within a transaction, unless it is there or held."""
    _ensure(connection, conversation_id)
    here = and_(summaries.c.conversation_id == conversation_id, summaries.c.handoff.is_(None))
    connection.execute(update(summaries).where(here).values(handoff=ASKED, handoff_at=at, handoff_by=None))


def is_held(connection: Connection, conversation_id: str) -> bool:
    """Whether a clinician holds a conversation."""
    query = select(summaries.c.handoff).where(summaries.c.conversation_id == conversation_id)
    return connection.execute(query).scalar() == TAKEN


def _ensure(connection: Connection, conversation_id: str) -> None:
    """The conversation's row, with nothing in it where there is none: nobody waits unseen where a summary failed."""
    query = select(conversations.c.channel, conversations.c.opened_at, conversations.c.last_at)
    row = connection.execute(query.where(conversations.c.id == conversation_id)).one()
    nothing = dict.fromkeys(("emergency", "withheld", "not_understood", "flagged"), False)
    none = dict.fromkeys(("messages", "questions", "failures"), 0)
    new = {"conversation_id": conversation_id, **row._mapping, **nothing, **none}
    insert_absent(connection, summaries, {**new, "status": NEW, "lot": lot(conversation_id)})


def _tell(connection: Connection, conversation_id: str, at: datetime, notice: Mapping[str, Any]) -> None:
    # It answers no message. The conversation's last moment stays as it was: nobody said anything.
    row = {"conversation_id": conversation_id, "at": at, "reply": dict(notice)}
    connection.execute(messages.insert().values(**row))


def said_by_bot(notice: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A notice as the history gives it."""
    return {"from": "bot", "at": at.astimezone(timezone.utc).isoformat(), **notice}


def _line(row: Row) -> Waiting:
    wants = bool(row.facts and json.loads(row.facts).get("human"))
    because = tuple(name for name, true in ((HUMAN, wants), (FEEDBACK, row.unhelpful)) if true)
    state = state_of(row)
    return Waiting(
        conversation_id=row.id,
        channel=row.channel,
        since=row.handoff_at,
        last_at=row.last_at,
        level=row.level,
        because=because,
        holder=state.holder,
        reachable=bool(row.reachable),
    )
