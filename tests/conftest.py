"""What holds for every test: the settings of whoever runs them stay out, and the seed page may be missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.knowledge import Knowledge, load

if TYPE_CHECKING:
    from bot.nlu.reader import Reader

TREE = Path(__file__).resolve().parent.parent
SEED = TREE.parent / "shared" / "seed"


def pytest_configure(config: pytest.Config) -> None:
    """Takes the SIGNPOST_ variables of the surroundings away: a test that needs one sets it."""
    for name in [name for name in os.environ if name.startswith("SIGNPOST_")]:
        del os.environ[name]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the tests marked `seed` out where the real page is not there, as in a fresh clone."""
    if SEED.is_dir():
        return
    without = [item for item in items if item.get_closest_marker("seed") is None]
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("seed") is not None])
    items[:] = without


@pytest.fixture
def seed_page() -> Path:
    """The real archive page beside the tree, for tests marked `seed`."""
    return next(iter(sorted(SEED.glob("*.txt"))))


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge that comes with the program."""
    return load()


@pytest.fixture(scope="session")
def reader(knowledge: Knowledge) -> Reader:
    """One reader for all tests of a worker: building it takes a third of a second."""
    from bot.nlu.reader import Reader

    return Reader(knowledge)
