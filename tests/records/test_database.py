"""The database is made once, whoever comes first, and says what is wrong with it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.engine import Engine

from bot.records import database
from bot.records.migrations import HEAD
from bot.records.models import metadata


def test_migrating_makes_every_table_and_then_has_nothing_to_do(tmp_path: Path) -> None:
    engine = database.engine(f"sqlite:///{tmp_path / 'deep' / 'er' / 'signpost.db'}")
    assert database.version(engine) is None
    assert database.migrate(engine) is True
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    assert database.version(engine) == HEAD
    assert database.migrate(engine) is False


def test_the_migrations_make_what_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables}
        )
        assert compare_metadata(context, metadata) == []


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_database_at_head_starts_without_alembic(engine: Engine) -> None:
    program = (
        "import sys\nfrom bot.records import database\n"
        f"assert database.migrate(database.engine({str(engine.url)!r})) is False\n"
        "assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_two_that_start_at_once_both_find_the_schema(tmp_path: Path) -> None:
    program = (
        "from bot.records import database\n"
        f"engine = database.engine({f'sqlite:///{tmp_path}/signpost.db'!r})\n"
        "database.migrate(engine)\nassert database.version(engine) is not None"
    )
    both = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]


def test_threads_that_open_one_new_database_at_once(tmp_path: Path) -> None:
    engines = [database.engine(f"sqlite:///{tmp_path / 'signpost.db'}") for _ in range(6)]
    barrier, done = threading.Barrier(len(engines)), []

    def start(engine: Engine) -> None:
        barrier.wait()
        database.migrate(engine)
        done.append(database.version(engine))

    threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [HEAD] * len(engines)


def test_a_database_of_a_later_version_is_refused(engine: Engine) -> None:
    with database.writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(database.DatabaseError, match=r"9999.*made by a later version of Signpost"):
        database.migrate(engine)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://root:secret@host/x", "a mysql database is not supported; expected sqlite"),
        ("nonsense with secret", "cannot be read; expected sqlite:///FILE or postgresql"),
    ],
)
def test_another_kind_of_database_is_refused_without_its_password(url: str, words: str) -> None:
    with pytest.raises(database.DatabaseError, match=words) as refused:
        database.engine(url)
    assert "secret" not in str(refused.value)


def test_sqlite_is_set_up_for_several_readers_and_deleted_rows_are_overwritten(engine: Engine) -> None:
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
    assert found == {
        "journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1
    }  # fmt: skip


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    with pytest.raises(RuntimeError), database.writing(engine) as connection:
        connection.execute(text("INSERT INTO archive_topics(name, specialty) VALUES ('a', 'b')"))
        raise RuntimeError("in the middle")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM archive_topics")).scalar() == 0
