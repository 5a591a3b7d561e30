"""An archive in a folder of its own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from bot.records import database


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """A new database at the newest version."""
    made = database.engine(f"sqlite:///{tmp_path / 'archive.db'}")
    database.migrate(made)
    return made


@pytest.fixture
def pages() -> Path:
    """The pages written for these tests."""
    return Path(__file__).parent / "pages"
