"""Who is signed in at the console: each session known by the digest of its cookie."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.database import writing
from bot.records.models import user_sessions, users

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
# How late "last seen" may be: so that not every page that is read is also a write.
NOTED = timedelta(minutes=1)


class Sessions:
    """The sessions of one database. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, user_id: int, at: datetime) -> str:
        """The token of a new session. Sessions that are over are thrown away meanwhile."""
        token = secrets.token_urlsafe(32)
        row = {"id": digest(token), "user_id": user_id, "opened_at": at, "seen_at": at, "ends_at": at + LONGEST}
        with writing(self._engine) as connection:
            over = (user_sessions.c.ends_at <= at) | (user_sessions.c.seen_at <= at - IDLE)
            connection.execute(delete(user_sessions).where(over))
            connection.execute(user_sessions.insert().values(**row))
        return token

    def find(self, token: str, at: datetime) -> Row | None:
        """The user whose session this is, with `session`, its digest; None where it is over or never was."""
        key = digest(token)
        query = (
            select(users, user_sessions.c.id.label("session"), user_sessions.c.seen_at)
            .join(user_sessions, user_sessions.c.user_id == users.c.id)
            .where(user_sessions.c.id == key, user_sessions.c.ends_at > at, user_sessions.c.seen_at > at - IDLE)
            .where(users.c.disabled_at.is_(None))
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).first()
        if found is not None and found.seen_at <= at - NOTED:
            with writing(self._engine) as connection:
                connection.execute(update(user_sessions).where(user_sessions.c.id == key).values(seen_at=at))
        return found

    def of(self, user_id: int, at: datetime) -> Sequence[Row]:
        """The sessions of a user that are not over, the newest first."""
        live = (user_sessions.c.ends_at > at) & (user_sessions.c.seen_at > at - IDLE)
        query = select(user_sessions).where(user_sessions.c.user_id == user_id, live)
        with self._engine.connect() as connection:
            return tuple(connection.execute(query.order_by(user_sessions.c.opened_at.desc())).all())

    def close(self, session: str) -> None:
        """Ends a session."""
        with writing(self._engine) as connection:
            connection.execute(delete(user_sessions).where(user_sessions.c.id == session))

    def close_others(self, user_id: int, session: str) -> int:
        """Ends every session of a user but one; how many they were."""
        with writing(self._engine) as connection:
            others = (user_sessions.c.user_id == user_id) & (user_sessions.c.id != session)
            return int(connection.execute(delete(user_sessions).where(others)).rowcount)


def digest(token: str) -> str:
    """The digest by which a session is known."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def end_sessions(connection: Connection, user_id: int) -> None:
    """Ends all sessions of a user, in the transaction that changes the user."""
    connection.execute(delete(user_sessions).where(user_sessions.c.user_id == user_id))
