"""The accounts of the console, as they are kept: who has one, with which role, and how they may prove who they are."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Sequence

from sqlalchemy import func, or_, select, update
from sqlalchemy.engine import Connection, Engine, Row

from bot.records import passwords
from bot.records.canonical import storable
from bot.records.database import insert_absent, writing
from bot.records.models import users
from bot.records.sessions import end_sessions

INVITE_HOURS = 48
LONGEST_NAME, LONGEST_DISPLAY = 64, 120
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?")


def name_fault(name: str) -> bool:
    """Whether a name cannot be one: 1 to 64 of a-z, 0-9 and . _ @ + - between."""
    return _NAME.fullmatch(name.lower()) is None


class Users:
    """The users of one database. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def named(self, name: str) -> Row | None:
        """The user of a name, in small letters; None where there is none."""
        with self._engine.connect() as connection:
            return connection.execute(select(users).where(users.c.name == storable(name.lower()))).first()

    def get(self, user_id: int) -> Row | None:
        """The user of a number."""
        with self._engine.connect() as connection:
            return connection.execute(select(users).where(users.c.id == user_id)).first()

    def list(self) -> Sequence[Row]:
        """Every user, by name."""
        with self._engine.connect() as connection:
            return tuple(connection.execute(select(users).order_by(users.c.name)).all())

    def any_ready(self) -> bool:
        """Whether anybody can come in already, or could before they were disabled."""
        ready = or_(users.c.password.is_not(None), users.c.oidc_subject.is_not(None))
        with self._engine.connect() as connection:
            return bool(connection.execute(select(func.count()).select_from(users).where(ready)).scalar())

    def add(self, name: str, display: str, role: str, at: datetime, **more: Any) -> bool:
        """Adds a user who cannot come in yet; says whether the name was free."""
        shown = storable(display)[:LONGEST_DISPLAY]
        new = {"name": name.lower(), "display": shown, "role": role, "failures": 0, "created_at": at, **more}
        with writing(self._engine) as connection:
            return insert_absent(connection, users, new) is not None

    def invite(self, user_id: int, at: datetime) -> str:
        """A new one-time code, in place of the one before. Only its digest is kept, so it is told now or never."""
        code = secrets.token_urlsafe(32)
        self._change(user_id, invite=_digest(code), invite_until=at + timedelta(hours=INVITE_HOURS))
        return code

    def invited(self, code: str, at: datetime) -> Row | None:
        """Whom a one-time code is for, where it still holds."""
        with self._engine.connect() as connection:
            return connection.execute(select(users).where(*_holds(code, at))).first()

    def accept(self, code: str, password: str, at: datetime) -> bool:
        """Sets the password of whom a code is for, and ends the code. Says whether it still held.

        A link is also the way back for who lost everything: it takes a lock and the second factor away.
        """
        kept = passwords.hashed(password)
        values = {"password": kept, "invite": None, "invite_until": None, "failures": 0, "locked_until": None}
        with writing(self._engine) as connection:
            # Locked, so that of two who use the link at once the second finds it used.
            found = connection.execute(select(users.c.id).where(*_holds(code, at)).with_for_update()).scalar()
            if found is None:
                return False
            _update(connection, found, **values, totp=None, totp_step=None)
            end_sessions(connection, found)
        return True

    def set_password(self, user_id: int, password: str) -> None:
        """Another password. All sessions of the user end, and no link that is still about holds."""
        kept = passwords.hashed(password)
        self._change(user_id, True, password=kept, failures=0, locked_until=None, invite=None, invite_until=None)

    def set_role(self, user_id: int, role: str) -> None:
        """Another role. All sessions of the user end."""
        self._change(user_id, True, role=role)

    def disable(self, user_id: int, at: datetime) -> None:
        """Keeps the user out: all sessions end, and no link holds."""
        self._change(user_id, True, disabled_at=at, invite=None, invite_until=None)

    def enable(self, user_id: int) -> None:
        """Lets the user in again."""
        self._change(user_id, True, disabled_at=None, failures=0, locked_until=None)

    def set_totp(self, user_id: int, sealed: str | None, step: int | None = None) -> None:
        """Sets up one-time codes, their secret sealed, with the step that was used already; None ends them."""
        self._change(user_id, totp=sealed, totp_step=step)

    def take_step(self, user_id: int, step: int) -> bool:
        """Uses up the one-time code of a step; False where that or a later one was used already."""
        with writing(self._engine) as connection:
            unused = or_(users.c.totp_step.is_(None), users.c.totp_step < step)
            taken = connection.execute(update(users).where(users.c.id == user_id, unused).values(totp_step=step))
            return bool(taken.rowcount)

    def of_subject(self, subject: str, names: Sequence[str]) -> Row | None:
        """Whom somebody else's server says that it is: by its subject, or at first by a name that has none yet."""
        with writing(self._engine) as connection:
            bound = connection.execute(select(users).where(users.c.oidc_subject == subject)).first()
            if bound is not None:
                return bound if bound.disabled_at is None else None
            free = (users.c.oidc_subject.is_(None), users.c.disabled_at.is_(None))
            for name in names:
                found = connection.execute(select(users).where(users.c.name == storable(name.lower()), *free)).first()
                if found is not None:
                    _update(connection, found.id, oidc_subject=subject)
                    return found
        return None

    def _change(self, user_id: int, ends: bool = False, **values: Any) -> None:
        with writing(self._engine) as connection:
            _update(connection, user_id, **values)
            if ends:
                end_sessions(connection, user_id)


def _update(connection: Connection, user_id: int, **values: Any) -> None:
    connection.execute(update(users).where(users.c.id == user_id).values(**values))


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def _holds(code: str, at: datetime) -> tuple[Any, ...]:
    return users.c.invite == _digest(code), users.c.invite_until > at, users.c.disabled_at.is_(None)
