"""The audit log: who did what at the console, appended to and never changed, each line holding the hash of the one
before.

A conversation is named by a digest that only this server can make, so that erasing it leaves the chain whole and the
log says nothing of it. Whoever can write to the database can make the whole chain anew: keep the newest hash elsewhere
from time to time, and ask for it with `signpost audit verify --hash`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Protocol, Sequence, Union

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection, Engine, Row

from bot.records.canonical import canonical, storable
from bot.records.database import writing
from bot.records.models import audit

FIRST = "0" * 64
LONGEST, LONGEST_REASON = 160, 500
# Actors that are no user: who is not signed in, and who types commands at the machine itself.
NOBODY, COMMAND_LINE = "(nobody)", "(command line)"
# Any number will do, as long as every process takes the same one; not that of the migrations.
AUDIT_LOCK = 7_446_767
_AT_ONCE = 1_000


class Actor(Protocol):
    """Whoever has a name, such as a `User` of the console."""

    @property
    def name(self) -> str:
        """What they sign in with."""


@dataclass(frozen=True)
class Chain:
    """What walking the chain found. `broken` is the number of the first line that is wrong, `why` one of "changed",
    "gap" (a line is missing or was put in before it) or "lost" (the hash that was asked for is not there)."""

    lines: int
    newest: str
    broken: int | None = None
    why: str | None = None


@dataclass(frozen=True)
class Search:
    """Which lines: by actor, by action, from a moment on and before another; empty for all."""

    actor: str = ""
    action: str = ""
    since: datetime | None = None
    before: datetime | None = None

    def conditions(self) -> list[Any]:
        """As the database is asked."""
        asked = [audit.c.actor == storable(self.actor)] if self.actor else []
        asked += [audit.c.action == storable(self.action)] if self.action else []
        asked += [audit.c.at >= self.since] if self.since else []
        return asked + ([audit.c.at < self.before] if self.before else [])


class Audit:
    """The audit log of one database. Every method is one transaction; any number of threads and processes may share
    it."""

    def __init__(
        self, engine: Engine, secret: str, now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    ) -> None:
        self._engine = engine
        self._key = hmac.digest(secret.encode(), b"signpost.audit", hashlib.sha256)
        self._now = now

    def pseudonym(self, conversation_id: str) -> str:
        """What a conversation is called in the log."""
        digest = hmac.new(self._key, conversation_id.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        return f"conversation:{digest[:32]}"

    def write(
        self,
        actor: Union[str, Actor],
        action: str,
        object: str = "",
        *,
        conversation_id: str | None = None,
        **detail: Any,
    ) -> None:
        """Appends a line. With `conversation_id` its object is that conversation, by its pseudonym.

        `detail` holds short words and numbers, nothing that anybody wrote; only "reveal" has a free `reason`. Raises
        ValueError for more than that.
        """
        with writing(self._engine) as connection:
            self.append(connection, actor, action, object, conversation_id=conversation_id, **detail)

    def append(
        self,
        connection: Connection,
        actor: Union[str, Actor],
        action: str,
        object: str = "",
        *,
        conversation_id: str | None = None,
        **detail: Any,
    ) -> None:
        """Appends a line within the transaction of what it tells of. That transaction must be `writing`."""
        if connection.dialect.name == "postgresql":
            # SQLite's one writer at a time is enough; here two would go on from the same line.
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": AUDIT_LOCK})
        newest = connection.execute(select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)).scalar()
        line = {
            "at": self._now().astimezone(timezone.utc),
            "actor": storable(actor if isinstance(actor, str) else actor.name)[:64],
            "action": action,
            "object": storable(object if conversation_id is None else self.pseudonym(conversation_id))[:LONGEST],
            "detail": _detail(action, detail),
            "before": newest or FIRST,
        }
        connection.execute(audit.insert().values(**line, hash=_hash(line)))

    def list(self, search: Search, limit: int, offset: int = 0) -> Sequence[Row]:
        """Lines, the newest first."""
        query = select(audit).where(*search.conditions()).order_by(audit.c.id.desc()).limit(limit).offset(offset)
        with self._engine.connect() as connection:
            return tuple(connection.execute(query).all())

    def count(self, search: Search) -> int:
        """How many lines."""
        with self._engine.connect() as connection:
            query = select(func.count()).select_from(audit).where(*search.conditions())
            return int(connection.execute(query).scalar() or 0)

    def names(self) -> tuple[Sequence[str], Sequence[str]]:
        """Every actor and every action there is."""
        with self._engine.connect() as connection:
            queries = [select(each).distinct().order_by(each) for each in (audit.c.actor, audit.c.action)]
            actors, actions = (tuple(connection.execute(query).scalars()) for query in queries)
        return actors, actions

    def every(self, search: Search = Search()) -> Iterator[Row]:
        """Every line, the oldest first, read some at a time."""
        last = 0
        while True:
            query = select(audit).where(audit.c.id > last, *search.conditions()).order_by(audit.c.id).limit(_AT_ONCE)
            with self._engine.connect() as connection:
                rows = connection.execute(query).all()
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            last = rows[-1].id

    def verify(self, known: str = "") -> Chain:
        """Walks the whole chain. `known` is a hash that was the newest once: it must be there still."""
        before, lines, seen = FIRST, 0, not known
        for row in self.every():
            lines += 1
            if row.before != before:
                return Chain(lines, before, row.id, "gap")
            if _hash(row._mapping) != row.hash:
                return Chain(lines, before, row.id, "changed")
            before = row.hash
            seen = seen or known == row.hash
        return Chain(lines, before, None, None if seen else "lost")


def to_json(row: Row) -> dict[str, Any]:
    """A line as it is exported: whoever has it can check its hash."""
    return {"id": row.id, **_hashed(row._mapping), "hash": row.hash}


def _hashed(line: Any) -> dict[str, Any]:
    """What the hash is over."""
    at = line["at"].astimezone(timezone.utc).isoformat(timespec="microseconds")
    return {"at": at, **{name: line[name] for name in ("actor", "action", "object", "detail", "before")}}


def _hash(line: Any) -> str:
    return hashlib.sha256(canonical(_hashed(line)).encode()).hexdigest()


def _detail(action: str, detail: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in detail.items():
        most = LONGEST_REASON if (action, name) == ("reveal", "reason") else LONGEST
        if name == "reason" and action != "reveal":
            raise ValueError(f'"{action}" may not hold a reason: only "reveal" may, whatever is written stays for ever')
        if isinstance(value, str):
            if len(value) > most:
                raise ValueError(f'"{name}" of "{action}" has {len(value)} characters; at most {most} go into the log')
            value = storable(value)
        elif not (value is None or isinstance(value, (bool, int))):
            raise ValueError(f'"{name}" of "{action}" is of type {type(value).__name__}; expected a text or a number')
        kept[name] = value
    return kept
