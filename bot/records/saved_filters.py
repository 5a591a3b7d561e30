"""Filters of the list that users keep under a name, each for themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.engine import Engine, Row
from sqlalchemy.exc import IntegrityError

from bot.records.canonical import storable
from bot.records.database import insert_absent, writing
from bot.records.models import saved_filters

MOST_NAME = 80
MOST_FILTERS = 50


class SavedFilters:
    """The saved filters of one database. Every method is one transaction; nobody reaches another's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user_id: int) -> Sequence[Row]:
        """A user's filters by name: id, name, query."""
        query = select(saved_filters).where(saved_filters.c.user_id == user_id).order_by(saved_filters.c.name)
        with self._engine.connect() as connection:
            return list(connection.execute(query))

    def save(self, user_id: int, name: str, query: Mapping[str, str]) -> bool:
        """Keeps a filter, in place of the one of this name; says whether there was a name and room for it."""
        if not (name := _name(name)):
            return False
        here = and_(saved_filters.c.user_id == user_id, saved_filters.c.name == name)
        with writing(self._engine) as connection:
            if connection.execute(update(saved_filters).where(here).values(query=dict(query))).rowcount:
                return True
            kept = select(func.count()).where(saved_filters.c.user_id == user_id)
            if connection.execute(kept).scalar_one() >= MOST_FILTERS:
                return False
            insert_absent(connection, saved_filters, {"user_id": user_id, "name": name, "query": dict(query)})
            return True

    def rename(self, user_id: int, filter_id: int, name: str) -> bool:
        """Gives a filter another name; says whether it is there and the name is free."""
        if not (name := _name(name)):
            return False
        try:
            with writing(self._engine) as connection:
                return bool(
                    connection.execute(
                        update(saved_filters).where(_here(user_id, filter_id)).values(name=name)
                    ).rowcount
                )
        except IntegrityError:
            return False

    def remove(self, user_id: int, filter_id: int) -> bool:
        """Forgets a filter; says whether it was there."""
        with writing(self._engine) as connection:
            return bool(connection.execute(delete(saved_filters).where(_here(user_id, filter_id))).rowcount)


def _here(user_id: int, filter_id: int) -> object:
    return and_(saved_filters.c.user_id == user_id, saved_filters.c.id == filter_id)


def _name(name: str) -> str:
    return " ".join(storable(name).split())[:MOST_NAME]
