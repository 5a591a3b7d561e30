"""What the tables are made of: the schema that they belong to, and the types of ours."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import numpy as np
from sqlalchemy import (
    DateTime,
    LargeBinary,
    MetaData,
    TypeDecorator,
)
from sqlalchemy.types import UserDefinedType

# Numbers of a text's vector, as the model of `bot.archive.meaning` gives them.
DIMENSIONS = 384

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator):
    """A moment: aware on both sides, kept in UTC. A naive time is refused: nobody can say which moment it is."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """The moment as the database keeps it. Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone: give an aware datetime, such as one in UTC")
        moment = value.astimezone(timezone.utc)
        # SQLite keeps no zone: all its times are UTC by this rule.
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """The moment as an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class _PgVector(UserDefinedType):
    """The column type of pgvector. Its own Python package asks for SQLAlchemy 2."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """What CREATE TABLE says."""
        return f"vector({DIMENSIONS})"


class Embedding(TypeDecorator):
    """A vector of DIMENSIONS numbers: PostgreSQL's own type of pgvector, and elsewhere the bytes of half-precision
    floats, which is as exact as the model."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """The type in this database."""
        return dialect.type_descriptor(_PgVector() if dialect.name == "postgresql" else LargeBinary())

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """The vector as the database keeps it."""
        if value is None:
            return None
        # Rounded alike everywhere, so that every database gives the same scores.
        halves = np.asarray(value, dtype=np.float16)
        if dialect.name == "postgresql":
            return "[" + ",".join(map(str, halves.astype(np.float32).tolist())) + "]"
        return halves.tobytes()

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        """The vector as single-precision floats."""
        if value is None:
            return None
        if isinstance(value, (bytes, memoryview)):
            return np.frombuffer(value, dtype=np.float16).astype(np.float32)
        return np.fromstring(value.strip("[]"), dtype=np.float32, sep=",")
