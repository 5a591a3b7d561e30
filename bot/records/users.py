"""The accounts of the console, as they are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Engine, Row

from bot.records.database import insert_absent, writing
from bot.records.models import users


class Users:
    """The users of one database. Every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def named(self, name: str) -> Row | None:
        """The user of a name, in small letters; None where there is none."""
        with self._engine.connect() as connection:
            return connection.execute(select(users).where(users.c.name == name.lower())).first()

    def add(self, name: str, display: str, role: str, at: datetime, **more: Any) -> bool:
        """Adds a user who cannot come in yet; says whether the name was free."""
        new = {"name": name.lower(), "display": display, "role": role, "failures": 0, "created_at": at, **more}
        with writing(self._engine) as connection:
            return insert_absent(connection, users, new) is not None
