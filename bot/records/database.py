"""The database: SQLite on one machine, PostgreSQL on several, chosen by the URL and by nothing else."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool, StaticPool

from bot.records.migrations import HEAD

BUSY_MILLISECONDS = 5_000
# SQLite's own 2 MB are read through many times over by one search among 100,000 conversations. Mapping the file into
# memory would be faster still, and would end the process where a disk fails: an emergency could not be answered then.
CACHE_KIBIBYTES = 32_768
MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as every process of ours takes the same one.
MIGRATION_LOCK = 7_446_766


_TURNS: WeakKeyDictionary[Any, threading.Lock] = WeakKeyDictionary()
_TURNS_LOCK = threading.Lock()


class DatabaseError(Exception):
    """The database cannot be used as it is; the message says what was found and what to do."""


def engine(url: str) -> Engine:
    """An engine for `url`, such as sqlite:///var/signpost.db or postgresql://user:password@host/name.

    SQLite is opened with a write-ahead log, foreign keys, overwriting of deleted rows, and up to five seconds of
    patience with a lock. The folder of its file is made. Raises DatabaseError for a URL of any other kind.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        # The URL itself is not repeated: it may hold a password.
        raise DatabaseError("the database URL cannot be read; expected sqlite:///FILE or postgresql://...") from error
    kind = address.get_backend_name()
    if kind == "postgresql":
        return create_engine(address, future=True, pool_pre_ping=True)
    if kind != "sqlite":
        raise DatabaseError(f"a {kind} database is not supported; expected sqlite:///FILE or postgresql://...")
    options: dict[str, Any] = {"future": True, "connect_args": {"check_same_thread": False}}
    if address.database in (None, "", ":memory:"):
        options["poolclass"] = StaticPool
    else:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        options.update(poolclass=QueuePool, pool_size=5, max_overflow=20)
    made = create_engine(address, **options)
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def opened(url: str, create: bool = True) -> Engine:
    """The database at `url`, its schema up to date. Without `create`, a file that is not there yet is an error.

    Raises DatabaseError.
    """
    made = engine(url)
    file = make_url(url).database if url.startswith("sqlite") else None
    if not create and file and file != ":memory:" and not Path(file).exists():
        raise DatabaseError(
            f"there is no database at {file}. `signpost serve` and `signpost archive import` make one; "
            "--database or SIGNPOST_DATABASE_URL names another"
        )
    migrate(made)
    return made


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that is going to write: all of it is kept, or none.

    On SQLite it takes the write lock at once. A transaction that first reads and then writes would fail, without
    waiting, where another one wrote in between. A thread must not write within its own writing.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    # SQLite lets who waits for its lock sleep, longer each time. Threads of one process take turns by themselves, and
    # each begins in the moment in which the one before ends.
    turn = _turn(engine)
    waited = turn.acquire(timeout=BUSY_MILLISECONDS / 1000)
    try:
        with engine.execution_options(signpost_writes=True).begin() as connection:
            yield connection
    finally:
        if waited:
            turn.release()


def insert_absent(connection: Connection, table: Table, values: Mapping[str, Any]) -> int | None:
    """Inserts a row unless its key is there already; gives the new row's number, or None where there was one."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    result = connection.execute(dialect.insert(table).values(**values).on_conflict_do_nothing())
    if not result.rowcount:
        return None
    key = result.inserted_primary_key
    return key[0] if key and isinstance(key[0], int) else 0


def version(engine: Engine) -> str | None:
    """The schema's version that the database says it has; None where it has no schema of ours."""
    with engine.connect() as connection:
        return _version(connection)


def migrate(engine: Engine) -> bool:
    """Brings the schema to the newest version, and makes it where there is none; says whether anything was done.

    Safe when several processes start at once: one works, the others wait and then find nothing to do. Alembic is
    imported only if there is something to do. Raises DatabaseError where the schema is from a later version.
    """
    if version(engine) == HEAD:
        return False
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        if _version(connection) == HEAD:
            # Another process did it while this one waited for the lock.
            return False
        config = Config()
        # Alembic reads the value as a ConfigParser would: a percent sign in a path has to be doubled.
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseError(
                f"the database's schema has a version that this program, at {HEAD}, does not know: {error}. "
                "It was made by a later version of Signpost: use that version, or another database"
            ) from error
    return True


def _turn(engine: Engine) -> threading.Lock:
    with _TURNS_LOCK:
        return _TURNS.setdefault(engine.dialect, threading.Lock())


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own way of opening transactions is turned off: `_begin_sqlite` does it.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    _write_ahead(connection)
    settings = ("synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON", f"cache_size = -{CACHE_KIBIBYTES}")
    for setting in settings:
        connection.execute(f"PRAGMA {setting}")


def _write_ahead(connection: Any) -> None:
    # SQLite answers "locked" to this change at once, without its usual patience, where another process is making
    # the same new file: so the patience is here. A file that is changed already costs one look.
    for patience in range(BUSY_MILLISECONDS // 10, -1, -1):
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] in ("wal", "memory"):
                return
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if not patience:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("signpost_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
